"""Token statements that the admin dropped in the folder because it could not post them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from firsthand.errors import BadSignature, Malformed
from firsthand.protocol import bundle

_SUFFIX = ".tokens"


class Inbox:
    """The folder `inbox/`: a statement goes once its tokens are committed; a bad one stays, told once."""

    def __init__(self, folder: Path, admin_public: bytes) -> None:
        """`admin_public`: Ed25519 key (32 B) that must have signed a statement."""
        self._folder = folder
        self._admin_public = admin_public
        self._refused: set[tuple[str, int, int]] = set()  # name, time and size: a repaired file is read again

    def statements(self) -> list[tuple[str, list[bytes]]]:
        """Name of the file and hashes of the tokens, of every good statement that lies there."""
        good = []
        for path in self._waiting():
            try:
                with path.open("rb") as file:
                    stat = path.stat()
                    data = file.read(bundle.MAX_STATEMENT_BYTES + 1)
            except OSError:
                continue  # taken away meanwhile, or not ours to read
            mark = (path.name, stat.st_mtime_ns, stat.st_size)
            if mark in self._refused:
                continue
            try:
                good.append((path.name, bundle.open_token_statement(self._admin_public, data)))
            except (Malformed, BadSignature):
                self._refused.add(mark)
                sys.stderr.write("relay: a token statement in the inbox is not good and was left there\n")
        return good

    def done(self, names: Iterable[str]) -> None:
        """Take away statements whose tokens are safely in the store."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def _waiting(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.name.endswith(_SUFFIX))
        except OSError:
            return []
