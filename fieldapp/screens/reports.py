"""My reports in words: rows of the list, fed from the tablet page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, overload

from fieldapp.flows import draft, search
from fieldapp.flows.interview import KIND as INTERVIEW
from fieldapp.flows.outbox import ReportRow
from fieldapp.flows.report_form import ReportForm
from fieldapp.screens import places, summary
from fieldapp.widgets.listed import ListRow
from fieldapp.widgets.theme import theme
from firsthand.domain.codes import KINDS
from firsthand.ids import parse_report_id, short_report_id

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

CHUNK, FOUND_MAX = 40, 100
_CHUNKS_MAX = 8  # many times what is seen at once: what was scrolled past is read again, not kept in the clear
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of drawing: seconds since 1970 and minutes from UTC."""

    at_s: int
    tz_min: int


class Reports(Sequence[ListRow]):
    """The rows of one tab, newest first, drafts before reports; a page is read when the first row of it is seen."""

    def __init__(self, tablet: Tablet, name: str, now: Now) -> None:
        self._listing, self._name, self._now = tablet.listing(), name, now
        self.counts = dict(self._listing.counts)
        self._drafts = draft_rows(tablet, now) if name in {"all", "drafts"} else []
        self._chunks: OrderedDict[int, list[ListRow]] = OrderedDict()

    def __len__(self) -> int:
        return self.counts[self._name]

    @overload
    def __getitem__(self, at: int) -> ListRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[ListRow]: ...
    def __getitem__(self, at: int | slice) -> ListRow | Sequence[ListRow]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        if at < 0 or at >= len(self):
            raise IndexError(at)
        if at < len(self._drafts):
            return self._drafts[at]
        chunk, offset = divmod(at - len(self._drafts), CHUNK)
        if chunk not in self._chunks:
            rows = self._listing.rows(self._name, chunk * CHUNK, (chunk + 1) * CHUNK)
            self._chunks[chunk] = [report_row(row, self._now) for row in rows]
            if len(self._chunks) > _CHUNKS_MAX:
                self._chunks.popitem(last=False)
        self._chunks.move_to_end(chunk)
        return self._chunks[chunk][offset]


def found_rows(tablet: Tablet, query: str, now: Now) -> tuple[list[ListRow], bool]:
    """What a search finds, and whether there is more than is shown."""
    words = theme.words
    kinds = {kind: words("kind." + kind) for kind in KINDS if words.has("kind." + kind)}
    found = search.find(tablet, query, FOUND_MAX, kinds)
    return [report_row(row, now) for row in found.rows], found.more


def report_row(row: ReportRow, now: Now) -> ListRow:
    """A sealed report in words."""
    title, area = titled(row)
    second = theme.words.join(kind_words(row.kind), when_recorded(row, now), theme.words("next." + row.state.value))
    return ListRow(row.id, title, area, second, row.state.value)


def draft_rows(tablet: Tablet, now: Now) -> list[ListRow]:
    """Drafts in words, the last saved first; what cannot be opened says why."""
    words, rows = theme.words, []
    for row in draft.list_drafts(tablet):
        name = row.id.hex()
        when = words.moment(row.saved_at_s, now.at_s, now.tz_min) if row.saved_at_s else ""
        if row.state == "panicked":
            rows.append(
                ListRow(name, words("panic.row"), "", words.join(when, words("panic.row.second")), "needs", "panicked")
            )
        elif row.state in {"damaged", "newer"}:
            said = "row.unreadable" if row.state == "damaged" else "row.newer"
            rows.append(ListRow(name, words(said), "", words(said + ".second"), "draft", ""))
        elif row.kind == INTERVIEW:  # a list never tells what a talk is about
            second = words.join(when, words("row.talk.second"))
            rows.append(ListRow(name, words("row.talk"), "", second, "draft", "interview"))
        else:
            form = ReportForm.of(draft.load(tablet, row.id))
            title, area = summary.title_words(form)
            second = words.join(kind_words(row.kind), when, summary.open_words(form))
            rows.append(ListRow(name, title, area, second, "draft", "draft"))
    return rows


def titled(row: ReportRow) -> tuple[str, str]:
    """Title and area of a report; what must not or cannot be read here says so instead."""
    words = theme.words
    if not row.title:
        if row.sensitive:
            return words("row.sensitive"), ""
        return f"{words('detail.number')} {short_report_id(parse_report_id(row.id))}", ""
    for comma in (", ", "، "):
        if row.area and row.title.endswith(comma + row.area):
            return row.title.removesuffix(comma + row.area), places.said(row.area)
    return row.title, places.said(row.area)


def when_recorded(row: ReportRow, now: Now) -> str:
    """Day and time; of a protected report only the day is kept."""
    words = theme.words
    if row.sensitive:
        return words.day(date(1970, 1, 1) + timedelta(days=row.recorded_at_s // _DAY_S), weekday=True)
    return words.moment(row.recorded_at_s, now.at_s, now.tz_min)


def kind_words(kind: str) -> str:
    """The kind of a report; nothing where it is not, or no longer, known here."""
    words = theme.words
    return words("kind." + kind) if kind and words.has("kind." + kind) else ""
