"""A record, driven: which kind, question after question or section after section, review, seal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kivy.clock import Clock

from fieldapp.flows import draft, outbox, seal
from fieldapp.flows.form import picking
from fieldapp.flows.form.follow import follow_up
from fieldapp.flows.form.readers import readers
from fieldapp.flows.form.saving import Saver, Schedule
from fieldapp.flows.form.sections import ITEM_PAGES, SECTIONS, SHORT, after, before, page_of, steps
from fieldapp.flows.report_form import EVENT_FAMILY, AreaTree, Report, ReportForm
from fieldapp.screens import kinds as kind_pages
from fieldapp.screens import overview, record, review, reviewing
from fieldapp.screens.asking import Around, Asked
from fieldapp.screens.consenting import Consenting
from fieldapp.screens.filling import Filling
from fieldapp.screens.gathering import Gathering
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.reports import Now, titled, when_recorded
from fieldapp.screens.tabling import Tabling
from fieldapp.screens.where_page import WORDS
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from fieldapp.flows.unlock import Tablet

_NO_DAY = date(1970, 1, 1)
_REPORTS = 20  # how many of the newest reports are offered for a link or a follow-up
_AT = "at"
_OVERVIEW, _REVIEW = "overview", "review"
_LIST_OF = {item: page for page, item in ITEM_PAGES.items()} | {"suspect": "names", "what": "acts"}
_EVENTS_HAVE_NONE = frozenset({"actor", "unit"})


def _later(call: Callable[[], None], seconds: float) -> Clock.ClockEvent:
    return Clock.schedule_once(lambda _dt: call(), seconds)


class Recording(Tabling, Consenting, Gathering, Filling):
    """Events of the record, of its table, of consent and of the review."""

    def __init__(
        self,
        host: Host,
        home: Callable[[], None],
        sealed: Callable[[str], None],
        schedule: Schedule = _later,
    ) -> None:
        self.host, self._home, self._sealed = host, home, sealed
        self.form = ReportForm()
        self._id: draft.DraftId | None = None
        self._asked = Asked("what", "", _NO_DAY, (1970, 1), AreaTree({}))
        self._error: tuple[str, str, str] | None = None
        self._earlier = ""
        self.practised: Report = {}  # what was sealed last, in training alone: the coach looks at it
        self.saver = Saver(self._write, schedule)
        Tabling.__init__(self)
        Consenting.__init__(self)
        Gathering.__init__(self)
        Filling.__init__(self)
        host.before_lock = self.flush

    # -- life -----------------------------------------------------------------------------------------------
    def kinds(self) -> None:
        """Which kind of report."""
        self.host.draw(lambda: kind_pages.draw_kinds(self))

    def leave_kinds(self) -> None:
        self._home()

    def pick_kind(self, kind: str) -> None:
        if kind == "follow_up" and self._report_rows():
            rows = self._report_rows()
            self.host.draw(lambda: kind_pages.draw_earlier(rows, self))
            return
        self.begin(kind)
        self.host.saw("begin:" + kind)

    def pick_earlier(self, report_id: str) -> None:
        if report_id:
            self.follow(report_id)
        else:
            self.begin("follow_up")

    def pick_change(self, change: str) -> None:
        self.follow(self._earlier, change)

    def begin(self, kind: str) -> None:
        """A new draft."""
        self._start(ReportForm.new(kind, theme.language))

    def follow(self, report_id: str, change: str = "") -> None:
        """A new draft over a sealed report: `new_information` or `correction`; asks which where it is not said."""
        if not change:
            self._earlier = report_id
            title = next((row[1] for row in self._report_rows() if row[0] == report_id), "")
            self.host.draw(lambda: kind_pages.draw_change(title, self))
            return
        tablet = self._tablet()
        try:
            facts = outbox.facts(tablet.custody, report_id)
        except errors.FirsthandError:  # protected, or its days are over: nothing is filled in
            facts = None
        kind = str(facts.get("kind", "")) if facts else ""
        self._start(follow_up(facts, report_id, change, kind=kind, language=theme.language))

    def _start(self, form: ReportForm) -> None:
        tablet = self._tablet()
        self._id, self.form = draft.start(tablet, form.kind), form
        self._enter(SHORT[form.kind][0] if form.kind in SHORT else _OVERVIEW)

    def resume(self, draft_id: str) -> None:
        """A draft from the list: at the question where it was left."""
        self._id = draft.DraftId(bytes.fromhex(draft_id))
        self.form = ReportForm.of(draft.load(self._tablet(), self._id))
        step, sub, item = _read_at(self.form.marks.get(_AT, ""))
        if step == _REVIEW:
            self._enter(_OVERVIEW if self.form.kind not in SHORT else steps(self.form.kind)[-1])
            self.review()
        elif step in self._own_pages() or (step == _OVERVIEW and self.form.kind not in SHORT):
            self._enter(step, sub, item)
        else:
            missing = self.form.missing()
            short = self.form.kind in SHORT
            self._enter((missing[0] if missing else steps(self.form.kind)[-1]) if short else _OVERVIEW)

    def _own_pages(self) -> frozenset[str]:
        """Every page that this kind has, items of lists included."""
        own = steps(self.form.kind)
        if self.form.kind in SHORT:
            return frozenset(own)
        items = {item for item, page in _LIST_OF.items() if page in own}
        return frozenset(own) | items

    def _tablet(self) -> Tablet:
        tablet = self.host.tablet
        if tablet is None:
            raise errors.Locked
        return tablet

    open_tablet = _tablet

    def _enter(self, step: str, sub: str = "", item: int = 0) -> None:
        tablet = self._tablet()
        today = _NO_DAY + timedelta(days=tablet.day())
        areas = AreaTree.of(tablet.directory.areas_geojson)
        around = Around(recent=tuple(picking.recent(tablet)), can=self.what_can())
        self._error = self._refused = None
        self._asked = Asked(step, sub, today, (today.year, today.month), areas, item=item, around=around)
        self._mark()
        self.save()
        self._show()

    def _show(self) -> None:
        self.host.draw(self._overview if self._asked.step == _OVERVIEW else self._question)

    def _mark(self) -> None:
        asked = self._asked
        self.form.marks[_AT] = f"{asked.step}|{asked.sub}|{asked.item}"

    # -- saving ---------------------------------------------------------------------------------------------
    def save(self) -> None:
        """Write the draft now."""
        self.saver.now()

    def _write(self) -> None:
        """A full disk shows on the page and loses nothing that was saved before."""
        if self._id is None or self.host.tablet is None:
            return
        try:
            draft.save(self.host.tablet, self._id, self.form.stored())
            self._error = None
        except errors.Environment as error:
            self._error = sentences(error)

    def flush(self) -> None:
        """What was typed a moment ago is saved before the keys go."""
        self.saver.flush()

    def hide(self) -> None:
        self.flush()
        self.host.hide()

    def leave(self) -> None:
        self.save()
        self._home()

    # -- questions ------------------------------------------------------------------------------------------
    def _question(self) -> Widget:
        return record.draw(self._looked(), self._saved_words(), self)

    def _overview(self) -> Widget:
        return overview.draw(self._looked(), self._saved_words(), self)

    def _saved_words(self) -> str:
        return self._error[0] if self._error else theme.words("saved")

    def _looked(self) -> Asked:
        """The question with what may have changed around it."""
        asked, around = self._asked, self._asked.around
        around = replace(around, readers=readers(self._tablet().policy, self.form))
        if asked.step in {"files", _OVERVIEW}:
            around = self.around(around)
        if asked.step == "links":
            around = replace(around, reports=self._report_rows())
        self._asked = replace(asked, around=around)
        return self._asked

    def _report_rows(self) -> tuple[tuple[str, str, str], ...]:
        """The newest sealed reports: id, title, second line."""
        clock, words = self.host.ports.clock, theme.words
        now = Now(clock.now_s(), clock.tz_min())
        rows = self._tablet().listing().rows("all", 0, _REPORTS)
        return tuple((row.id, titled(row)[0], words.join(titled(row)[1], when_recorded(row, now))) for row in rows)

    def back_to_question(self) -> None:
        """Draw the page that is asked, after another one was up."""
        self._show()

    def change(self, *, advance: bool = False) -> None:
        self.save()
        if advance:
            self.forward()
        else:
            self.again()

    def quiet_change(self) -> None:
        self.saver.soon()

    def turn(self, sub: str) -> None:
        self._asked = replace(self._asked, sub=sub, letters=False, query="")
        self._mark()
        self.save()
        self.host.draw(self._question)

    def month(self, by: int) -> None:
        year, month = self._asked.month
        count = min(year * 12 + month - 1 + by, self._asked.today.year * 12 + self._asked.today.month - 1)
        self._asked = replace(self._asked, month=(count // 12, count % 12 + 1))
        self.host.redraw()

    def go(self, step: str, sub: str = "", item: int = 0) -> None:
        self.settle_number()
        self._asked = replace(
            self._asked, step=step, sub=sub, item=item, letters=False, active="", query="",
            month=(self._asked.today.year, self._asked.today.month),
        )  # fmt: skip
        self._mark()
        self.save()
        self._show()

    def enter_section(self, section: str) -> None:
        """A line of the overview."""
        self.go(SECTIONS[section][0], item=self.form.act_at)

    def enter_step(self, step: str) -> None:
        """An open question, from the overview or from the review; it may stand in a section."""
        self.go(page_of(step, self.form.kind), item=self.form.act_at)

    def overview(self) -> None:
        self.go(_OVERVIEW)

    def picked(self, code: str) -> None:
        """An act or an event of the pick-list."""
        form, item = self.form, self._asked.item
        picking.remember(self._tablet(), code)
        self._asked = replace(
            self._asked, around=replace(self._asked.around, recent=tuple(picking.recent(self._tablet())))
        )
        if form.kind in SHORT:
            form.choose_code(code)
            self.change(advance=True)
            return
        if self._asked.step == "what" and 0 <= item < len(form.acts):
            if code.startswith(EVENT_FAMILY):
                form.drop_act(item)
                form.add_code(code)
            else:
                form.change_act(item, code)
        else:
            form.add_code(code)
        self.go("acts")

    # -- forward and back -----------------------------------------------------------------------------------
    def forward(self) -> None:
        self.flush()
        asked, form = self._asked, self.form
        if form.kind in SHORT and asked.step == "what" and not asked.sub and not form.code:
            return
        if asked.step in _LIST_OF and form.kind not in SHORT:
            self.go(_LIST_OF[asked.step])
            return
        if asked.step == "told" and form.needs_consent and not form.answered("told"):
            self._ask_person()
            return
        if asked.step == "actor" and self._actor_open():
            return
        following = after(asked.step, form.kind)
        while following and not self._has_page(following):
            following = after(following, form.kind)
        if following:
            self.go(following, item=form.act_at)
        elif form.kind in SHORT:
            self.review()
        else:
            self.overview()

    def _ask_person(self) -> None:
        if self.form.subject_sex and self.form.subject_age:
            self.ask_consent(self._consented_all, self._back_to_person)
        else:
            self.turn("person")

    def _consented_all(self) -> None:
        self.go("told")
        self.forward()

    def _back_to_person(self) -> None:
        self.go("told", "person")

    def _actor_open(self) -> bool:
        """Whether the page of the actor goes on to how it was recognised, or to the next act without an actor."""
        form = self.form
        if self._asked.sub != "basis" and form.actor.get("class") and "basis" not in form.actor:
            self.turn("basis")
            return True
        if form.kind in SHORT:
            return False
        following = next((n for n, act in enumerate(form.acts) if n > form.act_at and "actor" not in act), None)
        if following is None:
            return False
        form.take_act(following)
        self.go("actor", item=following)
        return True

    def _has_page(self, step: str) -> bool:
        """Whether a page has anything to ask here; events have no alleged actor, closed sections are passed over."""
        if step in _EVENTS_HAVE_NONE and not self.form.acts:
            return False
        return step not in SECTIONS or not self.form.closed(step)

    def step_back(self) -> None:
        self.flush()
        asked, kind = self._asked, self.form.kind
        if asked.sub and asked.step not in {"person", "suspect"} and not (asked.step == "where" and asked.sub == WORDS):
            self.turn("")
        elif kind in SHORT:
            earlier = before(asked.step, kind)
            if earlier == "actor" and self.form.is_event:
                earlier = before(earlier, kind)
            if earlier:
                self.go(earlier)
            else:
                self.leave()
        else:
            self.go(_LIST_OF.get(asked.step, _OVERVIEW))

    def ask_scope(self, scope: str) -> None:
        """One scope alone, from the page that needs it."""
        self.ask_one(scope, self.back_to_question)

    # -- review and seal ------------------------------------------------------------------------------------
    def review(self) -> None:
        """The report as it will be read."""
        self.form.marks[_AT] = f"{_REVIEW}||0"
        self.save()
        self.host.draw(self._review)

    def _review(self) -> Widget:
        view = reviewing.view_of(self.form, self._tablet(), self._asked.today, self._error, self._id or b"")
        return review.draw(view, self)

    def review_back(self) -> None:
        self.go(steps(self.form.kind)[-1] if self.form.kind in SHORT else _OVERVIEW)

    def seal(self) -> None:
        tablet, draft_id = self._tablet(), self._id
        if draft_id is None:
            return
        self.save()
        report = self.form.sealable()
        try:
            report_id = seal.seal_draft(tablet, draft_id, report)
        except errors.FirsthandError as error:
            self._error = sentences(error)
            self.host.redraw()
            return
        self.saver.forget()
        self.form, self._id = ReportForm(), None
        self.practised = report if tablet.training else {}
        self._sealed(report_id)

    def discard(self) -> None:
        self.host.draw(lambda: review.draw_discard(self._discard, self._keep, self.hide))

    def _keep(self) -> None:
        if _read_at(self.form.marks.get(_AT, ""))[0] == _REVIEW:
            self.review()
        else:
            self._show()

    def _discard(self) -> None:
        if self._id is not None:
            self.saver.forget()
            draft.discard(self._tablet(), self._id)
            self.form, self._id = ReportForm(), None
        self._home()


def _read_at(mark: str) -> tuple[str, str, int]:
    """Where a draft was left: step, page within it, element; anything odd reads as nowhere."""
    step, _, rest = mark.partition("|")
    sub, _, item = rest.rpartition("|")
    return step, sub, int(item) if item.isdecimal() else 0
