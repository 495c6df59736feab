"""Names of a report open with two people, once, within their time, and never by one account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from firsthand.errors import NotFound, Refused, WrongPassphrase
from sync_server.desk import commands
from sync_server.desk.commands import Login
from sync_server.desk.main import Desk
from sync_server.desk.openings import HOURS_S, REASONS, NotYours, OpeningOver, Openings, SamePerson, State
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from tests.support.custody import ASKER, NAME, PASSWORDS, SECOND, THIRD, Mission
from tests.support.desk_pages import PASSPHRASE
from tests.support.desk_world import World

NOW_S = 1_796_000_000
PEOPLE = ("A", "B", "C")


def filled(folder: Path) -> Store:
    world = World(4)
    tablet = world.tablet()
    for sealed in (tablet.enrol(), tablet.report(), tablet.report()):
        world.log.add(sealed)
    store = world.store(folder)
    world.pull(store, "custodian")
    for name in PEOPLE:
        PeopleStore(store).put_account(name, "hash", NOW_S)
        PeopleStore(store).note(NOW_S, "command", "account", name)
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = filled(tmp_path)
    yield store
    store.close()


@pytest.fixture
def openings(store: Store) -> Openings:
    return Openings(store)


def test_two_people_open_the_names_once(openings: Openings, store: Store) -> None:
    asked = openings.ask("A", 1, "court", NOW_S)
    assert asked.state(NOW_S) is State.WAITING
    assert openings.answer("B", asked.id, NOW_S + 60, approve=True).state(NOW_S + 60) is State.APPROVED
    assert openings.open("A", asked.id, NOW_S + 120)["victims"] == [{"name": "Witness 3"}]
    with pytest.raises(OpeningOver):
        openings.open("A", asked.id, NOW_S + 121)
    actions = [entry.action for entry in PeopleStore(store).journal(3)]
    assert actions == ["open-names", "approve-names", "ask-names"]
    assert "Witness 3" not in str(store.all("SELECT person, action, subject FROM journal"))


def test_whoever_asked_does_not_agree(openings: Openings) -> None:
    asked = openings.ask("A", 1, "court", NOW_S)
    with pytest.raises(SamePerson):
        openings.answer("A", asked.id, NOW_S, approve=True)
    with pytest.raises(OpeningOver):
        openings.open("A", asked.id, NOW_S)


def test_an_account_or_password_made_after_the_asking_does_not_agree(openings: Openings, store: Store) -> None:
    asked = openings.ask("A", 1, "court", NOW_S)
    people = PeopleStore(store)
    for name in ("D", "B"):
        people.put_account(name, "another hash", NOW_S)
        people.note(NOW_S, "command", "account", name)
        with pytest.raises(SamePerson):
            openings.answer(name, asked.id, NOW_S, approve=True)
    with pytest.raises(SamePerson):
        openings.answer("Nobody", asked.id, NOW_S, approve=True)
    assert openings.answer("C", asked.id, NOW_S, approve=True).approved == 1


def test_it_runs_out_before_and_after_the_agreement(openings: Openings) -> None:
    first, second = (openings.ask("A", idx, "court", NOW_S) for idx in (1, 2))
    with pytest.raises(OpeningOver):
        openings.answer("B", first.id, NOW_S + HOURS_S, approve=True)
    openings.answer("B", second.id, NOW_S + HOURS_S - 1, approve=True)
    with pytest.raises(OpeningOver):
        openings.open("A", second.id, NOW_S + 2 * HOURS_S - 1)


def test_only_whoever_asked_sees_them(openings: Openings) -> None:
    asked = openings.ask("A", 1, "court", NOW_S)
    openings.answer("B", asked.id, NOW_S, approve=True)
    for other in ("B", "C"):
        with pytest.raises(NotYours):
            openings.open(other, asked.id, NOW_S)


def test_a_no_is_a_no_and_ones_own_asking_can_be_taken_back(openings: Openings) -> None:
    first = openings.ask("A", 1, "court", NOW_S)
    openings.answer("B", first.id, NOW_S, approve=False)
    second = openings.ask("A", 1, "court", NOW_S)
    assert second.id != first.id
    openings.answer("A", second.id, NOW_S, approve=False)
    for asked in (first, second):
        with pytest.raises(OpeningOver):
            openings.open("A", asked.id, NOW_S)


def test_asking_twice_is_one_asking(openings: Openings) -> None:
    assert openings.ask("A", 1, "court", NOW_S) == openings.ask("A", 1, "protection", NOW_S + 5)


@pytest.mark.parametrize(("idx", "reason"), [(99, "court"), (0, "court"), (1, "curiosity"), (1, "")])
def test_what_holds_no_name_or_has_no_reason_is_not_asked_for(openings: Openings, idx: int, reason: str) -> None:
    with pytest.raises(NotFound):
        openings.ask("A", idx, reason, NOW_S)


def test_a_desk_without_names_has_none_to_ask_for(tmp_path: Path) -> None:
    world = World(4)
    tablet = world.tablet()
    for sealed in (tablet.enrol(), tablet.report()):
        world.log.add(sealed)
    store = world.store(tmp_path)
    world.pull(store, "hr_section")
    with pytest.raises(NotFound):
        Openings(store).ask("A", 1, "court", NOW_S)
    store.close()


class Office(RuleBasedStateMachine):
    """Three people do what they like, in any order; time goes on."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.store = filled(Path(self.folder.name))
        self.openings = Openings(self.store)
        self.now_s = NOW_S
        self.asked: dict[int, tuple[str, int]] = {}
        self.agreed: dict[int, tuple[str, int]] = {}
        self.seen: set[int] = set()

    @initialize()
    def begin(self) -> None:
        self.ask("A", 1)

    @rule(person=st.sampled_from(PEOPLE), idx=st.sampled_from([1, 2]))
    def ask(self, person: str, idx: int) -> None:
        found = self.openings.ask(person, idx, REASONS[0], self.now_s)
        self.asked.setdefault(found.id, (person, self.now_s))

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(1, 4), approve=st.booleans())
    def answer(self, person: str, number: int, approve: bool) -> None:
        try:
            self.openings.answer(person, number, self.now_s, approve=approve)
        except (Refused, NotFound):
            return
        asker, at_s = self.asked[number]
        assert number not in self.agreed and self.now_s < at_s + HOURS_S
        if approve:
            assert person != asker
            self.agreed[number] = (person, self.now_s)

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(1, 4))
    def open(self, person: str, number: int) -> None:
        try:
            names: Any = self.openings.open(person, number, self.now_s)
        except (Refused, NotFound):
            return
        assert names and number in self.agreed and number not in self.seen
        assert person == self.asked[number][0] != self.agreed[number][0]
        assert self.now_s < self.agreed[number][1] + HOURS_S
        self.seen.add(number)

    @rule(hours=st.sampled_from([1, 12, 23, 24, 30]))
    def wait(self, hours: int) -> None:
        self.now_s += hours * 3600

    @invariant()
    def every_sight_stands_in_the_journal(self) -> None:
        count = self.store.one("SELECT count(*) FROM journal WHERE action = 'open-names'")[0]
        assert count == len(self.seen)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


