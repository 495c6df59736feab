"""One process at a time has a vault open.

An advisory lock on a file of its own: the system drops it when the process dies, so a killed tablet never
locks its officer out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from firsthand import errors


class VaultLock:
    """Holds the lock from construction to `release`.

    Raises:
        Busy: another process, or another session of this one, has the vault open.
    """

    def __init__(self, path: Path) -> None:
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._fd)
        except OSError as error:
            os.close(self._fd)
            self._fd = None
            raise errors.Busy("vault is open elsewhere") from error

    def release(self) -> None:
        """Lets the vault go; a second call does nothing."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _take(fd: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
