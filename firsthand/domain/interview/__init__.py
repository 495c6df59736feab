"""The interview protocol as data, and the small machine that walks it (DOMAIN 3). Pure."""

from firsthand.domain.interview.choose import choose_protocol, refusal_of
from firsthand.domain.interview.engine import advance, answer, back, interrupt, override, resolve, start
from firsthand.domain.interview.gates import clocks, may, open_questions, refusals
from firsthand.domain.interview.load import load_protocol
from firsthand.domain.interview.model import (
    Clause,
    Gate,
    Interrupt,
    Protocol,
    Question,
    State,
    Way,
)
from firsthand.domain.interview.plain import dump, restore
from firsthand.domain.interview.session import Clock, Override, Refusal, Session
from firsthand.domain.interview.values import hours_class

__all__ = [
    "Clause",
    "Clock",
    "Gate",
    "Interrupt",
    "Override",
    "Protocol",
    "Question",
    "Refusal",
    "Session",
    "State",
    "Way",
    "advance",
    "answer",
    "back",
    "choose_protocol",
    "clocks",
    "dump",
    "hours_class",
    "interrupt",
    "load_protocol",
    "may",
    "open_questions",
    "override",
    "refusal_of",
    "refusals",
    "resolve",
    "restore",
    "start",
]
