"""Every screen from made-up states: for the README's pictures and for the tests that look at all of them.

No vault is opened and nothing is stored: the screens draw what they are given. The country is the invented one
of the demonstration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics import Color, Rectangle
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows.report_form import AreaTree, ReportForm
from fieldapp.screens import (
    consent,
    cover,
    entry,
    fault,
    home,
    questions,
    record,
    review,
    reviewing,
    settings,
    summary,
    sync,
    table,
)
from fieldapp.screens.asking import Asked
from fieldapp.screens.host import sentences
from fieldapp.widgets.page import Band
from fieldapp.widgets.theme import theme
from firsthand import assets, errors

Make = Callable[[], Widget]
TODAY = date(2026, 12, 8)
_REPORT_ID = "7K2M QX4R 0V9T B3NC 8ZHD 5WFJ 94"
_WORDS = "canoe-lantern-maple-river-copper-owl"


class NoEvents:
    """Takes every event and does nothing; a form of its own where a screen wants one."""

    def __init__(self, form: ReportForm | None = None) -> None:
        self.form = form or ReportForm()

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_kwargs: None


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


def full_form() -> ReportForm:
    """The same record, complete."""
    form = sample_form()
    form.choose_children("unknown")
    form.choose_concern("no")
    form.choose_actor("armed_group")
    form.choose_actor_basis("uniform")
    form.choose_ongoing("yes")
    form.choose_need("shelter")
    form.choose_source("victim")
    form.choose_subject(sex="F", age="adult")
    for scope, answer in (("C1", "yes"), ("C2", "yes"), ("C3", "no"), ("C10", "yes")):
        form.answer_scope(scope, answer, theme.language)
    form.choose_teach_back(True)
    form.choose_grade(reliability="C", credibility=3)
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


def _asked(step: str, sub: str = "", *, letters: bool = False) -> Asked:
    return Asked(step, sub, TODAY, (TODAY.year, TODAY.month), areas(), letters)


def _question(step: str, sub: str = "", *, letters: bool = False, form: ReportForm | None = None) -> Make:
    return lambda: record.draw(_asked(step, sub, letters=letters), theme.words("saved"), NoEvents(form or full_form()))


def _home_row(row_id: str, code: str, area: str, *, kind: str, when: str, state: str, fact: str) -> home.ListRow:
    words = theme.words
    second = words.join(words("kind." + kind), when, fact)
    return home.ListRow(row_id, summary.act_words(code), area, second, state, state == "draft")


def home_view(*, strip: bool = True, rows: bool = True) -> home.HomeView:
    """Reports in every custody state."""
    words = theme.words
    day = lambda number: words.day(date(2026, 12, number), weekday=True)  # noqa: E731
    clock = words.digits("17:40")
    open_ = words("next.draft", what=f"{words('step.where').lower()}, {words('step.people').lower()}")
    sent = words("next.acknowledged")
    today = f"{words('date.today')} {words.digits('13:05')}"
    found = (
        _home_row("1", "A701", "Lemba North", kind="incident", when=today, state="draft", fact=open_),
        _home_row(
            "2", "A506", "Karou", kind="flash", when=f"{day(5)} {clock}", state="sealed", fact=words("next.sealed")
        ),
        _home_row("3", "E04", "Lemba North", kind="incident", when=day(5), state="handed", fact=words("next.handed")),
        _home_row("4", "A703", "Orla Valley", kind="incident", when=day(4), state="logged", fact=words("next.logged")),
        _home_row("5", "A301", "Karou", kind="follow_up", when=day(3), state="acknowledged", fact=sent),
        _home_row("6", "A706", "Zirat", kind="flash", when=day(2), state="acknowledged", fact=sent),
    )
    notice = None
    if strip:
        notice = home.Strip(
            words("notice.unsent", n=2, days=words("notice.days", n=3)),
            words("notice.safe"),
            "care",
            "clock-countdown",
            send=True,
        )
    counts = {"all": 6, "drafts": 1, "unsent": 2, "done": 3} if rows else dict.fromkeys(home.FILTERS, 0)
    return home.HomeView(
        "Mission in Ruvala",
        "Heron",
        day(8),
        words.digits("14:20"),
        "all",
        counts,
        found if rows else (),
        0,
        2 if rows else 0,
        notice,
    )


def review_view(*, ready: bool) -> review.ReviewView:
    """A review with its parts, or with an open question and a doubt."""
    form = full_form()
    if not ready:
        form.incident.pop("protection_needed")
    words = theme.words

    def block(part: str, *roles: str) -> review.Block:
        readers = words("comma").join(words("role." + role) for role in roles)
        return review.Block(
            words("review.tag", part=words("part." + part), readers=readers),
            tuple(reviewing._lines(form, part, TODAY)),
        )

    blocks = (
        block("facts", "risk_cell", "hr_section"),
        block("counts", "risk_cell", "hr_section", "focal_point", "custodian"),
        block("narrative", "hr_section", "focal_point"),
    )
    warnings = tuple(review.Doubt(words("step." + step), words("review.open"), step, True) for step in form.missing())
    unwritten = words("review.withheld", parts=words("part.identities"))
    return review.ReviewView(words("review.context"), blocks, warnings, unwritten, ready)


def detail_view(state: str, *, fresh: bool) -> review.DetailView:
    """A sealed report's page."""
    words = theme.words
    logged = state in {"logged", "acknowledged"}
    lines = (
        (words("detail.number"), _REPORT_ID),
        (words("detail.kind"), words("kind.flash")),
        (words("detail.when"), f"{words('date.today')} {words.digits('14:20')}"),
        (words("detail.seq"), words.number(38)),
        (words("detail.log"), words.number(1204) if logged else words("detail.nolog")),
        (words("detail.size"), words("detail.kb", n=8)),
    )
    notes = [(words("sealed.head"), words("sealed.text"), "good", "shield-check")] if fresh else []
    notes.append(("", words("detail.until", day=words.long_day(date(2026, 12, 22))), "good", "clock"))
    return review.DetailView(
        summary.act_words("A701"), "Lemba North", state, lines, tuple(notes), fresh, state in {"sealed", "handed"}
    )


