"""The one reader of shipped data: text and bytes under `assets/`.

Everything else in this package is pure; reading what was installed beside the code is like importing it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firsthand.domain.catalogue import Catalogue


def read_bytes(name: str) -> bytes:
    """The bytes of `assets/NAME`."""
    return files("assets").joinpath(name).read_bytes()


def read_text(name: str) -> str:
    """The text of `assets/NAME`, UTF-8."""
    return read_bytes(name).decode("utf-8")


@cache
def read_json(name: str) -> Any:
    """The parsed JSON of `assets/NAME`; cached, so treat it as frozen."""
    return json.loads(read_text(name))


@cache
def catalogue() -> Catalogue:
    """The catalogue of acts and event types."""
    from firsthand.domain.catalogue import parse_catalogue

    return parse_catalogue(
        read_text("catalogues/acts.csv"),
        read_text("catalogues/families.csv"),
        read_text("catalogues/event_types.csv"),
    )
