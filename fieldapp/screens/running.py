"""Home, find, health and a sealed report, driven; and the wires between all drivers of the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp import health
from fieldapp.flows.outbox import ReportRow
from fieldapp.flows.panic import panicked
from fieldapp.flows.status import conditions
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import fault, finding, health_page, review
from fieldapp.screens import home as home_page
from fieldapp.screens.adjusting import Adjusting
from fieldapp.screens.covering import Covering
from fieldapp.screens.entering import Entering
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.interviewing import Interviewing
from fieldapp.screens.locking import Locking
from fieldapp.screens.recording import Recording
from fieldapp.screens.reports import Now, Reports, found_rows, kind_words, titled, when_recorded
from fieldapp.screens.sending import UNSENT, Sending
from fieldapp.screens.serving import Serving
from fieldapp.screens.training import Training
from fieldapp.widgets.listed import ListRow
from fieldapp.widgets.theme import theme
from firsthand import errors

_TICK_S, _FIND_AFTER_S = 20, 0.15


class Running:
    """Events of home, of find, of health and of a report's page."""

    def __init__(self, host: Host, entering: Entering) -> None:
        self.host, self._entering = host, entering
        self._filter, self._place = "all", home_page.Place()
        self._report, self._fresh = "", False
        self._find = finding.FindView("")
        self._find_page: finding.FindPage | None = None
        self.recording = Recording(host, self.home, self.show_sealed)
        self._beside = ""
        self.sending = Sending(host, self.home)
        self.serving = Serving(host, self.home)
        self.interviewing = Interviewing(host, self.home)
        self.locking = Locking(host, entering)
        self.training = Training(host, entering, self.home)
        self.adjusting = Adjusting(host, self)
        self.covering = Covering(host)
        self._wire()
        self._searcher = Clock.create_trigger(lambda _dt: self._search(), _FIND_AFTER_S)
        self._tick = Clock.schedule_interval(self._minute, _TICK_S)

    def _wire(self) -> None:
        host, entering, locking = self.host, self._entering, self.locking
        entering.at_home, entering.train = self.home, self.train
        entering.settings, entering.switch_mode = self.settings, self.switch_mode
        entering.pick_language = self.adjusting.pick_language
        locking.home, locking.settings = self.home, self.adjusting.back_to_settings
        locking.pick_language, locking.switch_mode = self.adjusting.pick_language, self.switch_mode
        host.on_fault, host.on_panic = self.fault, self.home
        host.on_closed = self._closed

    def _closed(self) -> None:
        self._tick.cancel()
        self.adjusting.close()

    # -- shared ------------------------------------------------------------------------------------------------
    def hide(self) -> None:
        self.host.hide()

    def lock(self) -> None:
        self.host.lock()

    def fault(self, error: errors.FirsthandError) -> None:
        """A page of its own for what no screen foresaw."""
        self.host.draw(lambda: fault.draw(sentences(error), self))

    def settings(self) -> None:
        self.adjusting.settings()

    def languages(self) -> None:
        self.adjusting.languages()

    def switch_mode(self) -> None:
        self.adjusting.switch_mode()

    # -- doors behind the settings -----------------------------------------------------------------------------
    def pin(self) -> None:
        self.locking.pin()

    def second(self) -> None:
        self.locking.second()

    def officers(self) -> None:
        self.locking.officers()

    def hand_over_log(self) -> None:
        self.locking.hand_over_log()

    def train(self) -> None:
        self.training.enter()

    # -- home --------------------------------------------------------------------------------------------------
    def home(self) -> None:
        self._place = home_page.Place()
        tablet = self.host.tablet
        if tablet is None:
            self.locking.start()
            return
        if tablet.training and tablet.listing().counts["drafts"]:
            self.host.saw("left:draft")
        self.host.draw(self._home)

    def _minute(self, _dt: float) -> None:
        if self.host.tablet is not None and self.host.shows(self._home):
            self.host.redraw()

    def _now(self) -> Now:
        clock = self.host.ports.clock
        return Now(clock.now_s(), clock.tz_min())

    def _rows(self) -> Reports:
        return Reports(self._tablet(), self._filter, self._now())

    def _home(self) -> Widget:
        tablet, now = self._tablet(), self._now()
        rows = self._rows()
        local = datetime.fromtimestamp(now.at_s, UTC) + timedelta(minutes=now.tz_min)
        view = home_page.HomeView(
            mission="" if tablet.training else tablet.directory.mission_name,
            label=theme.words("train.title") if tablet.training else tablet.mission.label,
            day=theme.words.day(local.date(), weekday=True),
            clock=theme.words.clock(now.at_s, now.tz_min),
            filter=self._filter,
            counts=rows.counts,
            rows=rows,
            waiting=rows.counts["unsent"],
            strip=self._strip(tablet, rows.counts["unsent"]),
            place=self._place,
        )
        return home_page.draw(view, self)

    def _conditions(self, tablet: Tablet) -> list[health.Condition]:
        """What holds, the gravest first; training is told by its band and is no condition here."""
        found = [each for each in conditions(tablet, self.host.device) if each.code != "training"]
        closed = 0 if tablet.training else panicked(tablet)
        if closed:
            found.append(health.Condition("panic-closed", health.Level.WARN, closed))
        return sorted(found, key=lambda each: (-each.level, each.code != "panic-closed"))

    def _strip(self, tablet: Tablet, waiting: int) -> home_page.Strip | None:
        words, found = theme.words, self._conditions(tablet)
        if not found:
            return None
        gravest, more = found[0], len(found) - 1
        if gravest.code == "unsent-days" and waiting:
            days = words("notice.days", n=gravest.number or 0)
            what = words("notice.unsent", n=waiting, days=days)
            return home_page.Strip(what, words("notice.safe"), "care", "clock-countdown", send=True, more=more)
        said = health_page.said(gravest)
        return home_page.Strip(said.what, said.do, said.grave, said.icon, more=more)

    def begin(self, kind: str) -> None:
        self.recording.begin(kind)
        self.host.saw("begin:" + kind)

    def kinds(self) -> None:
        self.recording.kinds()

    def map(self) -> None:
        from fieldapp.screens.map_page import MapPage

        MapPage.own(self.host, self.home).show()

    def services(self) -> None:
        self.serving.services()

    def interview(self) -> None:
        self.interviewing.begin()

    def send(self) -> None:
        self.sending.open()
        self.host.saw("send")

    def open_row(self, row: ListRow) -> None:
        self.host.saw("open:" + row.open)
        if row.open == "interview":
            self.interviewing.resume(row.id)
        elif row.open == "draft":
            self.recording.resume(row.id)
        elif row.open == "panicked":
            self.locking.closed_draft(row.id)
        elif row.open == "report":
            self._report, self._fresh = row.id, False
            self.host.draw(self._detail)

    def choose_filter(self, name: str) -> None:
        self._filter, self._place = name, home_page.Place()
        self.host.redraw()

    def turn_page(self) -> None:
        """The next page of the one-column form; from the last back to the newest."""
        place, count = self._place, len(self._rows())
        last = (place.page + 1) * home_page.PAGE_ROWS >= count
        self._place = replace(place, page=0 if last else place.page + 1)
        self.host.redraw()

    def _tablet(self) -> Tablet:
        if self.host.tablet is None:
            raise errors.Locked
        return self.host.tablet

    # -- find --------------------------------------------------------------------------------------------------
    def find(self) -> None:
        self._find = finding.FindView("")
        self.host.draw(self._finding)
        if self._find_page is not None:
            self._find_page.field.input.focus = True

    def _finding(self) -> Widget:
        self._find_page = finding.FindPage(self._find, self)
        return self._find_page

    def type_query(self, text: str) -> None:
        self._find = replace(self._find, query=text)
        self._searcher()

    def find_letters(self) -> None:
        self._find = replace(self._find, letters=not self._find.letters)
        self.host.redraw()

    def clear_query(self) -> None:
        self._find = finding.FindView("", letters=self._find.letters)
        self.host.redraw()

    def _search(self) -> None:
        if self.host.tablet is None or self._find_page is None or not self.host.shows(self._finding):
            return
        rows, more = found_rows(self.host.tablet, self._find.query, self._now())
        self._find = replace(self._find, rows=rows, more=more)
        self._find_page.show(self._find)

    # -- health ------------------------------------------------------------------------------------------------
    def health(self) -> None:
        self.host.draw(self._health)

    def _health(self) -> Widget:
        tablet, words, device = self._tablet(), theme.words, self.host.device
        facts = [(words("health.waiting"), words.number(tablet.listing().counts["unsent"]))]
        free, battery = device.free_bytes(tablet.home), device.battery()
        if free is not None:
            facts.append((words("health.disk"), words("health.gb", n=free >> 30)))
        if battery is not None:
            facts.append((words("health.battery"), words.number(battery.percent) + "\u00a0" + words("percent")))
        said = tuple(health_page.said(each) for each in self._conditions(tablet))
        return health_page.draw(health_page.HealthView(said, tuple(facts)), self)

    # -- one report --------------------------------------------------------------------------------------------
    def show_sealed(self, report_id: str) -> None:
        """The page right after sealing."""
        self._report, self._fresh = report_id, True
        self._beside = self.training.beside_case(self.recording.practised)
        self.host.saw("sealed:" + self._tablet().listing().row(report_id).kind)
        self.host.draw(self._detail)

    def follow(self, change: str) -> None:
        """A new draft over the report that is shown: news of it, or a correction."""
        self.recording.follow(self._report, change)

    def _detail(self) -> Widget:
        row = self._tablet().listing().row(self._report)
        view = detail_view(row, self._now(), fresh=self._fresh)
        if self._fresh and self._beside:
            said = (theme.words("train.compare.head"), self._beside, "good", "graduation-cap")
            view = replace(view, notes=(said, *view.notes))
        return review.draw_detail(view, self)


