"""REPORT.json to a `Report`: shape, types, limits, codes and characters, every problem at once.

Forms 1 and 2 are read. A report of form 1 that holds a field of form 2 is refused at that field, so that no
program that knows form 1 alone would have read it otherwise; a newer form is refused as such and not looked at
further. What fields mean together is `validation`'s business; the groups of fields stand in `read_incident`
and `read_people`. docs/REPORT_FORMAT.md is the page for these modules.
"""

from __future__ import annotations

import re

from firsthand.domain import codes
from firsthand.domain.characters import western_digits
from firsthand.domain.fields import Group, Reader
from firsthand.domain.model import FORM, Report, Verification
from firsthand.domain.read_incident import (
    MAX_ACTS,
    read_act,
    read_coverage,
    read_incident,
    read_link,
    read_response,
    read_speech,
    read_visit,
)
from firsthand.domain.read_people import (
    read_basis,
    read_consent,
    read_identities,
    read_narrative,
    read_source,
    read_subject,
    read_victim,
)
from firsthand.domain.read_values import (
    ACCOUNT_CHARS,
    LANGUAGE,
    NOTE_CHARS,
    read_codes,
    read_count,
    read_date,
    read_pattern,
    read_report_id,
    read_total,
)
from firsthand.domain.strictjson import parse_json
from firsthand.errors import InvalidReport, Problem

__all__ = ["ACCOUNT_CHARS", "NOTE_CHARS", "parse_report"]

MAX_SIGNALS = 40
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
_EVENT = re.compile(r"E[0-9]{2}")
_OF_FORM_2 = ("change", "links", "reported_on", "signals", "responses", "coverage", "speech", "visit")


def parse_report(data: bytes) -> Report:
    """Reads a report from JSON.

    Raises:
        InvalidReport: the problems of form, all that could be found; nothing of the content is in them. A
            newer form gives the one problem `form-newer`.
    """
    reader = Reader()
    report = _report(reader.group(parse_json(data), ""))
    reader.finish()
    return report


def _report(top: Group) -> Report:
    form = _form(top)
    report = Report(
        form=form,
        kind=_kind(top),
        language=read_pattern(top, "language", LANGUAGE, "bad-language", required=True) or "und",
        handling=top.choice("handling", codes.HANDLING, "confidential"),
        station=top.text_or_none("station", 80),
        supersedes=read_report_id(top, "supersedes"),
        change=top.choice_or_none("change", codes.CHANGES),
        incident_id=read_report_id(top, "incident_id"),
        links=top.each("links", 8, read_link),
        reported_on=read_date(top, "reported_on"),
        subject=top.sub_or_none("subject", read_subject),
        consent=top.sub_or_none("consent", read_consent),
        basis=top.sub_or_none("basis", read_basis),
        incident=read_incident(top.sub("incident", rule=1)),
        acts=top.each("acts", MAX_ACTS, read_act),
        events=read_codes(top, "events", 14, _EVENT),
        event_counts=top.each("event_counts", 200, read_count),
        event_totals=top.each("event_totals", 8, read_total),
        signals=top.choices("signals", codes.SIGNALS, MAX_SIGNALS),
        victims=top.each("victims", 60, read_victim),
        responses=top.each("responses", 6, read_response),
        coverage=top.sub_or_none("coverage", read_coverage),
        speech=top.sub_or_none("speech", read_speech),
        visit=top.sub_or_none("visit", read_visit),
        source=read_source(top.sub("source")),
        identities=top.sub_or_none("identities", read_identities),
        narrative=top.sub_or_none("narrative", read_narrative),
        verification=top.sub_or_none("verification", _verification),
        note=top.text_or_none("note", NOTE_CHARS),
    )
    top.close()
    return report


def _form(top: Group) -> int:
    """The form, which decides what else may stand in the report."""
    written = top.fields.get("form")
    digits = western_digits(written) if isinstance(written, str) else str(written)
    if not isinstance(written, bool) and _NUMBER.fullmatch(digits) and int(digits) > FORM:
        # Its other fields may be right in a form that we do not know: nothing true can be said about them.
        raise InvalidReport((Problem("form-newer", "form"),))
    before = len(top.reader.problems)
    form = top.integer("form", 1, FORM)
    # A form that cannot be read is one problem, not one for every field of form 2.
    top.reader.form = form if len(top.reader.problems) == before and top.has("form") else FORM
    top.since(2, *_OF_FORM_2)
    return form


def _kind(top: Group) -> str:
    kind = top.choice("kind", codes.KINDS)
    if top.reader.form < FORM and kind not in codes.KINDS_OF_FORM_1:
        top.reader.add("needs-form-2", "kind")
    return kind


def _verification(group: Group) -> Verification:
    verification = Verification(
        status=group.choice("status", codes.VERIFICATION, "unverified"),
        methods=group.choices("methods", codes.METHODS, len(codes.METHODS)),
    )
    group.close()
    return verification
