"""What a desk makes of the relay's log: the honest one, and every way of lying that we could name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from firsthand.errors import BadSignature, Fork, Malformed, NoNetwork, RelayRefused, Rollback, WrongMission
from firsthand.protocol.envelope import Sealed
from firsthand.protocol.receipt import Leaf
from firsthand.protocol.signing import SigningKey, device_id
from sync_server.desk.ingest import Ingest, PullResult
from sync_server.desk.store import Store
from sync_server.desk.store_ingest import IngestStore
from sync_server.link import LogPage
from tests.support.desk_world import Log, Tablet, World


@dataclass
class Bench:
    """A world, a desk's store and a tablet."""

    world: World
    store: Store
    tablet: Tablet
    results: list[PullResult] = field(default_factory=list)

    def say(self, *sealed: Sealed) -> list[int]:
        return [self.world.log.add(item) for item in sealed]

    def pull(self, role: str = "risk_cell") -> PullResult:
        return self.world.pull(self.store, role)

    def standings(self) -> dict[int, str]:
        return dict(self.store.all("SELECT idx, standing FROM report ORDER BY idx"))

    def alarms(self) -> list[str]:
        return [row[0] for row in self.store.all("SELECT code FROM alarm ORDER BY id")]

    def states(self) -> dict[int, str]:
        return dict(self.store.all("SELECT idx, state FROM leaf ORDER BY idx"))

    def cells(self) -> list[tuple[Any, ...]]:
        return self.store.all("SELECT area, week, family, idx FROM cell ORDER BY area, week, family, idx")

    def everything(self) -> list[Any]:
        tables = ("leaf", "object", "envelope", "report", "cell", "device", "chain", "alarm")
        return [self.store.all("SELECT * FROM {} ORDER BY 1, 2".format(table)) for table in tables]  # noqa: S608, UP032 - names of ours


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    world = World(7)
    store = world.store(tmp_path)
    yield Bench(world, store, world.tablet())
    store.close()


# -- the honest way ----------------------------------------------------------------------------------------------
def test_a_report_of_an_enrolled_tablet_counts(bench: Bench) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(acts=["A101", "A701"], events=["E03"]))
    result = bench.pull()
    assert (result.leaves, result.reports, result.enrolled, result.alarms) == (2, 1, 1, 0)
    assert bench.standings() == {1: "counted"}
    assert [cell[2] for cell in bench.cells()] == ["*", "A1", "A7", "E"]
    assert bench.store.all("SELECT standing FROM device") == [("unconfirmed",)]


def test_pulling_again_changes_nothing(bench: Bench) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(), bench.tablet.report())
    bench.pull()
    before = bench.everything()
    assert bench.pull().leaves == 0
    assert bench.everything() == before


def test_one_pull_or_many_come_to_the_same(tmp_path: Path) -> None:
    stores = []
    for name, step in (("one", 99), ("many", 1)):
        world = World(3)
        (tmp_path / name).mkdir()
        bench = Bench(world, world.store(tmp_path / name), world.tablet())
        first = bench.tablet.report()
        sealed = [first, bench.tablet.report(supersedes=first.object_hash), bench.tablet.enrol(), bench.tablet.report()]
        for at, item in enumerate(sealed):
            bench.say(item)
            if at % step == 0:
                bench.pull()
        bench.pull()
        stores.append((bench.standings(), bench.cells(), bench.states(), bench.alarms()))
        bench.store.close()
    assert stores[0] == stores[1]


def test_small_pages_and_cut_answers_come_to_the_same(bench: Bench) -> None:
    bench.world.log.page, bench.world.log.answer = 3, 2
    bench.say(bench.tablet.enrol(), *(bench.tablet.report() for _ in range(9)))
    assert bench.pull().reports == 9
    assert set(bench.states().values()) == {"report", "enrol"}


def test_a_role_without_grants_counts_what_it_may_not_open(bench: Bench) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(acts=["A401"], sensitive=True))
    assert bench.pull("risk_cell").not_granted == 1
    assert bench.standings() == {}
    assert bench.alarms() == []


def test_a_sensitive_report_that_opens_stands_in_no_cell(bench: Bench) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(acts=["A401"], sensitive=True))
    assert bench.pull("focal_point").reports == 1
    assert bench.standings() == {1: "counted"}
    assert bench.cells() == []


