"""The screens of the record from made-up states: name -> what draws it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from kivy.uix.widget import Widget

from fieldapp.flows.attach_browse import Entry, Listing
from fieldapp.flows.form.follow import NEW_INFORMATION
from fieldapp.flows.form.left_out import LeftOut
from fieldapp.flows.lessons_compare import Remark
from fieldapp.flows.report_form import AreaTree, ReportForm
from fieldapp.screens import (
    browsing,
    consent,
    kinds,
    overview,
    places,
    record,
    review,
    reviewing,
    summary,
    table,
    training,
)
from fieldapp.screens.asking import Around, Asked, FileRow, Sealing
from fieldapp.screens.gallery_stage import Make, NoEvents
from fieldapp.widgets.theme import theme
from firsthand import assets

TODAY = date(2026, 12, 8)
REPORT_ID = "7K2MQX4R0V9TB3NC8ZHD5WFJ94"
_READERS = {
    "counts": ("risk_cell", "hr_section", "focal_point", "custodian"),
    "facts": ("risk_cell", "hr_section"),
    "narrative": ("hr_section", "focal_point"),
    "identities": ("custodian",),
    "attachments": ("custodian",),
}


class FormEvents(NoEvents):
    """Takes every event and does nothing, with a form of its own."""

    def __init__(self, form: ReportForm) -> None:
        self.form = form


def sample_form() -> ReportForm:
    """An ordinary record with everything but the last answers."""
    form = ReportForm.new("flash", theme.language)
    form.choose_code("A701")
    form.choose_day(TODAY)
    form.choose_time("dawn")
    form.choose_area("adm1", "Lemba North")
    form.name_place("Kesso")
    form.choose_place_precision(2)
    form.set_total("killed", None)
    for outcome, number in (("injured", 7), ("abducted", 0), ("displaced", 120)):
        form.step_total(outcome, number)
    return form


def _answer_rest(form: ReportForm) -> ReportForm:
    form.choose_children("unknown")
    form.choose_concern("no")
    form.choose_actor("armed_group")
    form.choose_actor_basis("uniform")
    form.choose_ongoing("yes")
    form.choose_need("shelter")
    form.choose_source("victim")
    form.choose_subject(sex="F", age="adult")
    for scope, answer in (("C1", "yes"), ("C2", "yes"), ("C3", "yes"), ("C10", "yes")):
        form.answer_scope(scope, answer, theme.language)
    form.choose_teach_back(True)
    form.choose_grade(reliability="C", credibility=3)
    return form


def full_form() -> ReportForm:
    """The same record, complete."""
    return _answer_rest(sample_form())


def incident_form() -> ReportForm:
    """A full record with two acts, people and a group, an account and a name."""
    form = sample_form()
    form.report["kind"] = "incident"
    _answer_rest(form)
    form.put("acts.0.actor.unit_text", "green head-bands, two red motorcycles")
    form.add_victim("family")
    form.put("victims.0.people", {"min": 10, "best": 12, "max": 15})
    form.add_code("A203")
    form.add_victim("person")
    form.report["victims"][1] |= {"sex": "F", "age_band": "18-59", "outcome": "injured", "status": "CIV"}
    form.choose_follows(0)
    form.choose_day_precision(2)
    form.name_anchor("two days before the big market")
    form.step_damage("homes", 23)
    form.step_damage("water", 1)
    for code in ("night_convoys", "sleeping_outside", "markings"):
        form.toggle_signal(code)
    form.add_response("mission", "patrol")
    form.put("incident.trend", "escalating")
    form.put("narrative.what_happened", "Men with green head-bands came before dawn and set fire to the roofs.")
    form.put("identities.sources", [{"name": "A. Sample", "contact": "through the clinic, mornings"}])
    form.put("verification.methods", ["V03", "V02"])
    form.link(REPORT_ID, "follows")
    return form


def speech_form() -> ReportForm:
    """A radio speech with its words."""
    form = ReportForm.new("speech_log", theme.language)
    form.put("speech", {"channel": "radio", "speaker_class": "pro_government_militia", "call": "leave"})
    form.choose_source("media")
    words = {"text": "Partez avant la lune.", "language": "fr", "translation": "Leave before the moon."}
    form.put("narrative.words_used", words)
    return form


def visit_form() -> ReportForm:
    """A visit to a place of detention."""
    form = ReportForm.new("detention_visit", theme.language)
    form.put("visit", {"access": "partial", "concerns": ["overcrowding", "no_register"]})
    form.put("visit.held.total", {"min": 60, "best": 64, "max": 70})
    return form


def return_form(kind: str) -> ReportForm:
    """A nil return, or an area out of reach."""
    form = ReportForm.new(kind, theme.language)
    form.choose_area("adm1", "Lemba North")
    form.choose_period("last_week", TODAY)
    return form


def table_form() -> ReportForm:
    """A table with ranges, zeros, empty cells, and two people short of the total."""
    form = sample_form()
    cells = {
        ("0-4", "F"): (0, 0, 0),
        ("0-4", "M"): (1, 1, 1),
        ("5-11", "F"): (1, 1, 1),
        ("5-11", "M"): (0, 0, 0),
        ("12-17", "F"): (0, 1, 2),
        ("12-17", "M"): (1, 2, 2),
        ("18-59", "F"): (2, 4, 6),
        ("18-59", "M"): (1, 2, 2),
        ("60+", "F"): (1, 1, 1),
        ("unknown", "M"): (0, 1, 3),
        ("unknown", "U"): (0, 0, 2),
    }
    for (age, sex), (low, best, high) in cells.items():
        form.set_cell("injured", age, sex, {"min": low, "best": best, "max": high})
    form.set_cell("missing", "18-59", "M", {"min": 2, "best": 2, "max": 2})
    form.set_total("injured", {"min": 9, "best": 15, "max": 20})
    return form


def areas() -> AreaTree:
    """The invented country."""
    return AreaTree.of(assets.read_json("scenario/areas.geojson"))


def _reports() -> tuple[tuple[str, str, str], ...]:
    words = theme.words
    rows = (("A506", "Karou", 5), ("E04", "Lemba North", 5), ("A703", "Orla Valley", 4))
    return tuple(
        (
            REPORT_ID[n:] + REPORT_ID[:n],
            summary.act_words(code),
            words.join(places.said(area), words.day(date(2026, 12, day), weekday=True)),
        )
        for n, (code, area, day) in enumerate(rows)
    )


def asked(step: str, sub: str = "", **more: object) -> Asked:
    """Where a record is, around the invented country."""
    kilobytes = theme.words("detail.kb", n=840)
    around = Around(
        readers=_READERS, recent=("A506", "A703", "E02"), reports=_reports(),
        files=(FileRow(b"1", "photo", kilobytes), FileRow(b"2", "document", kilobytes)),
        can=frozenset({"codes", "map", "files", "photo", "position"}),
    )  # fmt: skip
    made: dict[str, object] = {"around": around, **more}
    return Asked(step, sub, TODAY, (TODAY.year, TODAY.month), areas(), **made)  # type: ignore[arg-type]


def _question(step: str, sub: str = "", **more: object) -> Make:
    return lambda: record.draw(asked(step, sub, **more), theme.words("saved"), FormEvents(full_form()))


def _section(step: str, sub: str = "", make: object = incident_form, **more: object) -> Make:
    return lambda: record.draw(asked(step, sub, **more), theme.words("saved"), FormEvents(make()))  # type: ignore[operator]


def review_view(form: ReportForm) -> review.ReviewView:
    """A review with its parts, or with an open question."""
    words = theme.words

    def block(part: str) -> review.Block:
        readers = words("comma").join(words("role." + role) for role in _READERS[part])
        tag = words("review.tag", part=words("part." + part), readers=readers)
        return review.Block(tag, tuple(reviewing.lines_of(form, part, TODAY, 2)))

    ready = not form.missing()
    parts = (
        ("facts", "counts", "narrative")
        if form.kind == "flash"
        else ("facts", "narrative", "identities", "attachments")
    )
    warnings = tuple(review.Doubt(summary.step_name(s), words("review.open"), s, True) for s in form.missing())
    unwritten = words("review.withheld", parts=words("part.identities")) if form.kind == "flash" else ""
    left = () if form.kind == "flash" else (LeftOut("photo", 1, False, "refused"), LeftOut("document", 2, True, "kind"))
    return review.ReviewView(
        words("review.context"), tuple(map(block, parts)), warnings, unwritten, ready, reviewing.left_words(left)
    )


def _open_review() -> Widget:
    form = full_form()
    form.incident.pop("protection_needed")
    return review.draw(review_view(form), FormEvents(form))


def detail_view(state: str, *, fresh: bool) -> review.DetailView:
    """A sealed report's page."""
    words = theme.words
    logged = state in {"logged", "acknowledged"}
    lines = (
        (words("detail.number"), " ".join(REPORT_ID[at : at + 4] for at in range(0, len(REPORT_ID), 4))),
        (words("detail.kind"), words("kind.flash")),
        (words("detail.when"), f"{words('date.today')} {words.digits('14:20')}"),
        (words("detail.seq"), words.number(38)),
        (words("detail.log"), words.number(1204) if logged else words("detail.nolog")),
        (words("detail.size"), words("detail.kb", n=8)),
    )
    notes = [(words("sealed.head"), words("sealed.text"), "good", "shield-check")] if fresh else []
    notes.append(("", words("detail.until", day=words.long_day(date(2026, 12, 22))), "good", "clock"))
    title, area = summary.act_words("A701"), places.said("Lemba North")
    return review.DetailView(title, area, state, lines, tuple(notes), fresh, state in {"sealed", "handed"})


