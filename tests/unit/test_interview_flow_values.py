"""What a session becomes: a report that can be sealed, coarse in time and place, and a ledger of what was said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.form.restricted import is_refused, reduced
from fieldapp.flows.interview_consent import Explained, from_text, keep_up, text_of
from fieldapp.flows.interview_kept import Mark, Promise
from fieldapp.flows.interview_values import explained, report_values
from firsthand import assets, errors
from firsthand.domain import ledger
from firsthand.domain.consent import NEEDS_C1, SCOPES
from firsthand.domain.dates import iso_week
from firsthand.domain.interview import Session, load_protocol
from firsthand.domain.interview.choose import SHIPPED
from firsthand.domain.ledger import Ledger
from firsthand.domain.parts import Recorded, split
from firsthand.domain.report import parse_report
from tests.support.interviews import AREA
from tests.support.report_samples import as_bytes, changed, rule_problems, sample

SUBJECT = "0123456789ABCDEFGHJKMNPQRS"
PROTOCOL = load_protocol(assets.read_bytes(SHIPPED), SHIPPED)
MARK = Mark(session={}, subject=SUBJECT, incident=SUBJECT, ledger="", language="fr", area=AREA)


def session(since: int | None = None, **answers: Any) -> Session:
    return Session(
        state="I17", mode="full", answers=answers, asked=(), passed=frozenset(), paused=None, overrides=(),
        stopped=None, started_min=0, ended=False, recheck_due_min=None, cover=False,
        since={} if since is None else {"hours_since": since},
    )  # fmt: skip


def explained_in(**more: Any) -> Explained:
    return Explained(SUBJECT, "fr", "officer", "sv_interview/1", **more)


# -- the ledger --------------------------------------------------------------------------------------------------
_answers = st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(("yes", "no", "later", "withdrawn")))


@given(st.lists(st.tuples(_answers, st.booleans()), max_size=6))
def test_the_ledger_says_what_the_session_says_and_forgets_nothing(course: list[tuple[dict[str, str], bool]]) -> None:
    kept, now = Ledger(), 1_000_000
    for answers, withheld in course:
        before = kept
        said = explained_in(withhold=("from_family",) if withheld else ())
        kept = keep_up(kept, answers, said, now)
        now += 7
        assert kept.entries[: len(before.entries)] == before.entries
        assert keep_up(kept, answers, said, now) == kept, "nothing new, nothing written"
        consent = ledger.consent_of(kept, now)
        grounded = answers.get("C1") == "yes"
        for scope in SCOPES:
            rests = scope in NEEDS_C1 and not grounded
            assert consent.allows(scope) == (answers.get(scope) == "yes" and not rests)
    assert from_text(text_of(kept)) == kept


@given(st.text(max_size=60))
def test_any_text_is_a_ledger_or_is_refused(text: str) -> None:
    with pytest.raises((errors.Malformed, errors.LedgerBroken)):
        from_text(text)


def test_everybody_withheld_from_fits_into_a_report() -> None:
    codes = PROTOCOL.questions["withhold"].options
    withheld = explained(PROTOCOL, session(withhold=codes, withhold_other="w" * 400), MARK).withhold
    assert withheld[:2] == ("risk_cell", "hr_section")
    assert all(code in " ".join(withheld) for code in codes if code not in {"from_mission_others", "from_other"})
    assert len(withheld) <= 8
    assert all(len(each) <= 80 for each in withheld)


# -- the mark ----------------------------------------------------------------------------------------------------
def test_a_mark_comes_back_from_the_draft_and_another_form_does_not() -> None:
    mark = Mark({}, SUBJECT, SUBJECT, "a0", "fr", promises=(Promise("00", "feedback", 3),), contact={"how": "x"})
    assert Mark.of(mark.plain()) == mark
    for broken in (None, {}, mark.plain() | {"v2": 1}, mark.plain() | {"promises": [{"what": 1}]}):
        with pytest.raises(errors.Damaged):
            Mark.of(broken)


# -- the report --------------------------------------------------------------------------------------------------
_SAID = st.fixed_dictionaries(
    {},
    optional={
        "survivor_is": st.sampled_from(("woman", "man", "other_or_unknown")),
        "age_band": st.sampled_from(("adult", "age_15_17", "age_12_14", "age_6_11", "maybe_child")),
        "contact_method": st.sampled_from(("comes_to_us", "call_safe_hours")),
        "code_phrase": st.text("abc ", max_size=300).map(str.strip),
        **{name: st.sampled_from(("yes", "no", "not_said")) for name in ("penetration", "contact", "denial")},
    },
)
_GIVEN = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(("yes", "no")) for name in ("C2", "C3", "C6", "C10", "C4n")}
)


@given(_SAID, _GIVEN, st.none() | st.integers(29_000_000, 29_900_000), st.booleans(), st.booleans())
def test_whatever_was_said_can_be_sealed(
    said: dict[str, Any], given_: dict[str, str], since: int | None, counted: bool, named: bool
) -> None:
    kept = keep_up(Ledger(), {"C1": "yes", **given_}, explained_in(), 29_900_000)
    consent = ledger.consent_of(kept, 29_900_000)
    draft: dict[str, Any] = {"narrative": {"what_happened": "told"}}
    if named:
        draft["identities"] = {"victims": [{"name": "Survivor One (example)"}]}
    draft["acts"] = [{"code": "A404", "counts": [
        {"outcome": "sexual_violence", "sex": "F", "age": "adult", "min": 1, "best": 1, "max": 1}
    ]}]  # fmt: skip
    values = report_values(draft, MARK, session(since, **said), consent, counted=counted)
    assert [each for each in rule_problems(values, area_names=None) if each.blocking] == []
    report = parse_report(as_bytes(values))
    assert report.sensitive()
    assert (report.identities is not None) <= consent.allows("C3")
    assert not report.identities or bool(report.identities.safe_contact) <= consent.allows("C6")
    assert bool(report.acts[0].counts) == counted
    cut = split(report, report_id=bytes(16), recorded=Recorded(0, 0))
    assert "Survivor" not in repr({name: part for name, part in cut.parts.items() if name != "identities"})
    assert since is None or iso_week(report.incident.date)
    assert since is not None or report.incident.date == "?"


@pytest.mark.parametrize(
    ("first_yes", "code"),
    [("penetration", "A401"), ("contact", "A404"), ("forced_marriage", "A411"), ("denial", "A414")],
)
def test_the_first_yes_names_the_act_where_the_officer_named_none(first_yes: str, code: str) -> None:
    consent = ledger.consent_of(keep_up(Ledger(), {"C1": "yes", "C10": "yes"}, explained_in(), 29_900_000), 29_900_000)
    said: dict[str, Any] = {"survivor_is": "man", first_yes: "yes"}
    values = report_values({}, MARK, session(**said), consent, counted=True)
    (act,) = values["acts"]
    assert act["code"] == code
    assert act["counts"] == [
        {"outcome": "sexual_violence", "sex": "M", "age": "unknown", "min": 1, "best": 1, "max": 1}
    ]


# -- DOMAIN 3.5: what the ordinary record may hold -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("best", "shown"), [(1, (1, 1, 1)), (2, (2, 3, 4)), (4, (2, 3, 4)), (5, (5, 5, 7)), (60, (5, 60, 60))]
)
def test_people_are_told_by_class(best: int, shown: tuple[int, int, int]) -> None:
    values = changed("incident", "acts.0.counts.0", {
        "outcome": "sexual_violence", "sex": "F", "age": "12-17", "min": 1, "best": best, "max": max(best, 7)
    })  # fmt: skip
    row = reduced(values)["acts"][0]["counts"][0]
    assert (row["min"], row["best"], row["max"], row["age"]) == (*shown, "child")


def test_a_single_day_becomes_its_week() -> None:
    values = sample("incident")
    values["incident"] |= {"date": "2026-11-12", "date_precision": 1}
    incident = reduced(values)["incident"]
    assert (incident["date"], incident["date_precision"]) == ("2026-11-09", 3)


@pytest.mark.parametrize("path", ["narrative.what_happened", "identities.victims", "note", "victims.#.relationship"])
def test_what_is_refused_is_not_asked(path: str) -> None:
    assert is_refused(path)
    assert not is_refused("incident.context")
