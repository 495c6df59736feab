"""Home, a sealed report, and sending, driven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp.flows import draft
from fieldapp.flows.outbox import ReportRow
from fieldapp.flows.report_form import ReportForm
from fieldapp.flows.status import conditions
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import fault, review, summary, sync
from fieldapp.screens import home as home_page
from fieldapp.screens.entering import Entering
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.recording import Recording
from fieldapp.widgets.theme import theme
from firsthand import errors
from firsthand.ids import parse_report_id, short_report_id

_UNSENT = frozenset({"sealed", "handed"})
_DAY_S = 86_400
_TICK_S = 20
# condition -> (words, gravity, icon)
_STRIPS = {
    "damaged-rows": ("notice.damaged", "alarm", "warning-circle"),
    "disk-low": ("notice.disk", "alarm", "warning-circle"),
    "clock-suspect": ("notice.clock", "care", "clock"),
    "battery-low": ("notice.battery", "care", "warning-circle"),
    "directory-stale": ("notice.directory", "care", "clock-countdown"),
    "single-passphrase": ("notice.single", "care", "info"),
}


class Stopped(errors.Environment):
    """The officer stopped sending; what had arrived stays confirmed."""

    code = "stopped"


class Running:
    """Events of home, of a report's page and of the sending page."""

    def __init__(self, host: Host, entering: Entering) -> None:
        self.host, self._entering = host, entering
        self._filter, self._page = "all", 0
        self._report, self._fresh = "", False
        self._sync = sync.SyncView("idle", (), (), 0, 0, 0, 0, "", training=False)
        self._before: frozenset[str] = frozenset()
        self._stop = False
        self.recording = Recording(host, self.home, self.show_sealed)
        entering.at_home = self.home
        host.stop_job = self.stop_sending
        host.on_fault = self.fault
        host.on_closed = lambda: self._tick.cancel()
        self._tick = Clock.schedule_interval(self._minute, _TICK_S)

    # -- shared ------------------------------------------------------------------------------------------------
    def hide(self) -> None:
        self.host.hide()

    def lock(self) -> None:
        self.host.lock()

    def fault(self, error: errors.FirsthandError) -> None:
        """A page of its own for what no screen foresaw."""
        self.host.draw(lambda: fault.draw(sentences(error), self))

    def settings(self) -> None:
        self._entering.settings()

    def switch_mode(self) -> None:
        self._entering.switch_mode()

    def next_language(self) -> None:
        self._entering.next_language()

    # -- home --------------------------------------------------------------------------------------------------
    def home(self) -> None:
        self._page = 0
        if self.host.tablet is None:
            self._entering.start()
        else:
            self.host.draw(self._home)

    def _minute(self, _dt: float) -> None:
        if self.host.tablet is not None and self.host.shows(self._home):
            self.host.redraw()

    def _home(self) -> Widget:
        tablet = self._tablet()
        clock = self.host.ports.clock
        now, zone = clock.now_s(), clock.tz_min()
        drafts, reports = _draft_rows(tablet, now, zone), tablet.reports()
        rows = {
            "all": drafts + [_report_row(row, now, zone) for row in reports],
            "drafts": drafts,
            "unsent": [_report_row(row, now, zone) for row in reports if row.state.value in _UNSENT],
            "done": [_report_row(row, now, zone) for row in reports if row.state.value not in _UNSENT],
        }
        local = datetime.fromtimestamp(now, UTC) + timedelta(minutes=zone)
        view = home_page.HomeView(
            mission="" if tablet.training else tablet.directory.mission_name,
            label=theme.words("training.band").split(",")[0].split("،")[0] if tablet.training else tablet.mission.label,
            day=theme.words.day(local.date(), weekday=True),
            clock=theme.words.clock(now, zone),
            filter=self._filter,
            counts={name: len(found) for name, found in rows.items()},
            rows=tuple(rows[self._filter]),
            page=self._page,
            waiting=len(rows["unsent"]),
            strip=self._strip(tablet, reports),
        )
        return home_page.draw(view, self)

    def _strip(self, tablet: Tablet, reports: list[ReportRow]) -> home_page.Strip | None:
        words, found = theme.words, conditions(tablet, self.host.device)
        waiting = [row for row in reports if row.state.value in _UNSENT]
        for condition in found:
            if condition.code == "unsent-days" and waiting:
                days = words("notice.days", n=condition.number or 0)
                return home_page.Strip(
                    words("notice.unsent", n=len(waiting), days=days),
                    words("notice.safe"),
                    "care",
                    "clock-countdown",
                    send=True,
                )
            if condition.code in _STRIPS:
                key, grave, icon = _STRIPS[condition.code]
                return home_page.Strip(words(key), words(key + ".safe"), grave, icon)
        return None

    def begin(self, kind: str) -> None:
        self.recording.begin(kind)

    def open_row(self, row_id: str, draft: bool) -> None:
        if draft:
            self.recording.resume(row_id)
        else:
            self._report, self._fresh = row_id, False
            self.host.draw(self._detail)

    def choose_filter(self, name: str) -> None:
        self._filter, self._page = name, 0
        self.host.redraw()

    def turn_page(self) -> None:
        rows = len(self._tablet().reports()) + len(draft.list_drafts(self._tablet()))
        self._page = 0 if (self._page + 1) * home_page.PAGE_ROWS >= rows else self._page + 1
        self.host.redraw()

    def _tablet(self) -> Tablet:
        if self.host.tablet is None:
            raise errors.Locked
        return self.host.tablet

    # -- one report --------------------------------------------------------------------------------------------
    def show_sealed(self, report_id: str) -> None:
        """The page right after sealing."""
        self._report, self._fresh = report_id, True
        self.host.draw(self._detail)

    def _detail(self) -> Widget:
        tablet = self._tablet()
        row = next(row for row in tablet.reports() if row.id == self._report)
        clock = self.host.ports.clock
        return review.draw_detail(detail_view(row, clock.now_s(), clock.tz_min(), fresh=self._fresh), self)

    # -- sending -----------------------------------------------------------------------------------------------
    def send(self) -> None:
        tablet = self._tablet()
        self._before = frozenset(row.id for row in tablet.reports() if row.state.value in _UNSENT)
        self._sync = self._rows(
            sync.SyncView(
                "idle",
                (),
                (),
                0,
                0,
                0,
                0,
                theme.words("sync.to", mission=tablet.directory.mission_name),
                tablet.training,
            ),
            tablet.reports(),
        )
        self.host.draw(lambda: sync.draw(self._sync, self))

    def _rows(self, view: sync.SyncView, reports: list[ReportRow]) -> sync.SyncView:
        waiting = [row for row in reversed(reports) if row.state.value in _UNSENT]
        gone = [row for row in reports if row.state.value not in _UNSENT and row.id in self._before]
        shown = gone or [row for row in reports if row.state.value not in _UNSENT][:3]
        return replace(view, going=tuple(map(_send_row, waiting)), finished=tuple(map(_send_row, shown)))

    def start_sending(self) -> None:
        tablet = self._tablet()
        if self.host.background.running or tablet.training:
            return
        self._stop = False
        self._sync = replace(self._sync, phase="running", error=None)
        self.host.redraw()

        def tell(progress: object) -> None:
            # in the job's thread: it alone touches the vault now, so it also reads the rows for the screen
            reports = tablet.reports()
            Clock.schedule_once(lambda _dt: self._progress(progress, reports), 0)
            if self._stop and getattr(progress, "stage", "") != "done":
                raise Stopped

        self.host.background.run(lambda: self.host.send(tablet, tell), self._sent)

    def stop_sending(self) -> None:
        if self.host.background.running:
            self._stop = True
            self._sync = replace(self._sync, phase="stopping")
            self.host.redraw()

    def _progress(self, progress: object, reports: list[ReportRow]) -> None:
        done, total, bytes_done, bytes_total = (
            getattr(progress, name) for name in ("done", "total", "bytes_done", "bytes_total")
        )
        view = replace(self._sync, done=done, total=total, bytes_done=bytes_done, bytes_total=bytes_total)
        self._sync = self._rows(view, reports)
        self.host.redraw()

    def _sent(self, outcome: object) -> None:
        tablet = self.host.tablet
        if tablet is None:
            return
        if isinstance(outcome, Stopped):
            self._sync = replace(self._sync, phase="stopped")
        elif isinstance(outcome, errors.FirsthandError):
            self._sync = replace(self._sync, phase="error", error=sentences(outcome))
        else:
            self._sync = replace(self._sync, phase="done")
        self._sync = self._rows(self._sync, tablet.reports())
        self.host.redraw()


