"""The pick-list of acts: by family, by search, and the five that were used last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fieldapp.flows.form.acts import EVENT_FAMILY, SENSITIVE_FAMILY, SEPARATE_CHANNEL
from fieldapp.flows.form.values import folded
from firsthand import errors
from firsthand.domain.catalogue import Act, Catalogue, Term

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

RECENT, FOUND = 5, 12
_ROW = b"picked"


def find_acts(catalogue: Catalogue, query: str, language: str, limit: int = FOUND) -> list[str]:
    """Codes whose words hold every word of the query, those that begin with it first.

    The plain words of the window's language are searched, then its legal words, then English; a code finds itself.
    """
    wanted = folded(query).split()
    if not wanted:
        return []
    ranked = []
    entries: list[tuple[str, Act | Term]] = [*catalogue.acts.items(), *catalogue.events.items()]
    for order, (code, entry) in enumerate(entries):
        short, label = (folded(words.get(language, "")) for words in (entry.short, entry.label))
        english = folded(f"{entry.short['en']} {entry.label['en']}")
        if code.casefold() == "".join(wanted):
            ranked.append((0, order, code))
            continue
        for rank, words in ((2, short), (3, label), (4, english)):
            if all(word in words for word in wanted):
                first = words.startswith(wanted[0])
                ranked.append((1 if first and rank == 2 else rank, order, code))
                break
    return [code for _, _, code in sorted(ranked)][:limit]


def worth_showing(codes: Iterable[str], catalogue: Catalogue) -> list[str]:
    """Codes that may stand on a screen without being asked for: none of the family that a passer-by must not see."""
    known = [code for code in codes if code in catalogue.acts or code in catalogue.events]
    return [code for code in known if not code.startswith(SENSITIVE_FAMILY)][:RECENT]


def family_of(code: str) -> str:
    """The family of a code, empty for none."""
    return EVENT_FAMILY if code.startswith(EVENT_FAMILY) else code[:2]


def recent(tablet: Tablet) -> list[str]:
    """The codes that this officer picked last; nothing where none was, or where the row does not open."""
    try:
        value = tablet.vault.get("state", tablet.vault.named("state", _ROW))
    except errors.FirsthandError:
        return []
    return [str(code) for code in value] if isinstance(value, list) else []


def remember(tablet: Tablet, code: str) -> None:
    """This code first, the four before it after it. A full disk forgets it: nothing hangs on it."""
    if code.startswith(SENSITIVE_FAMILY) or code == SEPARATE_CHANNEL:
        return
    kept = [code, *(each for each in recent(tablet) if each != code)][:RECENT]
    try:
        with tablet.vault.write():
            tablet.vault.put("state", tablet.vault.named("state", _ROW), list(kept))
    except errors.Environment:
        return
