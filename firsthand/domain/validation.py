"""What is wrong or doubtful in a report whose form is right: the rules of DOMAIN 2.10, consent and scope.

A blocking problem must be mended before sealing; any other is a question or a notice to the officer. Form
itself is `reader`'s business. Rule numbers are those of DOMAIN 2.10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from firsthand.domain.catalogue import SEPARATE_CHANNEL_ACT, Catalogue
from firsthand.domain.codes import ACTLESS_KINDS, CHILD_AGES, PERSON_LINKS
from firsthand.domain.counts import Count, Range, Total
from firsthand.domain.dates import parse_edtf
from firsthand.domain.facts import NEVER_OF_A_VICTIM
from firsthand.domain.kind_rules import KIND_RULES
from firsthand.domain.model import Report
from firsthand.domain.text_rules import case_texts
from firsthand.errors import Problem

FIRST_YEAR = 1990
CLOCK_SLACK = timedelta(hours=36)
INCITEMENT = "A903"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a report is held against.

    Attributes:
        area_names: first-level names of the mission, None where it accepts any.
        bounds_e7: south, west, north, east of the mission area in 1e-7 degree, None where not known.
        today: by the device's clock.
        place_names: areas of all levels in all languages, which are no names of persons.
    """

    catalogue: Catalogue
    area_names: frozenset[str] | None
    today: date
    bounds_e7: tuple[int, int, int, int] | None = None
    place_names: frozenset[str] = frozenset()


def check(
    report: Report,
    *,
    catalogue: Catalogue,
    area_names: frozenset[str] | None,
    today: date,
    bounds_e7: tuple[int, int, int, int] | None = None,
    place_names: frozenset[str] = frozenset(),
) -> tuple[Problem, ...]:
    """All problems of a report, blocking ones first.

    Args:
        report: as `parse_report` gives it.
        catalogue: acts and events that may be used.
        area_names: see `Surroundings`.
        today: see `Surroundings`.
        bounds_e7: see `Surroundings`.
        place_names: see `Surroundings`.
    """
    around = Surroundings(catalogue, area_names, today, bounds_e7, place_names)
    found = [problem for rule in _RULES_AROUND for problem in rule(report, around)]
    found += [problem for rule in _RULES for problem in rule(report)]
    return tuple(sorted(found, key=lambda problem: not problem.blocking))


def _act_or_event(report: Report, around: Surroundings) -> Iterator[Problem]:
    """Rule 1; date and place are there by form."""
    if not report.acts and not report.events and report.kind not in ACTLESS_KINDS:
        yield Problem("no-act", "acts", rule=1)
    for position, act in enumerate(report.acts):
        if act.code not in around.catalogue.acts:
            yield Problem("unknown-code", f"acts[{position}].code")
    for position, event in enumerate(report.events):
        if event not in around.catalogue.events:
            yield Problem("unknown-code", f"events[{position}]")
    if (report.event_counts or report.event_totals) and not report.events:
        yield Problem("counts-without-event", "event_counts", rule=1)


def _figures(report: Report) -> Iterator[Problem]:
    """Rule 2."""
    for where, people in _ranges(report):
        if not people.ordered():
            yield Problem("order-of-figures", where, rule=2)
    for prefix, counts, totals in _count_lists(report):
        for position, total in enumerate(totals):
            rows = [row for row in counts if row.outcome == total.outcome]
            if sum(row.people.best for row in rows) > total.people.best:
                yield Problem("rows-over-total", f"{prefix}totals[{position}].best", rule=2)
            if total.outcome in {other.outcome for other in totals[:position]}:
                yield Problem("twice", f"{prefix}totals[{position}].outcome", rule=2)


def _children(report: Report) -> Iterator[Problem]:
    """Rule 3: a child counted asks for the monitoring mechanism on children; pointed out once."""
    for where in _counted_children(report):
        yield Problem("child-counted", where, blocking=False, rule=3)
        return


def _counted_children(report: Report) -> Iterator[str]:
    for prefix, counts, _ in _count_lists(report):
        for position, row in enumerate(counts):
            if row.age in CHILD_AGES and row.people.max > 0:
                yield f"{prefix}counts[{position}]"
    for position, victim in enumerate(report.victims):
        if victim.counts_children():
            yield f"victims[{position}]"
    if report.visit and report.visit.held and report.visit.held.counts_children():
        yield "visit.held"