Office.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestOffice = Office.TestCase


# -- from a shell --------------------------------------------------------------------------------------------------
def test_the_commands_ask_for_each_persons_own_password(tmp_path: Path) -> None:
    mission = Mission(tmp_path)
    report = mission.tell(uses=["C4n"])
    mission.ingest("custodian")
    mission.accounts("custodian", ASKER, SECOND, THIRD)
    folder, ports = mission.chest.desk("custodian"), mission.chest.ports
    one, two = (Login(name, PASSWORDS[name]) for name in (ASKER, SECOND))
    with pytest.raises(WrongPassphrase):
        commands.ask_names(folder, report, "court", Login(ASKER, PASSWORDS[SECOND]), PASSPHRASE, ports)
    asked = commands.ask_names(folder, report, "court", one, PASSPHRASE, ports)
    with pytest.raises(SamePerson):
        commands.answer_names(folder, asked.id, one, PASSPHRASE, ports, approve=True)
    commands.answer_names(folder, asked.id, two, PASSPHRASE, ports, approve=True)
    with pytest.raises(NotYours):
        commands.show_names(folder, asked.id, two, PASSPHRASE, ports)
    assert commands.show_names(folder, asked.id, one, PASSPHRASE, ports)["victims"] == [{"name": NAME}]
    with pytest.raises(OpeningOver):
        commands.show_names(folder, asked.id, one, PASSPHRASE, ports)
    with Desk.open(folder, PASSPHRASE) as desk:
        assert PeopleStore(desk.store).journal_is_whole()
