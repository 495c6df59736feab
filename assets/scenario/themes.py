"""What can happen in Ruvala: for each theme its acts, who is hurt, who did it, and who usually tells it."""

from __future__ import annotations

from dataclasses import dataclass, field

# Who tells a report: a person who agreed to be heard, or one of the ways in which nobody is interviewed.
PERSON, OFFICER, NGO, MEDIA, STATE = "person", "officer", "ngo", "media", "state"


@dataclass(frozen=True, slots=True)
class Theme:
    """A kind of happening.

    Attributes:
        acts: codes of the act catalogue; the first one carries the counts.
        events: codes of event types, for what is no violation.
        outcome: what happened to the people counted, empty when nobody is counted.
        people: fewest and most people counted.
        households: people are counted as whole families, so children are among them.
        actor: class of those who did it.
        voices: who tells it, and how often of ten.
        place: type of place.
    """

    acts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    outcome: str = ""
    people: tuple[int, int] = (0, 0)
    households: bool = False
    actor: str = "unknown"
    voices: dict[str, int] = field(default_factory=lambda: {PERSON: 6, OFFICER: 2, NGO: 2})
    place: str = "village"


_SEEN = {OFFICER: 6, NGO: 2, STATE: 1, MEDIA: 1}

THEMES: dict[str, Theme] = {
    # signs, and conditions of life
    "visit": Theme(events=("E09",), voices={OFFICER: 10}),
    "prices": Theme(events=("E07",), voices={OFFICER: 5, MEDIA: 3, NGO: 2}, place="market"),
    "rumour": Theme(events=("E10",), voices={OFFICER: 7, NGO: 3}),
    "peace": Theme(events=("E12",), voices={OFFICER: 5, MEDIA: 2, NGO: 3}),
    "service": Theme(events=("E14",), voices={OFFICER: 5, STATE: 3, NGO: 2}),
    "verdict": Theme(events=("E06",), voices={MEDIA: 5, STATE: 5}),
    "troops": Theme(events=("E01",), actor="state_military", voices=_SEEN, place="road"),
    "clash": Theme(events=("E03",), outcome="killed", people=(1, 6), actor="armed_group", voices=_SEEN),
    "market-closed": Theme(events=("E05",), voices=_SEEN, place="market"),
    "police-left": Theme(events=("E11",), voices=_SEEN),
    "alert": Theme(events=("E08",), voices={OFFICER: 10}),
    "on-the-move": Theme(
        events=("E04",), outcome="displaced", people=(40, 260), households=True, voices=_SEEN, place="road"
    ),
    # acts
    "threat": Theme(acts=("A211",), outcome="other", people=(1, 8), actor="unknown"),
    "threat-village": Theme(acts=("A604",), actor="pro_government_militia", voices={PERSON: 5, OFFICER: 2, NGO: 3}),
    "leaflet": Theme(acts=("A902",), actor="unknown"),
    "radio": Theme(acts=("A904",), actor="pro_government_militia", voices={MEDIA: 10}, place="radio_station"),
    "radio-list": Theme(
        acts=("A902", "A904"), actor="pro_government_militia", voices={MEDIA: 10}, place="radio_station"
    ),
    "checkpoint": Theme(acts=("A706",), events=("E02",), actor="pro_government_militia", place="checkpoint"),
    "extortion": Theme(acts=("A706",), actor="criminal", place="road"),
    "blockade": Theme(acts=("A506",), events=("E05",), actor="pro_government_militia", place="road"),
    "cattle": Theme(
        acts=("A703", "A204"), outcome="injured", people=(1, 3), actor="armed_group", place="grazing_corridor"
    ),
    "homes": Theme(acts=("A701", "A501"), outcome="displaced", people=(20, 140), households=True, actor="armed_group"),
    "displaced": Theme(acts=("A501",), outcome="displaced", people=(30, 220), households=True, actor="armed_group"),
    "killing": Theme(acts=("A101",), outcome="killed", people=(1, 3), actor="armed_group"),
    "execution": Theme(acts=("A102",), outcome="killed", people=(3, 9), actor="pro_government_militia"),
    "body": Theme(acts=("A110",), outcome="killed", people=(1, 1), voices=_SEEN, place="field_path"),
    "grave": Theme(acts=("A111",), voices={OFFICER: 5, NGO: 5}, place="field_path"),
    "massacre": Theme(
        acts=("A103", "A701"),
        outcome="killed",
        people=(48, 75),
        households=True,
        actor="pro_government_militia",
    ),
    "abduction": Theme(acts=("A307",), outcome="abducted", people=(1, 5), actor="armed_group", place="road"),
    "arrest": Theme(acts=("A301", "A302"), outcome="detained", people=(1, 9), actor="state_police"),
    "looting": Theme(acts=("A703",), actor="armed_group", place="market"),
    "land": Theme(acts=("A704",), actor="family_community", place="field_path"),
    "labour": Theme(acts=("A309",), outcome="other", people=(4, 14), actor="armed_group", place="road"),
    "militia": Theme(acts=("A905",), actor="pro_government_militia", voices={OFFICER: 5, NGO: 4, STATE: 1}),
    "weapons": Theme(acts=("A906",), actor="pro_government_militia", voices={OFFICER: 4, NGO: 5, STATE: 1}),
    "marking": Theme(acts=("A802",), actor="unknown"),
    "refused-service": Theme(acts=("A803",), actor="other_official"),
    "aid-stopped": Theme(acts=("A612",), actor="pro_government_militia", voices={NGO: 6, OFFICER: 4}, place="road"),
    "school-used": Theme(acts=("A610",), actor="state_military", voices={OFFICER: 6, NGO: 4}, place="school"),
    "school-attacked": Theme(
        acts=("A609",), actor="pro_government_militia", voices={OFFICER: 5, NGO: 5}, place="school"
    ),
    "clinic": Theme(acts=("A607",), actor="armed_group", voices={OFFICER: 4, NGO: 6}, place="health_facility"),
    "protest": Theme(acts=("A804",), outcome="injured", people=(2, 11), actor="state_police", voices=_SEEN),
    # sensitive ones: never more than DOMAIN 3.5 allows outside the person's own account
    "child-used": Theme(acts=("A613",), actor="armed_group", voices={PERSON: 10}),
    "child-hurt": Theme(acts=("A204",), actor="unknown", voices={PERSON: 10}),
    "survivor": Theme(acts=("A401",), actor="armed_group", voices={PERSON: 10}),
    "survivor-marriage": Theme(acts=("A411",), actor="family_community", voices={PERSON: 10}),
    "concern-s": Theme(acts=("A404",), actor="unknown", voices={NGO: 5, OFFICER: 5}),
}