def test_everybody_gets_what_the_policy_gives_and_no_more(tmp_path: Path) -> None:
    expected = {"risk_cell": 0b00011, "hr_section": 0b01011, "focal_point": 0b01001, "custodian": 0b00101}
    world = World(4)
    tablet = world.tablet()
    for item in (tablet.enrol(), tablet.report()):
        world.log.add(item)
    for role, bits in expected.items():
        (tmp_path / role).mkdir()
        store = world.store(tmp_path / role)
        world.pull(store, role)
        assert store.one("SELECT granted FROM report")[0] == bits, role
        store.close()


# -- authors -----------------------------------------------------------------------------------------------------
def test_reports_wait_for_the_certificate_and_then_count_by_themselves(bench: Bench) -> None:
    enrol = bench.tablet.enrol()
    first = bench.tablet.report()
    bench.say(first, bench.tablet.report(supersedes=first.object_hash))
    assert bench.pull().waiting == 2
    assert set(bench.standings().values()) == {"unknown-author"}
    assert bench.cells() == []
    bench.say(enrol)
    assert bench.pull().waiting == 0
    assert bench.standings() == {0: "superseded", 1: "counted"}


def test_a_tablet_whose_invitation_the_directory_does_not_know_waits(bench: Bench) -> None:
    stranger = bench.world.tablet(invited=False)
    bench.say(stranger.enrol(), stranger.report())
    bench.pull()
    assert bench.standings() == {1: "unknown-author"}
    bench.world.tablet(invite=stranger.invite)  # the administrator's next directory names it
    bench.pull()
    assert bench.standings() == {1: "counted"}


def test_two_tablets_on_one_invitation_are_both_quarantined(bench: Bench) -> None:
    copy = bench.world.tablet(invite=bench.tablet.invite)
    bench.say(bench.tablet.enrol(), bench.tablet.report())
    bench.pull()
    assert bench.standings() == {1: "counted"}
    bench.say(copy.enrol(), copy.report())
    bench.pull()
    assert bench.standings() == {1: "quarantined", 3: "quarantined"}
    assert bench.cells() == []
    assert bench.alarms() == ["double-enrolment"]


def test_a_certificate_for_another_key_enrols_nobody(bench: Bench) -> None:
    other = bench.world.tablet("Other")
    bench.tablet.kem_public = other.kem_public
    certificate_of_other = other.enrol()
    stolen = _with_certificate_of(bench, other)
    bench.say(stolen, bench.tablet.report(), certificate_of_other)
    bench.pull()
    assert bench.alarms() == ["bad-enrolment"]
    assert bench.standings() == {1: "unknown-author"}


def _with_certificate_of(bench: Bench, other: Tablet) -> Sealed:
    from firsthand.protocol.certificate import make_certificate

    certificate = make_certificate(other.invite, other.sign, other.kem_public)
    return bench.tablet.seal("enrol", [certificate, None, None, None, None], [frozenset({0, 1})] * 4)


def test_a_report_in_another_tablets_name_is_an_alarm_and_counts_nowhere(bench: Bench) -> None:
    thief = bench.world.tablet("Thief")
    bench.say(bench.tablet.enrol(), thief.enrol())
    bench.pull()
    forged = _forge(bench, thief)
    bench.say(forged)
    bench.pull()
    assert bench.standings() == {2: "bad-signature"}
    assert bench.cells() == []
    assert bench.alarms() == ["bad-signature"]


def _forge(bench: Bench, thief: Tablet) -> Sealed:
    """The thief's signature under the victim's device id; our own `seal` refuses to make it, so its check is undone."""
    from firsthand.protocol import signing
    from firsthand.protocol.envelope import seal
    from firsthand.protocol.manifest import ManifestDraft
    from tests.support.desk_world import make_parts

    victim = device_id(bench.tablet.sign.public)

    class Liar:
        public = bench.tablet.sign.public

        def sign(self, message: bytes) -> bytes:
            return thief.sign.sign(message)

    draft = ManifestDraft(
        type="report",
        chain=thief.chain,
        seq=1,
        prev=bytes(32),
        device=victim,
        day=1,
        directory=(1, bytes(32), False),
        checkpoint=(0, bytes(32)),
    )
    assert signing.device_id(Liar.public) == victim
    return seal(
        role_publics=[kem.public() for kem in bench.world.kems],
        grants=bench.world.grants(),
        manifest=draft,
        parts=make_parts(bytes(16)),
        erase_key=bytes(32),
        signer=Liar(),
        entropy=bench.world.dice,
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("cut", [2, None])
def test_a_revoked_tablet_counts_up_to_the_cut(bench: Bench, cut: int | None) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report())
    bench.pull()
    bench.world.revoke(bench.tablet, cut)
    bench.pull()  # a desk that is told no cut takes what it has ingested
    bench.say(bench.tablet.report(), bench.tablet.report())
    bench.pull()
    assert bench.standings() == {1: "counted", 2: "quarantined", 3: "quarantined"}
    assert {cell[3] for cell in bench.cells()} == {1}


