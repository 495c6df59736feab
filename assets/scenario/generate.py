"""Makes Ruvala: `python -m assets.scenario.generate [--seed N] [--out DIR]` writes the files anew.

Standard library only. The same seed gives the same bytes on every machine, and a test holds the committed
files equal to what this program writes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from assets.scenario import country, ged
from assets.scenario.plan import CLONED_AFTER_WEEK, LIAR, LIAR_COPY, LINK_DEAD_FROM, TABLETS, WEEKS, plan
from assets.scenario.writer import Line, withdrawn, write

SEED = 6
_EVERYTHING = ("C1", "C2", "C3", "C6", "C10")
_WITHDRAWALS = (("C1",), ("C1", "C3", "C6"), ("C2",), ("C1", "C2", "C10"), ("C10",), _EVERYTHING)
_WITHDRAWN_COUNT = 9


def reports(seed: int, drawn: country.Country) -> list[Line]:
    """All reports in order of recording; references count up in that order."""
    lines = [write(one, number, drawn, seed) for number, one in enumerate(plan(seed), 1)]
    lines += _withdrawals(lines)
    return sorted(lines, key=lambda line: (line.week, line.tablet, line.ref))


def _withdrawals(lines: list[Line]) -> Iterator[Line]:
    number = len(lines)
    able = [line for line in lines if _may_withdraw(line)]
    chosen = able[:: max(1, len(able) // _WITHDRAWN_COUNT)][:_WITHDRAWN_COUNT]
    for position, line in enumerate(chosen):
        number += 1
        yield withdrawn(line, number, 2 + position % 3, _WITHDRAWALS[position % len(_WITHDRAWALS)])


def _may_withdraw(line: Line) -> bool:
    scopes = line.report.get("consent", {}).get("scopes", {})
    return (
        all(scopes.get(scope) == "yes" for scope in ("C1", "C2", "C10"))
        and line.sync
        and line.week + 4 <= WEEKS
        and not {"cloned", "before-clone"} & set(line.tags)
    )


def tablets() -> list[dict[str, object]]:
    """What a demonstration must know of each tablet besides its reports."""
    found: list[dict[str, object]] = [
        {
            "label": label,
            "areas": list(areas),
            "copy_of": None,
            "copied_after_week": None,
            "link_dead_from": None,
        }
        for label, areas in {**TABLETS, LIAR: ("Karou",), LIAR_COPY: ("Karou",)}.items()
    ]
    for tablet in found:
        if tablet["label"] == "Toro 1":
            tablet["link_dead_from"] = LINK_DEAD_FROM
        if tablet["label"] == LIAR_COPY:
            tablet |= {"copy_of": LIAR, "copied_after_week": CLONED_AFTER_WEEK}
    return found


def files(seed: int = SEED) -> dict[str, bytes]:
    """Every file of the scenario by name."""
    drawn = country.draw(seed)
    lines = reports(seed, drawn)
    texts = {
        "areas.geojson": _compact(country.areas_geojson(drawn)) + "\n",
        "lines.geojson": _compact(country.lines_geojson(seed)) + "\n",
        "tablets.json": json.dumps(tablets(), ensure_ascii=False, indent=1) + "\n",
        "reports.jsonl": "".join(_compact(line.as_json()) + "\n" for line in lines),
        "events_ged.csv": ged.export(lines),
    }
    return {name: text.encode("utf-8") for name, text in texts.items()}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description="Make the files of the demonstration country.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    chosen = parser.parse_args()
    for name, data in files(chosen.seed).items():
        (chosen.out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
