"""What can be done to a vault without any key: find it, read and replace its header, close its drafts.

HOME/vault.db, HOME/head        the officer's workspace; the header stands in this store
HOME/vault-b.db, HOME/head-b    the workspace beside, see `header`
HOME/officers/xx/...            the same for another officer; HOME/lock serves all of them
"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from fieldapp.vault.header import OFFICER, Header, parse_header
from fieldapp.vault.store import Store
from firsthand import errors

DB_NAME, LOCK_NAME, SIDE_NAME = "vault.db", "lock", "head"
OFFICERS_NAME = "officers"  # HOME/officers/xx: the vaults of the tablet's other officers
# By workspace: each has a store and a side file of its own. The header stands in the officer's store.
DB_NAMES = (DB_NAME, "vault-b.db")
SIDE_NAMES = (SIDE_NAME, "head-b")
SQLITE_ENDINGS = ("", "-wal", "-shm")
_NO_DRAFT = bytes(16)


def root(home: Path) -> Path:
    """HOME of the tablet, for the folder of any of its officers' vaults."""
    return home.parent.parent if home.parent.name == OFFICERS_NAME else home


def exists(home: Path) -> bool:
    """Whether there is a vault, damaged or not; what an interrupted creation left behind is none."""
    if not (home / DB_NAME).exists() or (home / SIDE_NAME).exists():
        return (home / DB_NAME).exists()
    try:
        store = Store(home / DB_NAME)
    except errors.Environment:
        return True
    with closing(store):
        return not store.is_blank


def first_intact(headers: list[bytes]) -> Header:
    """The first copy that reads. Raises: Damaged, VaultNewer."""
    for data in headers:
        try:
            return parse_header(data)
        except errors.Damaged:
            continue
    raise errors.Damaged("no header")


def erase_halves(home: Path, workspace: int = OFFICER) -> int:
    """Empties the table of halves of the officer's workspace, and of `workspace`; how many rows that had.

    It needs no key and no lock, and uses a connection of its own.

    Raises:
        Busy: the store was held for seconds. DiskFull, Damaged, VaultNewer: as they say.
    """
    if not exists(home):
        return 0
    read_header(home)
    erased = 0
    for each in {OFFICER, workspace}:
        if (home / DB_NAMES[each]).exists():
            with closing(Store(home / DB_NAMES[each])) as store:
                count = _erase(store)
            erased = count if each == workspace else erased
    return erased


def read_header(home: Path) -> Header:
    """The header of a vault. Raises: Damaged, VaultNewer."""
    with closing(Store(home / DB_NAME)) as store:
        return first_intact(store.headers())


def write_header(home: Path, header: Header) -> None:
    """Puts a header in the place of both copies, and leaves no trace of the old one in the log.

    Raises:
        DiskFull, Busy: the old one still stands.
    """
    with closing(Store(home / DB_NAME)) as store:
        with store.write():
            store.replace_headers(header.encode())
        with suppress(errors.DiskFull, errors.Busy):
            store.shrink_log()


def _erase(store: Store) -> int:
    """One statement, and no trace of it in the log."""
    store.add_missing_tables()
    with store.write():
        count = store.clear("halves")
    with suppress(errors.DiskFull, errors.Busy):
        store.shrink_log()
    return count


def settle(store: Store, *, all_halves: bool) -> None:
    """Closes the officer's drafts when the workspace beside is opened; else takes as long and changes nothing.

    Both ways write a row, delete, commit once and empty the log. A disk that does not take it keeps nobody out.
    """
    with suppress(errors.Environment):
        store.add_missing_tables()
        with store.write():
            store.put("halves", _NO_DRAFT, b"")
            if all_halves:
                store.clear("halves")
            else:
                store.delete("halves", _NO_DRAFT)
        store.shrink_log()


def remove_store(path: Path) -> None:
    """Removes a store that is not open, with its log."""
    for ending in SQLITE_ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
