"""REPORT.json to a `Report`: shape, types, limits, codes and characters, every problem at once.

What fields mean together is `validation`'s business. docs/REPORT_FORMAT.md is the page for this module.
"""

from __future__ import annotations

import re

from firsthand.domain import codes
from firsthand.domain.characters import western_digits
from firsthand.domain.consent import SCOPES, VALUES, Consent
from firsthand.domain.counts import MAX_PEOPLE, Count, Range, Total
from firsthand.domain.dates import parse_edtf
from firsthand.domain.fields import Group, Reader
from firsthand.domain.model import (
    FORM,
    Act,
    Actor,
    Basis,
    Damage,
    Identities,
    ImmediateRisk,
    Incident,
    Narrative,
    Perpetrator,
    Person,
    Report,
    Source,
    Subject,
    Verification,
    Victim,
    Words,
)
from firsthand.domain.places import Place
from firsthand.domain.strictjson import parse_json
from firsthand.errors import Malformed
from firsthand.ids import parse_report_id

NOTE_CHARS = 80
ACCOUNT_CHARS = 2000
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_PSEUDONYM = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_ACT = re.compile(r"A[1-9][0-9]{2}")
_EVENT = re.compile(r"E[0-9]{2}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def parse_report(data: bytes) -> Report:
    """Reads a report from JSON.

    Raises:
        InvalidReport: the problems of form, all that could be found; nothing of the content is in them.
    """
    reader = Reader()
    report = _report(reader.group(parse_json(data), ""))
    reader.finish()
    return report


def _report(top: Group) -> Report:
    top.integer("form", FORM, FORM)
    report = Report(
        kind=top.choice("kind", codes.KINDS),
        language=_pattern(top, "language", _LANGUAGE, "bad-language", required=True) or "und",
        handling=top.choice("handling", codes.HANDLING, "confidential"),
        station=top.text_or_none("station", 80),
        supersedes=_report_id(top, "supersedes"),
        incident_id=_report_id(top, "incident_id"),
        subject=top.sub_or_none("subject", _subject),
        consent=top.sub_or_none("consent", _consent),
        basis=top.sub_or_none("basis", _basis),
        incident=_incident(top.sub("incident", rule=1)),
        acts=top.each("acts", 12, _act),
        events=_events(top),
        event_counts=top.each("event_counts", 200, _count),
        event_totals=top.each("event_totals", 8, _total),
        victims=top.each("victims", 60, _victim),
        source=_source(top.sub("source")),
        identities=top.sub_or_none("identities", _identities),
        narrative=top.sub_or_none("narrative", _narrative),
        verification=top.sub_or_none("verification", _verification),
        note=top.text_or_none("note", NOTE_CHARS),
    )
    top.close()
    return report


def _incident(group: Group) -> Incident:
    incident = Incident(
        date=_date(group),
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
        households=group.sub_or_none("households", _range),
        damage=group.each("damage", len(codes.DAMAGE), _damage),
    )
    group.close()
    return incident


def _place(group: Group) -> Place:
    place = Place(
        name=group.text("name", 120),
        adm1=group.text("adm1", 120, plain=True),
        adm2=group.text_or_none("adm2", 120, plain=True),
        adm3=group.text_or_none("adm3", 120, plain=True),
        lat_e7=group.degrees_e7("lat", 90),
        lon_e7=group.degrees_e7("lon", 180),
        precision=group.integer("precision", 1, 7),
        type=group.choice_or_none("type", codes.PLACE_TYPES),
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


def _act(group: Group) -> Act:
    act = Act(
        code=_pattern(group, "code", _ACT, "unknown-code", required=True) or "A101",
        actor=_actor(group.sub("actor")),
        counts=group.each("counts", 200, _count),
        totals=group.each("totals", len(codes.OUTCOMES), _total),
        perpetrators=group.sub_or_none("perpetrators", _range),
        weapon=group.choice_or_none("weapon", codes.WEAPONS),
    )
    group.close()
    return act


def _actor(group: Group) -> Actor:
    actor = Actor(
        kind=group.choice("class", codes.ACTOR_CLASSES),
        unit_text=group.text_or_none("unit_text", 200),
        basis=group.choice("basis", codes.IDENTIFICATION),
        certainty=group.choice("certainty", codes.CERTAINTIES),
        level=group.choice("level", codes.LEVELS),
    )
    group.close()
    return actor


def _count(group: Group) -> Count:
    count = Count(
        outcome=group.choice("outcome", codes.OUTCOMES),
        sex=group.choice("sex", codes.SEXES, "U"),
        age=group.choice("age", codes.AGES, "unknown"),
        status=group.choice("status", codes.STATUSES, "UNK"),
        people=_figures(group),
    )
    group.close()
    return count


def _total(group: Group) -> Total:
    total = Total(group.choice("outcome", codes.OUTCOMES), _figures(group))
    group.close()
    return total


def _range(group: Group) -> Range:
    figures = _figures(group)
    group.close()
    return figures


def _figures(group: Group) -> Range:
    return Range(*(group.integer(name, 0, MAX_PEOPLE) for name in ("min", "best", "max")))


def _subject(group: Group) -> Subject:
    subject = Subject(
        sex=group.choice("sex", codes.SEXES),
        age_band=group.choice("age_band", codes.AGES),
        age_basis=group.choice_or_none("age_basis", codes.AGE_BASES),
        may_be_child=group.flag("may_be_child", default=False),
    )
    group.close()
    return subject


def _victim(group: Group) -> Victim:
    victim = Victim(
        sex=group.choice("sex", codes.SEXES),
        age_band=group.choice("age_band", codes.AGES),
        status=group.choice("status", codes.STATUSES, "UNK"),
        age_basis=group.choice_or_none("age_basis", codes.AGE_BASES),
        may_be_child=group.flag("may_be_child", default=False),
        displacement=group.choice_or_none("displacement", codes.DISPLACEMENT),
    )
    group.close()
    return victim


def _consent(group: Group) -> Consent:
    scopes = group.sub("scopes")
    asked = tuple((scope, scopes.choice(scope, VALUES)) for scope in SCOPES if scopes.has(scope))
    scopes.taken.update(SCOPES)
    scopes.close()
    consent = Consent(
        scopes=asked,
        language=_pattern(group, "language", _LANGUAGE, "bad-language", required=False),
        explained_by=group.choice_or_none("explained_by", codes.EXPLAINED_BY),
        script_version=group.text_or_none("script_version", 20),
        teach_back=group.flag_or_none("teach_back"),
        withhold=_texts(group, "withhold", 8, 80),
    )
    group.close()
    return consent


def _basis(group: Group) -> Basis:
    basis = Basis(group.choice("code", codes.BASES), group.text_or_none("note", 200))
    group.close()
    return basis


def _source(group: Group) -> Source:
    source = Source(
        kind=group.choice("class", codes.SOURCE_CLASSES),
        family=group.choice("family", codes.SOURCE_FAMILIES),
        first_hand=group.choice("first_hand", codes.FIRST_HAND),
        reliability=group.choice("reliability", codes.RELIABILITIES),
        credibility=group.integer("credibility", 1, 6),
        root_sources=group.integer_or_none("root_sources", 0, 99),
        root_families=group.choices("root_families", codes.SOURCE_FAMILIES, len(codes.SOURCE_FAMILIES)),
        all_first_hand=group.flag("all_first_hand", default=False),
    )
    group.close()
    return source


def _identities(group: Group) -> Identities:
    identities = Identities(
        victims=group.each("victims", 60, _person),
        sources=group.each("sources", 20, _person),
        perpetrators=group.each("perpetrators", 20, _perpetrator),
        safe_contact=group.text_or_none("safe_contact", 200, prose=True),
        root_source_ref=group.text_or_none("root_source_ref", 120),
    )
    group.close()
    return identities


def _person(group: Group) -> Person:
    person = Person(
        name=group.text("name", 120),
        contact=group.text_or_none("contact", 120),
        address=group.text_or_none("address", 200),
        note=group.text_or_none("note", 200, prose=True),
    )
    group.close()
    return person


def _perpetrator(group: Group) -> Perpetrator:
    perpetrator = Perpetrator(
        name=group.text("name", 120),
        certainty=group.choice("certainty", codes.CERTAINTIES, rule=8),
        rank=group.text_or_none("rank", 60),
        position=group.text_or_none("position", 120),
        description=group.text_or_none("description", 300, prose=True),
    )
    group.close()
    return perpetrator


def _narrative(group: Group) -> Narrative:
    narrative = Narrative(
        what_happened=group.text_or_none("what_happened", ACCOUNT_CHARS, prose=True),
        words_used=group.sub_or_none("words_used", _words),
        interpreter=_pattern(group, "interpreter", _PSEUDONYM, "bad-pseudonym", required=False),
        open_questions=group.text_or_none("open_questions", 300, prose=True),
    )
    group.close()
    return narrative


def _words(group: Group) -> Words:
    words = Words(
        text=group.text("text", ACCOUNT_CHARS, prose=True),
        language=_pattern(group, "language", _LANGUAGE, "bad-language", required=True, rule=11) or "und",
        translation=group.text_or_none("translation", ACCOUNT_CHARS, prose=True),
    )
    group.close()
    return words


def _verification(group: Group) -> Verification:
    verification = Verification(
        status=group.choice("status", codes.VERIFICATION, "unverified"),
        methods=group.choices("methods", codes.METHODS, len(codes.METHODS)),
    )
    group.close()
    return verification


def _date(group: Group) -> str:
    value = group.take("date", required=True, rule=1)
    if value is None:
        return "?"
    if not isinstance(value, str):
        group.reader.add("not-text", group.path("date"))
        return "?"
    text = western_digits(value)
    try:
        parse_edtf(text)
    except Malformed:
        group.reader.add("bad-date", group.path("date"))
        return "?"
    return text


def _time_of_day(group: Group) -> str | None:
    value = group.take("time_of_day", required=False)
    if value is None:
        return None
    text = western_digits(value) if isinstance(value, str) else ""
    if text in codes.TIMES_OF_DAY or _CLOCK.fullmatch(text):
        return text
    group.reader.add("bad-time", group.path("time_of_day"))
    return None


def _events(top: Group) -> tuple[str, ...]:
    found: list[str] = []
    for value, where in top.items("events", 14):
        if not isinstance(value, str) or not _EVENT.fullmatch(value):
            top.reader.add("unknown-code", where)
        elif value in found:
            top.reader.add("twice", where)
        else:
            found.append(value)
    return tuple(found)


def _texts(group: Group, name: str, items: int, limit: int) -> tuple[str, ...]:
    found: list[str] = []
    for value, where in group.items(name, items):
        one = Group(group.reader, "", {where: value})
        found.append(one.text(where, limit))
    return tuple(found)


def _report_id(group: Group, name: str) -> bytes | None:
    value = group.take(name, required=False)
    if value is None:
        return None
    try:
        return parse_report_id(value) if isinstance(value, str) else _no_id()
    except Malformed:
        group.reader.add("bad-id", group.path(name))
        return None


def _no_id() -> bytes:
    raise Malformed("report id is no text")


def _pattern(
    group: Group, name: str, pattern: re.Pattern[str], code: str, *, required: bool, rule: int = 0
) -> str | None:
    value = group.take(name, required=required, rule=rule)
    if value is None:
        return None
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    group.reader.add(code, group.path(name))
    return None
