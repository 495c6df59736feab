"""An interview, driven: which page of a state is up, and what each touch means to the flow.

The flow decides everything (`fieldapp.flows.interview`); here stands only the order of pages within one state: what
is read aloud, then one question a page, then the account or the coded facts where the state has them. The reasons of
a closed gate show when the officer wants to go on, never while the person is still speaking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.uix.widget import Widget

from fieldapp.flows import interview as flow
from fieldapp.flows.form.saving import SAVE_AFTER_S, Saver, Schedule
from fieldapp.flows.form.where import AreaTree
from fieldapp.flows.interview_view import Asked, Option, View
from fieldapp.screens import interview_page, places
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.interview_facts import InterviewFacts
from fieldapp.screens.interview_page import ClockLine, InterviewView, Kind
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

SAY, ACCOUNT, FACTS = "+say", "+account", "+facts"
_ACCOUNT_AT, _FACTS_AT, _CLOSE_AT = "I11", "I12", "I17"
_STOP, _REST, _NEAR, _TAKE_BACK = "X-STOP", "X-DIST", "X-PRIV", "X-WDR"
# Hours that stand for a stretch: the middle, but late in the last stretch of each clock, where care counts more.
_HOURS = ("6", "18", "36", "66", "84", "114", "130", "unknown")
_FEW = 9  # numbers up to here are touched, not typed
_TRAINED = ("both", "adults", "neither")
__all__ = ["SAVE_AFTER_S", "Interviewing"]


def _later(call: Callable[[], None], seconds: float) -> Clock.ClockEvent:
    return Clock.schedule_once(lambda _dt: call(), seconds)


@dataclass(slots=True)
class _Before:
    """What the officer says before the protocol begins: own training, and where services are looked for."""

    trained: str = ""
    area: tuple[str, ...] = ()


@dataclass(slots=True)
class _At:
    """Which page is up.

    Attributes:
        page: SAY, ACCOUNT, FACTS or the id of a question; empty: the first of the state.
        wanted: Next was pressed at the end of the state, so its reasons show.
        second: a second person is asked for, to lift this gate; `reason` the code that was chosen.
    """

    page: str = ""
    wanted: bool = False
    second: str = ""
    reason: str = ""
    text: str = ""
    letters: bool = False
    error: tuple[str, str, str] | None = None


@dataclass(slots=True)
class Interviewing:
    """Events of the interview's pages."""

    host: Host
    at_home: Callable[[], None]
    schedule: Schedule = _later
    talk: flow.Interview | None = None
    _at: _At = field(default_factory=_At)
    _before: _Before = field(default_factory=_Before)
    _saver: Saver = field(init=False)

    def __post_init__(self) -> None:
        self._saver = Saver(self._write, self.schedule)

    # -- life ----------------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """The interview that is open, or what must be said before a new one."""
        kept = flow.open_drafts(self._tablet())
        if kept:
            self.resume(kept[0].hex())
            return
        self.talk, self._at, self._before = None, _At(), _Before()
        self.host.draw(self._draw_before)

    def resume(self, draft_id: str) -> None:
        """An interview where it stood."""
        from fieldapp.flows.draft import DraftId

        self.talk = flow.resume(self._tablet(), DraftId(bytes.fromhex(draft_id)))
        self._enter()

    def flush(self) -> None:
        """What was typed a moment ago is kept before the keys go."""
        self._saver.flush()

    def hide(self) -> None:
        self.flush()
        self.host.hide()

    def _tablet(self) -> Tablet:
        if self.host.tablet is None:
            raise errors.Locked
        return self.host.tablet

    def _open(self) -> flow.Interview:
        if self.talk is None:
            raise errors.AnswerRefused("ended")
        return self.talk

    def _enter(self) -> None:
        """The first page of where the talk stands now."""
        self._at = _At()
        self.host.before_lock = self.flush
        if self.talk is None or self.talk.view(theme.language).done:
            self.talk = None
            self.at_home()
            return
        self._turn(self._pages(self._view())[0])

    def _view(self) -> View:
        return self._open().view(theme.language)

    def _turn(self, page: str) -> None:
        self._at = _At(page=page)
        if page == ACCOUNT:
            self._at.text = str(self._open().form().report.get("narrative", {}).get("what_happened", ""))
        elif (asked := self._asked(self._view())) is not None and asked.kind in ("text", "number"):
            self._at.text = str(self._view().answers.get(asked.id, ""))
        self.host.draw(self._draw)

    # -- what is said before -----------------------------------------------------------------------------------------
    def _draw_before(self) -> Widget:
        words, before = theme.words, self._before
        if not before.trained:
            options = tuple((code, words("iv.trained." + code)) for code in _TRAINED)
            page = self._plain(words("iv.trained"), options, words("iv.trained.note"))
        else:
            page = self._plain(words("iv.area"), self._area_options(), words("iv.area.note"))
        return interview_page.draw(page, self)

    def _plain(self, question: str, options: Sequence[tuple[str, str]], note: str) -> InterviewView:
        words = theme.words
        return InterviewView(
            title=words("iv.before"), phase=1, of=9, writes=words("iv.writes.nothing"), written=False,
            scripts=(question,), kind="choose", options=tuple(options), notes=(note,), stoppable=False, aloud=False,
        )  # fmt: skip

    def _area_options(self) -> tuple[tuple[str, str], ...]:
        tree = AreaTree.of(self._tablet().directory.areas_geojson).tree
        area = self._before.area
        names = sorted(tree.get(area[0], {})) if area else sorted(tree)
        return (*((name, places.said(name)) for name in names), ("", theme.words("iv.area.none")))

    def _answer_before(self, code: str) -> None:
        before = self._before
        if not before.trained:
            before.trained = code
        elif code:
            before.area = (*before.area, code)
        below = AreaTree.of(self._tablet().directory.areas_geojson).tree.get(before.area[0]) if before.area else None
        if not before.trained or (len(before.area) < 2 and code and (below is None or len(below) > 0)):
            self.host.redraw()
            return
        battery = self.host.device.battery()
        told: dict[str, str | int | bool] = {
            "officer_trained_sv": before.trained != "neither",
            "child_trained": before.trained == "both",
        }
        if battery is not None:
            told["battery"] = battery.percent
        self.talk = flow.begin(self._tablet(), None, told, language=theme.language, area=before.area)
        self._enter()

    # -- pages ---------------------------------------------------------------------------------------------------------
    @staticmethod
    def _pages(view: View) -> list[str]:
        """The pages of a state, in order; of an interrupt one."""
        if view.paused:
            return [SAY]
        said = [SAY] if view.scripts and view.state != _ACCOUNT_AT else []
        account = [ACCOUNT] if view.state == _ACCOUNT_AT and view.narrative else []
        facts = [FACTS] if view.state == _FACTS_AT and view.narrative else []
        return [*said, *account, *(asked.id for asked in view.questions), *facts] or [SAY]

    def _asked(self, view: View) -> Asked | None:
        return next((asked for asked in view.questions if asked.id == self._at.page), None)

    def _draw(self) -> Widget:
        view = self._view()
        if self._at.page not in self._pages(view):
            self._at.page = self._pages(view)[0]
        return interview_page.draw(self._page(view), self)

    def _page(self, view: View) -> InterviewView:
        words = theme.words
        page = InterviewView(
            title=view.title, phase=view.phase, of=view.of,
            writes=words("iv.writes.paused" if view.paused else "iv.writes." + view.writes),
            written=view.writes not in ("nothing", "checklist"), scripts=view.scripts, kind="say",
            notes=tuple(line for line in view.note.split("\n") if line), clocks=self._clocks(view),
            can_back=self._pages(view).index(self._at.page) > 0 or view.can_back,
            stoppable=any(each.code == _STOP for each in view.interrupts), letters=self._at.letters,
        )  # fmt: skip
        if view.paused:
            page = self._paused(view, page)
        elif self._at.second:
            page = self._lifting(page)
        elif self._at.page == ACCOUNT:
            page = replace(page, kind="account", text=self._at.text)
        elif self._at.page == FACTS:
            ways = (("facts", words("iv.facts.open")),)
            page = replace(page, scripts=(words("iv.facts"),), kind="ways", options=ways, next_open=True, aloud=False)
        elif (asked := self._asked(view)) is not None:
            page = self._question(view, asked, page)
        return self._reasons(view, page)

    def _question(self, view: View, asked: Asked, page: InterviewView) -> InterviewView:
        given = view.answers.get(asked.id)
        chosen = tuple(map(str, given)) if isinstance(given, tuple | list) else () if given is None else (str(given),)
        if asked.kind == "scope" and not chosen:
            chosen = ("no",)
        options = self._options(asked)
        kind: Kind = "many" if asked.kind == "many" else "choose"
        if asked.kind in ("text", "number") and not options:
            kind = "number" if asked.kind == "number" else "text"
        aloud = view.state not in ("I00", "I01", "I02", "I03", "I04", "I05", "I17", "I18", "I19")
        return replace(
            page, scripts=(asked.text,), kind=kind, options=options, chosen=chosen, text=self._at.text, aloud=aloud
        )

    @staticmethod
    def _options(asked: Asked) -> tuple[tuple[str, str], ...]:
        words = theme.words
        if asked.kind == "yes_no":
            return tuple((code, words(code)) for code in ("yes", "no"))
        if asked.kind == "scope":
            return tuple((code, words(code)) for code in ("no", "yes", "later"))
        if asked.kind == "hours":
            return tuple((code, words("iv.hours." + code)) for code in _HOURS)
        if asked.kind == "number" and asked.high - asked.low <= _FEW:
            return tuple((str(number), words.number(number)) for number in range(asked.low, asked.high + 1))
        return tuple((option.code, option.text) for option in asked.options)

    def _paused(self, view: View, page: InterviewView) -> InterviewView:
        ways = _pairs(view.ways)
        base = replace(page, scripts=view.scripts or (view.title,), options=ways, kind="ways", can_back=False,
                       stoppable=False, aloud=bool(view.scripts))  # fmt: skip
        if view.paused == _TAKE_BACK:
            lines = tuple((asked.id, asked.text, theme.words("iv.given")) for asked in view.questions)
            return replace(base, lines=lines)
        return base

    def _lifting(self, page: InterviewView) -> InterviewView:
        """A reason, then who the second person is: by pseudonym, never a name."""
        words = theme.words
        if not self._at.reason:
            options = tuple((code, words("interview.reason." + code)) for code in self._open().protocol.reasons)
            return replace(page, scripts=(words("iv.lift.reason"),), kind="ways", options=options, aloud=False)
        return replace(
            page, scripts=(words("iv.lift.second"),), kind="text", text=self._at.text, aloud=False, stoppable=False
        )

    def _reasons(self, view: View, page: InterviewView) -> InterviewView:
        if self._at.error is not None:
            return replace(page, reasons=(" ".join(self._at.error),), next_open=True)
        if not self._at.wanted or view.paused or self._at.second:
            return page
        return replace(
            page,
            reasons=tuple(dict.fromkeys(said.text for said in view.refusals)),
            ways=_pairs(view.ways),
            lifts=any(said.overridable for said in view.refusals),
        )

    def _clocks(self, view: View) -> tuple[ClockLine, ...]:
        """The nearest clock alone, without what it is for."""
        words = theme.words
        if not view.clocks:
            return ()
        nearest = min(view.clocks, key=lambda clock: clock.hours_left)
        left = words("iv.clock.left", n=nearest.hours_left)
        told = view.answers.get("health_offer") or self._open().session.answers.get("health_offer")
        said = words("iv.clock." + str(told)) if told else ""
        return (ClockLine(words("iv.clock.head"), left, said, nearest.gate_closed),)

    # -- answers -------------------------------------------------------------------------------------------------------
    def interview_answer(self, code: str) -> None:
        if self.talk is None:
            self._answer_before(code)
            return
        view, at = self._view(), self._at
        if view.paused == _TAKE_BACK and any(asked.id == code for asked in view.questions):
            self._do(lambda: self._open().answer(code, "withdrawn"))
            return
        if view.paused or at.page == FACTS:
            self.interview_way(code)
            return
        if at.second:
            at.reason = code
            self.host.redraw()
            return
        asked = self._asked(view)
        if asked is not None:
            self._give(asked, _value(asked, code, view.answers.get(asked.id)))
            self.host.redraw()

    def _give(self, asked: Asked, value: object) -> None:
        self._at.wanted = False
        self._try(lambda: self._open().answer(asked.id, value))

    def interview_type(self, text: str) -> None:
        self._at.text = text
        if self._at.page == ACCOUNT:
            self._saver.soon()

    def interview_letters(self) -> None:
        self._at.letters = not self._at.letters
        self.host.redraw()

    def _write(self) -> None:
        """The account, on the disk within a second; a full disk is said on the page."""
        if self.talk is not None and self._at.page == ACCOUNT and self.host.tablet is not None:
            self._try(lambda: self._open().account(self._at.text, theme.language))

    # -- moves ---------------------------------------------------------------------------------------------------------
    def interview_next(self) -> None:
        if self.talk is None:
            return
        self.flush()
        view, at = self._view(), self._at
        if at.second:
            self._lift()
            return
        if not self._settled(view):
            return
        view = self._view()
        pages = self._pages(view)
        where = pages.index(at.page) if at.page in pages else -1
        if where + 1 < len(pages):
            self._turn(pages[where + 1])
            return
        self._leave_state(view)

    def _settled(self, view: View) -> bool:
        """Whether what this page asks has its answer; what was typed becomes one here."""
        asked, text = self._asked(view), self._at.text.strip()
        if self._at.page == ACCOUNT and text:
            return self._try(lambda: self._open().account(text, theme.language))
        if asked is None or asked.id in view.answers:
            if asked is not None and asked.kind in ("text", "number") and text:
                return self._try(lambda: self._open().answer(asked.id, _typed(asked, text)))
            return True
        if asked.kind == "scope":
            return self._try(lambda: self._open().answer(asked.id, "no"))
        if asked.kind in ("text", "number") and text:
            return self._try(lambda: self._open().answer(asked.id, _typed(asked, text)))
        return not asked.required

    def _leave_state(self, view: View) -> None:
        open_ids = [asked.id for asked in view.questions if asked.required and asked.id not in view.answers]
        if open_ids:
            self._turn(open_ids[0])
            return
        if not view.can_next:
            self._at.wanted = True
            self.host.redraw()
            return
        if view.state == _CLOSE_AT and not self._close():
            return
        self._do(self._open().next)

    def _close(self) -> bool:
        """Seal what was allowed. What is missing in the coded facts is said, and leads there."""
        return self._try(lambda: self._open().close())

    def interview_back(self) -> None:
        if self.talk is None:
            self._before = _Before()
            self.at_home()
            return
        self.flush()
        pages = self._pages(self._view())
        if self._at.second:
            self._turn(self._at.page)
        elif self._at.page in pages[1:]:
            self._turn(pages[pages.index(self._at.page) - 1])
        elif self._view().can_back:
            self._do(self._open().back)

    def interview_way(self, code: str) -> None:
        if code == "facts":
            self._facts()
            return
        self._do(lambda: self._open().resolve(code))

    def interview_lift(self) -> None:
        said = next((each for each in self._view().refusals if each.overridable), None)
        if said is not None:
            self._at.second, self._at.reason, self._at.text = said.gate, "", ""
            self.host.redraw()

    def _lift(self) -> None:
        at = self._at
        if at.reason and at.text.strip():
            self._do(lambda: self._open().override(at.second, at.reason, at.text.strip()))

    def interview_stop(self) -> None:
        self._interrupt(_STOP)

    def interview_rest(self) -> None:
        self._interrupt(_REST)

    def interview_take_back(self) -> None:
        self._interrupt(_TAKE_BACK)

    def interview_near(self) -> None:
        """The cover page is up in this frame, whatever the disk does; the talk is paused behind it."""
        self.flush()
        self.host.hide()
        self._interrupt(_NEAR)

    def _interrupt(self, name: str) -> None:
        self.flush()
        self._do(lambda: self._open().interrupt(name))

    # -- coded facts ---------------------------------------------------------------------------------------------------
    def _facts(self) -> None:
        InterviewFacts(self.host, self._open(), self._back_from_facts).show()

    def _back_from_facts(self) -> None:
        self.host.before_lock = self.flush
        self._turn(FACTS if FACTS in self._pages(self._view()) else self._pages(self._view())[0])

    # -- trying --------------------------------------------------------------------------------------------------------
    def _try(self, act: Callable[[], object]) -> bool:
        """Whether it went well; if not, the page says why, and the talk stands as it stood."""
        try:
            act()
        except errors.FirsthandError as error:
            self._at.error = sentences(error)
            if not self.host.hidden:
                self.host.redraw()
            return False
        self._at.error = None
        return True

    def _do(self, act: Callable[[], object]) -> None:
        """A move: after it, the first page of where the talk stands."""
        if self._try(act):
            if self.host.hidden:
                self.host.when_seen(self._enter)
            else:
                self._enter()


def _pairs(options: Sequence[Option]) -> tuple[tuple[str, str], ...]:
    return tuple((option.code, option.text) for option in options)


def _value(asked: Asked, code: str, before: object) -> object:
    """What a touch on an answer gives: of several, one more or one less."""
    if asked.kind == "many":
        had = list(before) if isinstance(before, tuple | list) else []
        return tuple(each for each in had if each != code) if code in had else (*had, code)
    if asked.kind in ("number", "hours") and code.isdecimal():
        return int(code)
    return code


def _typed(asked: Asked, text: str) -> object:
    digits = text.translate({ord(digit): str(number % 10) for number, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")})
    return int(digits) if asked.kind == "number" and digits.isdecimal() else text
