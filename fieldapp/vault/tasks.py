"""What the officer still has to do, in rows of its own: promises (`owed`) and referrals on their way (`referrals`).

Each row is sealed like every other. It holds no name and no account, so it outlives the report that it came from.
"""

from __future__ import annotations

from collections.abc import Iterable

from fieldapp.vault.vault import Row, Vault
from firsthand import errors
from firsthand.protocol import cbor

OWED, REFERRALS = "owed", "referrals"
CONSENTS = "consents"  # by report id: see `fieldapp.flows.consent_rows`
SHARES, WITHDRAWALS = "shares", "withdrawals"  # see `fieldapp.flows.shares`, `fieldapp.vault.withdrawals`
_ID_BYTES = 16


class Tasks:
    """The rows of one such table."""

    def __init__(self, vault: Vault, table: str) -> None:
        self._vault = vault
        self._table = table

    def fresh_id(self) -> bytes:
        """16 random bytes."""
        return self._vault.entropy.bytes(_ID_BYTES)

    def rows(self) -> list[Row]:
        """All rows, in no order; a damaged one is marked. None in a vault whose disk was too full to gain the table."""
        try:
            return self._vault.rows(self._table)
        except errors.Damaged:
            return []

    def get(self, row_id: bytes) -> cbor.Value:
        """One row.

        Raises:
            NotFound, DamagedRow.
        """
        return self._vault.get(self._table, row_id)

    def put(self, row_id: bytes, value: cbor.Value) -> None:
        """Writes one row, durably.

        Raises:
            DiskFull: nothing has changed.
        """
        with self._vault.write():
            self._vault.put(self._table, row_id, value)

    def drop(self, row_ids: Iterable[bytes]) -> None:
        """Removes rows and leaves no trace of them in the log.

        Raises:
            DiskFull, Busy: some may still be there.
        """
        gone = list(row_ids)
        if gone:
            with self._vault.write():
                for row_id in gone:
                    self._vault.delete(self._table, row_id)
            self._vault.shrink_log()
