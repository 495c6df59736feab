"""What the officer can honestly tell a person who took consent back: what goes, what stays, what nobody can call back.

Codes and numbers only; the texts of the domain `withdraw` turn them into sentences, in the language of the talk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from fieldapp.vault.withdrawals import DeskAnswer, Withdrawn
from firsthand import assets
from firsthand.ids import report_id_text
from firsthand.protocol.envelope import PART_NAMES

_EPOCH = date(1970, 1, 1).toordinal()
Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence.

    Attributes:
        key: of the domain `withdraw`.
        fields: what stands in it; `role` and `parts` are codes that have texts of their own.
    """

    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def told(withdrawn: Withdrawn, roles: tuple[str, ...]) -> tuple[Line, ...]:
    """The list for one report, in the order in which it is told.

    Args:
        withdrawn: as it stands now.
        roles: of the policy, in its order.
    """
    lines = [Line("withdraw.taken", {"scopes": withdrawn.scopes}), *_at_the_relay(withdrawn)]
    answers = {answer.role: answer for answer in withdrawn.answers}
    for role, keep in zip(roles, withdrawn.keep, strict=False):
        if role in withdrawn.awaited:
            lines += _at_a_desk(role, keep, answers.get(role))
    lines.append(Line("withdraw.cannot.title"))
    if _never_left(withdrawn):
        return (*lines, Line("withdraw.cannot.nothing"))
    lines.append(Line("withdraw.cannot.read"))
    for answer in withdrawn.answers:
        lines += _beyond_recall(answer)
    if withdrawn.missing:
        lines.append(Line("withdraw.cannot.unknown"))
    return (*lines, Line("withdraw.cannot.given"))


def as_json(withdrawn: Withdrawn) -> dict[str, Any]:
    """The answer of `fieldapp withdraw --json` for one report."""
    return {
        "report": report_id_text(withdrawn.report_id),
        "scopes": list(withdrawn.scopes),
        "full": withdrawn.full,
        "never_sent": _never_left(withdrawn),
        "relay": {
            "waiting": len(withdrawn.due),
            "done": sum(each.done for each in (*withdrawn.erase, *withdrawn.erase_later)),
            "after_answers": sum(not each.done for each in withdrawn.erase_later) if withdrawn.missing else 0,
        },
        "keep": [list(parts_of(bitmap)) for bitmap in withdrawn.keep],
        "awaited": list(withdrawn.missing),
        "answers": [
            {
                "role": answer.role,
                "day": day_text(answer.day),
                "destroyed": list(parts_of(answer.gone)),
                "kept": list(parts_of(answer.kept)),
                "readers": answer.readers,
                "exports": [{"what": what, "format": form, "day": day_text(day)} for what, form, day in answer.exports],
            }
            for answer in withdrawn.answers
        ],
    }


def parts_of(bitmap: int) -> tuple[str, ...]:
    """Names of the parts in a bitmap; the manifest's key is none."""
    return tuple(name for number, name in enumerate(PART_NAMES, start=1) if bitmap >> number & 1)


def day_text(day: int) -> str:
    """ISO 8601."""
    return date.fromordinal(day + _EPOCH).isoformat()


def spoken(line: Line, words: Words) -> str:
    """A line in words; `words` takes a key and its fields."""
    fields = dict(line.fields)
    if "role" in fields:
        fields["role"] = words(f"withdraw.role.{fields['role']}")
    if "parts" in fields:
        fields["parts"] = ", ".join(words(f"withdraw.part.{name}") for name in fields["parts"])
    if "scopes" in fields:
        fields["scopes"] = ", ".join(fields["scopes"])
    return words(line.key, **fields)


def in_words(lines: Iterable[Line], language: str) -> list[str]:
    """Lines for a shell, in a language of the texts."""
    return [spoken(line, partial(_word, language)) for line in lines]


def _word(language: str, key: str, **fields: Any) -> str:
    catalogue = assets.text_catalogue("withdraw", language)
    text = catalogue.texts.get(key, key)
    return (text if isinstance(text, str) else text[catalogue.plural(fields["n"])]).format(**fields)


def _at_the_relay(withdrawn: Withdrawn) -> list[Line]:
    if _never_left(withdrawn):
        return [Line("withdraw.never")]
    lines = []
    if withdrawn.full:
        lines.append(Line("withdraw.relay.done" if not withdrawn.due else "withdraw.relay.now"))
    elif withdrawn.erase:
        lines.append(Line("withdraw.relay.files", {"n": len(withdrawn.erase)}))
    if withdrawn.erase_later:
        waits = any(not each.done for each in withdrawn.erase_later)
        lines.append(Line("withdraw.relay.later" if waits else "withdraw.relay.done"))
    return lines


def _at_a_desk(role: str, keep: int, answer: DeskAnswer | None) -> list[Line]:
    lines = []
    if answer is None:
        lines.append(Line("withdraw.desk.silent", {"role": role}))
    elif parts_of(answer.gone):
        lines.append(
            Line("withdraw.desk.destroyed", {"role": role, "parts": parts_of(answer.gone), "day": day_text(answer.day)})
        )
    else:
        lines.append(Line("withdraw.desk.nothing", {"role": role, "day": day_text(answer.day)}))
    if parts_of(keep):
        lines.append(Line("withdraw.desk.keeps", {"role": role, "parts": parts_of(keep)}))
    return lines


def _beyond_recall(answer: DeskAnswer) -> list[Line]:
    lines = []
    if answer.readers:
        lines.append(Line("withdraw.cannot.readers", {"role": answer.role, "n": answer.readers}))
    for what, form, day in answer.exports:
        lines.append(
            Line("withdraw.cannot.export", {"role": answer.role, "what": what, "form": form, "day": day_text(day)})
        )
    return lines


def _never_left(withdrawn: Withdrawn) -> bool:
    return withdrawn.full and not withdrawn.erase
