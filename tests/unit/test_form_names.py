"""What may name a person does not stay in the facts: it is found, asked about, moved or taken out."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.flows.form.follow import CORRECTION, NEW_INFORMATION, follow_up
from fieldapp.flows.form.names import NAMELESS, without
from fieldapp.flows.form.readers import readers
from fieldapp.flows.form.where import AreaTree, Point
from fieldapp.flows.report_form import ReportForm
from firsthand import assets
from firsthand.domain.parts import Recorded, split
from firsthand.domain.report import parse_report
from firsthand.domain.validation import check
from firsthand.protocol.grants import parse_policy
from tests.unit.test_form_fields import full_form, read

PHONE = "call +243 815 550 199 tonight"
TODAY = date(2026, 12, 8)
REPORT_ID = bytes(range(16))


def allowing(scope: str = "yes") -> ReportForm:
    """A form of which a person spoke, with this answer to C3."""
    form = ReportForm.new("incident", "en")
    form.choose_source("victim")
    form.answer_scope("C3", scope, "en")
    return form


@pytest.mark.parametrize(
    ("text", "kind"),
    [(PHONE, "phone"), ("write to ada@example.org", "email"), ("told by Dr Sample", "honorific")],
)
def test_what_blocks_is_found_with_its_place(text: str, kind: str) -> None:
    """The piece is cut out and the rest stays."""
    found = allowing().doubtful(text)
    assert found is not None
    assert (found.kind, found.blocking, text[found.start : found.end]) == (kind, True, found.piece)
    assert allowing().doubtful(without(text, found), ask=False) is None


def test_a_contact_moves_to_the_names_only_where_that_is_allowed() -> None:
    """Without C3 it stays in the text and blocks; with it the custodian alone gets it."""
    refused, allowed = allowing("no"), allowing()
    found = allowed.doubtful(PHONE)
    assert found is not None
    assert not refused.move_to_names(found)
    assert "identities" not in refused.report
    assert allowed.move_to_names(found)
    assert allowed.value("identities.sources") == [{"name": NAMELESS, "contact": "+243 815 550 199"}]
    named = allowed.doubtful("told by Dr Sample")
    assert named is not None
    allowed.move_to_names(named)
    assert allowed.value("identities.sources.0.name") != NAMELESS, "the name joins the contact that waited for one"


def test_a_place_is_asked_about_once() -> None:
    """What the officer says about a word is remembered in the draft."""
    form = allowing()
    text = "they spared Zobaraka Tindoro at noon"
    found = form.doubtful(text)
    assert found is not None
    assert found.kind == "name"
    form.is_place(found.piece)
    again = ReportForm.of(json.loads(json.dumps(form.stored())))
    assert again.doubtful(text) is None
    assert form.doubtful(text, ask=False) is None


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at_and_cut(text: str) -> None:
    """Taking out what is found ends, and nothing that blocks is left."""
    form = allowing()
    for _ in range(60):
        found = form.doubtful(text)
        if found is None:
            break
        text = without(text, found)
    left = form.doubtful(text)
    assert left is None or not left.blocking


# -- places --------------------------------------------------------------------------------------------------
@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(-5, 10**9))
def test_point_keeps_how_it_was_given_and_how_far_off_it_may_be(lat: float, lon: float, radius: int) -> None:
    """Any radius becomes one that a report takes; without a point nothing of it is left."""
    form = full_form()
    form.put_point(Point(lat, lon, "mgrs", radius))
    assert read(form) == []
    assert form.place["given_as"] == "mgrs"
    assert form.place.get("radius_m", 1) <= 500_000
    form.drop_point()
    assert not {"lat", "lon", "radius_m", "given_as"} & set(form.place)
    assert read(form) == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_name_of_a_place_and_of_an_area_is_one_that_a_report_takes(name: str, area: str) -> None:
    """What cannot stand in a name falls out; what cannot be read is a phone number or the like, and is named."""
    form = full_form()
    form.choose_area("adm1", area)
    form.name_place(name)
    assert all(where == "incident.place.name" for where in read(form))


def test_areas_are_found_by_part_of_a_name() -> None:
    """Large ones first where both begin with it; accents and case do not matter."""
    tree = AreaTree.of(assets.read_json("scenario/areas.geojson"))
    found = tree.find("lemba")
    assert found[0] == ("Lemba North",)
    assert any(len(path) > 1 for path in found) or len(found) >= 1
    assert tree.find("") == []
    assert all(path[0] in tree.tree for path in tree.find("a"))


def test_areas_have_names_in_other_languages_and_are_found_by_them() -> None:
    """What a report keeps is the area's own name; what is typed or shown may be another one."""
    tree = AreaTree.of(assets.read_json("scenario/areas.geojson"))
    assert tree.said("Ferry Bank", "fr") == "Rive-du-Bac"
    assert tree.said("Kesso", "ar") == "كيسو"
    assert tree.said("Kesso", "sw") == "Kesso"
    assert tree.said("Nowhere", "ar") == "Nowhere"
    assert ("Karou", "Ferry Bank") in tree.find("rive du") or ("Karou", "Ferry Bank") in tree.find("bac")
    assert any(path[-1] == "Kesso" for path in tree.find("كيسو"))
    assert {"Rive-du-Bac", "ضفة المعبر", "Ferry Bank", "Lemba North"} <= tree.names()


