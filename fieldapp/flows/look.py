"""How the window looks, remembered between starts: language, light, size of type, hand.

A small file beside the vault and no secret: it says nothing of what is in it, and it is the same whichever passphrase
opens. It is never written where there is no vault folder yet, and what cannot be read counts as not there.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from firsthand.assets import LANGUAGES

NAME = "look.json"
_BYTES_MAX = 4096
_MODES = ("sun", "night")
_PERCENTS = (100, 125, 150, 175, 200)


@dataclass(frozen=True, slots=True)
class Look:
    """What the officer chose. `scale` is in percent; see LOOK section 2 for its steps."""

    language: str = "en"
    mode: str = "sun"
    scale: int = 100
    left_hand: bool = False


def read(home: Path) -> Look | None:
    """What was chosen last; None where nothing, or nothing that holds, was written."""
    try:
        with (home / NAME).open("rb") as handle:
            data = handle.read(_BYTES_MAX)
        return parse(json.loads(data))
    except (OSError, ValueError, RecursionError):
        return None


def parse(value: Any) -> Look | None:
    """A look out of its JSON; None if it is not one."""
    match value:
        case {"language": str(language), "mode": str(mode), "scale": int(scale), "left_hand": bool(left)}:
            known = language in LANGUAGES and mode in _MODES and scale in _PERCENTS and not isinstance(scale, bool)
            return Look(language, mode, scale, left) if known else None
    return None


def write(home: Path, look: Look) -> None:
    """Remember `look`; on a full disk, or without a folder, the look is simply not remembered."""
    if not home.is_dir():
        return
    part = home / (NAME + ".part")
    with suppress(OSError):
        part.write_text(json.dumps(asdict(look)), encoding="ascii")
        part.replace(home / NAME)