def sync_view(phase: str) -> sync.SyncView:
    """Sending, in its phases."""
    words = theme.words

    def row(code: str, area: str, kind: str, state: str, say: str) -> sync.SendRow:
        second = words.join(words("kind." + kind), area, words("detail.kb", n=8))
        return sync.SendRow(summary.act_words(code), second, state, words(say))

    waiting = [
        row("A506", "Karou", "flash", "handed", "sync.arrived"),
        row("E04", "Lemba North", "incident", "sealed", "sync.waiting"),
        row("A701", "Lemba North", "incident", "sealed", "sync.waiting"),
    ]
    gone = [
        row("A703", "Orla Valley", "incident", "logged", "sync.receipt"),
        row("A301", "Karou", "follow_up", "acknowledged", "sync.opened"),
    ]
    link = words("sync.to", mission="Mission in Ruvala")
    numbers = {"running": (4, 7, 32_890, 57_600), "done": (7, 7, 57_600, 57_600)}.get(phase, (0, 0, 0, 0))
    error = sentences(errors.NoNetwork()) if phase == "error" else None
    going = () if phase in {"done", "empty"} else tuple(waiting)
    finished = () if phase == "empty" else tuple(gone)
    return sync.SyncView(phase, going, finished, *numbers, link, training=False, error=error)


