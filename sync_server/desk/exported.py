"""Which reports a file that leaves the desk holds: written down, so that an author can be told what nobody calls back.

A report of which a file says no more than that it exists is not held by it.
"""

from __future__ import annotations

from collections.abc import Iterable

from firsthand.domain.uses import why_not
from sync_server.desk import note, terms
from sync_server.desk.products import Wish
from sync_server.desk.store import Store
from sync_server.desk.store_withdrawals import WithdrawalStore

_TABLES = {"weekly": "cell", "coverage": "coverage"}


def remember(store: Store, role: str, now_s: int, wish: Wish) -> None:
    """Writes down what the file of a wish held; call when it was given out, under the same state of the store."""
    WithdrawalStore(store).note_export(now_s, _name(wish), wish.fmt, held(store, role, wish))


def held(store: Store, role: str, wish: Wish) -> Iterable[int]:
    """Log indexes of the reports of which the file of a wish tells something."""
    rows = WithdrawalStore(store)
    if wish.what in _TABLES:
        return rows.in_tables(_TABLES[wish.what])
    if wish.what == "case":
        return [terms.find(store, wish.report)]
    if wish.what == "ghn":
        told = note.told(store, role, withheld_checked=wish.withheld_checked)
        return [each.idx for each in told if each.left_out is None]
    listed = rows.in_lists() if wish.what == "reports" else []
    return [idx for idx in listed if _may_leave(store, idx, wish)]


def _may_leave(store: Store, idx: int, wish: Wish) -> bool:
    if wish.use is None:
        return True
    return why_not(wish.use, terms.terms(store, idx), withheld_checked=wish.withheld_checked) is None


def _name(wish: Wish) -> str:
    return wish.what if wish.use is None else str(wish.use)