def _sexual_violence(report: Report) -> Iterator[Problem]:
    """Rule 4: detail only in an interview with consent, and never mixed with other acts unasked."""
    restricted = [act.code.startswith("A4") for act in report.acts]
    for prefix, counts, totals in _count_lists(report):
        outcomes = {row.outcome for row in counts} | {total.outcome for total in totals}
        if not any(restricted) and "sexual_violence" in outcomes:
            yield Problem("outcome-needs-act", f"{prefix}counts", rule=4)
    if not any(restricted):
        return
    interviewed = report.kind == "interview" and report.subject is not None and report.consent is not None
    if report.narrative is not None and not interviewed:
        yield Problem("detail-needs-interview", "narrative", rule=4)
    if not all(restricted) or report.events:
        yield Problem("mixed-incident", "acts", blocking=False, rule=4)
    if report.note is not None:
        yield Problem("no-detail-in-note", "note", blocking=False, rule=4)


def _separate_channels(report: Report) -> Iterator[Problem]:
    """Rule 5, and the same for peacekeepers as alleged actors."""
    for position, act in enumerate(report.acts):
        if act.code == SEPARATE_CHANNEL_ACT:
            yield Problem("a413-channel", f"acts[{position}].code", rule=5)
        elif act.actor.kind == "peacekeepers":
            yield Problem("peacekeepers-channel", f"acts[{position}].actor.class", rule=5)


def _confirmed(report: Report) -> Iterator[Problem]:
    """Rule 6."""
    source = report.source
    if source.credibility != 1:
        return
    enough = (source.root_sources or 0) >= 2
    apart = len(source.root_families) >= 2 or source.all_first_hand
    if not (enough and apart):
        yield Problem("confirmed-needs-sources", "source.credibility", rule=6)


def _own_verification(report: Report) -> Iterator[Problem]:
    """Rule 7: whoever records a report is never the one who verifies it."""
    if report.verification and report.verification.status == "verified":
        yield Problem("verified-by-other", "verification.status", rule=7)


def _dates(report: Report, around: Surroundings) -> Iterator[Problem]:
    """Rule 9; dates count in whole days, so 36 hours end with tomorrow."""
    for where, text in _date_texts(report):
        start = parse_edtf(text).start
        if start and start > around.today + CLOCK_SLACK:
            yield Problem("date-far-ahead", where, blocking=False, rule=9)
        elif start and start > around.today:
            yield Problem("date-ahead", where, blocking=False, rule=9)
        if start and start.year < FIRST_YEAR:
            yield Problem("date-long-ago", where, blocking=False, rule=9)
    if report.incident.date_precision == 1 and not parse_edtf(report.incident.date).day_given:
        yield Problem("day-not-given", "incident.date_precision", blocking=False, rule=9)


def _date_texts(report: Report) -> Iterator[tuple[str, str]]:
    yield "incident.date", report.incident.date
    if report.reported_on:
        yield "reported_on", report.reported_on
    for position, response in enumerate(report.responses):
        if response.date:
            yield f"responses[{position}].date", response.date
    if report.coverage and report.coverage.since:
        yield "coverage.since", report.coverage.since


def _area(report: Report, around: Surroundings) -> Iterator[Problem]:
    """Rule 10; a name outside the list of areas would stand in no table, so it blocks."""
    place = report.incident.place
    if around.area_names is not None and place.adm1 not in around.area_names:
        yield Problem("unknown-area", "incident.place.adm1", rule=10)
    if around.bounds_e7 is None or place.lat_e7 is None or place.lon_e7 is None:
        return
    south, west, north, east = around.bounds_e7
    if not (south <= place.lat_e7 <= north and west <= place.lon_e7 <= east):
        yield Problem("outside-mission", "incident.place", blocking=False, rule=10)


def _words(report: Report) -> Iterator[Problem]:
    """Rule 11 is form; an incitement without its words cannot be judged."""
    words = report.narrative.words_used if report.narrative else None
    if words is None and any(act.code == INCITEMENT for act in report.acts):
        yield Problem("words-expected", "narrative.words_used", blocking=False, rule=11)