def test_a_certificate_after_the_cut_brings_nothing_in(bench: Bench) -> None:
    bench.world.revoke(bench.tablet, 0)
    enrol = bench.tablet.enrol()
    bench.say(bench.tablet.report(), enrol)
    bench.pull()
    assert bench.standings() == {0: "quarantined"}


# -- chains --------------------------------------------------------------------------------------------------------
def test_a_copied_vault_shows_as_a_fork_and_both_reports_stay(bench: Bench) -> None:
    bench.say(bench.tablet.enrol())
    seq, prev = bench.tablet.seq, bench.tablet.prev
    one = bench.tablet.report()
    bench.tablet.seq, bench.tablet.prev = seq, prev
    bench.say(one, bench.tablet.report())
    bench.pull()
    assert bench.alarms() == ["device-fork"]
    assert bench.standings() == {1: "counted", 2: "counted"}


def test_only_the_registrar_alarms_about_a_gap_and_only_after_thirty_days(tmp_path: Path) -> None:
    world = World(5)
    tablet = world.tablet()
    for item in (tablet.enrol(), tablet.report()):
        world.log.add(item)
    tablet.report()  # sealed, and never arrives
    world.log.add(tablet.report())
    for role, expected in (("risk_cell", []), ("hr_section", ["chain-gap"])):
        (tmp_path / role).mkdir()
        bench = Bench(world, world.store(tmp_path / role), tablet)
        world.log.day = 20_800
        bench.pull(role)
        assert bench.alarms() == [], role
        world.log.day = 20_831
        world.log.add(tablet.report())
        bench.pull(role)
        assert bench.alarms() == expected, role
        assert bench.store.one("SELECT gaps FROM chain")[0] == 1
        bench.store.close()


def test_a_report_id_used_twice_counts_once_and_is_an_alarm(bench: Bench) -> None:
    other = bench.world.tablet("Other")
    bench.say(
        bench.tablet.enrol(), other.enrol(), bench.tablet.report(report_id=b"r" * 16), other.report(report_id=b"r" * 16)
    )
    bench.pull()
    assert bench.standings() == {2: "counted", 3: "duplicate"}
    assert bench.alarms() == ["duplicate-report"]


# -- objects -------------------------------------------------------------------------------------------------------
def test_an_envelope_for_us_that_does_not_open_is_an_alarm(bench: Bench) -> None:
    sealed = bench.tablet.report()
    broken = bytearray(sealed.envelope)
    broken[60] ^= 1  # inside our slot
    _log_bytes(bench, bytes(broken), sealed.eid)
    bench.pull()
    assert bench.alarms() == ["unopenable"]
    assert bench.states() == {0: "unopenable"}


def _log_bytes(bench: Bench, data: bytes, tag: bytes) -> None:
    name = sha256(data).digest()
    bench.world.log.objects[name] = data
    bench.world.log.add_leaf(Leaf.envelope(name, tag))


def test_bytes_that_are_no_envelope_are_an_alarm(bench: Bench) -> None:
    _log_bytes(bench, b"not an envelope", bytes(16))
    bench.pull()
    assert bench.alarms() == ["malformed-object"]


def test_a_part_that_is_not_in_its_form_makes_the_report_unreadable_and_an_alarm(bench: Bench) -> None:
    parts = [{"v": 1, "id": bytes(16), "people": "many"}, None, None, None, None]
    bench.say(bench.tablet.enrol(), bench.tablet.seal("report", parts, [frozenset({0, 1})] * 4))
    bench.pull()
    assert bench.alarms() == ["unopenable"]
    assert bench.standings() == {}


def test_a_false_tag_is_an_alarm_for_its_author_could_not_erase(bench: Bench) -> None:
    sealed = bench.tablet.report()
    _log_bytes(bench, sealed.envelope, b"f" * 16)
    bench.pull()
    assert bench.alarms() == ["wrong-tag"]


@pytest.mark.parametrize("lie", ["null", "other bytes"])
def test_an_object_that_the_relay_lost_is_an_alarm(bench: Bench, lie: str) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(), bench.tablet.report())
    lost = list(bench.world.log.objects)[1]
    bench.world.log.objects[lost] = None if lie == "null" else b"something else"
    bench.pull()
    assert bench.alarms() == ["missing-object"]
    assert bench.standings() == {2: "counted"}, "the others are taken in"


