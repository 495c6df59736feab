"""What the duress passphrase opens: an ordinary tablet by every answer that it gives, and nothing of the officer's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.device.desktop import DesktopDevice
from fieldapp.flows import decoy, decoy_visits, decoy_workspace, draft, outbox, panic
from fieldapp.flows.decoy_visits import Round, visits
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import problems, record, seal_draft
from fieldapp.flows.status import status
from fieldapp.flows.unlock import Tablet
from fieldapp.sync.worker import Progress, sync
from fieldapp.vault.records import State
from firsthand import assets, errors
from firsthand.domain.casetext import findings
from firsthand.domain.report import parse_report
from firsthand.protocol import certificate
from tests.support.locks import DURESS, copy, unlock
from tests.support.tablets import (
    DAY_S,
    NOW_S,
    PASSPHRASE,
    MemoryRelay,
    SeededEntropy,
    SetClock,
    as_json,
    example,
    mission,
    ports,
)

pytestmark = pytest.mark.slow

TODAY = NOW_S // DAY_S


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy(tmp_path)[0]


@pytest.fixture
def opened(home: Path) -> Iterator[Tablet]:
    with unlock(home, DURESS) as made:
        yield made


def silent(_: Progress) -> None:
    """Nobody looks."""


def shape(value: Any) -> Any:
    """Keys and types of a JSON value; of a list the shapes that occur."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(item), sort_keys=True) for item in value})
    return type(value).__name__


# -- content ----------------------------------------------------------------------------------------------
def test_it_looks_used(opened: Tablet) -> None:
    rows = opened.reports()
    assert opened.decoy
    assert len(rows) >= 10
    assert {row.state for row in rows} == {State.SEALED, State.LOGGED}
    assert {row.kind for row in rows} == {"monitoring_visit"}
    assert [row.recorded_at_s for row in rows] == sorted((row.recorded_at_s for row in rows), reverse=True)
    assert NOW_S - 40 * DAY_S < rows[-1].recorded_at_s < rows[0].recorded_at_s < NOW_S
    assert [row.state for row in draft.list_drafts(opened)] == ["open", "open"]
    titles = {row.title for row in rows if row.readable_until_day is not None}
    assert len(titles) > 1
    assert all(row.title == "" for row in rows if row.recorded_at_s < NOW_S - 16 * DAY_S)


def test_it_holds_nothing_of_the_officers(home: Path) -> None:
    with unlock(home) as made:
        real = (made.device, made.words, made.keyring)
        labels = (made.mission.label, made.directory.mission_name, made.mission.invite_id)
        ids = {row.id for row in made.reports()}
    with unlock(home, DURESS) as made:
        assert made.device not in real
        assert made.words not in real
        assert made.keyring != real[2]
        assert not ids & {row.id for row in made.reports()}
        assert (made.mission.label, made.directory.mission_name, made.mission.invite_id) == labels
        assert certificate.check_certificate(made.mission.certificate).sign_public == made.keyring.signer.public
        key = made.vault_key().key
        for table in ("reports", "keyring", "state", "drafts"):
            assert not set(made.vault.ids(table)) & set(_ids_of_the_officer(home, table))
    with unlock(home) as made:
        assert made.vault_key().key != key


def _ids_of_the_officer(home: Path, table: str) -> list[bytes]:
    import sqlite3

    with sqlite3.connect(home / "vault.db") as conn:
        ids = [row[0] for row in conn.execute(f'select id from "{table}"')]  # noqa: S608 - a name from the test
    conn.close()
    return ids


def test_status_has_the_same_shape_in_both(home: Path) -> None:
    found = []
    for passphrase in (PASSPHRASE, DURESS):
        with unlock(home, passphrase) as made:
            draft.start(made, "flash")
            record(made, as_json(example("own-observation")))
            sync(made, MemoryRelay(), silent)
            record(made, as_json(example()))
            found.append(status(made, DesktopDevice()))
    real, other = found
    for each in found:
        assert "decoy" not in json.dumps(each)
        assert "duress" not in json.dumps(each)
    assert set(real) == set(other)
    for name in set(real) - {"reports", "drafts", "health"}:
        assert shape(real[name]) == shape(other[name]), name
    for name in ("reports", "drafts"):
        assert {frozenset(row) for row in real[name]} == {frozenset(row) for row in other[name]}
    assert {row["code"] for row in other["health"]} <= {row["code"] for row in real["health"]}


