"""Home, find, health, sending, settings, the lock and training from made-up states.

No vault is opened and nothing is stored: the screens draw what they are given. The country is the invented one of
the demonstration.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from fieldapp.flows import lessons
from fieldapp.health import Condition, Level
from fieldapp.screens import (
    choosing,
    cover,
    entry,
    fault,
    finding,
    health_page,
    home,
    languages,
    lesson,
    officers,
    panicked,
    pin,
    places,
    receipts,
    second,
    settings,
    sync,
)
from fieldapp.screens.gallery_stage import NoEvents
from fieldapp.screens.host import sentences
from fieldapp.screens.summary import act_words
from fieldapp.widgets.coach import Coach
from fieldapp.widgets.listed import ListRow
from fieldapp.widgets.theme import theme
from firsthand import errors

Make = Callable[[], Widget]
_WORDS = "canoe-lantern-maple-river-copper-owl"
_ON = NoEvents()
_YEAR, _MONTH, _TODAY = 2026, 12, 8


def _day(number: int) -> str:
    return theme.words.day(date(_YEAR, _MONTH, number), weekday=True)


def _row(row_id: str, code: str, area: str, *, kind: str, when: str, state: str, fact: str = "") -> ListRow:
    words = theme.words
    second_line = words.join(words("kind." + kind), when, fact or words("next." + state))
    kept = "draft" if state == "draft" else "report"
    return ListRow(row_id, act_words(code), places.said(area), second_line, state, kept)


def rows() -> list[ListRow]:
    """Reports in every custody state, one that needs its officer, one that is protected."""
    words, clock = theme.words, theme.words.digits
    open_ = words("next.draft", what=f"{words('step.where').lower()}, {words('step.people').lower()}")
    today = f"{words('date.today')} {clock('13:05')}"
    closed = ListRow("7", words("panic.row"), "", words.join(_day(7), words("panic.row.second")), "needs", "panicked")
    protected = ListRow("8", words("row.sensitive"), "", words.join(_day(3), words("next.logged")), "logged")
    return [
        _row("1", "A701", "Lemba North", kind="incident", when=today, state="draft", fact=open_),
        closed,
        _row("2", "A506", "Karou", kind="flash", when=f"{_day(5)} {clock('17:40')}", state="sealed"),
        _row("3", "E04", "Lemba North", kind="incident", when=f"{_day(5)} {clock('11:15')}", state="handed"),
        _row("4", "A703", "Orla Valley", kind="incident", when=_day(4), state="logged"),
        _row("5", "A301", "Karou", kind="follow_up", when=_day(3), state="acknowledged"),
        protected,
        *(_row(str(10 + n), "A706", "Zirat", kind="flash", when=_day(2), state="acknowledged") for n in range(31)),
    ]


def home_view(*, strip: bool = True, found: list[ListRow] | None = None, name: str = "all") -> home.HomeView:
    """A week's list."""
    words = theme.words
    shown = rows() if found is None else found
    notice = None
    if strip:
        days = words("notice.days", n=3)
        what = words("notice.unsent", n=2, days=days)
        notice = home.Strip(what, words("notice.safe"), "care", "clock-countdown", send=True, more=2)
    counts = {"all": 38, "drafts": 2, "unsent": 2, "done": 34} if shown else dict.fromkeys(home.FILTERS, 0)
    return home.HomeView(
        "Mission in Ruvala",
        "Heron",
        _day(_TODAY),
        words.digits("14:20"),
        name,
        counts,
        shown,
        2 if shown else 0,
        notice,
        home.Place(),
    )


def sync_view(phase: str) -> sync.SyncView:
    """Sending, in its phases."""
    words = theme.words

    def row(code: str, area: str, kind: str, state: str, say: str) -> sync.SendRow:
        second_line = words.join(words("kind." + kind), places.said(area), words("detail.kb", n=8))
        return sync.SendRow(act_words(code), second_line, state, words(say))

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
    return sync.SyncView(phase, going, finished, *numbers, link, training=False, error=error, files=phase == "idle")


def _health() -> Widget:
    words = theme.words
    found = (
        Condition("disk-low", Level.ALARM, 140),
        Condition("clock-suspect", Level.WARN, 2003),
        Condition("unsent-days", Level.WARN, 3),
        Condition("battery-low", Level.WARN, 12),
        Condition("directory-stale", Level.WARN),
    )
    facts = (
        (words("health.waiting"), words.number(2)),
        (words("health.disk"), words("health.gb", n=12)),
        (words("health.battery"), words.number(12) + "\u00a0" + words("percent")),
    )
    return health_page.draw(health_page.HealthView(tuple(map(health_page.said, found)), facts), _ON)


def _settings() -> Widget:
    words = theme.words
    facts = (
        (words("set.mission"), "Mission in Ruvala"),
        (words("set.label"), "Heron"),
        (words("set.words"), _WORDS.replace("-", " ")),
    )
    return settings.draw(settings.SettingsView(facts, "open", pin=True), _ON)


def _enrol(found: tuple[tuple[str, str], ...], *, letters: bool = False) -> Widget:
    words = theme.words
    asked = words("enrol.title"), words("enrol.question"), words("enrol.none")
    return choosing.draw(choosing.ChooseView(*asked, found, "", letters), _ON)


def _return_file() -> Widget:
    words = theme.words
    asked = words("panic.open"), words("panic.question"), words("panic.none")
    return choosing.draw(choosing.ChooseView(*asked, (("1", "heron-drafts.firsthand"),), ""), _ON)


