"""How many attachments wait to be proven in the log, without opening the rows of all that ever went.

What has been proven stays proven, so the ids of those are remembered, in one row of the index; only the others are
opened. Losing that row costs one slow look.
"""

from __future__ import annotations

from contextlib import suppress

from fieldapp.vault.blobs import SENT, Blobs
from fieldapp.vault.vault import DamagedRow, Vault
from firsthand import errors

_ID_BYTES = 16
_REMEMBER_FROM = 64  # so many newly proven ones are worth a write


class Waiting:
    """The attachments of one open vault that belong to a sealed report and are not proven yet."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._sent: set[bytes] | None = None
        self._kept = 0

    def count(self, blobs: Blobs) -> int:
        """How many; one whose row does not open is left out, since `blobs` counts those it misses."""
        with self._vault.guard:
            ids = set(self._vault.ids("blobs"))
            if not ids:
                return 0
            sent = self._load()
            waiting = 0
            for blob_id in ids - sent:
                with suppress(errors.Damaged):
                    blob = blobs.get(blob_id)
                    if blob.state in SENT:
                        sent.add(blob_id)
                    else:
                        waiting += bool(blob.report)
            self._keep(sent)
            return waiting

    def _load(self) -> set[bytes]:
        if self._sent is None:
            row = None
            with suppress(DamagedRow):
                row = self._vault.find("index", self._row_id())
            packed = row if isinstance(row, bytes) else b""
            self._sent = {packed[at : at + _ID_BYTES] for at in range(0, len(packed), _ID_BYTES)}
            self._kept = len(self._sent)
        return self._sent

    def _keep(self, sent: set[bytes]) -> None:
        if len(sent) - self._kept >= _REMEMBER_FROM:
            with suppress(errors.DiskFull, errors.Busy), self._vault.write():
                self._vault.put("index", self._row_id(), b"".join(sorted(sent)))
            self._kept = len(sent)

    def _row_id(self) -> bytes:
        return self._vault.named("index", b"sent attachments")
