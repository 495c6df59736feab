"""Sending, driven: one run of sync at a time, shown by what was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp.flows.outbox import ReportRow
from fieldapp.flows.receipts import Receipt, receipts
from fieldapp.screens import receipts as receipts_page
from fieldapp.screens import sync
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.receipts import ReceiptRow, ReceiptsView, Stop
from fieldapp.screens.reports import Now, kind_words, titled, when_recorded
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from fieldapp.flows.unlock import Tablet

UNSENT = frozenset({"sealed", "handed"})
_SAID = {
    "sealed": "sync.waiting",
    "handed": "sync.arrived",
    "logged": "sync.receipt",
    "acknowledged": "sync.opened",
    "purged": "next.purged",
}
_SHOWN, _GONE_SHOWN = 60, 3


class Stopped(errors.Environment):
    """The officer stopped sending; what had arrived stays confirmed."""

    code = "stopped"


class Sending:
    """Events of the sending page."""

    def __init__(self, host: Host, home: Callable[[], None]) -> None:
        self.host, self._home = host, home
        self._view = sync.SyncView("idle", (), (), 0, 0, 0, 0, "", training=False)
        self._before: frozenset[str] = frozenset()
        self._stop = False
        self._files = False
        self._receipts_from = 0
        host.stop_job = self.stop_sending

    def hide(self) -> None:
        self.host.hide()

    def home(self) -> None:
        self._home()

    def open(self) -> None:
        """The page, before anything is sent."""
        tablet = self._tablet()
        waiting, gone = _rows_of(tablet)
        self._before = frozenset(row.id for row in waiting)
        link = theme.words("sync.to", mission=tablet.directory.mission_name)
        view = sync.SyncView("idle", (), (), 0, 0, 0, 0, link, tablet.training, files=self._files)
        self._view = self._with_rows(view, waiting, gone)
        self.host.draw(self._page)

    def _page(self) -> Widget:
        return sync.draw(self._view, self)

    def _tablet(self) -> Tablet:
        if self.host.tablet is None:
            raise errors.Locked
        return self.host.tablet

    def pick_files(self, answer: str) -> None:
        """Whether photos, sound and documents go with this run."""
        if not self.host.background.running:
            self._files = answer == "yes"
            self._view = replace(self._view, files=self._files)
            self.host.redraw()

    # -- receipts ----------------------------------------------------------------------------------------------
    def receipts(self) -> None:
        """What each stop left here, newest first."""
        if not self.host.background.running:
            self._receipts_from = 0
            self.host.draw(self._receipts)

    def older_receipts(self) -> None:
        """The next page; from the last back to the newest."""
        counts = self._tablet().listing().counts
        following = self._receipts_from + receipts_page.PAGE_ROWS
        self._receipts_from = following if following < counts["unsent"] + counts["done"] else 0
        self.host.draw(self._receipts)

    def _receipts(self) -> Widget:
        tablet, clock = self._tablet(), self.host.ports.clock
        counts, first = tablet.listing().counts, self._receipts_from
        now = Now(clock.now_s(), clock.tz_min())
        rows = tuple(receipt_row(each, now) for each in receipts(tablet, first, first + receipts_page.PAGE_ROWS))
        return receipts_page.draw(ReceiptsView(rows, first, counts["unsent"] + counts["done"]), self)

    # -- sending -----------------------------------------------------------------------------------------------
    def _with_rows(self, view: sync.SyncView, waiting: list[ReportRow], gone: list[ReportRow]) -> sync.SyncView:
        now = [row for row in gone if row.id in self._before]
        return replace(
            view,
            going=tuple(map(send_row, waiting[:_SHOWN])),
            finished=tuple(map(send_row, (now or gone)[: _SHOWN if now else _GONE_SHOWN])),
        )

    def start_sending(self) -> None:
        tablet = self._tablet()
        if self.host.background.running or tablet.training:
            return
        self._stop = False
        self._view = replace(self._view, phase="running", error=None)
        self.host.redraw()

        def tell(progress: object) -> None:
            # in the job's thread: it alone touches the vault now, so it also reads the rows for the screen
            rows = _rows_of(tablet)
            Clock.schedule_once(lambda _dt: self._progress(progress, *rows), 0)
            if self._stop and getattr(progress, "stage", "") != "done":
                raise Stopped

        files = self._files
        self.host.background.run(lambda: self.host.send(tablet, tell, attachments=files), self._sent)

    def stop_sending(self) -> None:
        if self.host.background.running:
            self._stop = True
            self._view = replace(self._view, phase="stopping")
            if self.host.shows(self._page):
                self.host.redraw()

    def _progress(self, progress: object, waiting: list[ReportRow], gone: list[ReportRow]) -> None:
        done, total, bytes_done, bytes_total = (
            getattr(progress, name) for name in ("done", "total", "bytes_done", "bytes_total")
        )
        view = replace(self._view, done=done, total=total, bytes_done=bytes_done, bytes_total=bytes_total)
        self._view = self._with_rows(view, waiting, gone)
        if self.host.shows(self._page):
            self.host.redraw()

    def _sent(self, outcome: object) -> None:
        tablet = self.host.tablet
        if tablet is None:
            return
        if isinstance(outcome, Stopped):
            self._view = replace(self._view, phase="stopped")
        elif isinstance(outcome, errors.FirsthandError):
            self._view = replace(self._view, phase="error", error=sentences(outcome))
        else:
            self._view = replace(self._view, phase="done")
        self._view = self._with_rows(self._view, *_rows_of(tablet))
        if self.host.shows(self._page):
            self.host.redraw()


def _rows_of(tablet: Tablet) -> tuple[list[ReportRow], list[ReportRow]]:
    """What waits, oldest first, and the newest of what has gone; never all ten thousand."""
    listing = tablet.listing()
    unsent = listing.counts["unsent"]
    waiting = listing.rows("unsent", max(unsent - _SHOWN, 0), unsent)
    return list(reversed(waiting)), listing.rows("done", 0, min(_SHOWN, listing.counts["done"]))


def send_row(row: ReportRow) -> sync.SendRow:
    """A report on its way, in words."""
    words = theme.words
    title, area = titled(row)
    size = words("detail.kb", n=max(row.size_bytes // 1024, 1))
    return sync.SendRow(
        title, words.join(kind_words(row.kind), area, size), row.state.value, words(_SAID[row.state.value])
    )


def receipt_row(found: Receipt, now: Now) -> ReceiptRow:
    """A report with what is known of each of its stops, in words."""
    words, row = theme.words, found.row
    title, area = titled(row)
    place = ""
    if row.log_index is not None and found.log_day is not None:
        day = words.day(date(1970, 1, 1) + timedelta(days=found.log_day))
        place = words("home.receipts.place", day=day, n=row.log_index)
    elif row.log_index is not None:
        place = words("home.receipts.place.only", n=row.log_index)
    state = row.state.value
    stops = (
        Stop(),
        Stop(when_recorded(row, now), found.file_words),
        Stop(words("home.receipts.on_way") if state == "handed" else ""),
        Stop(place, found.log_words),
        Stop(words("home.receipts.opened") if state == "acknowledged" else ""),
    )
    number = " ".join(row.id[at : at + 4] for at in range(0, len(row.id), 4))
    return ReceiptRow(title, words.join(area, number), state, stops)