def scenes() -> dict[str, Make]:
    """Name -> what draws the screen. Called anew for each language."""
    words, on = theme.words, NoEvents()
    wrong = sentences(errors.WrongPassphrase())
    return {
        "welcome": lambda: entry.draw_welcome(on),
        "enrol": lambda: entry.draw_enrol(entry.EnrolView((("1", "heron.firsthand"),), "", False), on),
        "enrol-none": lambda: entry.draw_enrol(entry.EnrolView((), "", True), on),
        "passphrase": lambda: entry.draw_passphrase(entry.PassphraseView("Heron", "", "", 0, True, False), on),
        "ready": lambda: entry.draw_done(_WORDS, "Heron", on),
        "unlock": lambda: entry.draw_unlock(entry.UnlockView("", False, False, False), on)[0],
        "unlock-wrong": lambda: entry.draw_unlock(entry.UnlockView("", False, True, False, wrong), on)[0],
        "home": lambda: home.draw(home_view(), on),
        "home-empty": lambda: home.draw(home_view(strip=False, rows=False), on),
        "record-what": _question("what"),
        "record-act": _question("what", "A7"),
        "record-sensitive": _question("what", "A4"),
        "record-channel": _question("what", "A413"),
        "record-when": _question("when"),
        "record-calendar": _question("when", "month"),
        "record-area": _question("where", "adm1"),
        "record-place": _question("where", "place"),
        "record-people": _question("people", form=sample_form()),
        "record-children": _question("children", form=sample_form()),
        "record-concern": _question("concern"),
        "record-actor": _question("actor"),
        "record-basis": _question("actor", "basis"),
        "record-ongoing": _question("ongoing"),
        "record-need": _question("need"),
        "record-told": _question("told"),
        "record-person": _question("told", "person"),
        "record-grade": _question("grade"),
        "record-note": _question("note", letters=True),
        "table": lambda: table.draw(
            table.TableView(
                "injured", "18-59", "F", "best", f"{summary.act_words('A701')} · Lemba North", words("saved")
            ),
            NoEvents(table_form()),
        ),
        "consent": lambda: consent.draw(consent.ConsentView("C2", "no"), on),
        "consent-teach": lambda: consent.draw(consent.ConsentView("teach", ""), on),
        "review": lambda: review.draw(review_view(ready=True), on),
        "review-open": lambda: review.draw(review_view(ready=False), on),
        "discard": lambda: review.draw_discard(on.go, on.go, on.go),
        "sealed": lambda: review.draw_detail(detail_view("sealed", fresh=True), on),
        "report": lambda: review.draw_detail(detail_view("logged", fresh=False), on),
        "send": lambda: sync.draw(sync_view("idle"), on),
        "send-running": lambda: sync.draw(sync_view("running"), on),
        "send-done": lambda: sync.draw(sync_view("done"), on),
        "send-error": lambda: sync.draw(sync_view("error"), on),
        "send-empty": lambda: sync.draw(sync_view("empty"), on),
        "settings": lambda: settings.draw(
            settings.SettingsView(
                (
                    (words("set.mission"), "Mission in Ruvala"),
                    (words("set.label"), "Heron"),
                    (words("set.words"), _WORDS.replace("-", " ")),
                )
            ),
            on,
        ),
        "fault": lambda: fault.draw(sentences(errors.DiskFull()), on),
        "training": _training,
        "cover": lambda: cover.draw(cover.CoverView("length", "12"), on),
    }


def _training() -> Widget:
    page = BoxLayout(orientation="vertical")
    page.add_widget(Band(theme.words("training.band")))
    page.add_widget(home.draw(home_view(strip=False), NoEvents()))
    return page


class Stage(BoxLayout):
    """A ground in the page's colour with one screen on it."""

    def __init__(self) -> None:
        super().__init__()
        with self.canvas.before:
            self._colour = Color(rgba=theme.bg)
            self._ground = Rectangle()
        self.bind(pos=self._move, size=self._move)

    def _move(self, *_args: object) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size

    def show(self, make: Make) -> Widget:
        """Put a screen on and let it settle."""
        self._colour.rgba = theme.bg
        self.clear_widgets()
        screen = make()
        self.add_widget(screen)
        for _ in range(4):
            EventLoop.idle()
        return screen


class _StageApp(App):
    def build(self) -> Widget:
        return Stage()


def open_stage() -> Stage:
    """A window with nothing but a stage; one a process."""
    app = _StageApp()
    app._run_prepare()
    Window.size = (int(theme.space("page_w")), int(theme.space("page_h")))
    EventLoop.idle()
    stage: Any = app.root
    return stage


def draw_all(
    out_dir: Path, langs: Sequence[str], themes: Sequence[str], names: Sequence[str] = (), scale: float = 1.0
) -> list[Path]:
    """Pictures of every screen (or of `names`) in each language and theme."""
    out_dir.mkdir(parents=True, exist_ok=True)
    stage = open_stage()
    made = []
    for language in langs:
        for mode in themes:
            theme.language, theme.mode, theme.scale = language, mode, scale
            for name, make in scenes().items():
                if names and name not in names:
                    continue
                stage.show(make)
                path = out_dir / f"{name}-{language}-{mode}.png"
                stage.export_to_png(str(path))
                made.append(path)
    return made


__all__ = ["NoEvents", "Stage", "draw_all", "open_stage", "questions", "scenes"]
