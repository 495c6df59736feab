"""Training, driven: a made-up tablet, a scenario, and the strip that says the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kivy.uix.widget import Widget

from fieldapp.flows import lessons
from fieldapp.flows.lessons_compare import Remark, compare
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import lesson, places, summary
from fieldapp.screens.host import Host
from fieldapp.widgets.coach import Coach
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.screens.entering import Entering


def remark_words(found: tuple[Remark, ...]) -> str:
    """Differences in sentences; a word of praise where there are none."""
    words = theme.words
    if not found:
        return words("train.compare.good")
    return " ".join([*map(_remark, found), words("train.compare.again")])


def _remark(found: Remark) -> str:
    words, key = theme.words, "train.compare." + found.code
    match found.code:
        case "kind":
            return words(key, said=words("kind." + found.said), wanted=words("kind." + found.wanted))
        case "act.family" | "act.other":
            said = summary.act_words(found.said) or words("not_known")
            return words(key, said=said, wanted=summary.act_words(found.wanted))
        case "place":
            return words(key, said=places.said(found.said), wanted=places.said(found.wanted))
    wanted = words.number(int(found.wanted))
    if found.most != int(found.wanted):
        wanted = words("to", low=int(found.wanted), high=found.most)
    said = words.number(int(found.said)) if found.said else ""
    return words(key, outcome=words("outcome." + found.outcome), said=said, wanted=wanted)


class Training:
    """Events of training.

    Attributes:
        home: leads to the list.
    """

    def __init__(self, host: Host, entering: Entering, home: Callable[[], None]) -> None:
        self.host, self._entering, self.home = host, entering, home
        self._lesson: lessons.Lesson | None = None
        self._back: Callable[[], None] = home
        host.coach, host.saw = self.strip, self.saw

    # -- in and out --------------------------------------------------------------------------------------------
    def enter(self) -> None:
        """Open training; a tablet that is open is locked first. From training itself: begin again."""
        if self.host.background.running:
            return
        if self.host.tablet is not None:
            if self.host.tablet.training:
                self.restart()
                return
            self.host.before_lock()
            self.host.release()
        from fieldapp.flows.training import training

        self.host.background.run(lambda: training(self.host.ports), self._entered)

    def _entered(self, outcome: object) -> None:
        if isinstance(outcome, Tablet):
            if self._lesson is None:
                self._lesson = lessons.Lesson(lessons.load())
            self.host.admit(outcome)
            self.host.when_seen(self.home)
        elif isinstance(outcome, errors.FirsthandError):
            self._entering.start()
            self._entering.tell(outcome)

    def leave(self) -> None:
        """The made-up tablet is deleted; how far one has come is kept until the window closes."""
        self.host.lock()

    # -- the lesson --------------------------------------------------------------------------------------------
    @property
    def _open(self) -> bool:
        return self._lesson is not None and self.host.tablet is not None and self.host.tablet.training

    def beside_case(self, report: Mapping[str, Any]) -> str:
        """What the case tells otherwise than a report that was just practised; empty where there is no case."""
        case = self._lesson.case if self._lesson is not None and self._open and report else None
        return "" if case is None else remark_words(compare(case, report))

    def saw(self, event: str) -> None:
        """What the officer did just now."""
        if self._lesson is not None and self._open and self._lesson.saw(event):
            self.host.refresh_strip()

    def strip(self) -> Widget | None:
        """The strip above a screen of training."""
        if self._lesson is None or not self._open:
            return None
        words, step = theme.words, self._lesson.step
        if step is None:
            return Coach(words("train.over.title"), words("train.over.short"), self.story, None)
        count = words("train.count", n_at=self._lesson.at + 1, n_all=len(self._lesson.scenario.steps))
        return Coach(count, words("train.step." + step.id), self.story, self.skip)

    def skip(self) -> None:
        if self._lesson is not None:
            self._lesson.skip()
            self.host.refresh_strip()

    def restart(self) -> None:
        if self._lesson is not None:
            self._lesson.restart()
        self.home()

    # -- the page of the case ----------------------------------------------------------------------------------
    def story(self) -> None:
        if not self.host.shows(self._page):
            self._back = self.host.remember()
            self.host.draw(self._page)

    def back(self) -> None:
        self._back()

    def hide(self) -> None:
        self.host.hide()

    def _page(self) -> Widget:
        found = self._lesson or lessons.Lesson(lessons.load())
        steps = found.scenario.steps
        case = (found.step or steps[-1]).case
        return lesson.draw(lesson.LessonView(case, tuple(step.id for step in steps), found.at), self)
