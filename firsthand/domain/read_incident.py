"""The groups of a report that are about what happened: incident, place, acts, returns, speech, visits."""

from __future__ import annotations

import re

from firsthand.domain import codes
from firsthand.domain.characters import western_digits
from firsthand.domain.counts import MAX_PEOPLE
from firsthand.domain.fields import Group
from firsthand.domain.model import (
    Act,
    Actor,
    Coverage,
    Damage,
    Held,
    ImmediateRisk,
    Incident,
    Link,
    Response,
    Speech,
    Visit,
)
from firsthand.domain.places import MAX_RADIUS_M, Place
from firsthand.domain.read_people import VICTIM_KEY
from firsthand.domain.read_values import (
    NOTE_CHARS,
    read_codes,
    read_count,
    read_date,
    read_pattern,
    read_range,
    read_report_id,
    read_total,
)

MAX_ACTS = 12
_ACT = re.compile(r"A[1-9][0-9]{2}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_PLACE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,19}")


def read_incident(group: Group) -> Incident:
    """When, where, how urgent."""
    incident = Incident(
        date=read_date(group, "date", required=True, rule=1) or "?",
        date_precision=group.integer("date_precision", 1, 5),
        time_of_day=_time_of_day(group),
        recall_anchor=group.text_or_none("recall_anchor", NOTE_CHARS),
        place=_place(group.sub("place", rule=1)),
        context=group.choice_or_none("context", codes.CONTEXTS),
        trend=group.choice_or_none("trend", codes.TRENDS),
        targeting=group.choice_or_none("targeting", codes.TARGETING),
        ongoing=group.flag_or_none("ongoing"),
        immediate_risk=_risk(group.sub("immediate_risk")),
        protection_needed=group.choice("protection_needed", codes.NEEDS),
        concern_s=group.flag("concern_s", default=False),
        households=group.sub_or_none("households", read_range),
        damage=group.each("damage", len(codes.DAMAGE), _damage),
    )
    group.close()
    return incident


def _place(group: Group) -> Place:
    group.since(2, "given_as", "radius_m", "code")
    place = Place(
        name=group.text("name", 120),
        adm1=group.text("adm1", 120, plain=True),
        adm2=group.text_or_none("adm2", 120, plain=True),
        adm3=group.text_or_none("adm3", 120, plain=True),
        lat_e7=group.degrees_e7("lat", 90),
        lon_e7=group.degrees_e7("lon", 180),
        precision=group.integer("precision", 1, 7),
        type=group.choice_or_none("type", codes.PLACE_TYPES),
        given_as=group.choice_or_none("given_as", codes.GIVEN_AS),
        radius_m=group.integer_or_none("radius_m", 1, MAX_RADIUS_M),
        code=read_pattern(group, "code", _PLACE_CODE, "bad-place-code"),
    )
    if group.has("lat") != group.has("lon"):
        group.reader.add("half-a-point", group.where)
    group.close()
    return place


def _risk(group: Group) -> ImmediateRisk:
    risk = ImmediateRisk(group.flag("flag"), group.text_or_none("note", 120))
    group.close()
    return risk


def _damage(group: Group) -> Damage:
    damage = Damage(group.choice("kind", codes.DAMAGE), group.integer("count", 0, MAX_PEOPLE))
    group.close()
    return damage


def _time_of_day(group: Group) -> str | None:
    value = group.take("time_of_day", required=False)
    if value is None:
        return None
    text = western_digits(value) if isinstance(value, str) else ""
    if text in codes.TIMES_OF_DAY or _CLOCK.fullmatch(text):
        return text
    group.reader.add("bad-time", group.path("time_of_day"))
    return None


def read_act(group: Group) -> Act:
    """What was done, allegedly by whom."""
    group.since(2, "victims", "follows")
    act = Act(
        code=read_pattern(group, "code", _ACT, "unknown-code", required=True) or "A101",
        actor=_actor(group.sub("actor")),
        counts=group.each("counts", 200, read_count),
        totals=group.each("totals", len(codes.OUTCOMES), read_total),
        perpetrators=group.sub_or_none("perpetrators", read_range),
        weapon=group.choice_or_none("weapon", codes.WEAPONS),
        victims=read_codes(group, "victims", 12, VICTIM_KEY, "bad-key"),
        follows=group.integer_or_none("follows", 0, MAX_ACTS - 1),
    )
    group.close()
    return act


def _actor(group: Group) -> Actor:
    group.since(2, "unit_ref", "rank_class", "degree", "claim", "status")
    actor = Actor(
        kind=group.choice("class", codes.ACTOR_CLASSES),
        unit_text=group.text_or_none("unit_text", 200),
        basis=group.choice("basis", codes.IDENTIFICATION),
        certainty=group.choice("certainty", codes.CERTAINTIES),
        level=group.choice("level", codes.LEVELS),
        unit_ref=group.text_or_none("unit_ref", 40),
        rank_class=group.choice_or_none("rank_class", codes.RANK_CLASSES),
        degree=group.choice_or_none("degree", codes.DEGREES),
        claim=group.choice_or_none("claim", codes.CLAIMS),
        status=group.choice_or_none("status", codes.ACTOR_STATUSES),
    )
    group.close()
    return actor


# -- form 2 ------------------------------------------------------------------------------------------------
def read_link(group: Group) -> Link:
    """Another report that belongs to this one."""
    link = Link(read_report_id(group, "report", required=True) or bytes(16), group.choice("kind", codes.LINK_KINDS))
    group.close()
    return link


def read_response(group: Group) -> Response:
    """What was done about it."""
    response = Response(
        by=group.choice("by", codes.RESPONSES_BY),
        what=group.choice("what", codes.RESPONSES_WHAT),
        date=read_date(group, "date"),
        note=group.text_or_none("note", 120),
    )
    group.close()
    return response


def read_coverage(group: Group) -> Coverage:
    """Of a nil return or an area out of reach."""
    coverage = Coverage(group.choice_or_none("reason", codes.COVERAGE_REASONS), read_date(group, "since"))
    group.close()
    return coverage


def read_speech(group: Group) -> Speech:
    """What was said in public."""
    speech = Speech(
        channel=group.choice("channel", codes.SPEECH_CHANNELS),
        speaker_class=group.choice("speaker_class", codes.ACTOR_CLASSES),
        station=group.text_or_none("station", 80),
        target=group.text_or_none("target", 80),
        call=group.choice_or_none("call", codes.SPEECH_CALLS),
        repeated=group.flag_or_none("repeated"),
    )
    group.close()
    return speech


def read_visit(group: Group) -> Visit:
    """A visit to a place of detention."""
    visit = Visit(
        access=group.choice("access", codes.VISIT_ACCESS),
        private_talks=group.choice_or_none("private_talks", codes.VISIT_TALKS),
        held=group.sub_or_none("held", _held),
        concerns=group.choices("concerns", codes.VISIT_CONCERNS, len(codes.VISIT_CONCERNS)),
        capacity=group.integer_or_none("capacity", 0, MAX_PEOPLE),
    )
    group.close()
    return visit


def _held(group: Group) -> Held:
    held = Held(
        total=read_range(group.sub("total")),
        women=group.sub_or_none("women", read_range),
        girls=group.sub_or_none("girls", read_range),
        boys=group.sub_or_none("boys", read_range),
        children=group.sub_or_none("children", read_range),
    )
    group.close()
    return held
