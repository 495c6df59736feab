"""Every screen from made-up states: for the README's pictures and for the tests that look at all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fieldapp.screens import gallery_home, gallery_interview, gallery_map, gallery_record, gallery_services, places
from fieldapp.screens.gallery_stage import Make, NoEvents, Stage, open_stage
from fieldapp.widgets.theme import theme
from firsthand import assets

__all__ = ["NoEvents", "Stage", "draw_all", "open_stage", "scenes"]


def scenes() -> dict[str, Make]:
    """Name -> what draws the screen, in the present language, theme and size. Called anew for each of them."""
    places.know(assets.read_json("scenario/areas.geojson"))
    return {
        **gallery_home.scenes(),
        **gallery_record.SCREENS,
        **gallery_map.SCREENS,
        **gallery_interview.SCREENS,
        **gallery_services.SCREENS,
    }


def draw_all(
    out: Path, language: str = "en", look: str = "sun", scale: int = 100, *, names: Sequence[str] = ()
) -> list[Path]:
    """Pictures of every screen (or of `names`) in one language and theme, at a size of type in percent.

    The files are flat and named by screen alone (`home.png`), the same in every language.
    """
    out.mkdir(parents=True, exist_ok=True)
    stage = open_stage()
    theme.language, theme.mode, theme.scale = language, look, scale / 100
    made = []
    for name, make in scenes().items():
        if names and name not in names:
            continue
        stage.show(make)
        path = out / f"{name}.png"
        stage.export_to_png(str(path))
        made.append(path)
    return made
