"""Which questions a kind of report has, in which order, and how far each section is.

A step is one page of questions, a section a line of the overview. The short kinds (flash, returns) are asked
step after step and have no overview.
"""

from __future__ import annotations

STEPS = (
    "what", "when", "where", "people", "children", "concern", "actor", "ongoing", "need", "told", "grade", "note",
)  # fmt: skip
OPTIONAL = frozenset({"note"})

SECTIONS: dict[str, tuple[str, ...]] = {
    "acts": ("acts",),
    "people": ("people", "children"),
    "victims": ("victims",),
    "when": ("when",),
    "where": ("where",),
    "actors": ("actor", "unit"),
    "told": ("told", "grade", "source", "roots"),
    "now": ("ongoing", "need", "concern", "risk"),
    "damage": ("damage", "homes"),
    "signs": ("signs",),
    "response": ("responses",),
    "context": ("context",),
    "account": ("account",),
    "words": ("words",),
    "names": ("names",),
    "files": ("files",),
    "links": ("links",),
    "checking": ("checking",),
    "note": ("note",),
    "speech": ("speech",),
    "visit": ("visit", "held"),
}
# the page that holds the elements of a list -> the page of one element
ITEM_PAGES = {"acts": "act", "victims": "victim", "responses": "response", "names": "person"}

_FULL = (
    "acts", "people", "victims", "when", "where", "actors", "told", "now", "damage", "signs", "response",
    "context", "account", "words", "names", "files", "links", "checking", "note",
)  # fmt: skip
OUTLINES: dict[str, tuple[str, ...]] = {
    "flash": (),
    "nil_return": (),
    "not_reachable": (),
    "speech_log": (
        "speech", "words", "when", "where", "told", "acts", "actors", "people", "now", "signs", "response", "context",
        "names", "files", "links", "checking", "note",
    ),
    "detention_visit": (
        "visit", "when", "where", "told", "acts", "people", "victims", "actors", "now", "response", "account",
        "names", "files", "links", "checking", "note",
    ),
}  # fmt: skip

SHORT: dict[str, tuple[str, ...]] = {
    "flash": STEPS,
    "nil_return": ("area", "period"),
    "not_reachable": ("area", "period", "reason"),
}
KINDS = (
    "flash", "incident", "follow_up", "nil_return", "not_reachable", "community_alert", "speech_log",
    "detention_visit",
)  # fmt: skip
_REQUIRED: dict[str, tuple[str, ...]] = {
    "nil_return": SHORT["nil_return"],
    "not_reachable": SHORT["not_reachable"],
    "speech_log": ("speech", "words", "when", "where", "actor", "ongoing", "need", "told", "grade"),
    "detention_visit": ("visit", "when", "where", "actor", "ongoing", "need", "told", "grade"),
}
RETURNS = frozenset({"nil_return", "not_reachable"})


def outline(kind: str) -> tuple[str, ...]:
    """The sections of a kind's overview; empty for the short kinds."""
    return OUTLINES.get(kind, _FULL)


def required(kind: str) -> tuple[str, ...]:
    """Steps that must be answered before sealing, in their order."""
    return _REQUIRED.get(kind, tuple(step for step in STEPS if step not in OPTIONAL))


def steps(kind: str) -> tuple[str, ...]:
    """All pages of a kind one after the other."""
    if kind in SHORT:
        return SHORT[kind]
    return tuple(step for section in outline(kind) for step in SECTIONS[section])


def section_of(step: str, kind: str) -> str:
    """The section of the overview that holds a step; `what` belongs to the acts."""
    wanted = {"what": "acts", **{item: page for page, item in ITEM_PAGES.items()}, "suspect": "names"}.get(step, step)
    return next((each for each in outline(kind) if wanted in SECTIONS[each]), "")


def page_of(step: str, kind: str) -> str:
    """The page that answers a required step: in a full record the act is chosen on the page of acts."""
    return "acts" if step == "what" and kind not in SHORT else step


def after(step: str, kind: str) -> str:
    """The next page; empty at the end."""
    order = steps(kind)
    at = order.index(step) + 1 if step in order else len(order)
    return order[at] if at < len(order) else ""


def before(step: str, kind: str) -> str:
    """The page before; empty at the beginning."""
    order = steps(kind)
    at = order.index(step) if step in order else 0
    return order[at - 1] if at else ""
