"""A real mission with one tablet and a few reports on given terms, for tests of proofs, names, uses and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from firsthand.ids import report_id_text
from sync_server.desk.main import add_account
from tests.support.desk_pages import PASSPHRASE, Chest, invite, make_mission
from tests.support.desk_world import Tablet, make_parts

KEY_SCOPES = ("C1", "C2", "C3", "C9p", "C9a", "C9v", "C10")
NAME = "Witness seventeen"
ASKER, SECOND, THIRD = "Custodian 1", "Custodian 2", "Custodian 3"
PASSWORDS = {ASKER: "three grey herons", SECOND: "nine slow barges", THIRD: "four tin kettles"}


class Mission:
    """One tablet that reports on terms, and desks that take in what it sent."""

    def __init__(self, base: Path) -> None:
        self.chest: Chest = make_mission(base, areas=None)
        self.tablet: Tablet = invite(self.chest, ["North 1"])["North 1"]
        self.chest.world.log.add(self.tablet.enrol())

    def tell(
        self,
        *,
        uses: Sequence[str] | None = (),
        basis: str | None = None,
        withhold: bool = False,
        keys: Sequence[str] = KEY_SCOPES,
        facts: Mapping[str, Any] | None = None,
        supersedes: bytes | None = None,
        **fields: Any,
    ) -> str:
        """Seal and log one report; its id. `uses` None: without any record of consent."""
        world = self.chest.world
        report_id = world.dice.bytes(16)
        parts = make_parts(report_id, **fields)
        terms: dict[str, Any] = {} if uses is None else {"scopes": list(uses)}
        terms |= {"withhold": True} if withhold else {}
        if basis is not None:
            terms = {"basis": {"code": basis}}
        parts[1] |= terms | dict(facts or {})
        parts[2] |= terms | {"victims": [{"name": NAME}]}
        ask: dict[str, Any] = {"basis": basis, "sensitive": parts[0]["sensitive"], "children_counted": False}
        ask["scopes"] = None if basis is not None else dict.fromkeys(keys, True)
        written = world.policy.written(**ask)
        kept = [part if number in written else None for number, part in enumerate(parts, 1)]
        world.log.add(self.tablet.seal("report", kept, world.policy.grants(**ask), supersedes))
        return report_id_text(report_id)

    def ingest(self, *roles: str) -> None:
        """Each of these desks takes in what is logged."""
        for role in roles:
            self.chest.ingest(role)

    def accounts(self, role: str, *names: str) -> None:
        """Named accounts of a desk."""
        for name in names:
            add_account(self.chest.desk(role), name, PASSWORDS[name], PASSPHRASE, self.chest.ports)
