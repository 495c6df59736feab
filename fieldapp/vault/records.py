"""What the vault remembers of sealed objects, of the chain and of the log: values and their row form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from firsthand import errors


class State(StrEnum):
    """How far a report has come. `UNCHECKED` is never shown: it lasts until the self check has passed."""

    DRAFT = "draft"
    UNCHECKED = "unchecked"
    SEALED = "sealed"
    HANDED = "handed"
    LOGGED = "logged"
    ACKNOWLEDGED = "acknowledged"
    PURGED = "purged"  # nothing of it is here any more; last, since lists know states by their place


UNSENT = frozenset({State.SEALED, State.HANDED})


@dataclass(frozen=True, slots=True)
class Head:
    """Where the device's chain stands.

    Attributes:
        chain: 16 random bytes.
        count: envelopes sealed in this chain; the next one bears this number.
        prev: hash of the last one, None before the first.
        day: the last sealed day, days since 1970; days never go back.
        total: envelopes sealed in all chains of this vault; only lists are ordered by it.
    """

    chain: bytes
    count: int
    prev: bytes | None
    day: int
    total: int


@dataclass(frozen=True, slots=True)
class Item:
    """One sealed object of this tablet.

    Attributes:
        kind: `enrol` or `report`.
        report_id: 16 bytes, empty for an enrolment.
        tag: what the relay files it under (eid).
        erase_key: shows the tag's preimage; kept only here, so that the author can withdraw.
        sensitive: of such reports only state and id are shown.
        recorded_at_s: as the device believed; for sensitive ones the start of the day.
        order: place in lists.
        log_index: place in the relay's log, once proven.
        draft: the draft that it came from, empty if none.
        before: the chain's head before it, for undoing an unchecked one.
    """

    kind: str
    state: State
    chain: bytes
    seq: int
    report_id: bytes
    object_hash: bytes
    tag: bytes
    erase_key: bytes
    size_bytes: int
    sensitive: bool
    recorded_at_s: int
    sealed_day: int
    order: int
    log_index: int | None
    draft: bytes
    before: Head | None

    def at(self, state: State, log_index: int | None = None) -> Item:
        """The same object, further on."""
        return replace(self, state=state, log_index=log_index)


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """What stays readable of an ordinary report for 14 days.

    Attributes:
        title: as lists show it, without names.
        area: adm1 of the incident.
        kind: report kind.
        facts: the value of the facts part.
        day: sealed day, days since 1970.
    """

    title: str
    area: str
    kind: str
    facts: Any
    day: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint of the log that was verified."""

    size: int
    root: bytes
    day: int
    note: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A token and the exact list that it was, or is about to be, shown with."""

    token: int
    row_ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Mission:
    """What the invitation said, as far as it is not secret and not in the directory."""

    root_sha256: bytes
    relay_url: str
    pin: bytes
    label: str
    invite_id: str
    certificate: Any


_T = TypeVar("_T", Head, Item, KeptFacts, Seen, Binding, Mission)


def to_row(value: Head | Item | KeptFacts | Seen | Binding | Mission) -> dict[str, Any]:
    """The map that is sealed into a row."""
    # not `asdict`, which copies the facts to their depth: what is made here is encoded and dropped
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def from_row(kind: type[_T], row: object) -> _T:
    """The value of a row.

    Raises:
        Damaged: the row opened and is not of this kind: written by another version.
    """
    if not isinstance(row, Mapping) or set(row) != {field.name for field in fields(kind)}:
        raise errors.Damaged("row form")
    values: dict[str, Any] = dict(row)
    if kind is Item:
        values["state"] = _state(values["state"])
        values["before"] = None if values["before"] is None else from_row(Head, values["before"])
    if kind is Binding:
        values["row_ids"] = tuple(values["row_ids"])
    return kind(**values)


def _state(value: object) -> State:
    try:
        return State(str(value))
    except ValueError as error:
        raise errors.Damaged("row state") from error


def _plain(value: object) -> object:
    if isinstance(value, State):
        return value.value
    return to_row(value) if isinstance(value, Head) else value
