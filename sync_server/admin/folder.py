"""The mission's folder: where each file lives, and how files come to be there whole or not at all.

```
DIR/mission.json                 public facts
DIR/admin/keys.sealed            the administrator's daily key and the key of the register
DIR/admin/offline.sealed         root and targets keys; take it off this machine after `init`
DIR/admin/register.sealed        labels and token seeds of all tablets
DIR/directory/{metadata,targets} what is published
DIR/relay/                       may move to another host
DIR/desks/ROLE/                  may move to another host
```
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firsthand import errors
from firsthand.protocol.directory import METADATA_FILES, TARGET_FILES
from sync_server.admin.faults import NotAMission, writing

_MISSION_FIELDS = {"v", "id", "name", "origin", "root_sha256", "single_passphrase", "roles", "relay"}


@dataclass(frozen=True, slots=True)
class MissionFolder:
    """A folder that `mission init` has made.

    Attributes:
        path: DIR.
        mission_id: 16 bytes.
        root_sha256: the pin of `root.json`.
        roles: in the order of the policy.
        relay: address last used by `enrol`, or None.
    """

    path: Path
    mission_id: bytes
    root_sha256: bytes
    name: str
    roles: tuple[str, ...]
    relay: str | None

    @classmethod
    def open(cls, path: Path) -> MissionFolder:
        """Read `mission.json`.

        Raises:
            NotAMission: no such file.
            Damaged: it is not what `init` wrote.
        """
        try:
            facts = json.loads((path / "mission.json").read_bytes())
        except OSError:
            raise NotAMission("mission.json") from None
        except (ValueError, RecursionError):
            raise errors.Damaged("mission.json") from None
        match facts:
            case {"v": 1, "id": str(mission_id), "root_sha256": str(root), "name": str(name)} if (
                set(facts) == _MISSION_FIELDS
            ):
                return cls(
                    path,
                    _from_hex(mission_id, 16),
                    _from_hex(root, 32),
                    name,
                    _roles(facts["roles"]),
                    None if facts["relay"] is None else _text(facts["relay"]),
                )
        raise errors.Damaged("mission.json")

    @property
    def admin(self) -> Path:
        """Where the administrator's keys lie."""
        return self.path / "admin"

    @property
    def directory(self) -> Path:
        """What is published."""
        return self.path / "directory"

    @property
    def relay_folder(self) -> Path:
        """What the relay runs from."""
        return self.path / "relay"

    def desks(self) -> list[Path]:
        """The desks that are still on this host."""
        return [path for role in self.roles if (path := self.path / "desks" / role).is_dir()]

    def remember_relay(self, url: str) -> None:
        """Keep the relay's address for `revoke` and for the desks."""
        facts = json.loads((self.path / "mission.json").read_bytes())
        if facts["relay"] != url:
            write_file(self.path / "mission.json", json_bytes({**facts, "relay": url}))
        for desk in self.desks():
            known = json.loads((desk / "desk.json").read_bytes())
            if known["relay"] != url:
                write_file(desk / "desk.json", json_bytes({**known, "relay": url}))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One administrator's command at a time.

        Raises:
            Busy: another one is at work.
        """
        with writing():
            fd = os.open(self.admin / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(fd)
            yield
        finally:
            os.close(fd)


def read_directory(folder: Path) -> dict[str, bytes]:
    """The files of a published directory by name, as `Directory.verify` wants them.

    Raises:
        Damaged: the folder or one of the files that must be there is missing.
    """
    files: dict[str, bytes] = {}
    for kind, names in (("metadata", METADATA_FILES), ("targets", TARGET_FILES)):
        for name in names:
            path = folder / kind / name
            if path.is_file():
                files[name] = path.read_bytes()
    if not files:
        raise errors.Damaged("directory folder")
    return files


def write_directory(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace a published directory as a whole: a reader finds the old or the new one, never a mixture."""
    fresh, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    with writing():
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        for name, data in files.items():
            write_file(fresh / ("metadata" if name in METADATA_FILES else "targets") / name, data)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def recover_directory(folder: Path) -> None:
    """Finish what a `write_directory` that was killed between its two renames had begun."""
    old = folder.with_name(folder.name + ".old")
    if not folder.exists() and old.exists():
        with writing():
            old.rename(folder)


def write_file(path: Path, data: bytes) -> None:
    """Write a file of the mission that only its owner reads: whole and on disk, or not at all."""
    with writing():
        make_folder(path.parent)
        fresh = path.with_name(f".{path.name}.new")
        try:
            _write_new(fresh, data)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)


def hand_out(path: Path, data: bytes) -> None:
    """Write a new file anywhere, perhaps on a stick: never over another one, and in no folder of our making.

    Raises:
        Exists, DiskFull, CannotWrite: nothing is left behind.
    """
    with writing():
        try:
            _write_new(path, data, os.O_EXCL)
        except FileExistsError:
            raise
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _write_new(path: Path, data: bytes, how: int = os.O_TRUNC) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_folder(path: Path) -> None:
    """Make a folder and its parents; the ones that are new are for their owner only."""
    if path.is_dir():
        return
    if path.exists():
        raise NotADirectoryError(path)
    make_folder(path.parent)
    path.mkdir(mode=0o700)


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """JSON as people like to read it."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _from_hex(text: str, size: int) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if len(data) != size:
        raise errors.Damaged("mission.json")
    return data


def _roles(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise errors.Damaged("mission.json")
    return tuple(_text(role) for role in value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise errors.Damaged("mission.json")
    return value


def _lock(fd: int) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise errors.Busy("mission is in use") from None
