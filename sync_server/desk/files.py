"""Writing a file whole or not at all, for its owner only."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path

from firsthand.errors import EXIT_DISK, DiskFull, Environment


class CannotWrite(Environment):
    """A place that the command names cannot be written."""

    code = "cannot-write"
    exit_code = EXIT_DISK


def write_whole(path: Path, pieces: Iterable[str | bytes]) -> None:
    """Write text as UTF-8, or bytes as they are, beside `path`, then put it in its place.

    Raises:
        DiskFull, CannotWrite: nothing was put in place.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            for piece in pieces:
                out.write(piece.encode() if isinstance(piece, str) else piece)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull("export") from None
        raise CannotWrite("export") from None
    finally:
        fresh.unlink(missing_ok=True) if fresh.parent.is_dir() else None
