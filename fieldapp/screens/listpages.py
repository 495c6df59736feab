"""Pages of lists: damage, early signals, what was done, other reports, names, files."""

from __future__ import annotations

from functools import partial

from kivy.uix.widget import Widget

from fieldapp.screens import choosing, fieldpage, terms
from fieldapp.screens.asking import Asked, Choice, QuestionEvents, Sealing, columns, part_tag, tiles
from fieldapp.widgets.boxes import Column, Row, gap
from fieldapp.widgets.choices import CountRow, tag_row
from fieldapp.widgets.keys import Key
from fieldapp.widgets.page import CareBox, narrow
from fieldapp.widgets.progress import TrueBar
from fieldapp.widgets.text import Text
from fieldapp.widgets.theme import theme
from firsthand.domain import codes

_PERSON_ICONS = {"sources": "chat-circle", "victims": "user-circle", "perpetrators": "identification-card"}


def damage(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    """How many of each kind."""
    form = on.form

    def change(kind: str, by: int) -> None:
        form.step_damage(kind, by)
        on.change()

    return [CountRow(terms.label("damage", kind), form.damage(kind), partial(change, kind)) for kind in codes.DAMAGE]


def signs(_asked: Asked, on: QuestionEvents) -> list[Widget]:
    """What may come before an attack, group by group; any of them."""
    form = on.form

    def toggle(code: str) -> None:
        form.toggle_signal(code)
        on.change()

    pieces: list[Widget] = []
    for group, listed in terms.signal_groups().items():
        head = Text(terms.label("signal_groups", group), role="second", bold=True, tone="ink2")
        choices = [(code, terms.label("signals", code)) for code in listed]
        pieces += [head, gap("s"), fieldpage.checks(choices, form.signals, toggle), gap("l")]
    return pieces


def responses(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Who did what about it."""
    form, words = on.form, theme.words
    if asked.sub:
        whats: list[Choice] = [(code, terms.label("responses_what", code), "") for code in codes.RESPONSES_WHAT]

        def add(what: str) -> None:
            at = form.add_response(asked.sub, what)
            if at >= 0:
                on.go("response", item=at)

        return [tiles(whats, "", add, cols=columns())]
    pieces: list[Widget] = []
    for number, row in enumerate(form.items("responses")):
        who, what = terms.label("responses_by", row["by"]), terms.label("responses_what", row["what"])
        pieces += [
            _line(f"{who}: {what}", str(row.get("note", "")), on, step="response", number=number, path="responses"),
            gap("s"),
        ]
    bys: list[Choice] = [(code, terms.label("responses_by", code), "") for code in codes.RESPONSES_BY]
    head = Text(words("record.responses.add"), role="second", bold=True, tone="ink2")
    return [*pieces, gap("s"), head, gap("s"), tiles(bys, "", on.turn, cols=columns())]


def _line(word: str, second: str, on: QuestionEvents, *, step: str, number: int, path: str, sub: str = "") -> Widget:
    def drop() -> None:
        on.form.drop_item(path, number)
        on.change()

    key = Key(word, partial(on.go, step, sub, number), align="start", second=second, second_role="small")
    out = Key("", drop, icon="x", icon_size="small", width="key", pad="s")
    out.word_text = theme.words("record.take_out")
    return Row(key, out, space="s")


def links(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Other reports of this tablet that belong to this one."""
    form, words = on.form, theme.words
    names = {row[0]: row[1] for row in asked.around.reports}
    if asked.sub:
        kinds: list[Choice] = [(code, terms.label("link_kinds", code), "") for code in codes.LINK_KINDS]

        def pick(kind: str) -> None:
            form.link(asked.sub, kind)
            on.turn("")

        title = Text(names.get(asked.sub, asked.sub), role="row", bold=True)
        return [title, gap("m"), tiles(kinds, "", pick, cols=columns())]
    linked = form.items("links")
    pieces: list[Widget] = []
    for number, link in enumerate(linked):
        name = names.get(link["report"], link["report"][:8])
        kind = terms.label("link_kinds", link["kind"])

        def drop(at: int = number) -> None:
            form.drop_item("links", at)
            on.change()

        out = Key("", drop, icon="x", icon_size="small", width="key", pad="s")
        out.word_text = words("record.take_out")
        key = Key(
            name,
            partial(on.turn, link["report"]),
            icon="link",
            icon_size="small",
            align="start",
            second=kind,
            second_role="small",
        )
        pieces += [Row(key, out, space="s"), gap("s")]
    taken = {link["report"] for link in linked} | {str(form.report.get("supersedes", ""))}
    free = [row for row in asked.around.reports if row[0] not in taken]
    if not free and not linked:
        return [Text(words("record.links.none"), tone="ink2")]
    if free:
        pieces += [gap("s"), Text(words("record.links.add"), role="second", bold=True, tone="ink2"), gap("s")]
    for report_id, name, second in free:
        pieces += [Key(name, partial(on.turn, report_id), align="start", second=second, second_role="small"), gap("s")]
    return pieces


def names(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Names and contacts, each in its own list; only the custodian opens them."""
    form, words = on.form, theme.words
    if form.closed("names"):
        return [CareBox("", words("record.closed.c3"), grave="care", icon="lock")]

    def add(which: str) -> None:
        at = form.add_person(which)
        if at >= 0:
            on.go(_person_page(which), which, at)

    pieces: list[Widget] = [tag_row(words("record.names.head"), part_tag(asked.around, "identities")), gap("m")]
    for which in ("sources", "victims", "perpetrators"):
        for number, person in enumerate(form.items(f"identities.{which}")):
            name = str(person.get("name") or words("record.names.nameless"))
            second = words.join(words("record.names." + which), str(person.get("contact", "")))
            path = f"identities.{which}"
            pieces += [_line(name, second, on, step=_person_page(which), number=number, path=path, sub=which), gap("s")]
    keys = [
        Key(words("record.names.add." + which), partial(add, which), icon=_PERSON_ICONS[which], height="key_field",
            role="second")
        for which in ("sources", "victims", "perpetrators")
    ]  # fmt: skip
    pieces += [gap("s"), Column(*keys, space="m") if narrow() else Row(*keys), gap("l")]
    return [*pieces, *fieldpage.draw_fields(asked, on, tags=False)]


def _person_page(which: str) -> str:
    return "suspect" if which == "perpetrators" else "person"


def files(asked: Asked, on: QuestionEvents) -> list[Widget]:
    """Photos, sound and documents: listed, added where consent allows, refused with the reason."""
    words, around = theme.words, asked.around
    pieces: list[Widget] = [tag_row(words("record.files.head"), part_tag(around, "attachments")), gap("m")]
    if around.refused:
        what, safe, do = around.refused
        pieces += [CareBox(what, f"{safe} {do}", grave="alarm"), gap("m")]
    if around.sealing is not None:
        return [*pieces, *_sealing(around.sealing, on)]
    for row in around.files:
        kind = Text(words("record.media." + row.media), role="body", bold=True, fit=True)
        said = Row(kind, Text(row.words, role="second", tone="ink2"), space="m")
        said.pos_hint = {"center_y": 0.5}
        out = Key("", partial(on.drop_file, row.id), icon="x", icon_size="small", width="key", pad="s")
        out.word_text = words("record.take_out")
        pieces += [Row(said, out, space="s"), gap("s")]
    if not around.files:
        pieces += [Text(words("record.files.none"), tone="ink2"), gap("m")]
    keys = []
    if "files" in around.can:
        keys.append(
            Key(words("record.files.add"), on.pick_file, kind="outline", icon="file-arrow-up", height="key_field")
        )
    if "photo" in around.can:
        keys.append(Key(words("record.files.photo"), on.take_photo, kind="outline", icon="plus", height="key_field"))
    if "recording" in around.can:
        keys.append(Key(words("record.files.stop"), on.record_sound, kind="primary", icon="check", height="key_field"))
    elif "sound" in around.can:
        keys.append(Key(words("record.files.sound"), on.record_sound, kind="outline", icon="plus", height="key_field"))
    if keys:
        pieces += [Column(*keys, space="m") if narrow() else Row(*keys), gap("l")]
    return [*pieces, *_media_consent(on)]


def _sealing(sealing: Sealing, on: QuestionEvents) -> list[Widget]:
    """How much of a file is sealed: confirmed bytes, never a guess; it can be stopped."""
    words = theme.words
    done = choosing.size_words(sealing.done)
    said = words("record.files.sealed_of", done=done, all=choosing.size_words(sealing.total))
    pieces: list[Widget] = [Text(words("record.files.sealing"), role="row", bold=True), gap("s")]
    if sealing.total:
        pieces += [TrueBar(sealing.share), gap("xs")]
    pieces += [
        Text(said if sealing.total else words("record.files.sealed", done=done), role="second"),
        gap("m"),
        CareBox("", words("record.files.sealing.safe"), grave="good", icon="shield-check"),
        gap("m"),
        Key(words("record.files.stop_sealing"), on.stop_file, kind="outline", icon="pause", height="key_field"),
    ]
    return pieces


def _media_consent(on: QuestionEvents) -> list[Widget]:
    """What the person allows of pictures and sound, one question each, where somebody spoke to us."""
    form, words = on.form, theme.words
    if not form.needs_consent:
        return (
            [Text(words("record.files.basis"), role="second", tone="ink2")]
            if form.source_class
            else [CareBox("", words("record.files.ask_first"), grave="care", icon="lock")]
        )
    rows: list[Widget] = [Text(words("record.files.consent"), role="second", bold=True, tone="ink2"), gap("s")]
    for scope in ("C9p", "C9a", "C9v"):
        answer = words(form.scope(scope)) if form.asked(scope) else words("record.files.unasked")
        rows += [
            Key(terms.short("consent_scopes", scope), partial(on.ask_scope, scope), align="start", second=answer,
                second_role="small", icon="hand-palm", icon_size="small"),
            gap("s"),
        ]  # fmt: skip
    return rows
