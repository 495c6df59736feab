"""Referral on the tablet: offline, signed, followed, and never tied to a person or a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.referral import generate
from fieldapp.flows import owed, referral
from fieldapp.flows.referral import Query
from fieldapp.flows.service_places import ServicePlaces
from fieldapp.flows.training import training
from fieldapp.flows.unlock import Tablet
from firsthand import errors
from firsthand.domain.referral import is_stale
from firsthand.ids import parse_report_id
from firsthand.protocol import envelope
from firsthand.protocol.directory import CONTENT_FILES, Directory
from sync_server.admin.content import publish_referrals_by
from sync_server.admin.folder import read_directory
from sync_server.admin.keys import AdminKeys
from tests.support import services, tablets
from tests.support.canary import find
from tests.support.tablets import DAY_S, PASSPHRASE, SetClock, reopen


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def own(tmp_path: Path, clock: SetClock) -> Iterator[Tablet]:
    with services.tablet(tmp_path, clock) as made:
        yield made


# -- the directory ---------------------------------------------------------------------------------------------
def test_the_tablet_reads_the_signed_services_without_a_network(own: Tablet) -> None:
    shown = referral.look(own, Query(offers=("PEP",), area=("Karou", "")))
    assert (shown.version, shown.age_days, shown.stale) == (1, 2, False)
    assert shown.matches[0].fits
    assert {match.service.sector for match in shown.matches} == {"health"}


def test_a_list_older_than_thirty_days_is_marked_and_still_shown(own: Tablet, clock: SetClock) -> None:
    clock.at_s += 29 * DAY_S
    shown = referral.look(own, Query())
    assert (shown.age_days, shown.stale) == (31, True)
    assert shown.matches
    assert referral.interview_facts(own, "Karou")["directory_age_days"] == 31


def test_what_an_interview_asks_of_the_services(own: Tablet) -> None:
    assert referral.interview_facts(own, "Karou") == {
        "directory_age_days": 2, "health_ok": True, "psychosocial_ok": True,
    }  # fmt: skip
    lacking = referral.interview_facts(own, (generate.NO_LISTENING, ""))
    assert (lacking["health_ok"], lacking["psychosocial_ok"]) == (True, False)


def test_a_mission_without_services_says_so(tmp_path: Path) -> None:
    with tablets.tablet(tmp_path) as bare:
        assert referral.directory(bare) is None
        assert referral.look(bare, Query()) == referral.Shown((), 0, referral.NO_DIRECTORY_DAYS, stale=True)
        assert referral.interview_facts(bare, "Karou")["health_ok"] is False
        with pytest.raises(errors.NotFound):
            referral.give(bare, "02-01", "H2", agreed=True)


def test_training_has_services_too() -> None:
    with training(tablets.ports("train")) as made:
        assert referral.look(made, Query()).matches


@pytest.mark.parametrize("change", ["cut", "gone", "other"])
def test_services_that_are_not_those_that_were_signed_refuse_the_directory(change: str) -> None:
    mission = services.mission()
    files = read_directory(mission.folder.directory)
    assert Directory.verify(files, mission.folder.root_sha256).content == {CONTENT_FILES[0]: generate.file()}
    if change == "gone":
        del files["referrals.json"]
    else:
        files["referrals.json"] = files["referrals.json"][:-1] if change == "cut" else generate.file(version=9)
    with pytest.raises(errors.TheirFault):
        Directory.verify(files, mission.folder.root_sha256)


def test_services_are_not_taken_from_a_directory_that_does_not_name_them() -> None:
    files = read_directory(tablets.mission().folder.directory)
    with pytest.raises(errors.TheirFault):
        Directory.verify({**files, "referrals.json": generate.file()}, tablets.mission().folder.root_sha256)


# -- publishing --------------------------------------------------------------------------------------------------
def test_only_a_newer_and_fresh_directory_replaces_the_one_that_is_published(tmp_path: Path) -> None:
    made = services.make(tmp_path)
    keys, ports = AdminKeys.open(made.folder, PASSPHRASE), services.server_ports("again")

    def published() -> bytes:
        files = read_directory(made.folder.directory)
        return Directory.verify(files, made.folder.root_sha256).content["referrals.json"]

    first = published()
    for data, reason in (
        (generate.file(version=1).replace(b'"open"', b'"closed"', 1), "not-newer"),
        (generate.file(date(2026, 10, 1), version=2), "too-old"),
        (generate.file(date(2026, 12, 1), version=2), "in-future"),
        (generate.file(version=2)[:-9], "not-json"),
    ):
        with pytest.raises(errors.ReferralRefused) as caught:
            publish_referrals_by(made.folder, keys, data, ports)
        assert caught.value.reason == reason
        assert published() == first
    publish_referrals_by(made.folder, keys, first, ports)  # the same again is no harm
    publish_referrals_by(made.folder, keys, generate.file(version=2), ports)
    assert published() == generate.file(version=2)
    services.invitations(made.folder, keys, 1, "later")
    assert published() == generate.file(version=2), "a later publication keeps it"
    for desk in made.folder.desks():
        assert (desk / "directory" / "targets" / "referrals.json").read_bytes() == published()


# -- slips ---------------------------------------------------------------------------------------------------------
def test_a_referral_needs_the_persons_yes_and_leaves_a_slip_of_three_codes(own: Tablet) -> None:
    [first, *_] = referral.look(own, Query(offers=("PSS_ONE",), area=("Karou", ""), fitting=True)).matches
    with pytest.raises(referral.NotAgreed):
        referral.give(own, first.service.id, "P1", agreed=False)
    assert referral.given(own) == []
    made = referral.give(own, first.service.id, "P1", agreed=True)
    assert made.slip is not None
    name, service, need = made.slip.text().split()
    assert (service, need) == (first.service.id, "P1")
    assert name.replace("-", "") == made.referral.pseudonym
    assert referral.given(own) == [made.referral]
    again = referral.give(own, first.service.id, "P1", agreed=True)
    assert again.referral.pseudonym != made.referral.pseudonym, "two slips never share a name"


def test_a_shelter_is_never_put_on_paper(own: Tablet) -> None:
    [first, *_] = referral.look(own, Query(offers=("SHELTER",), area=("Karou", ""))).matches
    with pytest.raises(referral.NotOnPaper):
        referral.give(own, first.service.id, "S1", agreed=True)
    made = referral.give(own, first.service.id, "S1", agreed=True, paper=False)
    assert made.slip is None
    assert made.referral.pseudonym == ""


@pytest.mark.parametrize(("service", "need"), [("99-99", "H2"), ("02-01", "ZZ"), ("02-01", "L1")])
def test_no_referral_to_what_is_not_there(own: Tablet, service: str, need: str) -> None:
    with pytest.raises(errors.NotFound):
        referral.give(own, service, need, agreed=True)


def test_a_referral_is_followed_and_forgotten_a_month_after_it_was_closed(own: Tablet, clock: SetClock) -> None:
    made = referral.give(own, "02-01", "H1", agreed=True)
    assert made.referral.made_min % 15 == 0
    clock.at_s += 26 * 3600
    assert made.referral.hours(clock.at_s // 60) == 26
    moved = referral.move(own, made.referral.id, "served")
    clock.at_s += 5 * DAY_S
    assert moved.hours(clock.at_s // 60) == 26, "what is closed does not age"
    with pytest.raises(errors.Malformed):
        referral.move(own, made.referral.id, "vanished")
    clock.at_s += 25 * DAY_S
    again = reopen(own)
    with again:
        assert referral.given(again) == []


def test_an_open_referral_stays_ninety_days(own: Tablet, clock: SetClock) -> None:
    referral.give(own, "02-01", "H1", agreed=True)
    clock.at_s += 89 * DAY_S
    assert referral.forget(own) == 0
    clock.at_s += DAY_S
    assert referral.forget(own) == 1


# -- gaps ----------------------------------------------------------------------------------------------------------
def test_a_gap_becomes_a_report_of_its_own_on_another_day(own: Tablet, clock: SetClock) -> None:
    referral.add_gap(own, "psychosocial", "Dovi")
    referral.add_gap(own, "psychosocial", "Dovi")
    referral.add_gap(own, "health", "Toro-Kesi", "Kesi")
    assert referral.send_gaps(own) == [], "never beside the interview in which it was noticed"
    assert own.reports() == []
    clock.at_s += DAY_S
    again = reopen(own)
    with again:
        rows = again.reports()
        assert len(rows) == 2, "the same gap of one week counts once"
        facts = [again.custody.facts(row.row_id).facts for row in map(_stub(again), rows)]  # type: ignore[union-attr]
        notes = {(each["note"], each["place"]["adm1"], each["place"].get("adm2")) for each in facts}
        assert notes == {("COP gap: psychosocial", "Dovi", None), ("COP gap: health", "Toro-Kesi", "Kesi")}
        for each in facts:
            assert each["events"] == ["E14"]
            assert each["basis"]["code"] == "beneficiary_interests"
            assert each["incident"] == each["id"], "it joins no incident"
            assert not {"subject", "links", "supersedes", "scopes", "victims"} & {k for k, v in each.items() if v}
        assert referral.send_gaps(again) == []


def _stub(made: Tablet):  # type: ignore[no-untyped-def]
    return lambda row: made.custody.find_report(parse_report_id(row.id))


def test_the_risk_cell_opens_a_gap(own: Tablet, clock: SetClock) -> None:
    referral.add_gap(own, "safety", "Dovi")
    clock.at_s += DAY_S
    [report] = referral.send_gaps(own)
    item = next(each for each in own.custody.items() if each.report_id == parse_report_id(report))
    sealed = own.custody.envelope(own.custody.row_id(item.object_hash))
    slot = own.policy.roles.index("risk_cell")
    opened = envelope.open_slot(sealed, slot, [services.mission().role_secret("risk_cell")])
    facts: Any = opened.parts["facts"]
    assert facts["note"] == "COP gap: safety"
    assert "narrative" not in {name for name, value in opened.parts.items() if value}


def test_a_gap_in_an_area_that_is_none_is_refused_at_once(own: Tablet) -> None:
    with pytest.raises(errors.InvalidReport):
        referral.add_gap(own, "health", "Nowhere")
    with pytest.raises(errors.Malformed):
        referral.add_gap(own, "weather", "Dovi")


# -- places --------------------------------------------------------------------------------------------------------
def test_distances_count_from_an_area_that_the_officer_names(own: Tablet) -> None:
    places = ServicePlaces(own)
    assert "Karou" in places.areas()
    assert places.parts("Karou") == ["Ferry Bank", "Karou Town", "Mirrin"]
    heart = places.heart("Karou", "Ferry Bank")
    assert heart is not None
    found = referral.look(own, Query(offers=("CMR",), at=heart, area=("Karou", "Ferry Bank"), fitting=True)).matches
    distances = [match.km for match in found if match.km is not None]
    assert distances == sorted(distances)
    assert places.heart("Nowhere") is None


def test_the_tablets_disk_says_nothing_of_services_or_promises(own: Tablet) -> None:
    referral.give(own, "02-01", "H1", agreed=True)
    owed.add(own, "feedback", own.day() + 3, note="zq-canary-promise")
    own.close()
    assert find(own.home, ["zq-canary-promise", "Hospital, Karou", "beneficiary_interests"]) == []


def test_an_old_directory_is_stale_for_the_domain_too(own: Tablet) -> None:
    known = referral.directory(own)
    assert known is not None
    assert is_stale(known, known.issued_day + 31)
