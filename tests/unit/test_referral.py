"""The referral directory: read with line-exact refusals, filtered with reasons, and slips that name nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assets.referral import generate
from firsthand import assets
from firsthand.domain import referral
from firsthand.domain.referral import Query, Slip, filter_services, parse_directory, reachable
from firsthand.domain.referral_model import OFFERS, SCOPES, Hours
from firsthand.errors import Malformed, ReferralRefused

ISSUED = date(2026, 11, 16).toordinal() - date(1970, 1, 1).toordinal()


def service(**changes: Any) -> dict[str, Any]:
    found = {
        "id": "02-01",
        "sector": "health",
        "title": {"en": "Health centre, Karou", "fr": "Centre de santé, Karou"},
        "offers": ["CMR", "PEP"],
        "areas": [{"adm1": "Karou"}],
        "at": {"lat": 3.5, "lon": -15.5},
        "opening": [{"days": [1, 2, 3, 4, 5], "from": "08:00", "to": "16:00"}],
        "staff_sex": ["F", "M"],
        "languages": ["fr", "en"],
        "cost": "free",
        "min_age": 0,
        "documents": False,
        "reporting": "none",
        "verified_on": "2026-11-10",
        "verified_by": "service_mapping_post",
        "stock": {"PEP": "2026-11-09"},
        "status": "open",
    } | changes
    return {name: value for name, value in found.items() if value is not None}


def shelter(**changes: Any) -> dict[str, Any]:
    hidden = {"sector": "safety", "offers": ["SHELTER"], "at": None, "stock": None, "do_not_print": True}
    return service(**(hidden | changes))


def text(*services: dict[str, Any], **changes: Any) -> bytes:
    """One field a line."""
    whole = {"v": 1, "version": 3, "issued": "2026-11-16", "services": list(services)} | changes
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def directory(*services: dict[str, Any]) -> referral.ReferralDirectory:
    return parse_directory(text(*services))


def line_of(data: bytes, piece: str) -> int:
    """The line on which a piece of text stands first."""
    return next(number for number, line in enumerate(data.decode().split("\n"), 1) if piece in line)


# -- reading -----------------------------------------------------------------------------------------------
def test_everything_that_a_service_says_is_read() -> None:
    found = directory(service(access=["step_free"], contact="+000 123 4567", min_age=12), shelter(id="02-02"))
    health, safe = found.services
    assert (found.version, found.issued_day) == (3, ISSUED)
    assert (health.id, health.sector, health.offers) == ("02-01", "health", ("CMR", "PEP"))
    assert health.at == (3.5, -15.5)
    assert health.hours == (Hours(frozenset({1, 2, 3, 4, 5}), 480, 960),)
    assert (health.staff_sex, health.languages, health.min_age) == (frozenset("FM"), ("fr", "en"), 12)
    assert (health.contact, health.access, dict(health.stock_days)) == (
        "+000 123 4567",
        ("step_free",),
        {"PEP": ISSUED - 7},
    )
    assert health.title("fr") == "Centre de santé, Karou"
    assert health.title("ar") == "Health centre, Karou"
    assert (safe.at, safe.contact, safe.printable) == (None, "", False)


REFUSED = [
    (service(sector="magic"), '"magic"', "unknown-code"),
    (service(offers=["SHELTER"]), '"SHELTER"', "unknown-code"),
    (service(offers=[]), '"offers"', "bad-range"),
    (service(offers=["PEP", "PEP"]), '"offers"', "bad-range"),
    (service(id="Karou clinic"), '"Karou clinic"', "bad-text"),
    (service(title={}), '"title"', "missing-field"),
    (service(title={"en": "call 0788 123 456"}), "0788", "private-text"),
    (service(title={"en": " Clinic"}), '" Clinic"', "bad-text"),
    (service(title={"EN": "Clinic"}), '"EN"', "unknown-code"),
    (service(areas=[]), '"areas"', "bad-range"),
    (service(areas=[{"adm2": "Mirrin"}]), '"areas"', "missing-field"),
    (service(at={"lat": 91, "lon": 0}), '"lat"', "bad-range"),
    (service(at={"lat": True, "lon": 0}), '"lat"', "wrong-type"),
    (service(opening="sometimes"), '"sometimes"', "unknown-code"),
    (service(opening=[{"days": [8], "from": "08:00", "to": "16:00"}]), "     8", "bad-range"),
    (service(opening=[{"days": [1], "from": "8:00", "to": "16:00"}]), '"8:00"', "bad-time"),
    (service(opening=[{"days": [1], "from": "08:00", "to": "24:00"}]), '"24:00"', "bad-time"),
    (service(opening=[{"days": [1], "from": "08:00", "to": "08:00"}]), '"to"', "bad-time"),
    (service(staff_sex=["X"]), '"X"', "unknown-code"),
    (service(languages=[]), '"languages"', "bad-range"),
    (service(cost="cheap"), '"cheap"', "unknown-code"),
    (service(min_age=-1), '"min_age"', "bad-range"),
    (service(min_age="12"), '"min_age"', "wrong-type"),
    (service(documents="no"), '"documents"', "wrong-type"),
    (service(reporting="everybody"), '"everybody"', "unknown-code"),
    (service(verified_on="2026-02-30"), "2026-02-30", "bad-date"),
    (service(verified_on="20261110"), "20261110", "bad-date"),
    (service(verified_by="Ama K."), "Ama K.", "bad-text"),
    (service(stock={"ARV": "2026-11-09"}), '"ARV"', "unknown-code"),
    (service(contact="ask at the gate"), "ask at the gate", "bad-text"),
    (service(status=None), '   "id"', "missing-field"),
    (service(nickname="x"), '"nickname"', "unknown-field"),
    (shelter(at={"lat": 3.5, "lon": -15.5}), '"at"', "shelter-place"),
    (shelter(contact="+000 123 4567"), '"contact"', "shelter-contact"),
    (shelter(do_not_print=False), '"do_not_print"', "shelter-print"),
]  # fmt: skip


# A field that is missing is refused where its object begins: lines from the piece that stands near it.
BESIDE = {'"areas"': 1, '   "id"': -1}


@pytest.mark.parametrize(("wrong", "piece", "reason"), REFUSED, ids=[f"{i}-{r[2]}" for i, r in enumerate(REFUSED)])
def test_one_wrong_field_refuses_the_file_at_its_line(wrong: dict[str, Any], piece: str, reason: str) -> None:
    data = text(service(id="01-01"), wrong)
    last = max(number for number, line in enumerate(data.decode().split("\n"), 1) if piece in line)
    with pytest.raises(ReferralRefused) as caught:
        parse_directory(data)
    beside = BESIDE.get(piece, 0) if reason == "missing-field" else 0
    assert (caught.value.reason, caught.value.file, caught.value.line) == (reason, "referrals.json", last + beside)


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", 1, "not-json"),
        (b"[]", 1, "wrong-type"),
        (b'{"v": 1}\n{}', 2, "not-json"),
        (b'{"v": 1,\n "v": 1}', 2, "duplicate-key"),
        (b'{"v": NaN}', 1, "not-json"),
        (b'{"v": 1e400}', 1, "not-json"),
        (b'\n\n{"v": "\xff"}', 3, "not-utf8"),
        (b'{"v": "\\ud800"}', 1, "not-json"),
        (b"\n" + b"[" * 99, 2, "too-deep"),
        (text(version=0), 3, "bad-range"),
        (text(v=2), 2, "newer-form"),
        (text(issued="yesterday"), 4, "bad-date"),
        (b" " * (referral.MAX_BYTES + 1), 1, "too-large"),
    ],
)
def test_a_file_that_is_no_directory_is_refused_at_its_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(ReferralRefused) as caught:
        parse_directory(data)
    assert (caught.value.line, caught.value.reason) == (line, reason)


def test_the_same_code_twice_is_refused_at_the_second() -> None:
    data = text(service(), service())
    with pytest.raises(ReferralRefused) as caught:
        parse_directory(data)
    assert caught.value.reason == "duplicate-id"
    assert caught.value.line > line_of(data, '"02-01"')


@pytest.mark.parametrize(("days", "reason"), [(31, "too-old"), (400, "too-old"), (-2, "in-future")])
def test_a_directory_of_another_time_is_refused_at_its_date(days: int, reason: str) -> None:
    with pytest.raises(ReferralRefused) as caught:
        referral.demand_fresh(directory(service()), ISSUED + days)
    assert (caught.value.line, caught.value.reason) == (4, reason)


@pytest.mark.parametrize("days", [-1, 0, 30])
def test_thirty_days_are_still_good(days: int) -> None:
    found = directory(service())
    referral.demand_fresh(found, ISSUED + days)
    assert referral.age_days(found, ISSUED + days) == max(0, days)
    assert not referral.is_stale(found, ISSUED + days)


# -- filtering -----------------------------------------------------------------------------------------------
MONDAY_NOON, SUNDAY_NOON = (1, 720), (7, 720)


@pytest.mark.parametrize(
    ("changes", "query", "misses"),
    [
        ({}, Query(open_at=MONDAY_NOON, language="fr", staff_sex="F", area=("Karou", "Mirrin"), age=9), ()),
        ({"status": "closed"}, Query(), ("closed",)),
        ({"status": "unknown"}, Query(), ("unknown",)),
        ({}, Query(open_at=SUNDAY_NOON), ("hours",)),
        ({"opening": "always"}, Query(open_at=SUNDAY_NOON), ()),
        ({"opening": "arranged"}, Query(open_at=MONDAY_NOON), ("hours",)),
        ({"staff_sex": ["M"]}, Query(staff_sex="F"), ("sex",)),
        ({}, Query(language="ar"), ("language",)),
        ({"min_age": 12}, Query(age=11), ("age",)),
        ({"areas": [{"adm1": "Karou", "adm2": "Mirrin"}]}, Query(area=("Karou", "Ferry Bank")), ("area",)),
        ({"areas": [{"adm1": "Karou", "adm2": "Mirrin"}]}, Query(area=("Karou", "")), ()),
        ({}, Query(area=("Dovi", "")), ("area",)),
    ],
)
def test_what_was_asked_and_does_not_hold_is_said(changes: dict[str, Any], query: Query, misses: tuple[str]) -> None:
    [match] = filter_services(directory(service(**changes)), query)
    assert match.misses == misses
    assert bool(filter_services(directory(service(**changes)), replace(query, fitting=True))) is not bool(misses)


@pytest.mark.parametrize(
    ("changes", "query", "note"),
    [
        ({"reporting": "police"}, Query(), "reporting"),
        ({"documents": True}, Query(), "documents"),
        ({"cost": "part"}, Query(), "cost"),
        ({"stock": {"PEP": "2026-10-16"}}, Query(offers=("PEP",)), "stock"),
        ({"stock": None}, Query(offers=("PEP",)), "stock"),
        ({"opening": "arranged"}, Query(), "arranged"),
        ({}, Query(at=(4.5, -15.5)), "far"),
    ],
)
def test_what_must_be_said_before_anybody_goes_is_noted(changes: dict[str, Any], query: Query, note: str) -> None:
    [match] = filter_services(directory(service(**changes)), query)
    assert note in match.notes
    [plain] = filter_services(directory(service()), Query())
    assert note not in plain.notes


def test_stock_that_nobody_asked_about_is_no_worry() -> None:
    [match] = filter_services(directory(service(stock=None)), Query(offers=("CMR",)))
    assert match.notes == ()


def test_only_services_that_answer_the_need_are_shown_near_ones_first() -> None:
    found = directory(
        service(id="02-09", at={"lat": 3.9, "lon": -15.5}),
        service(id="02-02"),
        service(id="02-03", staff_sex=["M"], at={"lat": 3.51, "lon": -15.5}),
        service(id="02-04", offers=["EMERGENCY"], stock=None),
    )
    matches = filter_services(found, Query(offers=("PEP",), at=(3.5, -15.5), staff_sex="F"))
    assert [match.service.id for match in matches] == ["02-02", "02-09", "02-03"]
    assert [round(match.km or 0) for match in matches] == [0, 44, 1]


def test_a_night_watch_is_open_over_midnight() -> None:
    night = Hours(frozenset({7}), 22 * 60, 6 * 60)
    assert night.cover(7, 23 * 60)
    assert night.cover(1, 5 * 60)
    assert not night.cover(1, 23 * 60)
    assert not night.cover(7, 5 * 60)
    assert not night.cover(1, 6 * 60)


def test_reachable_counts_open_services_of_the_area_alone() -> None:
    found = directory(service(), shelter(id="02-02", status="unknown"))
    assert dict(reachable(found, "Karou", ISSUED)) == {sector: sector == "health" for sector in referral.SECTORS}
    assert not any(reachable(found, ("Dovi", ""), ISSUED).values())
    assert not any(reachable(found, "Karou", ISSUED - 40).values()), "a directory of the future says nothing of today"


def test_minutes_become_weekday_and_minute() -> None:
    monday = 1_796_601_600 // 60  # 7 December 2026, 00:00 UTC
    assert referral.week_minute(monday) == (1, 0)
    assert referral.week_minute(monday - 1) == (7, 1439)
    assert referral.week_minute(monday - 60, 60) == (1, 0)


# -- needs and slips -----------------------------------------------------------------------------------------
def test_the_shipped_needs_cover_every_offer() -> None:
    needs = referral.parse_needs(assets.read_text("referral/needs.csv"))
    offered = {offer for need in needs for offer in need.offers}
    assert offered == {offer for offers in OFFERS.values() for offer in offers}
    assert {need.hours for need in needs if need.offers in {("PEP",), ("EC",)}} == {72, 120}
    assert all(need.source_mark in "SKD" for need in needs)


@pytest.mark.parametrize(
    "wrong", ["H1,health,SHELTER,0,K,", "H1,magic,PEP,0,K,", "H1,health,,0,K,", "H1,health,PEP,x,K,"]
)
def test_a_broken_table_of_needs_is_refused(wrong: str) -> None:
    with pytest.raises(Malformed):
        referral.parse_needs("code,sector,offers,hours,source_mark,checked_by\n" + wrong)


def test_a_slip_holds_three_codes_and_nothing_else() -> None:
    assert Slip("7KQ4TM", "02-04", "P1").text() == "7KQ-4TM\n02-04\nP1\n"


def test_scopes_stand_for_the_sectors_that_consent_knows() -> None:
    assert set(SCOPES.values()) == {"C5h", "C5p", "C5s", "C5l", "C5c"}


# -- the invented country --------------------------------------------------------------------------------------
def test_the_committed_directory_is_what_the_generator_writes() -> None:
    written = "run python -m assets.referral.generate"
    assert assets.read_bytes("referral/referrals.json") == generate.file(), written


def test_ruvala_has_an_area_with_everything_one_with_nothing_and_one_without_anybody_to_talk_to() -> None:
    found = parse_directory(generate.file())
    areas = {area for each in found.services for area, _ in each.areas}
    assert all(reachable(found, generate.ALWAYS_WHOLE, ISSUED).values())
    assert generate.NOTHING not in areas
    lacking = reachable(found, generate.NO_LISTENING, ISSUED)
    assert (lacking["health"], lacking["psychosocial"]) == (True, False)
    assert len(areas) == 17
    assert {offer for each in found.services for offer in each.offers} >= {"PEP", "EC", "SHELTER", "POLICE_UNIT"}


def test_the_demonstration_can_stamp_it_with_another_day() -> None:
    later = parse_directory(generate.file(date(2027, 3, 1), version=2))
    assert later.issued_day > ISSUED
    assert later.version == 2
    assert [each.id for each in later.services] == [each.id for each in parse_directory(generate.file()).services]