@pytest.mark.parametrize("language", assets.LANGUAGES)
def test_every_visit_that_can_be_made_is_a_report_that_could_be_sealed(language: str, opened: Tablet) -> None:
    entropy = SeededEntropy(language)
    route = Round.of(opened.directory, language, entropy)
    seen = set()
    for visit in visits(route, range(TODAY - 400, TODAY), 60, entropy):
        report = parse_report(as_json(visit.report))
        assert not [each for each in problems(opened, report) if each.blocking]
        assert not [each for each in findings(visit.report["note"]) if each.kind != "name"]
        seen.add(visit.report["note"])
    content = assets.read_json(f"decoy/{language}.json")
    assert seen == {note for each in content["visits"] for note in each["notes"]}


def test_all_languages_tell_the_same_visits() -> None:
    contents = [assets.read_json(f"decoy/{language}.json") for language in assets.LANGUAGES]
    for first, *others in zip(*(each["visits"] for each in contents), strict=True):
        for other in others:
            assert [first[name] for name in ("event", "place_type", "source")] == [
                other[name] for name in ("event", "place_type", "source")
            ]
            assert [len(first[name]) for name in ("places", "notes")] == [
                len(other[name]) for name in ("places", "notes")
            ]
    assert len({note for each in contents for visit in each["visits"] for note in visit["notes"]}) == 4 * 26