def _texts(report: Report, around: Surroundings) -> Iterator[Problem]:
    """Rule 12."""
    return case_texts(report, around.place_names | (around.area_names or frozenset()))


def _consent_or_basis(report: Report) -> Iterator[Problem]:
    """Exactly one ground; a person who spoke is a subject with consent."""
    if report.consent and report.basis:
        yield Problem("consent-and-basis", "basis")
    elif report.consent is None and report.basis is None:
        yield Problem("no-ground", "consent")
    if report.consent and report.subject is None:
        yield Problem("consent-needs-subject", "subject")
    if report.basis and report.subject:
        yield Problem("subject-needs-consent", "subject")
    if report.kind == "interview" and report.basis:
        yield Problem("interview-needs-consent", "basis")
    if report.consent:
        for scope in report.consent.broken_lattice():
            yield Problem("scope-needs-c1", f"consent.scopes.{scope}")


def _unwritten(report: Report) -> Iterator[Problem]:
    """Content that nobody may hold is left out, and the officer is told before sealing."""
    consent, identities, narrative = report.consent, report.identities, report.narrative
    if consent is None:
        if narrative and (narrative.what_happened or narrative.open_questions):
            yield Problem("account-without-interview", "narrative", blocking=False)
        for where in _resting_on_consent(report):
            yield Problem("detail-needs-consent", where, blocking=False)
        return
    if identities and not consent.allows("C3"):
        yield Problem("identities-not-written", "identities", blocking=False)
    elif identities and identities.safe_contact and not consent.allows("C6"):
        yield Problem("contact-without-c6", "identities.safe_contact", blocking=False)
    if (report.source.risk or report.source.intermediary) and not consent.allows("C3"):
        yield Problem("risk-not-written", "source.risk", blocking=False)
    for where in () if consent.allows("C1") else _of_the_account(report):
        yield Problem("account-not-written", where, blocking=False)
    if not consent.allows("C2"):
        yield Problem("facts-not-written", "consent.scopes.C2", blocking=False)
    if not consent.allows("C10"):
        yield Problem("not-counted", "consent.scopes.C10", blocking=False)


def _resting_on_consent(report: Report) -> Iterator[str]:
    for position, victim in enumerate(report.victims):
        for name in sorted(NEVER_OF_A_VICTIM):
            if getattr(victim, name) is not None:
                yield f"victims[{position}].{name}"


def _of_the_account(report: Report) -> Iterator[str]:
    """Fields that go with the account alone; exact place and time are told of by the account's own problem."""
    if report.narrative:
        yield "narrative"
    yield from _resting_on_consent(report)
    for name in ("access_possible", "bias_note"):
        if getattr(report.source, name) is not None:
            yield f"source.{name}"
    for position, link in enumerate(report.links):
        if link.kind in PERSON_LINKS:
            yield f"links[{position}]"


def _count_lists(report: Report) -> Iterator[tuple[str, tuple[Count, ...], tuple[Total, ...]]]:
    for position, act in enumerate(report.acts):
        yield f"acts[{position}].", act.counts, act.totals
    yield "event_", report.event_counts, report.event_totals


def _ranges(report: Report) -> Iterator[tuple[str, Range]]:
    for prefix, counts, totals in _count_lists(report):
        for position, row in enumerate(counts):
            yield f"{prefix}counts[{position}]", row.people
        for position, total in enumerate(totals):
            yield f"{prefix}totals[{position}]", total.people
    for position, act in enumerate(report.acts):
        if act.perpetrators:
            yield f"acts[{position}].perpetrators", act.perpetrators
    if report.incident.households:
        yield "incident.households", report.incident.households
    for position, victim in enumerate(report.victims):
        if victim.people:
            yield f"victims[{position}].people", victim.people
    if report.visit and report.visit.held:
        for name, people in report.visit.held.ranges():
            yield f"visit.held.{name}", people


_RULES: tuple[Callable[[Report], Iterator[Problem]], ...] = (
    _figures,
    _children,
    _sexual_violence,
    _separate_channels,
    _confirmed,
    _own_verification,
    _words,
    _consent_or_basis,
    _unwritten,
    *KIND_RULES,
)
_RULES_AROUND: tuple[Callable[[Report, Surroundings], Iterator[Problem]], ...] = (
    _act_or_event,
    _dates,
    _area,
    _texts,
)
