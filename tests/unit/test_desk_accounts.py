"""Passwords, sessions, and the pace at which somebody may guess."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync_server.desk import accounts
from sync_server.desk.accounts import (
    IDLE_S,
    LONGEST_S,
    PAUSE_S,
    TRIES,
    AccountName,
    Accounts,
    Denied,
    Session,
    WeakPassword,
)
from sync_server.desk.store import Store
from sync_server.desk.store_people import PeopleStore
from tests.support.desk_world import Hands

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id

NAME, PASSWORD = "Analyst 4", "seven quiet rivers"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeopleStore]:
    store = Store.open(tmp_path_factory.mktemp("accounts") / "store.db", bytes(32))
    people = PeopleStore(store)
    accounts.add_account(people, NAME, PASSWORD, 1)
    yield people
    store.close()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def door(people: PeopleStore, hands: Hands) -> Accounts:
    return Accounts(people, hands)


def enter(door: Accounts) -> Session:
    session = door.sign_in(NAME, PASSWORD)
    assert isinstance(session, Session)
    return session


def test_the_right_password_opens_and_the_hash_is_argon2id(door: Accounts, people: PeopleStore) -> None:
    session = enter(door)
    assert door.session(session.token) is session
    assert (people.account_hash(NAME) or "").startswith("$argon2id$")


@pytest.mark.parametrize(
    ("name", "password"), [(NAME, "seven quiet river"), (NAME, ""), ("Nobody", PASSWORD), (NAME.lower(), PASSWORD)]
)
def test_anything_else_does_not(door: Accounts, name: str, password: str) -> None:
    assert isinstance(door.sign_in(name, password), Denied)


def test_after_five_misses_even_the_right_password_waits_a_minute(door: Accounts, hands: Hands) -> None:
    denials = [door.sign_in(NAME, "wrong password") for _ in range(TRIES)]
    assert [d.tries_left for d in denials if isinstance(d, Denied)] == [4, 3, 2, 1, 0]
    waiting = door.sign_in(NAME, PASSWORD)
    assert isinstance(waiting, Denied) and 0 < waiting.wait_s <= PAUSE_S + 1
    hands.at_s += PAUSE_S + 1
    enter(door)


def test_one_name_that_waits_does_not_shut_out_others(door: Accounts) -> None:
    for _ in range(TRIES):
        door.sign_in("Somebody", "wrong password")
    enter(door)


def test_a_session_ends_when_nobody_uses_it_or_it_grows_old(door: Accounts, hands: Hands) -> None:
    session = enter(door)
    for _ in range(3):
        hands.at_s += IDLE_S - 1
        assert door.session(session.token) is not None
    hands.at_s += IDLE_S + 1
    assert door.session(session.token) is None
    session = enter(door)
    for _ in range(LONGEST_S // (IDLE_S - 1) + 1):
        hands.at_s += IDLE_S - 1
        door.session(session.token)
    assert door.session(session.token) is None


def test_signing_out_ends_it_and_a_made_up_token_opens_nothing(door: Accounts) -> None:
    session = enter(door)
    door.sign_out(session.token)
    assert door.session(session.token) is None
    assert door.session("x" * 43) is None
    assert door.session(None) is None


@pytest.mark.parametrize("name", ["", " Analyst", "x" * 61, "line\nbreak", "\u202eturned"])
def test_a_name_must_be_readable(people: PeopleStore, name: str) -> None:
    with pytest.raises(AccountName):
        accounts.add_account(people, name, PASSWORD, 1)


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_a_password_has_a_length(people: PeopleStore, password: str) -> None:
    with pytest.raises(WeakPassword):
        accounts.add_account(people, "New", password, 1)
