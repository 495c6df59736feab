"""Answers and facts, read strictly: what comes from a screen, a script or a draft is one of a few plain forms."""

from __future__ import annotations

from firsthand.domain.interview.conditions import Value
from firsthand.domain.interview.model import SCOPE_VALUES, UNKNOWN_HOURS, WITHDRAWN, Fact, Question
from firsthand.errors import AnswerRefused

MAX_TEXT = 4_000
MAX_HOURS = 9_999
_HOURS_CLASSES = ((24, "le24"), (72, "le72"), (120, "le120"))


def read_value(question: Question, value: object) -> Value:
    """The value as it is kept; `True` and `False` stand for yes and no.

    Raises:
        AnswerRefused: none of the question's answers.
    """
    if question.kind == "yes_no" and isinstance(value, bool):
        return "yes" if value else "no"
    if question.kind in {"yes_no", "one"}:
        return _one_of(value, question.options)
    if question.kind == "scope":
        return _one_of(value, (*SCOPE_VALUES, WITHDRAWN))
    if question.kind == "many":
        return _many(value, question.options)
    if question.kind == "text":
        return _text(value)
    if question.kind == "hours":
        return UNKNOWN_HOURS if value == UNKNOWN_HOURS else _number(value, 0, MAX_HOURS)
    return _number(value, question.low, question.high)


def read_fact(fact: Fact, value: object) -> str | int:
    """A fact of the tablet as it is kept.

    Raises:
        AnswerRefused: the wrong type.
    """
    if fact.kind == "number":
        return _number(value, 0, 999_999)
    if fact.kind == "text":
        return _text(value)
    return ("yes" if value else "no") if isinstance(value, bool) else _one_of(value, ("yes", "no"))


def hours_class(value: Value | None) -> str:
    """`le24`, `le72`, `le120`, `gt120` or `unknown`: all that is ever recorded of an hours answer."""
    if not isinstance(value, int):
        return "unknown"
    return next((name for limit, name in _HOURS_CLASSES if value <= limit), "gt120")


def _one_of(value: object, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        raise AnswerRefused("value")
    return value


def _many(value: object, options: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or any(not isinstance(each, str) for each in value):
        raise AnswerRefused("value")
    if len(set(value)) != len(value) or not set(value) <= set(options):
        raise AnswerRefused("value")
    return tuple(option for option in options if option in value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise AnswerRefused("value")
    return value


def _number(value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise AnswerRefused("value")
    return value