@given(
    start=st.integers(19_000, 25_000), length=st.integers(0, 60), zone=st.integers(-720, 840), seed=st.text(max_size=4)
)
def test_visits_lie_within_their_days_in_the_daytime_and_in_order(
    start: int, length: int, zone: int, seed: str
) -> None:
    route = Round("en", (("North", ""),))
    made = list(visits(route, range(start, start + length), zone, SeededEntropy(seed)))
    local = [visit.at_s + zone * 60 for visit in made]
    assert local == sorted(local)
    assert all(start <= at // DAY_S < start + length and 8 <= at % DAY_S // 3600 < 17 for at in local)
    assert len({at // DAY_S for at in local}) == len(local)


def test_it_speaks_the_officers_language_from_enrolment_or_from_the_setting_on(tmp_path: Path) -> None:
    with enrol(tmp_path / "home", mission().invitation(), PASSPHRASE, ports("fr"), "fr") as made:
        made.language = "ar"
        decoy.set_duress(made, DURESS, PASSPHRASE)
    with unlock(tmp_path / "home", DURESS) as made:
        rows = [row for row in made.reports() if row.readable_until_day is not None]
        arabic = {note for each in assets.read_json("decoy/ar.json")["visits"] for note in each["notes"]}
        assert {outbox.facts(made.custody, row.id)["note"] for row in rows} <= arabic


# -- it works ----------------------------------------------------------------------------------------------
def test_it_records_drafts_seals_and_closes_like_any_other(opened: Tablet) -> None:
    before = len(opened.reports())
    record(opened, as_json(example("own-observation")))
    draft_id = draft.start(opened, "incident")
    draft.save(opened, draft_id, example())
    seal_draft(opened, draft_id)
    kept = draft.start(opened, "flash")
    assert len(opened.reports()) == before + 2
    assert panic.panic(opened) == 3
    opened.close()
    with unlock(opened.home, DURESS) as again:
        assert panic.panicked(again) == 3
        assert len(again.reports()) == before + 2
        with pytest.raises(errors.Panicked):
            draft.load(again, kept)


def test_opening_it_again_and_again_changes_nothing(home: Path) -> None:
    seen = []
    for _ in range(3):
        with unlock(home, DURESS) as made:
            seen.append(
                (
                    [row.id for row in made.reports()],
                    made.custody.head(),
                    [row.state for row in draft.list_drafts(made)],
                )
            )
    assert seen[0] == seen[1] == seen[2]


def test_sync_asks_for_the_checkpoint_and_sends_nothing(opened: Tablet) -> None:
    relay = MemoryRelay()
    relay.grow(400)
    record(opened, as_json(example()))
    waiting = len(opened.custody.unsent_items())
    told: list[Progress] = []
    result = sync(opened, relay, told.append)
    assert (result.logged, result.waiting, result.damaged) == (waiting, 0, 0)
    assert (relay.batches, relay.attachments, len(relay.leaves)) == ([], [], 400)
    assert [each.stage for each in told] == ["handing", "handing", "done"]
    assert (told[-1].done, told[-1].total) == (waiting, waiting)
    assert {row.state for row in opened.reports()} == {State.LOGGED}
    assert all(row.log_index is not None and 0 <= row.log_index < 400 for row in opened.reports()[:waiting])
    seen = opened.custody.seen()
    assert seen is not None
    assert seen.size == 400
    relay.grow(3)
    record(opened, as_json(example()))
    assert sync(opened, relay, silent).logged == 1  # and the checkpoint is proven to continue the last


def test_without_a_network_or_with_another_log_its_sync_fails_as_any_other(opened: Tablet) -> None:
    relay = MemoryRelay()

    def down() -> str:
        raise errors.NoNetwork

    honest = relay.checkpoint
    relay.checkpoint = down  # type: ignore[method-assign]
    with pytest.raises(errors.NoNetwork):
        sync(opened, relay, silent)
    relay.checkpoint = lambda: honest().replace("day", "dax")  # type: ignore[method-assign]
    with pytest.raises(errors.WrongReceipt):
        sync(opened, relay, silent)
    assert any(row.state is State.SEALED for row in opened.reports())


def test_setting_a_second_passphrase_from_inside_looks_the_same_and_leaves_the_officer_alone(home: Path) -> None:
    other = "window paper garden silver autumn ladder"
    with unlock(home, DURESS) as made:
        ids = [row.id for row in made.reports()]
        with pytest.raises(errors.WrongPassphrase):
            decoy.set_duress(made, other, PASSPHRASE)
        decoy.set_duress(made, other, DURESS)
    for passphrase in (other, DURESS):
        with unlock(home, passphrase) as made:
            assert made.decoy
            assert [row.id for row in made.reports()] == ids
    with unlock(home) as made:
        assert len(made.reports()) == 2


# -- the officer's drafts --------------------------------------------------------------------------------
def test_opening_it_closes_the_officers_drafts_and_leaves_no_trace_of_their_halves(tmp_path: Path) -> None:
    home, draft_id = copy(tmp_path)
    with unlock(home) as made:
        sealed = made.vault._store.get("halves", draft_id)
        assert sealed is not None
    unlock(home, DURESS).close()
    left = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())
    assert not any(sealed[at : at + 32] in left for at in range(0, len(sealed) - 32, 16))
    with unlock(home) as made:
        assert [row.state for row in draft.list_drafts(made)] == ["panicked"]
        with pytest.raises(errors.Panicked):
            draft.load(made, draft_id)


def test_a_wrong_passphrase_closes_nothing(tmp_path: Path) -> None:
    home, draft_id = copy(tmp_path)
    with pytest.raises(errors.WrongPassphrase):
        unlock(home, "nobody ever chose these six words")
    with unlock(home) as made:
        assert draft.load(made, draft_id) == example()


# -- time --------------------------------------------------------------------------------------------------
def test_the_officers_openings_keep_it_fresh(home: Path) -> None:
    relay = MemoryRelay()
    relay.grow(500)
    clock = SetClock()
    with unlock(home, clock=clock) as made:
        sync(made, relay, silent)
    with unlock(home, DURESS, clock) as made:
        before = {row.id for row in made.reports()}
    clock.at_s += 12 * DAY_S
    unlock(home, clock=clock).close()
    with unlock(home, DURESS, clock) as made:
        rows = made.reports()
        fresh = [row for row in rows if row.id not in before]
        assert 3 <= len(fresh) <= 12
        assert all(NOW_S - DAY_S < row.recorded_at_s < clock.at_s for row in fresh)
        assert {row.state for row in rows if row.id in before} == {State.LOGGED}
        assert rows[-1].id in before
        assert made.custody.head().count == len(rows) + 1
        assert sync(made, relay, silent).waiting == 0


def test_after_weeks_without_the_officer_it_tops_itself_up_and_waits_for_a_network(home: Path) -> None:
    clock = SetClock()
    with unlock(home, DURESS, clock) as made:
        before = {row.id for row in made.reports()}
    clock.at_s += 90 * DAY_S
    with unlock(home, DURESS, clock) as made:
        fresh = [row for row in made.reports() if row.id not in before]
        assert 4 <= len(fresh) <= 21
        assert {row.state for row in fresh} == {State.SEALED}


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40, unique=True).map(sorted), st.integers(1, 1000))
def test_places_that_are_moved_into_a_log_keep_their_order_and_are_within_it(places: list[int], size: int) -> None:
    moved = decoy_workspace.fit_places(places, size)
    kept = [place for place in moved if place is not None]
    assert len(moved) == len(places)
    assert kept == sorted(set(kept))
    assert all(0 <= place < size for place in kept)
    assert len(kept) == min(len(places), size)
    assert moved[: len(kept)] == kept, "the oldest stay"