def test_an_object_logged_twice_counts_once(bench: Bench) -> None:
    sealed = bench.tablet.report()
    bench.say(bench.tablet.enrol(), sealed, sealed)
    bench.pull()
    assert bench.states() == {0: "enrol", 1: "report", 2: "repeat"}


def test_a_relay_that_answers_with_nothing_is_not_asked_forever(bench: Bench) -> None:
    bench.say(bench.tablet.enrol())
    bench.world.log.answer = 0
    with pytest.raises(RelayRefused):
        bench.pull()
    bench.world.log.answer = 10
    assert bench.pull().enrolled == 1


# -- erasure -------------------------------------------------------------------------------------------------------
def test_the_author_erases_a_report_also_here_and_an_older_version_stays_out(bench: Bench) -> None:
    key = bytes(range(32))
    bench.say(bench.tablet.enrol())
    sealed = _seal_with(bench, key)
    bench.say(sealed)
    bench.pull()
    assert bench.standings() == {1: "counted"}
    bench.world.log.add_leaf(Leaf.tombstone(sealed.object_hash, key))
    bench.world.log.objects[sealed.object_hash] = None
    bench.pull()
    assert bench.standings() == {}
    assert bench.cells() == []
    assert bench.states() == {0: "enrol", 1: "erased", 2: "tombstone"}
    assert bench.store.all("SELECT 1 FROM object WHERE hash = ?", (sealed.object_hash,)) == []
    assert bench.alarms() == []


def _seal_with(bench: Bench, key: bytes) -> Sealed:
    from tests.support.desk_world import make_parts

    real, bench.world.dice.bytes = bench.world.dice.bytes, lambda count: key if count == 32 else bytes(count)  # type: ignore[method-assign]
    try:
        return bench.tablet.seal("report", make_parts(b"e" * 16), bench.world.grants())
    finally:
        bench.world.dice.bytes = real  # type: ignore[method-assign]


def test_an_object_erased_before_the_first_pull_is_no_alarm(bench: Bench) -> None:
    key = bytes(range(32))
    sealed = _seal_with(bench, key)
    bench.say(sealed)
    bench.world.log.objects[sealed.object_hash] = None
    bench.world.log.add_leaf(Leaf.tombstone(sealed.object_hash, key))
    bench.pull()
    assert bench.alarms() == []
    assert bench.states() == {0: "erased", 1: "tombstone"}


def test_a_tombstone_without_the_right_key_erases_nothing(bench: Bench) -> None:
    sealed = bench.tablet.report()
    bench.say(bench.tablet.enrol(), sealed)
    bench.world.log.add_leaf(Leaf.tombstone(sealed.object_hash, bytes(32)))
    bench.pull()
    assert bench.alarms() == ["false-tombstone"]
    assert bench.standings() == {1: "counted"}


# -- a lying log -----------------------------------------------------------------------------------------------------
def _shorter(log: Log) -> None:
    log.leaves.pop()


def _other_past(log: Log) -> None:
    log.leaves[1] = log.leaves[0]


def _other_key(log: Log) -> None:
    log.key = SigningKey.from_seed(bytes(32))


def _other_log(log: Log) -> None:
    log.origin = "firsthand.invalid/another"


def _day_back(log: Log) -> None:
    log.day -= 1