def _draft_rows(tablet: Tablet, now_s: int, tz_min: int) -> list[home_page.ListRow]:
    words, rows = theme.words, []
    for row in draft.list_drafts(tablet):
        if row.damaged:
            rows.append(
                home_page.ListRow(
                    row.id.hex(), words("row.unreadable"), "", words("row.unreadable.second"), "draft", True, False
                )
            )
            continue
        form = ReportForm.of(draft.load(tablet, row.id))
        title, area = summary.title_words(form)
        second = words.join(
            words("kind." + row.kind), words.moment(row.saved_at_s, now_s, tz_min), summary.open_words(form)
        )
        rows.append(home_page.ListRow(row.id.hex(), title, area, second, "draft", True))
    return rows


def _titled(row: ReportRow) -> tuple[str, str]:
    words = theme.words
    if not row.title:
        return (
            words("row.sensitive")
            if row.sensitive
            else f"{words('detail.number')} {short_report_id(parse_report_id(row.id))}"
        ), ""
    for comma in (", ", "، "):
        if row.area and row.title.endswith(comma + row.area):
            return row.title.removesuffix(comma + row.area), row.area
    return row.title, row.area


def _report_row(row: ReportRow, now_s: int, tz_min: int) -> home_page.ListRow:
    words = theme.words
    title, area = _titled(row)
    kind = words("kind." + row.kind) if row.kind and words.has("kind." + row.kind) else ""
    when = words.moment(row.recorded_at_s, now_s, tz_min)
    if row.sensitive:  # the day is all that is kept of the time
        when = words.day(date(1970, 1, 1) + timedelta(days=row.recorded_at_s // _DAY_S), weekday=True)
    return home_page.ListRow(
        row.id, title, area, words.join(kind, when, words("next." + row.state.value)), row.state.value, False
    )


def _send_row(row: ReportRow) -> sync.SendRow:
    words = theme.words
    title, area = _titled(row)
    kind = words("kind." + row.kind) if row.kind and words.has("kind." + row.kind) else ""
    say = {"sealed": "sync.waiting", "handed": "sync.arrived", "logged": "sync.receipt", "acknowledged": "sync.opened"}
    size = words("detail.kb", n=max(row.size_bytes // 1024, 1))
    return sync.SendRow(title, words.join(kind, area, size), row.state.value, words(say[row.state.value]))


def detail_view(row: ReportRow, now_s: int, tz_min: int, *, fresh: bool) -> review.DetailView:
    """The page of one sealed report."""
    words, state = theme.words, row.state.value
    title, area = _titled(row)
    when = words.moment(row.recorded_at_s, now_s, tz_min)
    if row.sensitive:
        when = words.day(date(1970, 1, 1) + timedelta(days=row.recorded_at_s // _DAY_S), weekday=True)
    lines = [(words("detail.number"), " ".join(row.id[at : at + 4] for at in range(0, len(row.id), 4)))]
    if row.kind and words.has("kind." + row.kind):
        lines.append((words("detail.kind"), words("kind." + row.kind)))
    lines += [
        (words("detail.when"), when),
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
    return review.DetailView(title, area, state, tuple(lines), tuple(notes), fresh, state in _UNSENT)
