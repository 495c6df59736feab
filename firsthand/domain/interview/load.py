"""Reads a protocol file: every field known, of its type, and every name that is used defined. Then `check` walks it.

The form is told in `assets/interview/sv_interview.schema.json`; this reader is what decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from firsthand.domain.consent import SCOPES
from firsthand.domain.interview.check import check
from firsthand.domain.interview.model import (
    KINDS,
    MODES,
    PARTS,
    WRITES,
    Branch,
    Clause,
    ClockRule,
    Fact,
    Gate,
    Interrupt,
    Protocol,
    Question,
    Recheck,
    State,
    Way,
)
from firsthand.domain.interview.names import SCOPE_NAME, YES_NO, Names, codes
from firsthand.domain.interview.nodes import Fields, Item, compose

_T = TypeVar("_T")
_MARK = re.compile(r"[SKD](\+[SKD]){0,2}")
_IDS = {"states": re.compile("I[0-9]{2}"), "gates": re.compile("G[0-9]+"), "interrupts": re.compile("X-[A-Z]+")}
_PRESENT = frozenset({"S", "I", "T", "P", "F", "SUP", "CP", "CG", "C", "D"})
_LANGUAGES = frozenset({"en", "fr", "ar", "sw"})
_SECTIONS = ("states", "gates", "ways", "interrupts", "questions")
_TOP = "machine version initial scopes phases stops reasons facts clocks questions ways gates interrupts states recheck"


def load_protocol(data: bytes, file: str, known: Collection[str] | None = None) -> Protocol:
    """A protocol out of its file.

    Args:
        data: YAML, UTF-8.
        file: what a refusal calls it.
        known: text keys that exist; None: not looked at. A file may bring further ones under `texts`.

    Raises:
        ProtocolRefused: with file, line and reason.
    """
    top = compose(data, file).fields(_TOP, "about texts")
    names = _collect(top, known)
    protocol = _Rows(names).protocol(top)
    places = {name: top[name] for name in _SECTIONS}
    places |= {f"{name}.{key}": item for name in _SECTIONS for key, item in top[name].mapping().items()}
    check(protocol, places)
    return protocol


def _collect(top: Fields, known: Collection[str] | None) -> Names:
    names = Names(known, own_texts=_texts(top["texts"]) if "texts" in top else {})
    for item in top["scopes"].items():
        item.one_of(SCOPES, "unknown-scope")
    names.scopes = top["scopes"].codes()
    names.stops = top["stops"].codes()
    names.facts = MappingProxyType({key: _fact(item) for key, item in top["facts"].mapping().items()})
    for name, pattern in _IDS.items():
        for key, item in top[name].mapping().items():
            if not pattern.fullmatch(key):
                item.refuse("wrong-type")
    names.states = frozenset(top["states"].mapping())
    names.gates = frozenset(top["gates"].mapping())
    names.ways = frozenset(top["ways"].mapping())
    names.interrupts = frozenset(top["interrupts"].mapping())
    _collect_questions(top["questions"].mapping(), names)
    return names


def _collect_questions(rows: Mapping[str, Item], names: Names) -> None:
    """Two passes: a condition may look at a question further down."""
    read: dict[str, Fields] = {}
    for key, item in rows.items():
        read[key] = item.fields("kind text part", "options required ask_when clears low high")
        names.questions[key] = _question(key, read[key], names)
    for key, fields in read.items():
        names.questions[key] = replace(
            names.questions[key],
            ask_when=names.conditions(fields, "ask_when"),
            clears=codes(fields, "clears", names.questions, "unknown-question"),
        )


def _texts(item: Item) -> Mapping[str, Mapping[str, str]]:
    found = {}
    for language, words in item.mapping().items():
        if language not in _LANGUAGES:
            words.refuse("unknown-language")
        found[language] = MappingProxyType({key: each.text() for key, each in words.mapping().items()})
    if "en" not in found:
        item.refuse("missing-text")
    return MappingProxyType(found)


def _fact(item: Item) -> Fact:
    fields = item.fields("kind missing")
    kind = fields["kind"].one_of(("yes_no", "number", "text"))
    missing = fields["missing"]
    if kind == "number":
        return Fact(kind, missing.number(0, 999_999))
    return Fact(kind, missing.one_of(YES_NO) if kind == "yes_no" else missing.code())


def _question(key: str, fields: Fields, names: Names) -> Question:
    kind = fields["kind"].one_of(KINDS)
    if kind == "scope" and key not in names.scopes:
        fields.item.refuse("unknown-scope")
    if kind != "scope" and SCOPE_NAME.fullmatch(key):
        fields.item.refuse("wrong-type")
    if ("options" in fields) != (kind in {"one", "many"}) or ("high" in fields) != (kind == "number"):
        fields.item.refuse("wrong-type")
    low = fields["low"].number(0, 999) if "low" in fields else 0
    return Question(
        id=key,
        kind=kind,
        text=names.text(fields["text"]),
        options=fields.codes("options") or (YES_NO if kind == "yes_no" else ()),
        required=fields.flag("required"),
        part=fields["part"].one_of(PARTS),
        low=low,
        high=fields["high"].number(low, 999_999) if "high" in fields else 0,
    )


def _marks(fields: Fields) -> tuple[str, str]:
    mark = fields["source_mark"].text()
    if not _MARK.fullmatch(mark):
        fields["source_mark"].refuse("unknown-value")
    return mark, fields["checked_by"].text_or_empty()


@dataclass(slots=True)
class _Rows:
    """Reads the rows; `placed` remembers which questions have had their first place."""

    names: Names
    placed: set[str] = field(default_factory=set)

    def protocol(self, top: Fields) -> Protocol:
        if "about" in top:
            top["about"].text()
        return Protocol(
            machine=top["machine"].one_of(("sv_interview",)),
            version=top["version"].number(1, 999_999),
            initial=self.names.state(top, "initial"),
            states=self._each(top["states"], self._state),
            interrupts=self._each(top["interrupts"], self._interrupt),
            gates=self._each(top["gates"], self._gate),
            clocks=tuple(self._each(top["clocks"], self._clock).values()),
            scopes=self.names.scopes,
            phases=self.names.texts(top, "phases"),
            questions=MappingProxyType(self.names.questions),
            ways=self._each(top["ways"], self._way),
            facts=self.names.facts,
            recheck=self._recheck(top["recheck"]),
            reasons=top["reasons"].codes(),
            stops=self.names.stops,
            texts=self.names.own_texts,
        )

    def _each(self, item: Item, read: Callable[[str, Item], _T]) -> Mapping[str, _T]:
        return MappingProxyType({key: read(key, value) for key, value in item.mapping().items()})

    def _clock(self, key: str, item: Item) -> ClockRule:
        fields = item.fields("question hours gate_hours text source_mark checked_by")
        question = fields["question"].one_of(self.names.questions, "unknown-question")
        if self.names.questions[question].kind != "hours":
            fields["question"].refuse("wrong-type")
        hours = fields["hours"].number(1, 999)
        gate = fields["gate_hours"].number(1, hours)
        return ClockRule(key, question, hours, gate, self.names.text(fields["text"]), *_marks(fields))

    def _recheck(self, item: Item) -> Recheck:
        fields = item.fields("question minutes after")
        return Recheck(
            fields["question"].one_of(self.names.questions, "unknown-question"),
            fields["minutes"].number(15, 600),
            fields["after"].one_of(self.names.states, "unknown-state"),
        )

    def _asked(self, fields: Fields) -> tuple[Question, ...]:
        """Questions of a state or interrupt: an id, or `{ask: id, when: [...]}` where it is asked again."""
        found: list[Question] = []
        for item in fields.items("questions"):
            again = item.fields("ask", "when required") if item.is_mapping else None
            name = again["ask"] if again else item
            question = self.names.questions[name.one_of(self.names.questions, "unknown-question")]
            if any(each.id == question.id for each in found):
                name.refuse("duplicate")
            if again:
                when = self.names.conditions(again, "when")
                question = replace(question, ask_when=when, required=again.flag("required"), repeat=True)
            elif question.id in self.placed:
                name.refuse("duplicate")
            self.placed.add(question.id)
            found.append(question)
        return tuple(found)

    def _gate(self, key: str, item: Item) -> Gate:
        fields = item.fields("clauses source_mark checked_by", "text")
        if "text" not in fields:
            item.refuse("gate-without-text")
        text = self.names.text(fields["text"], "gate-without-text")
        return Gate(key, text, tuple(self._clauses(fields["clauses"], key, gate=True)), *_marks(fields))

    def _clauses(self, item: Item, owner: str, *, gate: bool) -> Iterator[Clause]:
        seen: set[str] = set()
        for each in item.items():
            fields = each.fields("id when text ways override", "at" if gate else "")
            name = fields["id"].code()
            if name in seen:
                fields["id"].refuse("duplicate")
            seen.add(name)
            yield Clause(
                id=f"{owner}.{name}",
                gate=owner if gate else f"{owner}.{name}",
                when=self.names.conditions(fields, "when"),
                text=self.names.text(fields["text"], "gate-without-text"),
                ways=codes(fields, "ways", self.names.ways, "unknown-way"),
                overridable=fields["override"].one_of(("never", "two_persons")) == "two_persons",
                at=codes(fields, "at", self.names.states, "unknown-state"),
            )

    def _way(self, key: str, item: Item) -> Way:
        fields = item.fields("text", "goto returns mode stop sets clears then at stays withdraws ends resumes")
        sets = fields["sets"].mapping() if "sets" in fields else {}
        for name, value in sets.items():
            if name not in self.names.questions or value.text() not in self.names.questions[name].options:
                value.refuse("unknown-option")
        return Way(
            id=key,
            text=self.names.text(fields["text"]),
            goto=self.names.state(fields, "goto"),
            returns=fields.flag("returns"),
            mode=fields["mode"].one_of(MODES[1:]) if "mode" in fields else "",
            stop=fields["stop"].one_of(self.names.stops) if "stop" in fields else "",
            sets=MappingProxyType({name: value.text() for name, value in sets.items()}),
            clears=codes(fields, "clears", self.names.questions, "unknown-question"),
            then=fields["then"].one_of(self.names.interrupts, "unknown-interrupt") if "then" in fields else "",
            at=codes(fields, "at", self.names.states, "unknown-state"),
            stays=fields.flag("stays"),
            withdraws=fields.flag("withdraws"),
            ends=fields.flag("ends"),
            resumes=fields.flag("resumes"),
        )

    def _interrupt(self, key: str, item: Item) -> Interrupt:
        fields = item.fields(
            "title from source_mark checked_by", "scripts note cover ways questions goto clears stop records never"
        )
        if ("goto" in fields) == ("ways" in fields):
            item.refuse("missing-field" if "goto" not in fields else "unknown-field")
        mark, checked = _marks(fields)
        return Interrupt(
            id=key,
            title=self.names.text(fields["title"]),
            scripts=self.names.texts(fields, "scripts"),
            note=self.names.text(fields["note"]) if "note" in fields else "",
            states=codes(fields, "from", self.names.states, "unknown-state"),
            cover=fields.flag("cover"),
            ways=codes(fields, "ways", self.names.ways, "unknown-way"),
            questions=self._asked(fields),
            goto=self.names.state(fields, "goto"),
            clears=codes(fields, "clears", self.names.questions, "unknown-question"),
            stop=fields["stop"].one_of(self.names.stops) if "stop" in fields else "",
            records=self.names.texts(fields, "records"),
            never=self.names.texts(fields, "never"),
            source_mark=mark,
            checked_by=checked,
        )

    def _state(self, key: str, item: Item) -> State:
        fields = item.fields(
            "phase title note writes present source_mark checked_by",
            "scripts questions gates blocks records never next branches timed final",
        )
        if ("next" in fields) == fields.flag("final"):
            item.refuse("missing-field" if "next" not in fields else "unknown-field")
        for each in fields["present"].items():
            each.one_of(_PRESENT)
        mark, checked = _marks(fields)
        return State(
            id=key,
            phase=fields["phase"].number(1, 9),
            title=self.names.text(fields["title"]),
            scripts=self.names.texts(fields, "scripts"),
            note=self.names.text(fields["note"]),
            questions=self._asked(fields),
            gates=codes(fields, "gates", self.names.gates, "unknown-gate"),
            blocks=tuple(self._clauses(fields["blocks"], key, gate=False)) if "blocks" in fields else (),
            writes=fields["writes"].one_of(WRITES),
            present=fields["present"].codes(),
            records=self.names.texts(fields, "records"),
            never=self.names.texts(fields, "never"),
            next=self.names.state(fields, "next"),
            branches=tuple(self._branch(each) for each in fields.items("branches")),
            timed=fields.flag("timed"),
            final=fields.flag("final"),
            source_mark=mark,
            checked_by=checked,
        )

    def _branch(self, item: Item) -> Branch:
        fields = item.fields("when to", "mode stop")
        return Branch(
            when=self.names.conditions(fields, "when"),
            to=self.names.state(fields, "to"),
            mode=fields["mode"].one_of(MODES[1:]) if "mode" in fields else "",
            stop=fields["stop"].one_of(self.names.stops) if "stop" in fields else "",
        )
