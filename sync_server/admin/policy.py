"""A policy of the mission's own: who gets which part of a report. It is signed into the mission.

Whatever a policy says, no part goes to anyone without a scope of the person or a lawful basis: the reader of policies
refuses such a rule. The registrar, the custodian and four to six roles are needed, as envelopes have slots for them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from firsthand.errors import Malformed, TheirFault
from firsthand.protocol.envelope import SLOTS_MIN
from firsthand.protocol.grants import parse_policy
from sync_server.admin.faults import CannotRead

MAX_BYTES = 64 * 1024


class PolicyRefused(TheirFault):
    """A policy that is not in its form, or that would give something away without anyone's consent."""

    code = "policy-refused"


def read_policy(path: Path) -> dict[str, Any]:
    """The file, once it is a policy.

    Raises:
        CannotRead. PolicyRefused.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError:
        raise CannotRead("policy") from None
    try:
        value: Any = json.loads(data.decode("utf-8"))
        policy = parse_policy(value)
    except (Malformed, ValueError, KeyError, TypeError, RecursionError):
        raise PolicyRefused("policy") from None
    if len(data) > MAX_BYTES or len(policy.roles) < SLOTS_MIN:
        raise PolicyRefused("policy roles")
    return dict(value)
