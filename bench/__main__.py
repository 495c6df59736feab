"""`make bench`: every figure with its reference, its aim and whether it was met. Ends within ten minutes.

python -m bench [--only sealing,relay,journey,tablet,map,weekly]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.figures import Figure, machine

# The parts are imported where they run: the processes that a desk starts load this module too, and must not
# pay for more than they would pay in the desk's own program.

EXAMPLE = Path(__file__).resolve().parent.parent / "assets" / "examples" / "incident.json"
PARTS = ("sealing", "relay", "journey", "tablet", "map", "weekly")


def main() -> int:
    """Measures and prints; 0 when every aim was met, else 1."""
    from bench import map, relay, sealing, weekly

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS))
    wanted = set(parser.parse_args().only.split(","))
    print(machine())
    started = time.perf_counter()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="firsthand-bench-") as name:
        folder = Path(name)
        if "sealing" in wanted:
            figures += _shown("Cryptography", sealing.figures())
        if "relay" in wanted:
            figures += _shown("Relay", relay.figures())
        if wanted & {"journey", "tablet"}:
            figures += _journey(folder)
        if "map" in wanted:
            figures += _shown("Map", map.figures())
        if "weekly" in wanted:
            figures += _shown("Weekly table", weekly.figures(folder))
    missed = [figure.name for figure in figures if figure.met is False]
    print(
        f"\n{len(figures)} figures in {time.perf_counter() - started:.0f} s; aims missed: {', '.join(missed) or 'none'}"
    )
    return 1 if missed else 0


def _journey(folder: Path) -> list[Figure]:
    from bench import journey, tablet, window

    example = EXAMPLE.read_bytes()
    world = journey.begin(folder)
    try:
        found = _shown("Journey", journey.figures(world, example))
        found += _shown("Tablet", tablet.figures(folder, world.home(0), example))
        return found + _shown("Window", window.figures(world.home(0)))
    finally:
        world.relay.terminate()
        world.relay.wait(30)


def _shown(title: str, figures: Iterable[Figure]) -> list[Figure]:
    print(f"\n{title}")
    found = []
    for figure in figures:
        print("  " + figure.line(), flush=True)
        found.append(figure)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
