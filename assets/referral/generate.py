"""Makes Ruvala's directory of services: `python -m assets.referral.generate [--issued DATE] [--out FILE]`.

Standard library only, beside the country of `assets/scenario`: the same seed and date give the same bytes on every
machine, and a test holds the committed file equal to what this program writes. No service in it exists.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from assets.scenario import country

SEED = 6
VERSION = 1
ISSUED = date(2026, 11, 16)
NAME = "referrals.json"
_KINDS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("kinds.json").read_text(encoding="utf-8"))
# Two areas show what the tablet does without services: nothing at all, and a clinic with nobody to talk to.
NOTHING, NO_LISTENING = "Toro-Kesi", "Dovi"
ALWAYS_WHOLE = "Karou"  # and one has everything, so that a first look finds something
_ARABIC = frozenset({"Zirat", "Halwan", "Wadi Sarrin", "Sabé", "Dovi", "Port Amale"})
_SWAHILI = frozenset({"Kivesa", "Ondaro", "Tamoru", "Imbasa", "Karou"})


def services(seed: int, issued: date) -> Iterator[dict[str, Any]]:
    """All services, by area."""
    drawn = country.draw(seed)
    for number, area in enumerate(country.AREAS, 1):
        rng = random.Random(f"services {seed} {area.name}")
        kinds = [name for name, kind in _KINDS.items() if _has(area.name, name, kind, rng)]
        for position, name in enumerate(kinds, 1):
            yield _service(name, area, drawn.of(area.name), rng, issued) | {"id": f"{number:02d}-{position:02d}"}


def _has(area: str, name: str, kind: dict[str, Any], rng: random.Random) -> bool:
    drawn = rng.randrange(100) < kind["share"]
    if area == NOTHING or (area == NO_LISTENING and kind["sector"] == "psychosocial"):
        return False
    return drawn or area == ALWAYS_WHOLE or (area == NO_LISTENING and name == "clinic")


def _service(
    name: str, area: country.Area, villages: Sequence[country.Village], rng: random.Random, issued: date
) -> dict[str, Any]:
    kind = _KINDS[name]
    village = rng.choice(villages) if name in {"post", "clinic"} else villages[0]
    hidden = kind.get("hidden", False)
    verified = issued - timedelta(days=rng.randrange(2, 26))
    place = {} if hidden else {"at": {"lat": village.centre[1], "lon": village.centre[0]}}
    contact = {} if hidden else {"contact": f"+000 {rng.randrange(100, 1000)} {rng.randrange(1000, 10_000)}"}
    stock = {drug: (verified - timedelta(days=rng.randrange(50))).isoformat() for drug in kind.get("stock", ())}
    found = {
        "id": "",
        "sector": kind["sector"],
        "title": _title(kind["title"], area, "" if hidden else village.name),
        "offers": kind["offers"],
        "areas": [{"adm1": area.name, "adm2": village.adm2} if name == "post" else {"adm1": area.name}],
        **place,
        "opening": kind["opening"],
        "staff_sex": kind["staff_sex"],
        "languages": _languages(area.name),
        "cost": kind["cost"],
        "min_age": kind["min_age"],
        "documents": kind["documents"],
        "reporting": kind["reporting"],
        "access": kind["access"],
        **contact,
        "verified_on": verified.isoformat(),
        "verified_by": "service_mapping_post",
        **({"stock": stock} if stock else {}),
        "status": rng.choices(("open", "closed", "unknown"), (88, 5, 7))[0] if area.name != ALWAYS_WHOLE else "open",
        **({"do_not_print": True} if hidden else {}),
    }
    if area.name == NO_LISTENING and name == "clinic":
        found["status"] = "open"
    return found


def _title(words: dict[str, str], area: country.Area, village: str) -> dict[str, str]:
    """A village has one name in all languages; an area has its own in some."""
    by_language = {"fr": area.french, "ar": area.arabic}
    comma = {"ar": "، "}
    found = {}
    for language, word in words.items():
        place = village if village and village != area.name else by_language.get(language, area.name)
        found[language] = f"{word}{comma.get(language, ', ')}{place}"
    return found


def _languages(area: str) -> list[str]:
    more = ["ar"] * (area in _ARABIC) + ["sw"] * (area in _SWAHILI)
    return ["fr", "en", *more] if area != NO_LISTENING else ["ar", "fr"]


def file(issued: date = ISSUED, *, seed: int = SEED, version: int = VERSION) -> bytes:
    """The bytes of `referrals.json`: one field a line, so that a refusal can point at it."""
    found = {"v": 1, "version": version, "issued": issued.isoformat(), "services": list(services(seed, issued))}
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Make the directory of services of the demonstration country.")
    parser.add_argument("--issued", type=date.fromisoformat, default=ISSUED, metavar="DATE")
    parser.add_argument("--version", type=int, default=VERSION)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(NAME))
    chosen = parser.parse_args()
    chosen.out.write_bytes(file(chosen.issued, version=chosen.version))


if __name__ == "__main__":
    main()
