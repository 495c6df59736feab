"""The groups of a report that are about people: subject, victims, consent, source, identities, account."""

from __future__ import annotations

import re

from firsthand.domain import codes
from firsthand.domain.consent import SCOPES, VALUES, Consent
from firsthand.domain.fields import Group
from firsthand.domain.model import (
    Basis,
    Identities,
    Narrative,
    Perpetrator,
    Person,
    Source,
    Subject,
    Victim,
    Words,
)
from firsthand.domain.read_values import ACCOUNT_CHARS, LANGUAGE, read_pattern, read_range, read_texts

VICTIM_KEY = re.compile(r"v(?:[1-9]|[1-5][0-9]|60)")
_PSEUDONYM = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


def read_subject(group: Group) -> Subject:
    """Who spoke."""
    subject = Subject(
        sex=group.choice("sex", codes.SEXES),
        age_band=group.choice("age_band", codes.AGES),
        age_basis=group.choice_or_none("age_basis", codes.AGE_BASES),
        may_be_child=group.flag("may_be_child", default=False),
    )
    group.close()
    return subject


def read_victim(group: Group) -> Victim:
    """Who was harmed: a person or a group."""
    group.since(2, "key", "unit", "people", "outcome", "disability", "special", "occupation", "relationship", "group")
    victim = Victim(
        sex=group.choice("sex", codes.SEXES),
        age_band=group.choice("age_band", codes.AGES),
        status=group.choice("status", codes.STATUSES, "UNK"),
        age_basis=group.choice_or_none("age_basis", codes.AGE_BASES),
        may_be_child=group.flag("may_be_child", default=False),
        displacement=group.choice_or_none("displacement", codes.DISPLACEMENT),
        key=read_pattern(group, "key", VICTIM_KEY, "bad-key"),
        unit=group.choice_or_none("unit", codes.UNITS_COUNTED),
        people=group.sub_or_none("people", read_range),
        outcome=group.choice_or_none("outcome", codes.OUTCOMES),
        disability=group.choice_or_none("disability", codes.DISABILITIES),
        special=group.choices("special", codes.SPECIAL_STATUSES, 6),
        occupation=group.choice_or_none("occupation", codes.OCCUPATIONS),
        relationship=group.choice_or_none("relationship", codes.RELATIONSHIPS),
        group=group.text_or_none("group", 60),
    )
    group.close()
    return victim


def read_consent(group: Group) -> Consent:
    """What the person allowed."""
    scopes = group.sub("scopes")
    asked = tuple((scope, scopes.choice(scope, VALUES)) for scope in SCOPES if scopes.has(scope))
    scopes.taken.update(SCOPES)
    scopes.close()
    consent = Consent(
        scopes=asked,
        language=read_pattern(group, "language", LANGUAGE, "bad-language"),
        explained_by=group.choice_or_none("explained_by", codes.EXPLAINED_BY),
        script_version=group.text_or_none("script_version", 20),
        teach_back=group.flag_or_none("teach_back"),
        withhold=read_texts(group, "withhold", 8, 80),
    )
    group.close()
    return consent


def read_basis(group: Group) -> Basis:
    """Why it is lawful without a consent."""
    basis = Basis(group.choice("code", codes.BASES), group.text_or_none("note", 200))
    group.close()
    return basis


def read_source(group: Group) -> Source:
    """Where it comes from."""
    group.since(2, "connection", "access_possible", "bias_note", "risk", "intermediary")
    source = Source(
        kind=group.choice("class", codes.SOURCE_CLASSES),
        family=group.choice("family", codes.SOURCE_FAMILIES),
        first_hand=group.choice("first_hand", codes.FIRST_HAND),
        reliability=group.choice("reliability", codes.RELIABILITIES),
        credibility=group.integer("credibility", 1, 6),
        root_sources=group.integer_or_none("root_sources", 0, 99),
        root_families=group.choices("root_families", codes.SOURCE_FAMILIES, len(codes.SOURCE_FAMILIES)),
        all_first_hand=group.flag("all_first_hand", default=False),
        connection=group.choice_or_none("connection", codes.CONNECTIONS),
        access_possible=group.choice_or_none("access_possible", codes.YES_NO_UNKNOWN),
        bias_note=group.text_or_none("bias_note", 200),
        risk=group.choice_or_none("risk", codes.SOURCE_RISKS),
        intermediary=group.flag_or_none("intermediary"),
    )
    group.close()
    return source


def read_identities(group: Group) -> Identities:
    """Names and contacts."""
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


def read_narrative(group: Group) -> Narrative:
    """The account."""
    narrative = Narrative(
        what_happened=group.text_or_none("what_happened", ACCOUNT_CHARS, prose=True),
        words_used=group.sub_or_none("words_used", _words),
        interpreter=read_pattern(group, "interpreter", _PSEUDONYM, "bad-pseudonym"),
        open_questions=group.text_or_none("open_questions", 300, prose=True),
    )
    group.close()
    return narrative


def _words(group: Group) -> Words:
    words = Words(
        text=group.text("text", ACCOUNT_CHARS, prose=True),
        language=read_pattern(group, "language", LANGUAGE, "bad-language", required=True, rule=11) or "und",
        translation=group.text_or_none("translation", ACCOUNT_CHARS, prose=True),
    )
    group.close()
    return words