@pytest.mark.parametrize("leaves", [1, 3, 30, 900])
def test_in_a_young_log_no_made_up_place_is_beyond_its_end(home: Path, leaves: int) -> None:
    """From the officer's first opening after the first sync on, whatever is opened then."""
    relay = MemoryRelay()
    relay.grow(leaves - 1)
    clock = SetClock()
    with unlock(home, DURESS, clock) as made:
        before = [row.id for row in made.reports()]
    with unlock(home, clock=clock) as made:
        while made.custody.seen() is None:
            sync(made, relay, silent)
    size = len(relay.leaves)
    unlock(home, clock=clock).close()
    for days in (0, 12):
        clock.at_s += days * DAY_S
        unlock(home, clock=clock).close()
        with unlock(home, DURESS, clock) as made:
            rows = made.reports()
            places = [row.log_index for row in reversed(rows) if row.log_index is not None]
            assert places == sorted(set(places))
            assert all(place < size for place in places)
            assert set(before) <= {row.id for row in rows}
            assert all((row.log_index is None) == (row.state is State.SEALED) for row in rows)
            seen = made.custody.seen()
            assert seen is not None
            assert seen.size <= size


@pytest.mark.parametrize("at_s", [1_045_000_000, 4_102_444_800])
def test_a_clock_that_is_lost_makes_no_visits(home: Path, at_s: int) -> None:
    with unlock(home, DURESS) as made:
        before = [row.id for row in made.reports()]
    with unlock(home, DURESS, SetClock(at_s)) as made:
        assert [row.id for row in made.reports()] == before


# -- damage ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [None, b"", b"\0" * 8192, b"not a database at all" * 300])
def test_whatever_becomes_of_its_file_the_officer_gets_in_and_it_is_made_anew(
    home: Path, content: bytes | None
) -> None:
    path = home / "vault-b.db"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with unlock(home) as made:
        assert len(made.reports()) == 2
        assert not [row for row in draft.list_drafts(made) if row.state != "open"]
    with unlock(home, DURESS) as made:
        assert len(made.reports()) >= 10


def test_a_damaged_file_of_its_own_is_damage_to_whoever_opens_it(home: Path) -> None:
    (home / "vault-b.db").write_bytes(b"\0" * 8192)
    with pytest.raises(errors.Damaged):
        unlock(home, DURESS)


def test_making_it_anew_is_all_or_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> None:
        raise errors.DiskFull

    before = (home / "vault-b.db").read_bytes()
    with unlock(home) as made:
        made.language = "fr"
        with monkeypatch.context() as patched:
            patched.setattr(decoy_workspace, "fill", dies)
            with pytest.raises(errors.DiskFull):
                decoy.set_duress(made, "window paper garden silver autumn ladder", PASSPHRASE)
    assert (home / "vault-b.db").read_bytes() == before
    with unlock(home, DURESS) as made:
        assert made.reports()


def test_names_of_a_mission_with_areas_are_used(home: Path) -> None:
    areas = json.loads(assets.read_text("scenario/areas.geojson"))

    class Mapped:
        areas_geojson = areas
        area_names = frozenset(each["properties"]["adm1"] for each in areas["features"])

    route = Round.of(Mapped(), "sw", SeededEntropy("areas"))  # type: ignore[arg-type]
    assert {adm1 for adm1, _ in route.places} <= Mapped.area_names
    assert len({adm1 for adm1, _ in route.places}) == 1
    assert Round.of(Mapped(), "xx", SeededEntropy("x")).language == "en"  # type: ignore[arg-type]
    assert decoy_visits.number(SeededEntropy("n"), 5) < 5
    assert home.exists()
