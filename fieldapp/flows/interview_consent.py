"""From the answers of a session to the consent ledger: what was said about each scope, in the order of saying.

Pure. The session holds what is true now; the ledger holds what was ever said, and nobody takes anything out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from firsthand.domain import ledger as chain
from firsthand.domain.consent import SCOPES
from firsthand.domain.interview.conditions import Value
from firsthand.domain.ledger import Entry, Ledger
from firsthand.errors import Malformed
from firsthand.protocol import cbor

__all__ = ["Explained", "from_text", "keep_up", "text_of"]


@dataclass(frozen=True, slots=True)
class Explained:
    """How the scopes were explained, and what bounds all of them.

    Attributes:
        subject: the person's pseudonym, 26 characters.
        language: of the talk; explained_by: a code of `explained_by`.
        script_version: protocol and version.
        teach_back: whether the person said it back.
        withhold: who must not have it.
        capacity: code of a note on the capacity to decide.
        witnessed: somebody of the person's choice was there.
    """

    subject: str
    language: str
    explained_by: str
    script_version: str
    teach_back: bool | None = None
    withhold: tuple[str, ...] = ()
    capacity: str = ""
    witnessed: bool = False


def keep_up(ledger: Ledger, answers: Mapping[str, Value], said: Explained, now_min: int) -> Ledger:
    """The ledger with an entry for every scope that is another than before, or is now kept from somebody else.

    An answer that was taken back without another one (the person went back to the question) is a no.

    Raises:
        LedgerBroken: a field is out of range.
    """
    for scope in SCOPES:
        last, value = _last(ledger, scope), answers.get(scope)
        if value is None and (last is None or last.value != "yes"):
            continue
        if last is None or (last.value, last.exclusions) != (value, said.withhold):
            ledger = chain.record(
                ledger,
                said.subject,
                scope,
                "no" if value is None else str(value),
                now_min,
                exclusions=said.withhold,
                language=said.language,
                script_version=said.script_version,
                capacity=said.capacity,
                explained_by=said.explained_by,
                witnessed=said.witnessed,
                teach_back=said.teach_back,
            )
    return ledger


def _last(ledger: Ledger, scope: str) -> Entry | None:
    return next((entry for entry in reversed(ledger.entries) if entry.scope == scope), None)


def text_of(ledger: Ledger) -> str:
    """A ledger for a draft, which is JSON."""
    return cbor.encode(chain.encode(ledger)).hex()


def from_text(text: str) -> Ledger:
    """The inverse.

    Raises:
        LedgerBroken, Malformed: it is none.
    """
    try:
        return chain.decode(cbor.decode(bytes.fromhex(text)))
    except ValueError:
        raise Malformed("ledger text") from None
