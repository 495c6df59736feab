"""Runs a script of an interview through the same calls that a screen makes, and tells what the protocol answered.

What is told are states, codes and reasons, never a word of what was said. A step that is refused is told of, and the
script goes on: whether it went as its writer meant is decided at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fieldapp.flows import interview, interview_close
from fieldapp.flows.interview import Interview
from fieldapp.flows.interview_script import Script, Step
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["Outcome", "Told", "in_words", "run"]

Told = dict[str, Any]
Say = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script ended.

    Attributes:
        end: where it stands: a state's id.
        stated: what the script said; as_stated: whether it is so, for all people of the talk.
        reports: ids of all that was sealed.
    """

    end: str
    stated: str
    as_stated: bool
    reports: tuple[str, ...]


def run(tablet: Tablet, script: Script, say: Say, facts: Mapping[str, Any]) -> Outcome:
    """Runs a script, and for a group the scripts of the others, one person after the other.

    Args:
        tablet: open.
        script: parsed.
        say: is told every step, and at the end of each person what came of it.
        facts: what the caller knows of the tablet (battery); the script's own facts win.

    Raises:
        DiskFull and other errors of the environment; AnswerRefused: a fact of the wrong type.
    """
    first = _begin(tablet, script, facts)
    outcome = _person(first, script, say)
    reports, as_stated = outcome.reports, outcome.as_stated
    for other in script.more:
        merged = Script(other.steps, other.end, other.at_min or script.at_min, {**script.facts, **other.facts})
        further = _person(_begin(tablet, merged, facts, first.incident_id), merged, say)
        reports, as_stated = (*reports, *further.reports), as_stated and further.as_stated
    return Outcome(outcome.end, outcome.stated, as_stated, reports)


def in_words(told: Told) -> Iterator[str]:
    """What was told, for people at a shell."""
    if told["did"] == "end":
        yield f"end: {told['end']}, stated {told['stated']}: {'as stated' if told['as_stated'] else 'NOT as stated'}"
        yield from (f"  report {report_id}" for report_id in told.get("reports", ()))
        for name in ("subject", "owed", "gaps"):
            if told.get(name):
                listed = told[name] if isinstance(told[name], str) else " ".join(told[name])
                yield f"  {name} {listed}"
        if told.get("reports") == []:
            yield "  nothing was sealed, and nothing is kept here"
        return
    marks = [str(each) for each in (told["mode"], told["paused"], told["stopped"]) if each and each != "full"]
    clocks = [f"{each['id']} {each['hours_left']} h" for each in told["clocks"]]
    beside = f"  [{', '.join(marks + clocks)}]" if marks or clocks else ""
    yield f"{told['state']}  {told['title']}{'  (covered)' if told['cover'] else ''}{beside}  <- {told['did']}"
    for each in told.get("refused", ()):
        ways = f"  ways: {' '.join(each['ways'])}" if each["ways"] else ""
        yield f"     {each['gate']} {each['why']}  {each['text']}{ways}".rstrip()


def _begin(tablet: Tablet, script: Script, facts: Mapping[str, Any], incident: str = "") -> Interview:
    known = {**facts, **script.facts}
    area, language = known.pop("area", ()), str(known.pop("language", ""))
    if known.pop("disclosure", False):
        return interview.from_disclosure(tablet, script.at_min, known, language=language, area=area)
    return interview.begin(tablet, script.at_min, known, language=language, area=area, incident=incident)


