"""One contract for every feed of a desk: the real relay over HTTP, and the log in memory that unit tests use."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from firsthand.errors import Malformed, NoNetwork, RelayRefused
from firsthand.protocol import bundle, checkpoint
from firsthand.protocol.receipt import ATTACHMENT, Leaf
from firsthand.protocol.signing import SigningKey
from sync_server.desk.logcheck import Feed, LogState, advance
from sync_server.link import RelayLink
from tests.support import relay_fixture
from tests.support.desk_world import Log

pytestmark = pytest.mark.slow  # many vaults or key files: each unlocks with the full cost of Argon2id


class Subject(Protocol):
    """A feed and a way to put objects behind it."""

    feed: Feed
    log_public: bytes
    origin: str

    def put(self, *names: str) -> None: ...

    def put_attachment(self, name: str, length: int) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.feed = self.log = Log(relay_fixture.LOG_KEY, origin=relay_fixture.ORIGIN)
        self.log_public, self.origin = relay_fixture.LOG_KEY.public, relay_fixture.ORIGIN

    def put(self, *names: str) -> None:
        for name in names:
            item = relay_fixture.make_item(name)
            if item.object_hash not in self.log.objects:
                self.log.objects[item.object_hash] = item.data
                self.log.add_leaf(Leaf.envelope(item.object_hash, item.tag))

    def put_attachment(self, name: str, length: int) -> None:
        item = relay_fixture.make_item(name, length)
        self.log.objects[item.object_hash] = item.data
        self.log.add_leaf(Leaf.attachment(item.object_hash, item.tag))


class OverHttp:
    def __init__(self, url: str) -> None:
        self.url, self._tokens = url, iter(relay_fixture.TOKENS)
        self.feed = self.link = RelayLink(url, relay_fixture.DESK_KEY)
        self.log_public, self.origin = relay_fixture.LOG_KEY.public, relay_fixture.ORIGIN

    def put(self, *names: str) -> None:
        body = bundle.encode_batch(next(self._tokens), [relay_fixture.make_item(name) for name in names])
        assert httpx.post(self.url + "/v1/batch", content=body).status_code == 200

    def put_attachment(self, name: str, length: int) -> None:
        item = relay_fixture.make_item(name, length)
        head = {
            "firsthand-kind": "attachment",
            "firsthand-token": next(self._tokens).hex(),
            "firsthand-tag": item.tag.hex(),
        }
        assert httpx.post(self.url + "/v1/objects", content=item.data, headers=head).status_code == 200


@pytest.fixture(params=["memory", "http"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        yield InMemory()
        return
    relay = relay_fixture.start_relay(relay_fixture.make_folder(tmp_path / "relay"))
    over_http = OverHttp(relay.url)
    yield over_http
    over_http.link.close()
    relay.process.terminate()
    relay.process.wait(timeout=30)


def test_the_feed_grows_and_proves_itself(subject: Subject) -> None:
    empty = advance(subject.feed, LogState(), subject.log_public, subject.origin)
    assert (empty.state.size, empty.leaves) == (0, ())
    subject.put("one", "two", "three")
    first = advance(subject.feed, empty.state, subject.log_public, subject.origin)
    assert [leaf.object_hash for leaf in first.leaves] == [
        relay_fixture.make_item(n).object_hash for n in ("one", "two", "three")
    ]
    subject.put("two", "four")
    second = advance(subject.feed, first.state, subject.log_public, subject.origin)
    assert [leaf.object_hash for leaf in second.leaves] == [relay_fixture.make_item("four").object_hash]
    assert checkpoint.parse_and_verify(second.state.note, subject.log_public, subject.origin).size == 4


def test_a_page_is_no_longer_than_asked(subject: Subject) -> None:
    subject.put(*(f"item {n}" for n in range(5)))
    assert len(subject.feed.log(0, 2).leaves) == 2
    assert len(subject.feed.log(3, 10).leaves) == 2
    assert subject.feed.log(5, 10).leaves == ()


def test_objects_come_by_hash_and_only_those_that_exist(subject: Subject) -> None:
    subject.put("one", "two")
    one = relay_fixture.make_item("one")
    found = subject.feed.fetch([one.object_hash, sha256(b"never sent").digest()])
    assert found[one.object_hash] == one.data
    assert found.get(sha256(b"never sent").digest()) is None


def test_an_attachment_is_a_leaf_of_its_own_kind_and_comes_as_a_stream(subject: Subject) -> None:
    subject.put_attachment("film", 1_000_000)
    film = relay_fixture.make_item("film", 1_000_000)
    (leaf,) = advance(subject.feed, LogState(), subject.log_public, subject.origin).leaves
    assert (leaf.kind, leaf.object_hash, leaf.tag) == (ATTACHMENT, film.object_hash, film.tag)
    pieces = list(subject.feed.download(film.object_hash))
    assert b"".join(pieces) == film.data
    assert len(pieces) > 1


def test_an_attachment_that_is_not_there_is_refused_as_such(subject: Subject) -> None:
    with pytest.raises(RelayRefused) as caught:
        list(subject.feed.download(bytes(32)))
    assert caught.value.fields["status"] == 404


# -- what only the real wire can show ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    running = relay_fixture.start_relay(relay_fixture.make_folder(tmp_path_factory.mktemp("relay") / "relay"))
    yield running.url
    running.process.terminate()
    running.process.wait(timeout=30)


def test_a_stranger_key_gets_no_leaf(relay: str) -> None:
    with RelayLink(relay, SigningKey.from_seed(b"X" * 32)) as link, pytest.raises(RelayRefused) as caught:
        link.log(0)
    assert caught.value.fields["status"] == 401


def test_without_a_key_only_public_reads_work(relay: str) -> None:
    with RelayLink(relay) as link:
        assert (
            checkpoint.parse_and_verify(link.checkpoint(), relay_fixture.LOG_KEY.public, relay_fixture.ORIGIN).size == 0
        )
        assert link.status().log_size == 0
        assert link.consistency(0, 0) == ()
        with pytest.raises(RelayRefused):
            link.log(0)


def test_a_token_statement_of_the_administrator_is_taken(relay: str) -> None:
    statement = bundle.token_statement(relay_fixture.ADMIN_KEY, [bytes([n]) * 32 for n in range(3)])
    with RelayLink(relay) as link:
        link.post_tokens(statement)
        with pytest.raises(RelayRefused):
            link.post_tokens(bundle.token_statement(SigningKey.from_seed(b"X" * 32), [bytes(32)]))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8440", "", "http://"])
def test_an_address_that_is_none_is_malformed(url: str) -> None:
    with pytest.raises(Malformed):
        RelayLink(url).checkpoint()


def test_a_relay_that_is_not_there_is_no_network() -> None:
    with RelayLink("http://127.0.0.1:9", timeout_s=2) as link, pytest.raises(NoNetwork):
        link.checkpoint()
