"""What the mission's areas are called in the language of the window.

A report, the weekly table and the list keep an area's own name, letter by letter; only what is shown is another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.flows.form.where import AreaTree
from fieldapp.widgets.theme import theme

_NONE = AreaTree({})
_known = [_NONE]  # one window a process, one open tablet a window


def know(areas_geojson: Mapping[str, Any] | None) -> None:
    """The areas of the tablet that was opened; None when it is locked again."""
    _known[0] = AreaTree.of(areas_geojson) if areas_geojson else _NONE


def said(name: str) -> str:
    """An area, or a place that is called as one, in the window's language; other names stay as they are."""
    return _known[0].said(name, theme.language)
