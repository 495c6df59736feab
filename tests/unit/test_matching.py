"""The match code: the person's own words find it again at the focal point, and nothing else does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows import draft, matching, seal
from fieldapp.flows.unlock import Tablet
from firsthand import errors
from firsthand.domain.matching import CODE_BYTES, canonical, match_code, same
from firsthand.ids import parse_report_id
from firsthand.protocol import envelope, match
from firsthand.protocol.envelope import Sealed
from firsthand.protocol.suite import KemSecret
from sync_server.desk.keys import DeskKeys
from sync_server.desk.matching import A_DAY, MatchLimit, already_told
from sync_server.desk.store_ingest import IngestStore
from sync_server.desk.store_people import PeopleStore
from tests.support import tablets
from tests.support.desk_world import World, make_parts
from tests.support.tablets import DAY_S, NOW_S, as_json, example, mission

WORDS = ("Red gate", "papaya", "Grandmother’s song")


def quick(text: str, salt: bytes) -> bytes:
    """In place of Argon2id where only what goes in matters."""
    return hashlib.sha256(salt + text.encode()).digest()


# -- pure ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "again",
    [
        ("papaya", "red gate", "grandmother's song"),
        ("PAPAYA", "Red-Gate", "Grandmothers song"),
        (" papaya ", "redgate", "grandmother's  song"),
    ],
)
def test_spelling_and_order_do_not_matter(again: tuple[str, ...]) -> None:
    assert canonical(again) == canonical(WORDS)


def test_arabic_words_meet_across_the_ways_of_writing_them() -> None:
    one, other = ("القمر", "أحمد أزرق", "زيتونة"), ("قمر", "احمد ازرق", "زيتونه")
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "words", [(), ("one", "two"), ("one", "two", "two"), ("Two", "two", "one"), ("ab", "one", "two"), ("---",) * 3,
              ("one", "two", "three", "four"), ("x" * 61, "one", "two")],
)  # fmt: skip
def test_three_different_words_of_three_letters_are_the_least(words: tuple[str, ...]) -> None:
    with pytest.raises(errors.Malformed):
        canonical(words)


word = st.text(st.characters(categories=("Ll", "Lu")), min_size=3, max_size=12)


@given(st.lists(word, min_size=3, max_size=3), st.permutations(range(3)))
def test_any_order_and_case_gives_the_same_code_or_none(words: list[str], order: list[int]) -> None:
    turned = [words[at].upper() for at in order]
    try:
        code = match_code(words, b"s" * 16, quick)
    except errors.Malformed:
        return
    if canonical(turned) == canonical(words):  # some letters have no way back from capitals
        assert same(match_code(turned, b"s" * 16, quick), code)
    assert len(code) == CODE_BYTES


def test_two_missions_never_meet() -> None:
    codes = {match_code(WORDS, match.salt(mission_id), quick) for mission_id in (bytes(16), b"\1" * 16)}
    assert len(codes) == 2


def test_a_guess_is_as_slow_as_a_passphrase_and_alike_on_every_machine() -> None:
    assert match.stretch("a b c", bytes(16)).hex()[:16] == match.stretch("a b c", bytes(16)).hex()[:16]
    assert match.stretch("a b c", bytes(16)) != match.stretch("a b d", bytes(16))


def test_only_the_role_opens_a_code_and_only_of_its_own_mission() -> None:
    ours, theirs = KemSecret.from_seed(b"f" * 32), KemSecret.from_seed(b"h" * 32)
    sealed = match.seal(ours.public(), bytes(16), b"code")
    assert match.unseal([theirs, ours], bytes(16), sealed) == b"code"
    for secrets, mission_id in (([theirs], bytes(16)), ([ours], b"\1" * 16)):
        with pytest.raises(errors.NotForUs):
            match.unseal(secrets, mission_id, sealed)


# -- where it travels --------------------------------------------------------------------------------------------
@pytest.fixture
def own(tmp_path: Path) -> Iterator[Tablet]:
    with tablets.tablet(tmp_path) as made:
        yield made


def sealed_with_code(made: Tablet, report: dict[str, Any]) -> bytes:
    """The envelope of a report with the words' code beside its account."""
    started = draft.start(made, report["kind"])
    draft.save(made, started, json.loads(as_json(report)))
    beside = seal.Beside(parts={"narrative": {matching.FIELD: matching.sealed_code(made, WORDS)}})
    report_id = seal.seal_draft(made, started, beside=beside)
    item = next(each for each in made.custody.items() if each.report_id == parse_report_id(report_id))
    return made.custody.envelope(made.custody.row_id(item.object_hash))