def _compared() -> Widget:
    found = (Remark("act.family", "A703", "A701"), Remark("people", "4", "30", "displaced", 50))
    note = (theme.words("train.compare.head"), training.remark_words(found), "good", "graduation-cap")
    view = detail_view("sealed", fresh=True)
    return review.draw_detail(replace(view, notes=(note, *view.notes)), NoEvents())


def _detail(state: str, *, fresh: bool) -> Make:
    return lambda: review.draw_detail(detail_view(state, fresh=fresh), NoEvents())


def _sealing_file() -> Widget:
    made = asked("files")
    around = replace(made.around, sealing=Sealing(312 << 20, 498 << 20))
    return record.draw(replace(made, around=around), theme.words("saved"), FormEvents(incident_form()))


def browse_view(*, typed: str | None = None, empty: bool = False) -> browsing.BrowseView:
    """A memory stick with folders, a photo and a recording."""
    home, stick = Path("/home/officer"), Path("/media/STICK")
    names = (("field week 49", True, 0), ("plans", True, 0), ("IMG_0412.jpg", False, 2_400_000),
             ("market-square.wav", False, 31_000_000))  # fmt: skip
    entries = tuple(Entry(stick / name, name, folder, size) for name, folder, size in names)
    places_ = ((theme.words("record.browse.home"), "house-line", home), ("STICK", "usb", stick))
    folder = Listing(stick, () if empty else entries)
    return browsing.BrowseView(theme.words("record.files.add"), folder, places_, typed=typed)


