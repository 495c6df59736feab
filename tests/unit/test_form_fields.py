"""Every field of the full record takes anything: the form never breaks, and what it makes can be read or is named."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.flows.form import fields as form_fields
from fieldapp.flows.form.fields import PAGES, Field, every_field
from fieldapp.flows.form.mending import step_of
from fieldapp.flows.form.sections import OUTLINES, SECTIONS, SHORT, outline, page_of, required, steps
from fieldapp.flows.report_form import CONSENT_ASKED, ReportForm
from firsthand import assets
from firsthand.domain import codes
from firsthand.domain.parts import Recorded, split
from firsthand.domain.report import parse_report
from firsthand.domain.validation import check
from firsthand.errors import InvalidReport

TODAY = date(2026, 12, 8)
IN_A_PERSON = ("person", "suspect")
ANYTHING = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789+ ()-٠١٢٣@.\u202e\u200b\x00\n\ud800", max_size=60),
    st.sampled_from(["", " ", "\n", "\u202e", "٣٤", "Dr Nobody", "x" * 5000]),
)
NUMBERS = st.integers(min_value=-(10**12), max_value=10**12)


def full_form(kind: str = "incident", *, source: str = "victim") -> ReportForm:
    """Everything required is answered, everything is allowed, and each list has an element."""
    form = ReportForm.new(kind, "en")
    if kind in SHORT:
        form.choose_area("adm1", "Lemba North")
        form.choose_period("last_week", TODAY)
        form.put("coverage.reason", "road")
        return form
    form.add_code("A701")
    form.add_code("A201")
    form.choose_day(TODAY)
    form.choose_area("adm1", "Lemba North")
    form.none_of_these()
    form.choose_children("no")
    form.choose_concern("no")
    for at in (0, 1):
        form.take_act(at)
        form.choose_actor("armed_group")
        form.choose_actor_basis("uniform")
    form.choose_ongoing("no")
    form.choose_need("none")
    form.choose_source(source)
    if form.needs_consent:
        form.choose_subject(sex="F", age="adult")
        for scope in CONSENT_ASKED:
            form.answer_scope(scope, "yes", "en")
        form.choose_teach_back(True)
    form.choose_grade(reliability="F", credibility=6)
    form.add_victim("group")
    form.add_response("mission", "patrol")
    if kind == "speech_log":
        form.put("speech", {"channel": "radio", "speaker_class": "mob"})
        form.put("narrative.words_used", {"text": "Partez.", "language": "fr"})
    if kind == "detention_visit":
        form.put("visit", {"access": "full"})
        form.put("visit.held.total", {"min": 1, "best": 2, "max": 3})
    for which in ("sources", "perpetrators"):
        form.add_person(which)
        form.put(f"identities.{which}.0.name", "Ada Sample")
    return form


def path_of(page: str, field: Field) -> str:
    """The first element of a list; people stand under their own list."""
    if page in IN_A_PERSON:
        return f"identities.{'sources' if page == 'person' else 'perpetrators'}.0.{field.path}"
    return field.at(0)


def read(form: ReportForm) -> list[str]:
    """Blocking problems of what would be sealed: their places, empty where it can be sealed."""
    text = json.dumps(form.sealable(), ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        report = parse_report(text)
    except InvalidReport as error:
        return [problem.where for problem in error.problems]
    found = check(report, catalogue=assets.catalogue(), area_names=None, today=TODAY)
    return [problem.where for problem in found if problem.blocking]


def kind_for(page: str) -> str:
    """A kind that has the page."""
    kinds = {"speech": "speech_log", "visit": "detention_visit", "held": "detention_visit", "reason": "not_reachable"}
    return kinds.get(page, "incident")


FIELDS = [pytest.param(page, field, id=f"{page}:{field.path}") for page, field in every_field()]
WRITTEN = [param for param in FIELDS if param.values[1].written]
NUMERIC = [param for param in FIELDS if param.values[1].numeric]
CHOSEN = [param for param in FIELDS if param.values[1].codes]


@pytest.mark.parametrize(("page", "field"), WRITTEN)
@settings(max_examples=40)
@given(text=ANYTHING)
def test_any_text_is_kept_fit_for_a_report_or_the_field_is_named(page: str, field: Field, text: str) -> None:
    """No letter that a report refuses, no more than there is room for; what blocks is this field or its group."""
    form, path = full_form(kind_for(page)), path_of(page, field)
    form_fields.answer(form, field, path, text)
    kept = form.value(path)
    assert kept is None or (isinstance(kept, str) and 0 < len(kept) <= field.limit)
    for where in read(form):
        assert where.replace("[", ".").replace("]", "").startswith(path.split(".")[0]), "what is wrong is this field"
        assert step_of(where, form.kind), "and it has a page to mend it on"
    assert json.loads(json.dumps(form.stored())) == form.stored()


@pytest.mark.parametrize(("page", "field"), NUMERIC)
@settings(max_examples=40)
@given(numbers=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_any_number_becomes_one_that_a_report_takes(page: str, field: Field, numbers: tuple[int, int, int]) -> None:
    """Below zero is zero, too many is the most; three that do not rise are put in order on leaving."""
    form, path = full_form(kind_for(page)), path_of(page, field)
    value: Any = numbers[0] if field.kind == "number" else dict(zip(("min", "best", "max"), numbers, strict=True))
    form_fields.answer(form, field, path, value)
    form_fields.settle(form, field, path)
    assert all(step_of(where, form.kind) for where in read(form)), "what is wrong has a page to mend it on"
    if page != "held":  # parts of those held may be more than their total: that is said, not guessed away
        assert read(form) == []


@pytest.mark.parametrize(("page", "field"), CHOSEN)
def test_every_code_that_is_offered_can_be_sealed_or_goes_by_its_own_channel(page: str, field: Field) -> None:
    """Each code alone; a code that is not offered is no answer."""
    for code in field.codes:
        form, path = full_form(kind_for(page), source="media" if field.path == "basis.code" else "victim"), ""
        path = path_of(page, field)
        form_fields.answer(form, field, path, [code] if field.kind == "many" else code)
        assert form.value(path) == ([code] if field.kind == "many" else code)
        if field.path == "narrative.words_used.language":
            form.put("narrative.words_used.text", "Partez.")
        assert read(form) == [], code
        form_fields.answer(form, field, path, ["nonsense"] if field.kind == "many" else "nonsense")
        assert form.value(path) is None


@given(st.data())
def test_a_page_filled_at_random_is_a_report(data: st.DataObject) -> None:
    """All fields of a kind in any order with any fitting values: what is wrong is only a text of the facts."""
    kind = data.draw(st.sampled_from(["incident", "speech_log", "detention_visit"]))
    form = full_form(kind, source=data.draw(st.sampled_from(["victim", "media"])))
    pages = {*steps(kind), "act", "victim", "response"} - {"held"}
    own = [(page, field) for page, field in every_field() if page in pages]
    for page, field in data.draw(st.lists(st.sampled_from(own), max_size=12)):
        if not form.part_of(field) or not form._fits(field):
            continue
        value = _fitting(data, field)
        form_fields.answer(form, field, path_of(page, field), value)
        form_fields.settle(form, field, path_of(page, field))
    if form.value("narrative.words_used") and not form.value("narrative.words_used.text"):
        form.put("narrative.words_used", None)
    if form.value("narrative.words_used.text") and not form.value("narrative.words_used.language"):
        form.put("narrative.words_used.language", "und")
    assert read(form) == []


def _fitting(data: st.DataObject, field: Field) -> Any:
    if field.kind == "one":
        return data.draw(st.sampled_from(field.codes))
    if field.kind == "many":
        return data.draw(st.lists(st.sampled_from(field.codes), max_size=4))
    if field.kind == "flag":
        return data.draw(st.booleans())
    if field.kind == "number":
        return data.draw(st.integers(0, 99))
    if field.kind == "range":
        low, best, high = sorted(data.draw(st.tuples(*[st.integers(0, 900)] * 3)))
        return {"min": low, "best": best, "max": high}
    if field.kind == "date":
        return TODAY.isoformat()
    if field.kind == "pseudonym":
        return "INT-07"
    return data.draw(st.sampled_from(["roof", "by the ford", "two carts"]))


@pytest.mark.parametrize("source", ["victim", "media"])
@pytest.mark.parametrize(
    ("page", "field"), [param for param in WRITTEN if param.values[1].part != "facts" or not param.values[1].guarded]
)
def test_a_text_goes_to_the_part_that_its_tag_names(page: str, field: Field, source: str) -> None:
    """What the screen says beside a field is what the envelope does."""
    form = full_form(kind_for(page), source=source)
    part = form.part_of(field)
    if not part:
        return
    mark = "INT-Q7" if field.kind == "pseudonym" else "quartzword"
    form_fields.answer(form, field, path_of(page, field), mark)
    if field.path.startswith("narrative.words_used"):
        form.put("narrative.words_used", {"text": mark, "language": "fr", "translation": mark})
    report = parse_report(json.dumps(form.sealable()).encode())
    cut = split(report, report_id=bytes(range(16)), recorded=Recorded(0, 0))
    holders = {name for name, value in cut.parts.items() if value is not None and mark in repr(value)}
    assert holders == {part}


def test_sections_hold_every_page_once_and_every_required_question_has_a_page() -> None:
    """No question that blocks sealing is out of reach from its overview, in any kind."""
    pages = [page for listed in SECTIONS.values() for page in listed]
    assert len(pages) == len(set(pages))
    for kind in codes.KINDS:
        for step in required(kind):
            assert page_of(step, kind) in steps(kind), (kind, step)
        assert set(outline(kind)) <= set(SECTIONS)
        assert bool(outline(kind)) != (kind in SHORT)
    assert set(OUTLINES) <= set(codes.KINDS)


def test_form_1_draft_keeps_its_version_and_is_asked_nothing_newer() -> None:
    """A draft of before opens as it was begun, and can still be sealed."""
    old = full_form().stored()
    for name in ("victims", "responses"):
        old.pop(name)
    for act in old["acts"]:
        act.pop("victims", None)
    form = ReportForm.of({**old, "form": 1})
    assert form.form == 1
    assert all(field.since == 1 for page in PAGES for field in form.fields(page))
    form.name_place("Kesso")
    form.add_victim("person")
    assert "given_as" not in form.place
    assert "key" not in form.victims[0]
    assert read(form) == []
    assert form.sealable()["form"] == 1