def test_the_code_is_in_the_account_and_opens_for_the_focal_point_alone(own: Tablet) -> None:
    data = sealed_with_code(own, example())
    code = match_code(WORDS, match.salt(own.directory.mission_id), match.stretch)
    holders = set()
    for slot, role in enumerate(own.policy.roles):
        secret = mission().role_secret(role)
        account: Any = envelope.open_slot(data, slot, [secret]).parts.get("narrative")
        if account is None:
            continue
        holders.add(role)
        if role == match.ROLE:
            assert match.unseal([secret], own.directory.mission_id, account["match"]) == code
        else:
            with pytest.raises(errors.NotForUs):
                match.unseal([secret], own.directory.mission_id, account["match"])
        assert "papaya" not in str(account)
    assert holders == {"focal_point", "hr_section"}, "an ordinary account has two readers; the code has one"


# -- the desk ----------------------------------------------------------------------------------------------------
class Desk:
    """A desk of one role in a small world; `told` puts a report with these words into its log."""

    def __init__(self, folder: Path, role: str = match.ROLE) -> None:
        self.world = World(7)
        self.role = role
        self.tablet = self.world.tablet()
        self.world.log.add(self.tablet.enrol())
        self.store = self.world.store(folder)
        self.at_s = NOW_S

    def told(self, words: tuple[str, ...] | None, sealed: bytes | None = None) -> Sealed:
        parts = make_parts(self.world.dice.bytes(16))
        if words is not None:
            code = match_code(words, match.salt(bytes(16)), match.stretch)
            focal = self.world.kems[self.world.policy.roles.index(match.ROLE)]
            parts[3]["match"] = match.seal(focal.public(), bytes(16), code)
        elif sealed is not None:
            parts[3]["match"] = sealed
        made = self.tablet.seal("report", parts, self.world.grants())
        self.world.log.add(made)
        self.world.pull(self.store, self.role)
        return made

    def ask(self, *words: str) -> bool:
        slot = self.world.policy.roles.index(self.role)
        keys = DeskKeys(self.role, slot, ((1, self.world.kems[slot].seed),), self.tablet.sign, bytes(32))
        return already_told(self.store, keys, bytes(16), self.at_s, words)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def test_the_desk_answers_yes_or_no_and_writes_down_only_that_it_was_asked(desk: Desk) -> None:
    desk.told(None)
    desk.told(WORDS)
    assert desk.ask("papaya", "RED gate", "grandmothers song")
    assert not desk.ask("papaya", "red gate", "another song")
    entries = PeopleStore(desk.store).journal(10)
    assert [(each.action, each.subject) for each in entries] == [("match", ""), ("match", "")]


def test_what_is_no_code_of_ours_is_no_answer_and_stops_nothing(desk: Desk) -> None:
    desk.told(None, b"x" * 1200)
    desk.told(None, match.seal(KemSecret.from_seed(b"z" * 32).public(), bytes(16), b"c" * CODE_BYTES))
    assert not desk.ask(*WORDS)
    desk.told(WORDS)
    assert desk.ask(*WORDS)


def test_an_account_that_was_withdrawn_is_no_longer_found(desk: Desk) -> None:
    made = desk.told(WORDS)
    IngestStore(desk.store).erase(made.object_hash)
    assert not desk.ask(*WORDS)


def test_there_are_few_questions_a_day(desk: Desk) -> None:
    people = PeopleStore(desk.store)
    for number in range(A_DAY - 1):
        people.note(desk.at_s + number, "command", "match")
    desk.ask(*WORDS)
    with pytest.raises(MatchLimit):
        desk.ask(*WORDS)
    desk.at_s += DAY_S + A_DAY
    assert not desk.ask(*WORDS)


def test_another_roles_desk_is_not_asked(tmp_path: Path) -> None:
    made = Desk(tmp_path, "hr_section")
    with pytest.raises(errors.NotGranted):
        made.ask(*WORDS)
    made.store.close()
