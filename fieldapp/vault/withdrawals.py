"""What was taken back, and how far that has come: erase keys to be shown, desks that still have to answer.

One row a withdrawal, which holds no word of the report. It is written before anything else happens, so that whatever
stops the process, the next opening and the next sync go on with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace

from fieldapp.vault.tasks import WITHDRAWALS, Tasks
from fieldapp.vault.vault import Vault
from firsthand import errors
from firsthand.protocol import cbor

_FORM = 1


@dataclass(frozen=True, slots=True)
class Erase:
    """An object whose author wants it gone from the relay.

    Attributes:
        object_hash, key: 32 B each; the key is the preimage of the object's tag.
        done: its tombstone was proven to be in the log, or the relay never had the object.
    """

    object_hash: bytes
    key: bytes
    done: bool = False


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """What one desk has signed; see `firsthand.protocol.erasure`."""

    role: str
    gone: int
    kept: int
    day: int
    readers: int
    exports: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One withdrawal.

    Attributes:
        id: 16 random bytes.
        report_id: 16 bytes.
        target: object hash of the report's envelope.
        chain, seq: place of that envelope.
        subject: the person's pseudonym.
        scopes: what is not allowed any more.
        keep: bitmaps by role, see `firsthand.protocol.withdraw`.
        full: nothing stays.
        at_day: days since 1970.
        envelope: object hash of the envelope that says so; empty until it is sealed.
        erase: to be shown to the relay at the next sync, before anything else.
        erase_later: to be shown once every desk of `awaited` has answered: until then a desk that was never online
            would lose what it may keep.
        awaited: roles that were granted something which they may not keep, or which they may.
        answers: of desks, one a role, the newest.
    """

    id: bytes
    report_id: bytes
    target: bytes
    chain: bytes
    seq: int
    subject: str
    scopes: tuple[str, ...]
    keep: tuple[int, ...]
    full: bool
    at_day: int
    envelope: bytes = b""
    erase: tuple[Erase, ...] = ()
    erase_later: tuple[Erase, ...] = ()
    awaited: tuple[str, ...] = ()
    answers: tuple[DeskAnswer, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Roles whose desks have not answered."""
        heard = {answer.role for answer in self.answers}
        return tuple(role for role in self.awaited if role not in heard)

    @property
    def due(self) -> tuple[Erase, ...]:
        """What is to be shown to the relay now."""
        ready = self.erase if self.missing else (*self.erase, *self.erase_later)
        return tuple(each for each in ready if not each.done)

    def after(self, object_hash: bytes) -> Withdrawn:
        """The same with one erasure proven."""
        return replace(self, erase=_marked(self.erase, object_hash), erase_later=_marked(self.erase_later, object_hash))

    def heard(self, answer: DeskAnswer) -> Withdrawn:
        """The same with one desk's answer, instead of an earlier one."""
        others = tuple(each for each in self.answers if each.role != answer.role)
        return replace(self, answers=(*others, answer))


class Withdrawals:
    """The withdrawals of one vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._rows = Tasks(vault, WITHDRAWALS)

    def all(self) -> list[Withdrawn]:
        """Those that open, the oldest first."""
        return sorted(self._readable(), key=lambda each: (each.at_day, each.id))

    def get(self, row_id: bytes) -> Withdrawn:
        """One of them.

        Raises:
            NotFound, Damaged.
        """
        return from_row(row_id, self._rows.get(row_id))

    def of_report(self, report_id: bytes) -> list[Withdrawn]:
        """Those of one report."""
        return [each for each in self.all() if each.report_id == report_id]

    def by_envelope(self, object_hash: bytes) -> Withdrawn | None:
        """The one that an envelope of this tablet has told of."""
        return next((each for each in self.all() if each.envelope == object_hash), None)

    def fresh_id(self) -> bytes:
        """16 random bytes."""
        return self._rows.fresh_id()

    def put(self, withdrawn: Withdrawn) -> None:
        """Writes one; joins the caller's transaction, if one is open.

        Raises:
            DiskFull: nothing has changed.
        """
        self._rows.put(withdrawn.id, to_row(withdrawn))

    def _readable(self) -> Iterator[Withdrawn]:
        for row in self._rows.rows():
            if not row.damaged:
                with suppress(errors.Damaged):
                    yield from_row(row.id, row.value)


def to_row(withdrawn: Withdrawn) -> cbor.Value:
    """The value of a row; the id is the row's own."""
    value = {each.name: getattr(withdrawn, each.name) for each in fields(Withdrawn) if each.name != "id"}
    for name in ("erase", "erase_later"):
        value[name] = [[each.object_hash, each.key, each.done] for each in value[name]]
    value["answers"] = [
        [a.role, a.gone, a.kept, a.day, a.readers, [list(export) for export in a.exports]] for a in withdrawn.answers
    ]
    return {"v": _FORM, **{name: list(each) if isinstance(each, tuple) else each for name, each in value.items()}}


def from_row(row_id: bytes, value: object) -> Withdrawn:
    """The inverse.

    Raises:
        Damaged: another form.
    """
    names = {each.name for each in fields(Withdrawn)} - {"id"} | {"v"}
    if not isinstance(value, dict) or value.keys() != names or value["v"] != _FORM:
        raise errors.Damaged("withdrawal row")
    plain = {name: each for name, each in value.items() if name != "v"}
    for name in ("erase", "erase_later"):
        plain[name] = _erases(plain[name])
    for name in ("scopes", "keep", "awaited"):
        plain[name] = tuple(plain[name])
    plain["answers"] = tuple(_answer(row) for row in plain["answers"])
    return Withdrawn(id=row_id, **plain)


def _answer(row: Sequence[object]) -> DeskAnswer:
    match row:
        case [str(role), int(gone), int(kept), int(day), int(readers), list(exports)]:
            return DeskAnswer(role, gone, kept, day, readers, tuple((what, form, at) for what, form, at in exports))
    raise errors.Damaged("answer row")


def _erases(rows: Iterable[Sequence[object]]) -> tuple[Erase, ...]:
    found = []
    for row in rows:
        match row:
            case [bytes(object_hash), bytes(key), bool(done)]:
                found.append(Erase(object_hash, key, done))
            case _:
                raise errors.Damaged("erasure row")
    return tuple(found)


def _marked(erases: tuple[Erase, ...], object_hash: bytes) -> tuple[Erase, ...]:
    return tuple(replace(each, done=each.done or each.object_hash == object_hash) for each in erases)
