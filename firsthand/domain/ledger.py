"""What one person allowed, over time: an append-only, chained list, and pure questions to it (DOMAIN 4.3).

    link(entry) = SHA-256("firsthand/1/consent" || JSON of all its fields), 32 B; the next entry names it as `prev`

Rules:
- what was never said is a no, and a new use is a no;
- the last word about a scope counts; order is that of the entries, never that of a clock;
- a scope that rests on C1 (court, other bodies, publication) is worth no more than C1 itself;
- a yes that has an end is a no after it; C6 (being contacted again) ends by itself after 12 months;
- times are whole quarters of an hour, and in one ledger they never go back.

Not here: who may read what (`consent`, the grants policy), and where a ledger is kept.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from typing import Any, Final

from firsthand.domain.consent import NEEDS_C1, SCOPES, VALUES, Consent
from firsthand.errors import LedgerBroken

STEP_MIN: Final = 15
C6_VALID_MIN: Final = 365 * 24 * 60
ENTRIES_MAX: Final = 500
_FORM = 1
_LABEL = b"firsthand/1/consent"
_LINK_BYTES = 32
_FIRST = bytes(_LINK_BYTES)
_SUBJECT_CHARS = 26
_TEXT_CHARS, _LIST_MAX = 200, 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer about one scope.

    Attributes:
        seq: place in the ledger, from 0.
        subject: pseudonym of the person, 26 characters; the same in the whole ledger.
        scope: code of SCOPES.
        value: `yes`, `no`, `later` or `withdrawn`.
        recipients: who may have it, as codes or in the person's words; empty: as the scope says.
        exclusions: mission roles and outside bodies that must not have it.
        valid_until: minutes since 1970, after which a yes is a no; None: until its purpose ends (C6: 12 months).
        language: of the explanation.
        script_version: of the text that was read aloud.
        capacity: code of a note on the person's capacity to decide, empty if there is none.
        explained_by: who explained, as a role; `witnessed` whether somebody else was there.
        teach_back: whether the person said it back in own words.
        at_min: minutes since 1970, a multiple of 15.
        prev: link of the entry before, 32 B; zeros before the first.
    """

    seq: int
    subject: str
    scope: str
    value: str
    recipients: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    valid_until: int | None = None
    language: str = ""
    script_version: str = ""
    capacity: str = ""
    explained_by: str = ""
    witnessed: bool = False
    teach_back: bool | None = None
    at_min: int = 0
    prev: bytes = _FIRST

    def link(self) -> bytes:
        """What the next entry names: 32 B over every field of this one, `prev` among them."""
        values = [_plain(value) for value in astuple(self)]
        return sha256(_LABEL + json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True, slots=True)
class Ledger:
    """All answers of one person, in order. Make one with `append`, `record` or `decode`: those check."""

    entries: tuple[Entry, ...] = ()

    @property
    def subject(self) -> str:
        """The person's pseudonym; empty while nothing was said."""
        return self.entries[0].subject if self.entries else ""

    @property
    def head(self) -> bytes:
        """What the next entry must name as `prev`."""
        return self.entries[-1].link() if self.entries else _FIRST

    @property
    def last_min(self) -> int:
        """Time of the last entry, minutes since 1970; 0 while nothing was said."""
        return self.entries[-1].at_min if self.entries else 0


# -- writing -------------------------------------------------------------------------------------------------
def append(ledger: Ledger, entry: Entry) -> Ledger:
    """The ledger with one entry more; the one that was given stays as it is.

    Raises:
        LedgerBroken: the entry does not continue this ledger, or a field of it is out of range.
    """
    _check_fields(entry)
    if len(ledger.entries) >= ENTRIES_MAX:
        raise LedgerBroken("too long")
    if entry.seq != len(ledger.entries) or entry.prev != ledger.head:
        raise LedgerBroken("chain")
    if ledger.entries and entry.subject != ledger.subject:
        raise LedgerBroken("another person")
    if entry.at_min < ledger.last_min:
        raise LedgerBroken("time goes back")
    return Ledger((*ledger.entries, entry))


def record(ledger: Ledger, subject: str, scope: str, value: str, at_min: int, **more: Any) -> Ledger:
    """`append` with place, link and time filled in.

    Args:
        ledger: so far.
        subject: 26 characters.
        scope: code of SCOPES.
        value: of VALUES.
        at_min: minutes since 1970 as the device believes: cut to a quarter of an hour, and never before the last
            entry, whatever the clock says.
        more: the other fields of `Entry`.

    Raises:
        LedgerBroken: a field is out of range, or the subject is another person.
    """
    entry = Entry(
        len(ledger.entries),
        subject,
        scope,
        value,
        at_min=max(at_min - at_min % STEP_MIN, ledger.last_min),
        prev=ledger.head,
        **more,
    )
    return append(ledger, entry)