def _table(status: str = "UNK", *, choosing: bool = False) -> Widget:
    context = f"{summary.act_words('A701')} · {places.said('Lemba North')}"
    view = table.TableView("injured", "18-59", "F", "best", context, theme.words("saved"), status, choosing)
    form = table_form()
    if status != "UNK" or choosing:
        form.set_cell("injured", "18-59", "M", {"min": 2, "best": 2, "max": 2}, "CIV")
    return table.draw(view, FormEvents(form))


def _overview(form: ReportForm) -> Widget:
    return overview.draw(asked("overview"), theme.words("saved"), FormEvents(form))


def _followed() -> ReportForm:
    form = ReportForm.new("follow_up", theme.language)
    form.report |= {"supersedes": REPORT_ID, "change": NEW_INFORMATION}
    return form


def _doubtful() -> ReportForm:
    form = incident_form()
    form.put("acts.0.actor.unit_text", "green head-bands, call 0815 555 0199")
    form.take_act(0)
    return form


SCREENS: dict[str, Make] = {
    "kinds": lambda: kinds.draw_kinds(NoEvents()),
    "earlier": lambda: kinds.draw_earlier(_reports(), NoEvents()),
    "change": lambda: kinds.draw_change(summary.act_words("A506"), NoEvents()),
    "record-what": _question("what"),
    "record-act": _question("what", "A7"),
    "record-sensitive": _question("what", "A4"),
    "record-channel": _question("what", "A413"),
    "record-when": _question("when"),
    "record-calendar": _question("when", "month"),
    "record-area": _question("where", "adm1"),
    "record-place": _question("where", "place"),
    "record-people": lambda: record.draw(asked("people"), theme.words("saved"), FormEvents(sample_form())),
    "record-children": lambda: record.draw(asked("children"), theme.words("saved"), FormEvents(sample_form())),
    "record-concern": _question("concern"),
    "record-actor": _question("actor"),
    "record-basis": _question("actor", "basis"),
    "record-ongoing": _question("ongoing"),
    "record-need": _question("need"),
    "record-told": _question("told"),
    "record-person": _question("told", "person"),
    "record-grade": _question("grade"),
    "record-note": _question("note", letters=True, active="note"),
    "overview": lambda: _overview(incident_form()),
    "overview-new": lambda: _overview(ReportForm.new("incident", theme.language)),
    "overview-follow": lambda: _overview(_followed()),
    "full-what": _section("acts", make=lambda: ReportForm.new("incident", theme.language)),
    "full-search": _section("what", "search", query="b"),
    "full-acts": _section("acts"),
    "full-act": _section("act", item=1, active="acts.1.perpetrators"),
    "full-people": _section("people"),
    "full-victims": _section("victims"),
    "full-victim": _section("victim", item=1, active="victims.1.displacement"),
    "full-when": _section("when"),
    "full-where": _section("where"),
    "full-where-list": _section("where", "list", query="ke"),
    "full-where-code": _section("where", "code", query="x"),
    "full-actor": _section("actor"),
    "full-unit": _section("unit", item=1, active="acts.1.actor.certainty"),
    "full-doubt": _section("unit", make=_doubtful),
    "full-source": _section("source", active="source.connection"),
    "full-damage": _section("damage"),
    "full-signs": _section("signs"),
    "full-responses": _section("responses"),
    "full-context": _section("context", active="incident.trend"),
    "full-account": _section("account"),
    "full-words": _section("words"),
    "full-names": _section("names"),
    "full-person": _section("person", "sources"),
    "full-files": _section("files"),
    "full-sealing": lambda: _sealing_file(),
    "browse": lambda: browsing.draw(browse_view(), NoEvents()),
    "browse-name": lambda: browsing.draw(browse_view(typed="/media/"), NoEvents()),
    "browse-empty": lambda: browsing.draw(browse_view(empty=True), NoEvents()),
    "full-links": _section("links"),
    "full-checking": _section("checking", active="verification.methods"),
    "full-closed": _section("account", make=speech_form),
    "speech": _section("speech", make=speech_form, active="speech.call"),
    "speech-words": _section("words", make=speech_form),
    "visit": _section("visit", make=visit_form, active="visit.concerns"),
    "visit-held": _section("held", make=visit_form, active="visit.held.total"),
    "nil-area": lambda: record.draw(asked("area"), theme.words("saved"), FormEvents(return_form("nil_return"))),
    "nil-period": lambda: record.draw(asked("period"), theme.words("saved"), FormEvents(return_form("nil_return"))),
    "unreached": lambda: record.draw(asked("reason"), theme.words("saved"), FormEvents(return_form("not_reachable"))),
    "table": _table,
    "table-status": lambda: _table(choosing=True),
    "table-civilians": lambda: _table("CIV"),
    "consent": lambda: consent.draw(consent.ConsentView("C2", "no"), NoEvents()),
    "consent-teach": lambda: consent.draw(consent.ConsentView("teach", ""), NoEvents()),
    "consent-one": lambda: consent.draw(consent.ConsentView("C9p", "no", ("C9p",)), NoEvents()),
    "review": lambda: review.draw(review_view(full_form()), NoEvents()),
    "review-full": lambda: review.draw(review_view(incident_form()), NoEvents()),
    "review-open": _open_review,
    "discard": lambda: review.draw_discard(*[lambda: None] * 3),
    "sealed": _detail("sealed", fresh=True),
    "sealed-training": lambda: _compared(),
    "report": _detail("logged", fresh=False),
}