def detail_view(row: ReportRow, now: Now, *, fresh: bool) -> review.DetailView:
    """The page of one sealed report."""
    words, state = theme.words, row.state.value
    title, area = titled(row)
    lines = [(words("detail.number"), " ".join(row.id[at : at + 4] for at in range(0, len(row.id), 4)))]
    if kind_words(row.kind):
        lines.append((words("detail.kind"), kind_words(row.kind)))
    lines += [
        (words("detail.when"), when_recorded(row, now)),
        (words("detail.seq"), words.number(row.seq)),
        (words("detail.log"), words("detail.nolog") if row.log_index is None else words.number(row.log_index)),
        (words("detail.size"), words("detail.kb", n=max(row.size_bytes // 1024, 1))),
    ]
    notes: list[tuple[str, str, str, str]] = []
    if fresh:
        notes.append((words("sealed.head"), words("sealed.text"), "good", "shield-check"))
    if row.sensitive:
        notes.append(("", words("detail.protected"), "care", "shield-check"))
    elif row.readable_until_day is not None:
        until = date(1970, 1, 1) + timedelta(days=row.readable_until_day)
        notes.append(("", words("detail.until", day=words.long_day(until)), "good", "clock"))
    return review.DetailView(title, area, state, tuple(lines), tuple(notes), fresh, state in UNSENT)
