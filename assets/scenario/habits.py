"""How people in Ruvala answer and how its officers write: the tables that chance draws from."""

from __future__ import annotations

from datetime import UTC, datetime

SCOPES = (
    "C1", "C2", "C3", "C4n", "C4i", "C5h", "C5p", "C5s", "C5l", "C5c", "C6", "C7crm", "C7mara", "C7o", "C8",
    "C9p", "C9a", "C9v", "C10",
)  # fmt: skip
# What people answer, and how often of a hundred. A scope that is not listed got a no.
ANSWERS: dict[str, tuple[int, dict[str, str]]] = {
    "open": (42, {"C1": "yes", "C2": "yes", "C10": "yes", "C5h": "yes"}),
    "named": (18, {"C1": "yes", "C2": "yes", "C3": "yes", "C6": "yes", "C10": "yes"}),
    "voice": (7, {"C1": "yes", "C2": "yes", "C9a": "yes", "C10": "yes", "C4n": "later"}),
    "no-mission": (8, {"C1": "yes", "C10": "yes", "C5p": "yes"}),
    "story-only": (4, {"C1": "yes", "C5h": "yes"}),
    "no-story": (9, {"C2": "yes", "C10": "yes"}),
    "numbers-only": (5, {"C10": "yes"}),
    "no-count": (4, {"C1": "yes", "C2": "yes", "C8": "later"}),
    "later": (3, {"C1": "yes", "C2": "later", "C10": "yes"}),
}
REFUSALS = {"no-mission", "story-only", "no-story", "numbers-only", "no-count"}
# Languages in which a tablet's officer writes; a language that stands twice is drawn twice as often.
LANGUAGES = {
    "Lemba 1": ("en", "en", "fr"),
    "Lemba 2": ("fr", "fr", "en"),
    "Karou 1": ("fr", "fr", "ar"),
    "Karou 2": ("fr", "ar"),
    "Karou 2 copy": ("fr",),
    "Orla 1": ("en", "fr"),
    "Tessim 1": ("en", "ar"),
    "Coast 1": ("fr",),
    "Mbele 1": ("en", "fr"),
    "South 1": ("en",),
    "Zirat 1": ("ar", "ar", "en"),
    "East 1": ("ar", "en"),
    "Toro 1": ("ar",),
}
RESET_CLOCK = datetime(2003, 1, 1, 0, 12, tzinfo=UTC)  # a tablet whose battery was out
DAYPARTS = ("dawn", "morning", "midday", "afternoon", "evening", "night", "unknown")
NIGHT_THEMES = {"homes", "killing", "execution", "massacre", "cattle", "weapons", "leaflet", "marking"}
# What was damaged, and from how many to how many of it.
DAMAGE = {
    "homes": ("homes", 4, 31),
    "massacre": ("homes", 38, 52),
    "cattle": ("cattle", 12, 90),
    "school-attacked": ("school", 1, 1),
    "clinic": ("health", 1, 1),
    "looting": ("market", 1, 3),
}
NEEDS = {
    "displaced": "shelter",
    "homes": "shelter",
    "massacre": "evacuation",
    "on-the-move": "water_food",
    "cattle": "patrol",
    "threat-village": "patrol",
    "killing": "patrol",
    "survivor": "medical",
}
UNITS = (
    "mixed uniforms, two pickups",
    "civil clothes, came on foot",
    "green uniforms without insignia",
    "motorcycles, faces covered",
    "three trucks, no plates",
)
