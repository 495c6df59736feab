"""Before sealing: who will be able to open which field, what nobody will get, and what is wrong.

The answer is worked out by the same split and the same policy that sealing uses, so the screen cannot promise
what the envelope does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fieldapp.flows import attach_rows
from fieldapp.flows.attach import Attached, attached
from fieldapp.flows.evidence import Choice, choose
from fieldapp.flows.seal import grant_facts, problems, report_text, split_now
from firsthand import errors
from firsthand.domain.report import parse_report
from firsthand.ids import report_id_text
from firsthand.protocol import attachment
from firsthand.protocol.envelope import PART_NAMES

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_HIDDEN = frozenset({"v", "id", "form", "recorded"})
_E7 = 10_000_000
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Field:
    """One line: `label` is the field's path, for example `place.adm1`; `value` is plain text or a code."""

    part: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """What one role opens: names of parts, and their fields in order. No parts: it opens nothing."""

    role: str
    parts: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The seal screen.

    Attributes:
        groups: one a role, in the order of the policy.
        withheld: part name -> roles that will not open it although it is written.
        unwritten: parts whose content nobody may read: it is not sealed at all and goes with the draft.
        problems: blocking ones first.
        sensitive: only state and id will stay readable here.
        attachments: originals that the readers of the part `attachments` open.
        copies: those of them of which a copy without metadata goes with the facts.
        dropped: attachments that consent does not cover: they are not sealed and go with the draft.
    """

    groups: tuple[Group, ...]
    withheld: Mapping[str, tuple[str, ...]]
    unwritten: tuple[str, ...]
    problems: tuple[errors.Problem, ...]
    sensitive: bool
    attachments: tuple[Attached, ...] = ()
    copies: tuple[Attached, ...] = ()
    dropped: tuple[Attached, ...] = ()

    @property
    def can_seal(self) -> bool:
        """Whether nothing blocks."""
        return not any(problem.blocking for problem in self.problems)


def review(draft: Mapping[str, Any], tablet: Tablet, draft_id: bytes = b"") -> Review:
    """Works out the seal screen for a draft; a draft that is no report yet gives problems only.

    Args:
        draft: what it says.
        tablet: open.
        draft_id: whose attachments are looked at; without it there are none.

    Raises:
        NotFound, DamagedRow, Panicked: the draft or its list of attachments does not open.
    """
    try:
        report = parse_report(report_text(draft))
    except errors.InvalidReport as error:
        return Review((), {}, (), error.problems, sensitive=False)
    found = tuple(sorted(problems(tablet, report), key=lambda problem: not problem.blocking))
    cut = split_now(tablet, report, bytes(_ID_BYTES))
    held = attach_rows.held_by(tablet, draft_id) if draft_id else ()
    try:
        choice = choose(tablet.policy, cut, held)
        asked = grant_facts(cut, choice.media)
        grants, written = tablet.policy.grants(**asked), tablet.policy.written(**asked)
    except errors.Refused:  # neither consent nor basis, or both: `found` says so
        return Review((), {}, (), found, cut.sensitive)
    fields = {name: tuple(_fields(name, value)) for name, value in cut.parts.items() if value}
    fields |= _files(choice, fields)
    full = {number: name for number, name in enumerate(PART_NAMES, start=1) if name in fields}
    groups = []
    for role, granted in zip(tablet.policy.roles, grants, strict=True):
        parts = tuple(name for number, name in full.items() if number in granted)
        groups.append(Group(role, parts, tuple(field for part in parts for field in fields[part])))
    return Review(
        groups=tuple(groups),
        withheld={
            name: tuple(group.role for group in groups if name not in group.parts)
            for number, name in full.items()
            if number in written
        },
        unwritten=tuple(name for number, name in full.items() if number not in written),
        problems=found,
        sensitive=cut.sensitive,
        attachments=tuple(map(attached, choice.taken)),
        copies=tuple(map(attached, choice.copied)),
        dropped=tuple(map(attached, choice.dropped)),
    )


def _files(choice: Choice, fields: Mapping[str, tuple[Field, ...]]) -> dict[str, tuple[Field, ...]]:
    """Lines of the attachments: originals in their own part, copies among the facts."""
    lines: dict[str, tuple[Field, ...]] = {}
    if choice.taken:
        name = PART_NAMES[attachment.PART - 1]
        lines[name] = tuple(_file_line(name, name, held) for held in choice.taken)
    if choice.copied:
        name = PART_NAMES[attachment.COPIES_PART - 1]
        lines[name] = fields[name] + tuple(_file_line(name, attachment.COPIES, held) for held in choice.copied)
    return lines


def _file_line(part: str, label: str, held: attach_rows.Held) -> Field:
    """For example `attachments.photo`: media type and bytes of the original."""
    entry = held.entry
    return Field(part, f"{label}.{entry.custody.medium}", f"{entry.media_type} · {entry.length}")


def _fields(part: str, value: Mapping[str, Any]) -> Iterator[Field]:
    for name, item in value.items():
        if name not in _HIDDEN:
            yield from _lines(part, name, item)


def _lines(part: str, label: str, value: Any) -> Iterator[Field]:
    """Maps become a line a field, lists of maps or rows a line an element, everything else one line."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _lines(part, f"{label}.{name}", item)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for item in value:
            yield from _lines(part, label, item)
    elif value is not None and value != []:
        yield Field(part, label, _text(label, value))


def _text(label: str, value: Any) -> str:
    if isinstance(value, list):
        return " · ".join(_text(label, item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        # An incident that this report opens itself is named by the report id, which is drawn at sealing.
        return report_id_text(value) if len(value) == _ID_BYTES and any(value) else "new"
    if label.endswith("_e7"):
        return f"{value / _E7:.4f}"
    return str(value)