@pytest.mark.parametrize("name", ["Zambova", "زامبوفا", "Rive-du-Bac", "Mirrin"])
def test_a_small_area_in_any_language_is_no_persons_name_when_a_report_is_judged(name: str) -> None:
    """In the facts' free text; without the mission's names it would be asked about."""
    form = full_form()
    form.write_note(f"men of {name} told us")
    report = parse_report(json.dumps(form.sealable()).encode())
    tree = AreaTree.of(assets.read_json("scenario/areas.geojson"))

    def codes(places: frozenset[str]) -> set[str]:
        first = frozenset(tree.first())
        found = check(report, catalogue=assets.catalogue(), area_names=first, today=TODAY, place_names=places)
        return {problem.code for problem in found}

    assert "likely-name" not in codes(tree.names())
    if name != "Rive-du-Bac":  # whose hyphens speak for a place
        assert "likely-name" in codes(frozenset())


# -- who reads -----------------------------------------------------------------------------------------------
def test_readers_follow_consent_while_it_is_asked() -> None:
    """Nobody is named before it is known who told it; a no to C1 takes the account away."""
    policy = parse_policy(assets.read_json("policy/grants.json"))
    form = ReportForm.new("incident", "en")
    assert readers(policy, form) is None
    form.choose_source("media")
    found = readers(policy, form)
    assert found is not None
    assert found["narrative"] == ()
    assert found["identities"] == ("custodian",)
    form.choose_source("victim")
    for scope, answer in (("C1", "yes"), ("C2", "yes"), ("C3", "no"), ("C10", "yes")):
        form.answer_scope(scope, answer, "en")
    found = readers(policy, form)
    assert found is not None
    assert set(found["narrative"]) == {"hr_section", "focal_point"}
    assert found["identities"] == ()
    form.add_code("A401")
    found = readers(policy, form)
    assert found is not None
    assert found["facts"] == ("focal_point",)


# -- news and corrections ------------------------------------------------------------------------------------
def facts_of(form: ReportForm) -> dict[str, object]:
    """The facts that a tablet keeps of a report."""
    report = parse_report(json.dumps(form.sealable()).encode())
    cut = split(report, report_id=REPORT_ID, recorded=Recorded(0, 0), catalogue=assets.catalogue())
    return dict(cut.parts["facts"])


@pytest.mark.parametrize("kind", ["incident", "speech_log", "detention_visit"])
@pytest.mark.parametrize("change", [NEW_INFORMATION, CORRECTION])
def test_follow_up_says_again_what_the_facts_said_and_can_be_sealed(kind: str, change: str) -> None:
    """Of media, so that nothing of a person's is needed; the words of a speech are asked again."""
    from firsthand.ids import report_id_text

    earlier = full_form(kind, source="media")
    earlier.put_point(Point(3.28, 21.44, "map", 500))
    form = follow_up(facts_of(earlier), report_id_text(REPORT_ID), change, kind=kind, language="en")
    assert form.kind == (kind if change == CORRECTION else "follow_up")
    assert (form.report["supersedes"], form.report["change"]) == (report_id_text(REPORT_ID), change)
    assert form.report["incident_id"] == report_id_text(REPORT_ID)
    assert not form.has_point
    assert "identities" not in form.report
    assert "narrative" not in form.report
    open_now = [] if kind != "speech_log" or change == NEW_INFORMATION else ["words"]
    assert form.missing() == open_now
    if not open_now:
        assert read(form) == []


def test_follow_up_of_a_persons_report_asks_for_consent_again() -> None:
    """The consent record cannot be read here any more."""
    from firsthand.ids import report_id_text

    form = follow_up(facts_of(full_form()), report_id_text(REPORT_ID), CORRECTION, kind="incident", language="en")
    assert form.source_class == "victim"
    assert "consent" not in form.report
    assert form.missing() == ["told"]


def test_follow_up_of_what_cannot_be_read_is_empty_and_points_at_it() -> None:
    """A protected report, or one whose days are over."""
    form = follow_up(None, "7K2MQX4R0V9TB3NC8ZHD5WFJ94", CORRECTION, kind="", language="fr")
    assert form.kind == "follow_up"
    assert set(form.report) == {"form", "kind", "language", "handling", "supersedes", "change"}