def _log() -> Widget:
    entries = ((_day(8), "Kestrel", "Heron"), (_day(7), "Heron", "Kestrel"), (_day(1), "Swift", "Heron"))
    return officers.draw_log(officers.LogView(entries), _ON)


def _lesson(at: int) -> Widget:
    scenario = lessons.load()
    steps = tuple(step.id for step in scenario.steps)
    case = scenario.steps[min(at, len(steps) - 1)].case
    return lesson.draw(lesson.LessonView(case, steps, at), _ON)


def _training() -> Widget:
    words = theme.words
    page = BoxLayout(orientation="vertical")
    count = words("train.count", n_at=1, n_all=8)
    page.add_widget(Coach(count, words("train.step.flash"), _ON.story, _ON.skip))
    page.add_widget(home.draw(home_view(strip=False, found=rows()[2:]), _ON))
    return page


def _phrase(*, letters: bool) -> Widget:
    return entry.draw_passphrase(entry.PassphraseView("Heron", "", "", 0, True, False, letters=letters), _ON)


def _unlock(error: entry.Error | None = None, *, letters: bool = False, officer: str = "") -> Widget:
    return entry.draw_unlock(entry.UnlockView("", False, letters, False, error, officer), _ON)[0]


def _receipts() -> Widget:
    words, clock = theme.words, theme.words.digits

    def row(code: str, area: str, state: str, *stops: receipts.Stop) -> receipts.ReceiptRow:
        second_line = words.join(places.said(area), "7K2M QX4R 0V9T B3NC 8ZHD 5WFJ 94")
        every = (receipts.Stop(), *stops, *[receipts.Stop()] * (4 - len(stops)))
        return receipts.ReceiptRow(act_words(code), second_line, state, every)

    logged = receipts.Stop(words("home.receipts.place", day=_day(4), n=1204), "dibop-kulam-fotis-nuzan")
    opened = receipts.Stop(words("home.receipts.opened"))
    rows_ = (
        row("A701", "Lemba North", "sealed", receipts.Stop(clock("13:05"), "lusab-dorip-mazok-tivan")),
        row(
            "A506", "Karou", "handed", receipts.Stop(f"{_day(5)} {clock('17:40')}", "gapuh-nozit-rulom-babas"),
            receipts.Stop(words("home.receipts.on_way")),
        ),
        row(
            "A301", "Karou", "acknowledged", receipts.Stop(f"{_day(3)} {clock('09:30')}", "zumop-tirak-holad-nusib"),
            receipts.Stop(), logged, opened,
        ),
    )  # fmt: skip
    return receipts.draw(receipts.ReceiptsView(rows_, 0, 38), _ON)


def scenes() -> dict[str, Make]:
    """Name -> what draws the screen. Called anew for each language."""
    return {
        "welcome": lambda: entry.draw_welcome(_ON),
        "enrol": lambda: _enrol((("1", "heron.firsthand"),)),
        "enrol-none": lambda: _enrol((), letters=True),
        "passphrase": lambda: _phrase(letters=False),
        "passphrase-letters": lambda: _phrase(letters=True),
        "ready": lambda: entry.draw_done(_WORDS, "Heron", _ON),
        "unlock": _unlock,
        "unlock-wrong": lambda: _unlock(sentences(errors.WrongPassphrase()), letters=True),
        "unlock-officer": lambda: _unlock(officer="Kestrel"),
        "pin": lambda: pin.draw(pin.PinView(3, 5), _ON),
        "pin-wrong": lambda: pin.draw(pin.PinView(0, 2, wrong=True), _ON),
        "pin-new": lambda: pin.draw_new(pin.NewPinView(4, again=False, armed=True), _ON),
        "second": lambda: second.draw(second.SecondView("", "", ""), _ON),
        "officers": lambda: officers.draw(officers.OfficersView(("Heron", "Kestrel", "Swift"), 0), _ON),
        "handover": _log,
        "home": lambda: home.draw(home_view(), _ON),
        "home-drafts": lambda: home.draw(home_view(strip=False, found=rows()[:2], name="drafts"), _ON),
        "home-empty": lambda: home.draw(home_view(strip=False, found=[]), _ON),
        "find": lambda: finding.FindPage(finding.FindView("lemba", rows()[2:6], letters=True), _ON),
        "find-nothing": lambda: finding.FindPage(finding.FindView("zzz"), _ON),
        "health": _health,
        "closed": lambda: panicked.draw(panicked.ClosedView(3), _ON),
        "closed-file": _return_file,
        "send": lambda: sync.draw(sync_view("idle"), _ON),
        "send-running": lambda: sync.draw(sync_view("running"), _ON),
        "send-done": lambda: sync.draw(sync_view("done"), _ON),
        "send-error": lambda: sync.draw(sync_view("error"), _ON),
        "receipts": _receipts,
        "receipts-none": lambda: receipts.draw(receipts.ReceiptsView((), 0, 0), _ON),
        "send-empty": lambda: sync.draw(sync_view("empty"), _ON),
        "settings": _settings,
        "languages": lambda: languages.draw(_ON),
        "fault": lambda: fault.draw(sentences(errors.DiskFull()), _ON),
        "training": _training,
        "training-case": lambda: _lesson(2),
        "training-over": lambda: _lesson(8),
        "cover": lambda: cover.draw(cover.CoverView("length", "12"), _ON),
    }