def of_consent(consent: Consent, subject: str, at_min: int) -> Ledger:
    """The ledger of a consent that was given in one go."""
    ledger = Ledger()
    for scope, given in consent.scopes:
        ledger = record(
            ledger,
            subject,
            scope,
            given,
            at_min,
            exclusions=consent.withhold,
            language=consent.language or "",
            script_version=consent.script_version or "",
            explained_by=consent.explained_by or "",
            teach_back=consent.teach_back,
        )
    return ledger


# -- asking --------------------------------------------------------------------------------------------------
def verify(ledger: Ledger) -> None:
    """Believe a ledger that came from elsewhere.

    Raises:
        LedgerBroken: an entry was changed, left out, added or moved.
    """
    whole = Ledger()
    for entry in ledger.entries:
        whole = append(whole, entry)


def value(ledger: Ledger, scope: str, at_min: int) -> str:
    """What held at a time: `yes`, `no`, `later` or `withdrawn`; `no` for what was not said by then.

    Args:
        ledger: verified.
        scope: code of SCOPES; of any other the answer is `no`.
        at_min: minutes since 1970. For "now" ask `consent_of`, which a clock that is behind does not mislead.
    """
    own = _own_value(ledger, scope, at_min)
    if own == "yes" and scope in NEEDS_C1:
        return _own_value(ledger, "C1", at_min)
    return own


def consent_of(ledger: Ledger, at_min: int) -> Consent:
    """What is allowed now: every scope that was ever spoken of, as it stands after the last entry.

    Args:
        ledger: verified.
        at_min: now, minutes since 1970; a clock that stands before the last entry is taken to stand at it.
    """
    now = max(at_min, ledger.last_min)
    last = _last_words(ledger, now)
    said = [scope for scope in SCOPES if scope in last]
    newest = ledger.entries[-1] if ledger.entries else None
    return Consent(
        scopes=tuple((scope, value(ledger, scope, now)) for scope in said),
        language=(newest and newest.language) or None,
        explained_by=(newest and newest.explained_by) or None,
        script_version=(newest and newest.script_version) or None,
        teach_back=newest.teach_back if newest else None,
        withhold=tuple(dict.fromkeys(name for scope in said for name in last[scope].exclusions)),
    )


def _own_value(ledger: Ledger, scope: str, at_min: int) -> str:
    entry = _last_words(ledger, at_min).get(scope)
    if entry is None:
        return "no"
    return "no" if entry.value == "yes" and at_min > _end(entry) else entry.value


def _last_words(ledger: Ledger, at_min: int) -> dict[str, Entry]:
    return {entry.scope: entry for entry in ledger.entries if entry.at_min <= at_min}


def _end(entry: Entry) -> float:
    if entry.valid_until is not None:
        return entry.valid_until
    return entry.at_min + C6_VALID_MIN if entry.scope == "C6" else float("inf")


# -- rows ----------------------------------------------------------------------------------------------------
def encode(ledger: Ledger) -> list[Any]:
    """`[1, [entry, ...]]` of texts, integers, flags, bytes and lists: ready for CBOR."""
    return [_FORM, [[_listed(each) for each in astuple(entry)] for entry in ledger.entries]]


def decode(data: object) -> Ledger:
    """The ledger of an encoded one, verified.

    Raises:
        LedgerBroken: another form, or an entry was changed, left out, added or moved.
    """
    match data:
        case [form, list(rows)] if form == _FORM and form is not True:
            ledger = Ledger()
            for row in rows:
                ledger = append(ledger, _entry(row))
            return ledger
    raise LedgerBroken("form")


def _entry(row: object) -> Entry:
    names = [each.name for each in fields(Entry)]
    if not isinstance(row, list) or len(row) != len(names):
        raise LedgerBroken("entry form")
    values = dict(zip(names, row, strict=True))
    for name in ("recipients", "exclusions"):
        if not isinstance(values[name], list):
            raise LedgerBroken("entry list")
        values[name] = tuple(values[name])
    return Entry(**values)


def _check_fields(entry: Entry) -> None:
    texts = (entry.language, entry.script_version, entry.capacity, entry.explained_by)
    lists = (entry.recipients, entry.exclusions)
    sound = (
        _is_number(entry.seq)
        and isinstance(entry.subject, str)
        and len(entry.subject) == _SUBJECT_CHARS
        and entry.scope in SCOPES
        and entry.value in VALUES
        and all(isinstance(each, tuple) and len(each) <= _LIST_MAX for each in lists)
        and all(_is_text(each) for each in (*texts, *entry.recipients, *entry.exclusions))
        and (entry.valid_until is None or _is_number(entry.valid_until))
        and isinstance(entry.witnessed, bool)
        and (entry.teach_back is None or isinstance(entry.teach_back, bool))
        and _is_number(entry.at_min)
        and entry.at_min % STEP_MIN == 0
        and isinstance(entry.prev, bytes)
        and len(entry.prev) == _LINK_BYTES
    )
    if not sound:
        raise LedgerBroken("field")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT_CHARS


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