def _keeps_back(log: Log) -> None:
    real = log.log
    log.log = lambda start, limit: LogPage(real(start, limit).note, ())  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("lie", "error", "alarm"),
    [
        (_shorter, Rollback, "log-rollback"),
        (_other_past, Fork, "log-fork"),
        (_other_key, BadSignature, "log-bad-signature"),
        (_other_log, WrongMission, "log-wrong-mission"),
        (_day_back, Rollback, "log-rollback"),
        (_keeps_back, Malformed, "log-malformed"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_lying_log_is_an_alarm_and_nothing_of_it_is_believed(
    bench: Bench, lie: Any, error: type[Exception], alarm: str
) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report(), bench.tablet.report())
    bench.pull()
    before = bench.everything()[:-1]
    if lie is not _shorter:
        bench.say(bench.tablet.report())
    lie(bench.world.log)
    with pytest.raises(error):
        bench.pull()
    assert bench.alarms() == [alarm]
    assert bench.everything()[:-1] == before
    with pytest.raises(error):
        bench.pull()
    assert bench.alarms() == [alarm], "one alarm, not one a pull"


def test_an_older_directory_is_refused(bench: Bench) -> None:
    bench.say(bench.tablet.enrol())
    bench.pull()
    bench.store.put("directory_version", 2)
    with pytest.raises(Rollback):
        bench.pull()
    assert bench.alarms() == ["directory-rollback"]


# -- interruptions -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("good_answers", range(4))
def test_a_link_that_breaks_anywhere_loses_nothing_and_doubles_nothing(bench: Bench, good_answers: int) -> None:
    bench.world.log.answer = 3
    bench.say(bench.tablet.enrol(), *(bench.tablet.report() for _ in range(9)))
    left = [good_answers]
    real = bench.world.log.fetch

    def fetch(hashes: list[bytes]) -> dict[bytes, bytes | None]:
        if not left[0]:
            raise NoNetwork("cut")
        left[0] -= 1
        return real(hashes)

    bench.world.log.fetch = fetch  # type: ignore[method-assign]
    with pytest.raises(NoNetwork):
        bench.pull()
    assert len(bench.standings()) == max(0, good_answers * 3 - 1)
    bench.world.log.fetch = real  # type: ignore[method-assign]
    bench.pull()
    assert len(bench.standings()) == 9
    assert set(bench.states().values()) == {"report", "enrol"}


def test_a_batch_that_fails_half_way_leaves_no_trace(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.say(bench.tablet.enrol(), bench.tablet.report())

    def fail(*_: object) -> None:
        raise NoNetwork("stands for a kill between two statements")

    with monkeypatch.context() as patch:
        patch.setattr(IngestStore, "settle", fail)
        with pytest.raises(NoNetwork):
            bench.pull()
    assert bench.standings() == {}
    assert set(bench.states().values()) == {"pending"}
    assert bench.pull().reports == 1


def test_progress_tells_only_what_was_committed(bench: Bench) -> None:
    bench.world.log.answer = 4
    bench.say(bench.tablet.enrol(), *(bench.tablet.report() for _ in range(9)))
    seen: list[tuple[int, int]] = []
    job = Ingest(
        bench.store,
        bench.world.log,
        bench.world.directory(),
        bench.world.role("risk_cell"),
        bench.world.hands,
        progress=lambda p: seen.append(
            (p.done, bench.store.one("SELECT count(*) FROM leaf WHERE state <> 'pending'")[0])
        ),
    )
    job.pull()
    assert seen == [(4, 4), (8, 8), (10, 10)]


def test_an_object_that_comes_back_is_taken_in_and_the_alarm_stays_on_record(bench: Bench) -> None:
    sealed = bench.tablet.report()
    bench.say(bench.tablet.enrol(), sealed)
    bench.world.log.objects[sealed.object_hash] = None
    bench.pull()
    assert bench.standings() == {}
    bench.world.log.objects[sealed.object_hash] = sealed.envelope  # its author has sent it again
    assert bench.pull().reports == 1
    assert bench.standings() == {1: "counted"}
    assert bench.alarms() == ["missing-object"]


def test_an_object_that_comes_after_its_erasure_is_not_kept(bench: Bench) -> None:
    key = bytes(range(32))
    sealed = _seal_with(bench, key)
    bench.say(bench.tablet.enrol(), sealed)
    bench.world.log.add_leaf(Leaf.tombstone(sealed.object_hash, key))
    bench.pull()  # a relay that hands out what it should have deleted
    assert bench.standings() == {}
    assert bench.store.all("SELECT 1 FROM object WHERE hash = ?", (sealed.object_hash,)) == []
    assert bench.states() == {0: "enrol", 1: "erased", 2: "tombstone"}


def test_helpers_come_to_the_same_as_one_process(tmp_path: Path) -> None:
    from sync_server.desk.crew import Crew, helpers

    world = World(6)
    tablet = world.tablet()
    sealed = [tablet.report(), *(tablet.report() for _ in range(39)), tablet.enrol()]
    for item in sealed:
        world.log.add(item)
    role = world.role("risk_cell")
    found = []
    for name in ("alone", "helped"):
        (tmp_path / name).mkdir()
        store = world.store(tmp_path / name)
        bench = Bench(world, store, tablet)
        job = world.ingest(store)
        if name == "alone":
            job.pull()
        else:
            with helpers(role) as pool:
                crew = Crew(role, pool)
                assert crew._awake is not None and crew._awake.result() is True
                job.pool = pool
                job.pull()
        found.append(bench.everything())
        store.close()
    assert found[0] == found[1]
    assert len(found[0][3]) == 40
