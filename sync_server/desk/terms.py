"""The gate of a desk: nothing leaves it for a use that the person, or the lawful basis, does not cover.

Each refusal is an error of its own, so that whoever asked is told which scope is missing and why. What was taken back
since (`withdrawn`) counts like a no.
"""

from __future__ import annotations

from typing import Any

from firsthand.domain.uses import COURTS, NO_TERMS, SCOPE_OF, Terms, Use, Why, terms_of, why_not
from firsthand.errors import NotFound, Refused
from sync_server.desk.store import Store
from sync_server.desk.store_reports import ReportStore


class UseRefused(Refused):
    """Something may not leave for this use: that scope is not a yes."""

    code = "use-no-scope"


class UseWithdrawn(UseRefused):
    """The scope was a yes and has been taken back."""

    code = "use-withdrawn"


class UseWithoutRecord(UseRefused):
    """This desk holds no record of what the person allowed: that is a no."""

    code = "use-no-record"


class UseNotByBasis(UseRefused):
    """Nobody was interviewed; the lawful basis does not cover this use."""

    code = "use-not-by-basis"


class UseAskWithheld(UseRefused):
    """The person named somebody who must not have it, and nobody has compared the receiver with that list."""

    code = "use-ask-withheld"


_REFUSALS: dict[Why, type[UseRefused]] = {
    Why.NO_SCOPE: UseRefused,
    Why.WITHDRAWN: UseWithdrawn,
    Why.NO_RECORD: UseWithoutRecord,
    Why.NOT_BY_BASIS: UseNotByBasis,
    Why.ASK_WITHHELD: UseAskWithheld,
}


def withdrawn_of(store: Store, idx: int) -> frozenset[str]:
    """Scopes that were taken back of the report at a log index."""
    rows = store.all("SELECT scope FROM withdrawn WHERE hash = (SELECT hash FROM envelope WHERE idx = ?)", (idx,))
    return frozenset(row[0] for row in rows)


def terms(store: Store, idx: int, parts: dict[str, Any] | None = None) -> Terms:
    """The terms on which the desk holds a report: from whichever of its parts bears them, else none at all."""
    parts = ReportStore(store).parts(idx) if parts is None else parts
    withdrawn = withdrawn_of(store, idx)
    for name in ("facts", "identities"):
        found = terms_of(parts.get(name), withdrawn)
        if found.scopes is not None or found.basis is not None:
            return found
    return Terms(withdrawn=withdrawn) if withdrawn else NO_TERMS


def demand(use: Use, held: Terms, *, withheld_checked: bool = False) -> None:
    """Let a record leave for this use.

    Raises:
        UseRefused: or the one of its kinds that says why.
    """
    why = why_not(use, held, withheld_checked=withheld_checked)
    if why is not None:
        raise _REFUSALS[why](scope=SCOPE_OF[use])


def demand_a_court(held: Terms, *, withheld_checked: bool = False) -> None:
    """Let a record leave for some court; which of them the person allowed goes with it.

    Raises:
        UseRefused: neither is allowed; the reason is that of the international court.
    """
    whys = [why_not(use, held, withheld_checked=withheld_checked) for use in COURTS]
    if None not in whys:
        demand(COURTS[whys.index(Why.ASK_WITHHELD) if Why.ASK_WITHHELD in whys else -1], held)


def find(store: Store, report: str) -> int:
    """Log index of the version of a report that counts.

    Args:
        report: id of 26 characters.

    Raises:
        NotFound: no such report here, or none that its author's tablet vouches for.
    """
    idx = ReportStore(store).counted(report)
    if idx is None:
        raise NotFound("report")
    return idx
