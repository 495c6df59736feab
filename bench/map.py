"""The map: how long a redraw and a frame of a drag take, with the demonstration country and with 2,025 polygons.

`python -m bench.map` draws off the screen, in a process of its own: a process has one window. `figures()` starts it.
Every frame draws the whole window again, by software where the machine has no graphics card.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from typing import Any

from bench.figures import Figure, median_ms

SIDE = 45  # 45 x 45 polygons of 45 points in one level: the worst case, since the largest level is always drawn
SIZE = (836.0, 690.0)
AIM_MS = 100.0
_RUNS = 15


def figures() -> list[Figure]:
    """Measured in a process of its own."""
    env = os.environ | {"SDL_VIDEODRIVER": "offscreen"}
    done = subprocess.run([sys.executable, "-m", "bench.map"], check=True, capture_output=True, text=True, env=env)
    return [
        Figure(name, value, "ms", aim=f"under {AIM_MS:.0f} ms" if aimed else "", met=value < AIM_MS if aimed else None)
        for name, value, aimed in json.loads(done.stdout)
    ]


def grid(side: int) -> dict[str, Any]:
    """Many areas of one level, each a ring of 45 points."""
    step = 10 / side
    features = []
    for row in range(side):
        for column in range(side):
            ring = []
            for at in range(45):
                turn = 2 * math.pi * (at % 44) / 44
                reach = step / 2 * (0.9 + 0.09 * math.sin(5 * turn + row + column))
                ring.append([row * step - 15 + reach * math.cos(turn), column * step + reach * math.sin(turn)])
            names = {"adm1": f"R{row // 9}.{column // 9}", "adm2": f"D{row}.{column}"}
            features.append({"properties": names, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return {"features": features}


def _measured() -> list[tuple[str, float, bool]]:
    from fieldapp import app

    app.prepare(display=False)
    from kivy.base import EventLoop

    from fieldapp.maps.source import MapSource, open_map
    from fieldapp.maps.view import Viewport
    from fieldapp.screens import gallery_map, gallery_stage
    from fieldapp.screens.map_view import MapScreen, MapView

    stage = gallery_stage.open_stage()
    found: list[tuple[str, float, bool]] = []

    def measure(name: str, source: MapSource, *, aimed: bool) -> None:
        start = time.perf_counter()
        screen: Any = stage.show(lambda: MapScreen(MapView("pick", source), gallery_stage.NoEvents()))
        found.append((f"Map of {name}: opened", (time.perf_counter() - start) * 1_000, False))
        pane = screen.pane
        for where, view in (("all of it", pane.view), ("zoom 9", Viewport.at(5.2, -12.0, 9, SIZE))):
            pane.look(view)
            found.append((f"Map of {name}, {where}: drawn again", median_ms(pane.map.draw, runs=_RUNS), aimed))
            steps = iter(range(1_000))

            def drag(steps: Any = steps) -> None:
                pane.map.drag(next(steps) * 3.0, 5.0)
                EventLoop.idle()

            found.append((f"Map of {name}, {where}: frame of a drag", median_ms(drag, runs=_RUNS), aimed))
            pane.map.drag(0, 0)

    measure("175 areas", gallery_map.source(), aimed=True)
    measure(f"{SIDE * SIDE} areas of one level", open_map(None, grid(SIDE)), aimed=False)
    return found


if __name__ == "__main__":
    print(json.dumps(_measured()))
