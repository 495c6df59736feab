"""Rules of form 2: what each kind of report holds, and that what points inside a report points at something.

The groups `coverage`, `speech` and `visit` belong to their kinds alone. A return (nil, or out of reach) says one
thing about one area and one period, so it holds nothing that happened: what happened is another report. Words
of a public speech are needed, because a summary of an incitement proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from firsthand.domain.codes import ADULT_AGES, CHILD_STATUSES, RETURNS
from firsthand.domain.dates import parse_edtf
from firsthand.domain.model import Report
from firsthand.domain.people import ONE_PERSON
from firsthand.errors import Problem

WEEK = 3  # of date_precisions
LONGEST_PERIOD_DAYS = 7
_GROUPS = (("coverage", RETURNS), ("speech", frozenset({"speech_log"})), ("visit", frozenset({"detention_visit"})))


def group_of_the_kind(report: Report) -> Iterator[Problem]:
    """Each group where it belongs, and nowhere else."""
    for name, kinds in _GROUPS:
        there = getattr(report, name) is not None
        if there and report.kind not in kinds:
            yield Problem("kind-forbids", name)
        elif report.kind in kinds and not there:
            yield Problem("kind-needs", name)


def returns(report: Report) -> Iterator[Problem]:
    """A nil return or an area out of reach: area, period, reason, and nothing else."""
    if report.kind not in RETURNS:
        return
    if report.coverage:
        reason = report.coverage.reason
        if report.kind == "not_reachable" and reason is None:
            yield Problem("kind-needs", "coverage.reason")
        elif report.kind == "nil_return" and reason is not None:
            yield Problem("kind-forbids", "coverage.reason")
    for where, there in _happened(report):
        if there:
            yield Problem("not-in-return", where)
    if report.incident.immediate_risk.flag:
        yield Problem("danger-in-return", "incident.immediate_risk.flag")
    if report.incident.protection_needed != "none":
        yield Problem("danger-in-return", "incident.protection_needed")
    yield from _period(report)


def _happened(report: Report) -> Iterator[tuple[str, object]]:
    incident = report.incident
    for name in ("acts", "events", "event_counts", "event_totals", "victims", "subject", "consent", "identities"):
        yield name, getattr(report, name)
    yield "narrative", report.narrative
    yield "incident.households", incident.households
    yield "incident.damage", incident.damage
    yield "incident.concern_s", incident.concern_s


def _period(report: Report) -> Iterator[Problem]:
    """A week, or an interval of days; it stands in the week of its first day."""
    where = "incident.date"
    when = parse_edtf(report.incident.date)
    interval = "/" in report.incident.date
    if not when.day_given or not (interval or report.incident.date_precision == WEEK):
        yield Problem("period-expected", where)
    elif when.start and when.end and (when.end - when.start).days >= LONGEST_PERIOD_DAYS:
        yield Problem("period-long", where, blocking=False)


def speech_log(report: Report) -> Iterator[Problem]:
    """The words as they were said; their language is a matter of form."""
    if report.kind == "speech_log" and not (report.narrative and report.narrative.words_used):
        yield Problem("words-needed", "narrative.words_used", rule=11)


def detention_visit(report: Report) -> Iterator[Problem]:
    """Figures of those held within their total, and talks only where there was access."""
    if report.visit is None:
        return
    if report.visit.access == "refused" and report.visit.private_talks in {"yes", "partly"}:
        yield Problem("talks-without-access", "visit.private_talks", blocking=False)
    held = report.visit.held
    if held is None:
        return
    young = sum(people.best for people in (held.girls, held.boys) if people)
    if held.children and young > held.children.best:
        yield Problem("rows-over-total", "visit.held.children.best", rule=2)
    children = held.children.best if held.children else young
    if children + (held.women.best if held.women else 0) > held.total.best:
        yield Problem("rows-over-total", "visit.held.total.best", rule=2)


def references(report: Report) -> Iterator[Problem]:
    """Keys of victims, and positions of earlier acts."""
    keys: set[str] = set()
    for position, victim in enumerate(report.victims):
        if victim.key is not None and victim.key in keys:
            yield Problem("twice", f"victims[{position}].key")
        keys |= {victim.key} if victim.key else set()
    for position, act in enumerate(report.acts):
        for place, key in enumerate(act.victims):
            if key not in keys:
                yield Problem("unknown-victim", f"acts[{position}].victims[{place}]")
        if act.follows is not None and act.follows >= position:
            yield Problem("follows-later", f"acts[{position}].follows")


def victims(report: Report) -> Iterator[Problem]:
    """A number of people belongs to a group; a status of children not to adults."""
    for position, victim in enumerate(report.victims):
        if victim.people is not None and victim.unit in (None, ONE_PERSON):
            yield Problem("people-of-one", f"victims[{position}].people", rule=2)
        if victim.age_band in ADULT_AGES and not CHILD_STATUSES.isdisjoint(victim.special):
            yield Problem("child-status-of-adult", f"victims[{position}].special", blocking=False, rule=3)


def other_reports(report: Report) -> Iterator[Problem]:
    """What ties this report to others."""
    if report.change is not None and report.supersedes is None:
        yield Problem("change-of-nothing", "change")
    for position, link in enumerate(report.links):
        if link in report.links[:position]:
            yield Problem("twice", f"links[{position}]")


def told_after(report: Report) -> Iterator[Problem]:
    """The mission hears of it after it began."""
    began = parse_edtf(report.incident.date).start
    told = parse_edtf(report.reported_on).end if report.reported_on else None
    if began and told and told < began:
        yield Problem("reported-too-early", "reported_on", blocking=False, rule=9)


KIND_RULES = (
    group_of_the_kind,
    returns,
    speech_log,
    detention_visit,
    references,
    victims,
    other_reports,
    told_after,
)