def _person(talk: Interview, script: Script, say: Say) -> Outcome:
    say({"did": "begin", **_place(talk)})
    for step in script.steps:
        talk = _step(talk, step, say)
    closed = talk.closed
    if closed is None and interview_close.at_the_end(talk.session):
        _step(talk, Step(0, "close", value=True), say)
        closed = talk.closed
    session = talk.session
    reports = closed.report_ids if closed else ()
    held = {
        "stopped": session.stopped is not None,
        "sealed": bool(reports),
        "nothing": closed is not None and not reports,
    }
    as_stated = held.get(script.end, session.state == script.end)
    told: Told = {"did": "end", "end": session.state, "stated": script.end, "as_stated": as_stated}
    if closed is not None:
        told |= {
            "reports": list(reports),
            "subject": closed.subject,
            "incident": closed.incident_id,
            "owed": list(closed.owed),
            "gaps": list(closed.gaps),
        }
    say(told | _place(talk))
    return Outcome(session.state, script.end, as_stated, reports)


def _step(talk: Interview, step: Step, say: Say) -> Interview:
    """One step; what comes back is the interview to go on with (another after `reopen`)."""
    refused: list[Told] = []
    before = talk
    for about, act in _acts(talk, step):
        try:
            talk = act() or talk
        except (errors.TheirFault, errors.NotFound) as error:
            refused += _reasons(before, error, about)
    what = f"{step.does} {step.value}" if step.does in {"interrupt", "resolve", "capture"} else step.does
    say({"line": step.line, "did": what, **_place(talk), "refused": refused})
    return talk


def _acts(talk: Interview, step: Step) -> Iterator[tuple[str, Callable[[], Interview | None]]]:
    """The calls of a step, each with what it is about; several where it says several things, so that one refusal does
    not hide the others.
    """
    value: Any = step.value
    if step.does == "answer":
        for question, given in value.items():
            yield question, partial(talk.answer, question, given)
    elif step.does == "referral":
        for sector, given in value.items():
            yield sector, partial(_refer, talk, sector, **given)
    elif step.does == "reopen":
        yield "", talk.reopened
    else:
        yield "", partial(_ONE[step.does], talk, value)


def _refer(talk: Interview, sector: str, outcome: str, service: str = "", need: str = "") -> None:
    talk.referral(sector, outcome, service, need)


def _close(talk: Interview, _: object) -> None:
    talk.close()


_ONE: Mapping[str, Callable[[Interview, Any], None]] = {
    "next": lambda talk, _: talk.next(),
    "back": lambda talk, _: talk.back(),
    "interrupt": lambda talk, value: talk.interrupt(value),
    "resolve": lambda talk, value: talk.resolve(value),
    "override": lambda talk, value: talk.override(**value),
    "account": lambda talk, value: talk.account(**value),
    "correct": lambda talk, value: talk.correct(value),
    "words": lambda talk, value: talk.words_used(**value),
    "facts": lambda talk, value: talk.facts(value),
    "names": lambda talk, value: talk.names(value),
    "contact": lambda talk, value: talk.contact(**value),
    "promise": lambda talk, value: talk.promise(**value),
    "match": lambda talk, value: talk.match(value),
    "wait_min": lambda talk, value: talk.wait(value),
    "close": _close,
    "capture": lambda talk, value: talk.capture(value),
}


def _place(talk: Interview) -> Told:
    view = talk.view()
    return {
        "state": view.state,
        "title": view.title,
        "mode": view.mode,
        "paused": view.paused,
        "stopped": view.stopped,
        "cover": view.cover,
        "clocks": [{"id": each.id, "hours_left": each.hours_left, "gate": each.gate_closed} for each in view.clocks],
    }


def _reasons(talk: Interview, error: errors.FirsthandError, about: str) -> Iterator[Told]:
    if isinstance(error, errors.GateClosed):
        for each in talk.said(error.refusals):
            yield {
                "gate": each.gate,
                "why": each.clause,
                "text": each.text,
                "ways": [way.code for way in each.ways],
                "overridable": each.overridable,
            }
    elif isinstance(error, errors.InvalidReport):
        for problem in error.problems:
            yield {"gate": error.code, "why": f"{problem.where}: {problem.code}", "text": "", "ways": []}
    else:
        why = " ".join(filter(None, (about, str(error.fields.get("reason", "")))))
        yield {"gate": error.code, "why": why, "text": "", "ways": []}
