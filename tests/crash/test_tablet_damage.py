"""A vault file that was cut or flipped: what is intact opens, what is not is counted, and work goes on.

The file is hurt while the tablet is locked, in ways that SQLite itself calls malformed as well as in ways that it
does not see. Whatever happens, a draft that opens says what was saved, and a draft that does not is spoken of.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldapp.device.desktop import DesktopDevice
from fieldapp.flows import draft, search, status
from fieldapp.flows.draft import DraftId
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import record, seal_draft
from fieldapp.flows.unlock import Tablet
from fieldapp.vault import mend
from fieldapp.vault.store import TABLES, Store, _make
from fieldapp.vault.vault import DB_NAME
from firsthand import errors
from tests.support.tablets import PASSPHRASE, as_json, example, mission, ports

pytestmark = pytest.mark.slow

PAGE = 4096
DRAFTS, REPORTS = 6, 12


@dataclass(frozen=True)
class Sample:
    """A locked tablet, and what its drafts say."""

    home: Path
    drafts: dict[DraftId, dict[str, Any]]
    reports: frozenset[str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    home = tmp_path_factory.mktemp("sample") / "home"
    drafts, reports = {}, set()
    with enrol(home, mission().invitation(), PASSPHRASE, ports("sample")) as made:
        for number in range(max(DRAFTS, REPORTS)):
            if number < REPORTS:
                reports.add(record(made, as_json(example())))
            if number < DRAFTS:
                draft_id = draft.start(made, "incident")
                drafts[draft_id] = example() | {"narrative": {"what_happened": f"{number} " * 900}}
                draft.save(made, draft_id, drafts[draft_id])
    return Sample(home, drafts, frozenset(reports))


def hurt(sample: Sample, home: Path, change: Callable[[bytes], bytes]) -> None:
    shutil.copytree(sample.home, home)
    path = home / DB_NAME
    path.write_bytes(change(path.read_bytes()))


def look(sample: Sample, home: Path) -> str:
    """Opens what is left, checks every promise, and says how it went."""
    try:
        made = Tablet.open(home, PASSPHRASE, ports("after"))
    except errors.Damaged as damage:
        assert damage.exit_code == errors.EXIT_DAMAGED
        return "refused"
    with closing(made):
        rows = {row.id: row.state for row in draft.list_drafts(made)}
        open_drafts = [draft_id for draft_id, state in rows.items() if state == "open"]
        assert set(rows) <= set(sample.drafts)
        for draft_id in open_drafts:
            assert draft.load(made, draft_id) == sample.drafts[draft_id]
        told = status.status(made, DesktopDevice())
        codes = {each["code"] for each in told["health"]}
        lines = {row["id"] for row in told["reports"]}
        assert lines <= sample.reports
        if len(open_drafts) < DRAFTS or lines != sample.reports:
            assert codes & {"damaged-rows", "vault-mended"}, "whatever is missing is spoken of"
        search.find(made, "lemba")
        go_on(made, open_drafts)
        mended = made.vault.hurt_at_s is not None
    with Tablet.open(home, PASSPHRASE, ports("again")) as again:
        states = {row.id: row.state for row in draft.list_drafts(again)}
        assert all(states[draft_id] == "open" for draft_id in open_drafts)
        if mended:
            assert again.vault._store._db.execute("pragma integrity_check").fetchone() == ("ok",)
    whole = len(open_drafts) == DRAFTS and lines == sample.reports
    return f"{'mended' if mended else 'opened'}{' whole' if whole else ''}"


def go_on(made: Tablet, open_drafts: list[DraftId]) -> None:
    """Saving, sealing and recording work again; at the latest the second time, when the file has been mended."""
    for attempt in (1, 2):
        try:
            new = draft.start(made, "incident")
            draft.save(made, new, example())
            seal_draft(made, new)
            record(made, as_json(example()))
            if open_drafts:
                draft.save(made, open_drafts[0], example())
        except errors.Damaged:
            assert attempt == 1
        else:
            return


CUTS = [
    pytest.param(16, id="sampled"),
    pytest.param(200, id="every page", marks=pytest.mark.night),
]


@pytest.mark.parametrize("cuts", CUTS)
def test_a_cut_vault_keeps_what_is_intact_and_says_so(sample: Sample, tmp_path: Path, cuts: int) -> None:
    size = (sample.home / DB_NAME).stat().st_size
    outcomes: Counter[str] = Counter()
    for step in range(cuts):
        at = max(size * (cuts - 1 - step) // cuts - (step % 3) * 700, 0)
        home = tmp_path / str(step)
        hurt(sample, home, lambda data, at=at: data[:at])  # type: ignore[misc]
        outcomes[look(sample, home)] += 1
        shutil.rmtree(home)
    print(dict(outcomes))
    assert outcomes["mended"] >= 1
    assert set(outcomes) <= {"refused", "mended", "mended whole"}, outcomes


FLIPS = [
    pytest.param(14, id="sampled"),
    pytest.param(300, id="many", marks=pytest.mark.night),
]


@pytest.mark.parametrize("cases", FLIPS)
@pytest.mark.parametrize("kind", ["bit", "page", "zeros"])
def test_a_flipped_vault_keeps_what_is_intact_and_says_so(
    sample: Sample, tmp_path: Path, kind: str, cases: int
) -> None:
    size = (sample.home / DB_NAME).stat().st_size
    chance = random.Random(f"{kind} {cases}")
    outcomes: Counter[str] = Counter()
    for case in range(cases):
        at = chance.randrange(PAGE, size)

        def change(data: bytes, at: int = at) -> bytes:
            if kind == "bit":
                return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
            at -= at % PAGE
            page = chance.randbytes(PAGE) if kind == "page" else bytes(PAGE)
            return data[:at] + page + data[at + PAGE :]

        home = tmp_path / str(case)
        hurt(sample, home, change)
        outcomes[look(sample, home)] += 1
        shutil.rmtree(home)
    print(kind, dict(outcomes))
    assert outcomes["opened whole"] + outcomes["opened"] + outcomes["mended"] + outcomes["mended whole"] >= cases // 2


# -- mending itself --------------------------------------------------------------------------------------
def filled(path: Path, rows: int) -> dict[bytes, bytes]:
    content = {
        number.to_bytes(16, "big"): bytes([number % 256]) * (200 + number * 37 % 3_000) for number in range(rows)
    }
    with closing(Store(path)) as store, store.write():
        store.make_tables(b"header")
        for row_id, sealed in content.items():
            store.put("objects", row_id, sealed)
            store.put("drafts", row_id, sealed[:100])
    return content


def test_mending_an_intact_file_changes_no_row(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    content = filled(path, 300)
    assert mend.mend(path, TABLES, _make)
    mend.finish(path)
    with closing(Store(path)) as store:
        assert store.headers() == [b"header", b"header"]
        assert {row_id: store.get("objects", row_id) for row_id in store.ids("objects")} == content
        assert len(store.ids("drafts")) == 300
        assert store.hurt_at_s is not None
    assert sorted(each.name for each in tmp_path.iterdir()) == ["vault.db", "vault.db.hurt"]
    assert path.stat().st_mode & 0o077 == 0


def test_every_row_outside_the_hurt_pages_is_kept_and_ids_of_the_others_too(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    content = filled(path, 300)
    with closing(sqlite3.connect(path)) as conn:
        (pages,) = conn.execute("pragma page_count").fetchone()
    data = bytearray(path.read_bytes())
    for page in range(pages // 2, pages // 2 + 3):
        data[page * PAGE : (page + 1) * PAGE] = b"\xa5" * PAGE
    path.write_bytes(bytes(data))
    with closing(Store(path, mending=True)) as store:
        found = {row_id: store.get("objects", row_id) for row_id in store.ids("objects")}
        assert store._db.execute("pragma integrity_check").fetchone() == ("ok",)
    whole = {row_id for row_id, sealed in found.items() if sealed == content[row_id]}
    assert len(whole) >= 285
    assert set(found) <= set(content)


@pytest.mark.parametrize("ending", [".mend", ".mended"])
def test_a_crash_while_mending_is_finished_or_begun_anew(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "vault.db"
    content = filled(path, 20)
    mend.mend(path, TABLES, _make)
    if ending == ".mend":
        half = path.with_name("vault.db.mended").rename(path.with_name("vault.db.mend"))
        half.write_bytes(half.read_bytes()[:PAGE])
    with closing(Store(path)) as store:
        assert {row_id: store.get("objects", row_id) for row_id in store.ids("objects")} == content
    if ending == ".mend":
        assert mend.mend(path, TABLES, _make)


def test_a_file_without_a_header_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    filled(path, 50)
    data = path.read_bytes()
    hurt_header = data[:PAGE] + b"\xa5" * (len(data) - PAGE)
    path.write_bytes(hurt_header)
    with closing(Store(path, mending=True)) as store, pytest.raises(errors.Damaged):
        store.headers()
    assert path.read_bytes() == hurt_header
    assert not path.with_name("vault.db.hurt").exists()


def test_only_who_asked_for_it_mends(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    filled(path, 300)
    path.write_bytes(path.read_bytes()[: -40 * PAGE])
    before = path.read_bytes()
    with pytest.raises(errors.Damaged), closing(Store(path)) as store:
        store.ids("objects")
    assert path.read_bytes() == before
