"""Reports to change and to generate: the shipped examples as values, and strategies for whole reports."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

from hypothesis import strategies as st

from firsthand import assets
from firsthand.domain import codes
from firsthand.domain.consent import SCOPES, VALUES, Consent
from firsthand.domain.counts import Count, Range, Total
from firsthand.domain.places import Place
from firsthand.domain.report import (
    Act,
    Actor,
    Basis,
    Coverage,
    Damage,
    Held,
    Identities,
    ImmediateRisk,
    Incident,
    Link,
    Narrative,
    Perpetrator,
    Person,
    Report,
    Response,
    Source,
    Speech,
    Subject,
    Verification,
    Victim,
    Visit,
    Words,
    parse_report,
)
from firsthand.domain.validation import check
from firsthand.errors import InvalidReport, Problem

EXAMPLES_1 = ("incident", "flash", "own-observation", "radio", "child", "sexual-violence")
EXAMPLES_2 = ("nil-return", "not-reachable", "speech-log", "detention-visit", "full")
EXAMPLES = EXAMPLES_1 + EXAMPLES_2
TODAY = date(2026, 11, 24)
PLACE_CODE = "RV010104"
PRIVATE, OPEN = "Pq7", "Op3"  # first characters of generated texts, by who may read them


def sample(name: str) -> dict[str, Any]:
    """A fresh copy of a shipped example."""
    return deepcopy(json.loads(assets.read_text(f"examples/{name}.json")))


def changed(name: str, path: str, value: object) -> dict[str, Any]:
    """An example with one field set: `incident.place.adm1`, `acts.0.code`; Ellipsis takes it out."""
    report = sample(name)
    *parents, last = path.split(".")
    group: Any = report
    for step in parents:
        group = group[int(step)] if isinstance(group, list) else group.setdefault(step, {})
    if value is ...:
        del group[last]
    else:
        group[int(last) if isinstance(group, list) else last] = value
    return report


def as_bytes(report: object) -> bytes:
    """JSON of any values; lone surrogates are escaped, as a hostile sender would."""
    return json.dumps(report, ensure_ascii=True).encode()


def form_problems(report: object) -> tuple[Problem, ...]:
    """Problems of form, none when the report can be read."""
    try:
        parse_report(report if isinstance(report, bytes) else as_bytes(report))
    except InvalidReport as error:
        return error.problems
    return ()


def rule_problems(report: dict[str, Any], **around: Any) -> tuple[Problem, ...]:
    """Problems by the rules, of a report whose form is right."""
    settings: dict[str, Any] = {"catalogue": assets.catalogue(), "area_names": None, "today": TODAY} | around
    return check(parse_report(as_bytes(report)), **settings)


def found(problems: tuple[Problem, ...]) -> set[tuple[str, str]]:
    """Code and field of each problem."""
    return {(problem.code, problem.where) for problem in problems}


# -- strategies ----------------------------------------------------------------------------------------------
_LETTERS = st.characters(categories=("L", "N", "P", "S", "M"), max_codepoint=0xDFFFF)


def texts(mark: str, limit: int = 40) -> st.SearchStrategy[str]:
    """Printable texts of any script that begin with a mark."""
    return st.text(_LETTERS, max_size=limit - len(mark)).map(lambda tail: mark + tail)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def _one(choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(tuple(choices))


def _several(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


ids = st.binary(min_size=16, max_size=16)
ranges = st.lists(st.integers(0, 1_000_000), min_size=3, max_size=3).map(lambda three: Range(*sorted(three)))
counts = st.builds(Count, _one(codes.OUTCOMES), _one(codes.SEXES), _one(codes.AGES), _one(codes.STATUSES), ranges)
totals = st.builds(Total, _one(codes.OUTCOMES), ranges)
actors = st.builds(
    Actor,
    _one(codes.ACTOR_CLASSES),
    _one(codes.IDENTIFICATION),
    _one(codes.CERTAINTIES),
    _one(codes.LEVELS),
    _maybe(texts(OPEN)),
    _maybe(texts(OPEN)),
    _maybe(_one(codes.RANK_CLASSES)),
    _maybe(_one(codes.DEGREES)),
    _maybe(_one(codes.CLAIMS)),
    _maybe(_one(codes.ACTOR_STATUSES)),
)
victim_keys = st.integers(1, 60).map(lambda number: f"v{number}")
acts = st.builds(
    Act,
    _one(sorted(assets.catalogue().acts)),
    actors,
    _several(counts),
    _several(totals),
    _maybe(ranges),
    _maybe(_one(codes.WEAPONS)),
    st.lists(victim_keys, unique=True, max_size=3).map(tuple),
    _maybe(st.integers(0, 11)),
)
points = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000)) | st.just(
    (None, None)
)
places = points.flatmap(
    lambda point: st.builds(
        Place,
        texts(OPEN),
        texts(OPEN),
        st.integers(1, 7),
        _maybe(texts(OPEN)),
        _maybe(texts(OPEN)),
        st.just(point[0]),
        st.just(point[1]),
        _maybe(_one(codes.PLACE_TYPES)),
        _maybe(_one(codes.GIVEN_AS)),
        _maybe(st.integers(1, 500_000)),
        _maybe(st.just(PLACE_CODE)),
    )
)
dates = (
    st.dates().map(date.isoformat)
    | st.dates().map(lambda day: day.isoformat()[:7])
    | st.just("?")
    | st.dates().map(lambda day: f"{day.isoformat()}~")
    | st.tuples(st.dates(), st.dates()).map(lambda two: "/".join(day.isoformat() for day in sorted(two)))
)
incidents = st.builds(
    Incident,
    date=dates,
    date_precision=st.integers(1, 5),
    place=places,
    immediate_risk=st.builds(ImmediateRisk, st.booleans(), _maybe(texts(OPEN))),
    protection_needed=_one(codes.NEEDS),
    time_of_day=_maybe(_one(codes.TIMES_OF_DAY) | st.times().map(lambda time: f"{time:%H:%M}")),
    recall_anchor=_maybe(texts(OPEN)),
    context=_maybe(_one(codes.CONTEXTS)),
    trend=_maybe(_one(codes.TRENDS)),
    targeting=_maybe(_one(codes.TARGETING)),
    ongoing=_maybe(st.booleans()),
    concern_s=st.booleans(),
    households=_maybe(ranges),
    damage=_several(st.builds(Damage, _one(codes.DAMAGE), st.integers(0, 9))),
)
subjects = st.builds(Subject, _one(codes.SEXES), _one(codes.AGES), _maybe(_one(codes.AGE_BASES)), st.booleans())
victims = st.builds(
    Victim,
    _one(codes.SEXES),
    _one(codes.AGES),
    _one(codes.STATUSES),
    _maybe(_one(codes.AGE_BASES)),
    st.booleans(),
    _maybe(_one(codes.DISPLACEMENT)),
    _maybe(victim_keys),
    _maybe(_one(codes.UNITS_COUNTED)),
    _maybe(ranges),
    _maybe(_one(codes.OUTCOMES)),
    _maybe(_one(codes.DISABILITIES)),
    st.lists(_one(codes.SPECIAL_STATUSES), unique=True, max_size=3).map(tuple),
    _maybe(_one(codes.OCCUPATIONS)),
    _maybe(_one(codes.RELATIONSHIPS)),
    _maybe(texts(PRIVATE)),
)
sources = st.builds(
    Source,
    _one(codes.SOURCE_CLASSES),
    _one(codes.SOURCE_FAMILIES),
    _one(codes.FIRST_HAND),
    _one(codes.RELIABILITIES),
    _one(codes.CREDIBILITIES),
    _maybe(st.integers(0, 9)),
    st.lists(_one(codes.SOURCE_FAMILIES), unique=True, max_size=3).map(tuple),
    st.booleans(),
    _maybe(_one(codes.CONNECTIONS)),
    _maybe(_one(codes.YES_NO_UNKNOWN)),
    _maybe(texts(PRIVATE)),
    _maybe(_one(codes.SOURCE_RISKS)),
    _maybe(st.booleans()),
)
links = st.builds(Link, ids, _one(codes.LINK_KINDS))
responses = st.builds(
    Response, _one(codes.RESPONSES_BY), _one(codes.RESPONSES_WHAT), _maybe(dates), _maybe(texts(OPEN))
)
coverages = st.builds(Coverage, _maybe(_one(codes.COVERAGE_REASONS)), _maybe(dates))
speeches = st.builds(
    Speech,
    _one(codes.SPEECH_CHANNELS),
    _one(codes.ACTOR_CLASSES),
    _maybe(texts(OPEN)),
    _maybe(texts(OPEN)),
    _maybe(_one(codes.SPEECH_CALLS)),
    _maybe(st.booleans()),
)
visits = st.builds(
    Visit,
    _one(codes.VISIT_ACCESS),
    _maybe(_one(codes.VISIT_TALKS)),
    _maybe(st.builds(Held, ranges, _maybe(ranges), _maybe(ranges), _maybe(ranges), _maybe(ranges))),
    st.lists(_one(codes.VISIT_CONCERNS), unique=True, max_size=3).map(tuple),
    _maybe(st.integers(0, 9_999)),
)
private = texts(PRIVATE)
persons = st.builds(Person, private, _maybe(private), _maybe(private), _maybe(private))
perpetrators = st.builds(
    Perpetrator, private, _one(codes.CERTAINTIES), _maybe(private), _maybe(private), _maybe(private)
)
identities = st.builds(
    Identities, _several(persons), _several(persons), _several(perpetrators), _maybe(private), _maybe(private)
)
narratives = st.builds(
    Narrative,
    _maybe(private),
    _maybe(st.builds(Words, private, st.just("fr"), _maybe(private))),
    _maybe(st.just("INT-07")),
    _maybe(private),
)
consents = st.builds(
    Consent,
    st.dictionaries(_one(SCOPES), _one(VALUES)).map(
        lambda given: tuple((scope, given[scope]) for scope in SCOPES if scope in given)
    ),
    _maybe(st.just("ar")),
    _maybe(_one(codes.EXPLAINED_BY)),
    _maybe(st.just("1")),
    _maybe(st.booleans()),
    _several(private),
)


def reports(*, interviewed: bool | None = None) -> st.SearchStrategy[Report]:
    """Reports of right form with every field there is; only sometimes right by the rules.

    Args:
        interviewed: True gives consent and subject, False a basis, None either.
    """
    if interviewed is None:
        return reports(interviewed=True) | reports(interviewed=False)
    bases = st.builds(Basis, _one(codes.BASES), _maybe(texts(OPEN)))
    return st.builds(
        Report,
        kind=_one(codes.KINDS),
        language=_one(("fr", "ar", "en", "sw", "ln")),
        incident=incidents,
        source=sources,
        handling=_one(codes.HANDLING),
        station=_maybe(texts(OPEN)),
        supersedes=_maybe(ids),
        incident_id=_maybe(ids),
        subject=subjects if interviewed else st.none(),
        consent=consents if interviewed else st.none(),
        basis=st.none() if interviewed else bases,
        acts=_several(acts),
        events=st.lists(_one(sorted(assets.catalogue().events)), unique=True, max_size=3).map(tuple),
        event_counts=_several(counts),
        event_totals=_several(totals),
        victims=_several(victims),
        identities=_maybe(identities),
        narrative=_maybe(narratives),
        verification=_maybe(
            st.builds(
                Verification,
                _one(codes.VERIFICATION),
                st.lists(_one(codes.METHODS), unique=True, max_size=3).map(tuple),
            )
        ),
        note=_maybe(texts(OPEN)),
        change=_maybe(_one(codes.CHANGES)),
        links=_several(links),
        reported_on=_maybe(dates),
        signals=st.lists(_one(codes.SIGNALS), unique=True, max_size=3).map(tuple),
        responses=_several(responses),
        coverage=_maybe(coverages),
        speech=_maybe(speeches),
        visit=_maybe(visits),
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
