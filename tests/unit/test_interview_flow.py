"""An interview on the tablet: what is saved, what is sealed to whom, and what is left behind: nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import consent_rows, draft, interview, owed, referral, status
from fieldapp.flows.interview import Interview
from fieldapp.flows.report_form import ReportForm
from fieldapp.flows.seal import ConductChannel
from fieldapp.flows.unlock import Tablet
from fieldapp.vault.store import TABLES
from firsthand import errors
from firsthand.domain import ledger
from firsthand.ids import parse_report_id
from tests.support.canary import find
from tests.support.interviews import AREA, FACTS, begun, fresh, parts_of, walk
from tests.support.tablets import NOW_S, SetClock, reopen

pytestmark = pytest.mark.slow  # every step waits for the disk

NOW_MIN = NOW_S // 60 // 15 * 15
NAME, TOLD, SAID = "zq-name-Amara-Kell", "zq-told-at-the-upper-well", "zq-said-never-again"
SECRETS = [NAME, TOLD, SAID]
WHERE = {"date": "2026-11-14", "date_precision": 2, "place": {"name": "Ford", "adm1": "Karou", "precision": 2}}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with fresh(tmp_path) as opened:
        yield opened


def told(made: Tablet, **scopes: str) -> Interview:
    """An interview up to its end, with an account, a name and words."""
    talk = walk(begun(made), "I11", **scopes)
    talk.account(TOLD)
    talk.words_used(SAID, "fr")
    if talk.may("identity"):
        talk.names({"victims": [{"name": NAME}]})
    return walk(talk, "I17")


def read_all(made: Tablet) -> str:
    """Every row of the vault, opened with the keys that the officer has, as one text."""
    return "\n".join(repr(row.value) for table in TABLES for row in made.vault.rows(table) if not row.damaged)


# -- saved at every step ---------------------------------------------------------------------------------------
def test_an_interview_goes_on_where_it_stood_after_the_vault_was_locked(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account(TOLD)
    talk.answer("distress", 1)
    again = interview.resume(reopen(made), talk.draft_id)
    assert again.session == talk.session
    assert again.ledger == talk.ledger
    assert again.view() == talk.view()


def test_a_full_disk_leaves_the_interview_as_it_was(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account("short")
    before, db = talk.session, made.vault._store._db
    db.execute(f"pragma max_page_count = {db.execute('pragma page_count').fetchone()[0]}").fetchall()
    with pytest.raises(errors.DiskFull):
        talk.account("x" * 2000 + "".join(map(chr, range(0x4E00, 0x4E00 + 1500))))
    db.execute("pragma max_page_count = 1000000").fetchall()
    again = interview.resume(made, talk.draft_id)
    assert again.session == talk.session == before
    assert again.form().value("narrative.what_happened") == talk.form().value("narrative.what_happened") == "short"


def test_times_are_kept_to_a_quarter_of_an_hour(made: Tablet) -> None:
    clock = made.ports.clock
    assert isinstance(clock, SetClock)
    clock.at_s = NOW_S - NOW_S % 3600 + 60 * 23
    talk = walk(begun(made), "I11", recent="yes", hours_since=30)
    session = talk.session
    assert {minute % 15 for minute in (session.started_min, *session.since.values())} == {0}
    assert {entry.at_min % 15 for entry in talk.ledger.entries} == {0}
    (row,) = [row for row in draft.list_drafts(made) if row.id == talk.draft_id]
    assert row.saved_at_s % 900 == 0


def test_a_draft_that_is_no_interview_does_not_open_as_one(made: Tablet) -> None:
    with pytest.raises(errors.Damaged):
        interview.resume(made, draft.start(made, "incident"))


# -- who holds what ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("given", list(itertools.product(("yes", "no"), repeat=3)), ids=" ".join)
def test_a_role_without_consent_holds_no_key(made: Tablet, given: tuple[str, ...]) -> None:
    scopes = dict(zip(("C2", "C3", "C10"), given, strict=True))
    (report_id,) = told(made, **scopes).close().report_ids
    held = parts_of(made, report_id)
    allowed = {scope for scope, value in scopes.items() if value == "yes"}
    focal = {"narrative"} | ({"facts"} if "C2" in allowed else set()) | ({"counts"} if "C10" in allowed else set())
    wanted = {
        "risk_cell": set(),
        "hr_section": set(),
        "focal_point": focal,
        "custodian": {"identities"} if "C3" in allowed else set(),
    }
    assert {role: set(parts) for role, parts in held.items()} == wanted
    assert (NAME in repr(held["custodian"])) == ("C3" in allowed)
    assert NAME not in repr(held["focal_point"])


@pytest.mark.parametrize("answer", ["no", "later"])
def test_without_c1_nothing_is_written_and_nothing_is_sealed(made: Tablet, answer: str) -> None:
    talk = walk(begun(made), "I09")
    for question, value in {"C1": answer, "C5h": "yes", "teach_back": "understood", "pressure": "no"}.items():
        talk.answer(question, value)
    talk.next()
    assert talk.session.mode == "referral_only"
    with pytest.raises(errors.GateClosed) as refused:
        talk.account(TOLD)
    assert [each.gate for each in talk.said(refused.value.refusals)] == ["G1"]
    closed = walk(talk, "I17").close()
    assert closed.report_ids == ()
    assert made.reports() == []
    assert draft.list_drafts(made) == []


def test_what_is_sealed_is_what_was_said(made: Tablet) -> None:
    talk = walk(begun(made), "I11", withhold=["from_mission_others"])
    talk.account(TOLD)
    talk.answer("distress", 0)
    talk.next()
    talk.facts({"incident": {**WHERE, "time_of_day": "18:52"}, "acts": [{"code": "A401"}]})
    walk(talk, "I17")
    closed = talk.close()
    narrative = parts_of(made, closed.report_ids[0])["focal_point"]["narrative"]
    assert narrative["what_happened"] == TOLD
    assert narrative["time_of_day"] == "18:45"
    assert narrative["subject"] == closed.subject
    kept = ledger.decode(narrative["ledger"])
    assert kept == talk.ledger
    assert kept.subject == closed.subject
    assert ledger.consent_of(kept, NOW_MIN).keys()["C2"]
    assert ["health", "declined"] in narrative["referrals"]
    assert narrative["answers"]["contact"] == "yes"
    assert "purpose" not in narrative["answers"]  # no part of the account


def test_whoever_must_not_have_it_in_the_mission_loses_the_key(made: Tablet) -> None:
    """An ordinary account goes to the section too, unless the person keeps it from the rest of the mission."""
    sealed = {}
    for withheld in (False, True):
        talk = walk(begun(made), "I09")
        talk.answer("C1", "yes")
        if withheld:
            talk.answer("withhold", ["from_mission_others"])
        walk(talk, "I11", C2="yes", C10="yes", C3="no")
        talk.account(TOLD)
        talk.answer("distress", 0)
        talk.next()
        talk.facts({"incident": WHERE, "acts": [{"code": "A204"}]})
        walk(talk, "I17", contact=None, penetration=None)
        sealed[withheld] = {role: set(parts) for role, parts in parts_of(made, talk.close().report_ids[0]).items()}
    assert {"facts", "narrative"} <= sealed[False]["hr_section"]
    assert "facts" in sealed[False]["risk_cell"]
    assert sealed[True]["hr_section"] == sealed[True]["risk_cell"] == set()
    assert "narrative" in sealed[True]["focal_point"]


def test_contact_without_a_name_goes_with_the_account_and_says_no_words(made: Tablet) -> None:
    talk = walk(begun(made), "I11", C3="no", C6="yes")
    talk.account(TOLD)
    held = parts_of(made, walk(talk, "I17").close().report_ids[0])
    assert held["focal_point"]["narrative"]["contact"] == {"contact_method": "comes_to_us", "stop_after": "one_month"}
    assert held["custodian"] == {}


def test_a_list_shows_state_and_id_alone(made: Tablet) -> None:
    told(made).close()
    (row,) = made.reports()
    assert (row.title, row.area, row.kind, row.sensitive) == ("", "", "", True)


# -- secure and forget -------------------------------------------------------------------------------------------
def test_after_closing_nothing_of_it_is_readable_here_with_all_keys_or_without(made: Tablet, tmp_path: Path) -> None:
    talk = told(made)
    before = read_all_drafts(made, talk)
    assert all(word in before for word in SECRETS), "the finder must be able to find them"
    closed = talk.close()
    assert closed.report_ids
    everything = read_all(made)
    assert [word for word in SECRETS if word in everything] == []
    assert made.vault.ids("drafts") == []
    assert made.vault.ids("halves") == []
    assert talk.view().done
    home = made.home
    made.close()
    assert find(home, SECRETS) == []
    assert find(tmp_path, SECRETS) == []


def read_all_drafts(made: Tablet, talk: Interview) -> str:
    return repr(draft.load(made, talk.draft_id))


def test_a_correction_leaves_no_earlier_words(made: Tablet) -> None:
    talk = walk(begun(made), "I13")
    talk.account(TOLD)
    talk.correct("what is right")
    assert TOLD not in read_all_drafts(made, talk)
    assert "what is right" in read_all_drafts(made, talk)
    held = parts_of(made, walk(talk, "I17").close().report_ids[0])
    assert held["focal_point"]["narrative"]["corrections"] == 1
    assert TOLD not in repr(held)


def test_what_is_taken_back_leaves_the_draft_at_once(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account(TOLD)
    talk.names({"victims": [{"name": NAME}]})
    talk.interrupt("X-WDR")
    talk.answer("C3", "withdrawn")
    assert NAME not in read_all_drafts(made, talk)
    assert TOLD in read_all_drafts(made, talk)
    talk.resolve("withdraw_all")
    assert TOLD not in read_all_drafts(made, talk)
    said = [(entry.scope, entry.value) for entry in talk.ledger.entries]
    assert ("C3", "withdrawn") in said
    assert ("C1", "withdrawn") in said
    assert walk(talk, "I17").close().report_ids == ()


def test_a_closed_interview_takes_nothing_more(made: Tablet) -> None:
    talk = told(made)
    talk.close()
    for act in (talk.close, talk.discard, lambda: talk.account("x"), lambda: talk.facts({})):
        with pytest.raises((errors.AnswerRefused, errors.GateClosed)):
            act()
    assert len(made.reports()) == 1


def test_it_cannot_be_closed_before_its_end(made: Tablet) -> None:
    talk = walk(begun(made), "I12")
    with pytest.raises(errors.AnswerRefused):
        talk.close()
    assert draft.load(made, talk.draft_id)


def test_an_account_without_an_act_waits_for_the_officer_and_is_not_lost(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account(TOLD)
    talk.interrupt("X-STOP")
    talk.resolve("end")
    walk(talk, "I17")
    with pytest.raises(errors.InvalidReport) as refused:
        talk.close()
    assert {problem.code for problem in refused.value.problems} == {"no-act"}
    with pytest.raises(errors.GateClosed):
        talk.account("more")  # codes may be put in order now, words may not
    talk.facts({"acts": [{"code": "A404"}]})
    closed = talk.close()
    assert parts_of(made, closed.report_ids[0])["focal_point"]["narrative"]["course"] == [
        "full",
        "survivor",
        ["X-STOP"],
    ]


def test_a_suspect_s_words_are_not_kept(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account(TOLD)
    talk.interrupt("X-PERP")
    talk.resolve("other_protocol")
    assert TOLD not in read_all_drafts(made, talk)
    assert talk.close().report_ids == ()


# -- one person an envelope ----------------------------------------------------------------------------------------
def test_a_group_becomes_one_envelope_a_person_and_one_carries_counts(made: Tablet) -> None:
    first = told(made, C10="no")
    closed = [first.close()]
    for _ in range(2):
        talk = walk(begun(made, incident=first.incident_id), "I11", C3="no")
        talk.account(TOLD)
        closed.append(walk(talk, "I17").close())
    ids = [report_id for each in closed for report_id in each.report_ids]
    assert len(set(ids)) == len({each.subject for each in closed}) == 3
    parts = [parts_of(made, report_id)["focal_point"] for report_id in ids]
    assert {each["facts"]["incident"] for each in parts} == {parse_report_id(first.incident_id)}
    # The first said no to being counted: the next who says yes carries the counts, and nobody after.
    assert [each.get("counts", {}).get("people") for each in parts] == [
        None,
        [["sexual_violence", "F", "adult", 1, 1, 1]],
        [],
    ]
    rows = consent_rows.of_incident(made, parse_report_id(first.incident_id))
    assert sorted(row.counted for row in rows) == [False, False, True]


# -- children --------------------------------------------------------------------------------------------------------
def test_a_child_s_account_by_an_officer_without_training_is_not_kept(made: Tablet) -> None:
    talk = walk(begun(made), "I11")
    talk.account(TOLD)
    talk.interrupt("X-CHILD")
    talk.answer("age_band", "age_12_14")
    with pytest.raises(errors.GateClosed):
        talk.account("more")
    walk(talk, "I14", capacity="decides_supported", age_band=None)
    assert talk.session.mode == "referral_only"
    assert TOLD not in read_all_drafts(made, talk)
    talk.referral("child", "accepted")
    assert walk(talk, "I17", C5c="yes").close().report_ids == ()


@pytest.mark.parametrize(
    ("band", "guardian", "kept"),
    [("age_12_14", "caregiver_agrees", True), ("age_15_17", "caregiver_unsafe", True), ("age_6_11", None, False)],
)
def test_a_child_s_own_yes_needs_its_ground(made: Tablet, band: str, guardian: str | None, kept: bool) -> None:
    talk = walk(begun(made, facts={"child_trained": True}), "I10")
    for question, value in (("age_band", band), ("capacity", "decides_supported"), ("cp_on_call", "yes")):
        talk.answer(question, value)
    talk.answer("guardian", guardian or "other_adult_agrees")
    talk.answer("assent", "yes" if guardian else "no")
    talk.next()
    if kept:
        talk.account(TOLD)
        walk(talk, "I14")
    talk.referral("child", "declined")
    closed = walk(talk, "I17").close()
    assert bool(closed.report_ids) == kept
    for report_id in closed.report_ids:
        held = parts_of(made, report_id)
        assert held["risk_cell"] == held["hr_section"] == {}
        assert held["focal_point"]["narrative"]["answers"]["guardian"] == guardian


# -- beside the account ----------------------------------------------------------------------------------------------
def test_what_was_promised_comes_back_to_the_officer_and_names_nobody(made: Tablet) -> None:
    talk = told(made)
    talk.promise("feedback", 21)
    closed = talk.close()
    (row,) = owed.owed(made)
    assert (row.what, row.report_id, row.due_day) == ("feedback", closed.report_ids[0], made.day() + 21)
    other = begun(made)
    with pytest.raises(owed.PromiseRefused):
        other.promise("feedback", 21, "call +243 812 345 678")


def test_a_missing_service_is_told_of_without_a_case_even_where_nothing_is_kept(made: Tablet) -> None:
    talk = walk(begun(made), "I14", C1="no", C2=None, C3=None, C6="yes", C10=None, form_of_consent=None)
    talk.referral("legal", "not_available")
    closed = walk(talk, "I17", outcome_legal=None).close()
    assert (closed.gaps, closed.report_ids) == (("legal",), ())
    clock = made.ports.clock
    assert isinstance(clock, SetClock)
    clock.at_s += 86_400
    (gap_id,) = referral.send_gaps(made)
    facts = parts_of(made, gap_id)["risk_cell"]["facts"]
    assert facts["note"] == "COP gap: legal"
    assert "subject" not in facts
    assert facts["incident"] == parse_report_id(gap_id)


def test_no_picture_without_a_yes_to_exactly_that(made: Tablet) -> None:
    talk = walk(begun(made, facts={"capture_policy": True}), "I09")
    walk(talk, "I11", C9p="yes", C9a="no")
    talk.capture("photo")
    for medium in ("audio", "video", "gps"):
        with pytest.raises(errors.GateClosed) as refused:
            talk.capture(medium)
        assert [each.gate for each in talk.said(refused.value.refusals)] == ["G9"]
    with pytest.raises(errors.Malformed):
        talk.facts({"incident": {"place": {"name": "x", "adm1": "Karou", "precision": 1, "given_as": "gps"}}})


@pytest.mark.parametrize(
    "act", [{"code": "A413"}, {"code": "A404", "actor": {"class": "peacekeepers", "basis": "uniform"}}]
)
def test_misconduct_by_the_mission_stops_and_stores_nothing(made: Tablet, act: dict[str, Any]) -> None:
    talk = walk(begun(made), "I12")
    before = read_all_drafts(made, talk)
    with pytest.raises(ConductChannel):
        talk.facts({"acts": [act]})
    assert read_all_drafts(made, talk) == before


def test_a_record_screen_can_fill_the_facts(made: Tablet) -> None:
    talk = walk(begun(made), "I12")
    form = talk.form()
    form.choose_code("A402")
    talk.keep_form(form)
    assert talk.form().code == "A402"
    with pytest.raises(errors.Malformed):
        talk.facts({"consent": {"scopes": {"C8": "yes"}}})


def test_life_at_risk_sends_need_and_area_at_once_and_nobody(made: Tablet) -> None:
    talk = walk(begun(made), "I11", C2="no", C3="no", C10="no")
    talk.account(TOLD)
    talk.interrupt("X-HARM")
    talk.answer("harm_class", "harm_child")
    talk.resolve("emergency_minimal")
    (row,) = made.reports()
    facts = parts_of(made, row.id)["risk_cell"]["facts"]
    assert facts["protection_needed"] == "evacuation"
    assert facts["concern_s"] is True
    assert facts["place"]["adm2"] == AREA[1]
    assert TOLD not in repr(parts_of(made, row.id))
    assert "subject" not in facts


# -- the safe path out of an ordinary record -------------------------------------------------------------------------
def test_a_disclosure_opens_services_and_clocks_and_never_an_account(made: Tablet) -> None:
    talk = interview.from_disclosure(made, NOW_MIN, FACTS, area=AREA)
    view = talk.view()
    assert (view.state, view.mode, view.narrative) == ("I07", "referral_only", False)
    assert any(said.clause == "I07.recheck" for said in view.refusals)
    for question, value in {"recheck": "yes", "urgent_now": "no", "recent": "yes", "hours_since": 20}.items():
        talk.answer(question, value)
    assert [(each.id, each.hours_left) for each in talk.view().clocks] == [("pep", 52), ("ec", 100)]
    talk.answer("health_offer", "go_now")
    talk.next()
    assert talk.session.state == "I14"
    with pytest.raises(errors.GateClosed):
        talk.account(TOLD)
    again = interview.resume(made, talk.draft_id)
    assert again.session == talk.session
    walk(again, "I17", outcome_health="accepted", C5h="yes")
    assert again.close().report_ids == ()


def test_the_ordinary_form_offers_that_path_and_refuses_the_rest() -> None:
    form = ReportForm.new("incident", "fr")
    form.choose_code("A101")
    assert not form.safe_path_offered
    form.choose_code("A401")
    assert form.safe_path_offered
    assert {form.closed(section) for section in ("account", "words", "names", "note")} == {"protected"}


# -- lists and words ---------------------------------------------------------------------------------------------------
def test_an_open_interview_keeps_the_next_one_from_the_field(made: Tablet) -> None:
    """I04: another case that can be read blocks, and the tablet knows it by itself."""
    walk(begun(made), "I05")
    facts = interview.tablet_facts(made)
    assert facts["other_cases_unloaded"] is False
    assert status.drafts(made)[0]["kind"] == "interview"


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_page_has_its_words(made: Tablet, language: str) -> None:
    talk = begun(made)
    for state in [f"I{number:02d}" for number in range(18)]:
        view = walk(talk, state).view(language)
        assert all((view.title, view.note, view.of == 9, 1 <= view.phase <= 9))
        assert all(each.text for each in view.questions)
        assert all(option.text for each in view.questions for option in each.options)
        assert all(said.text for said in view.refusals)
        assert all(option.text for option in (*view.ways, *view.interrupts))
        if state == "I11":
            talk.account(TOLD)
