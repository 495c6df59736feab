"""The report: its values, and to and from JSON. One door to `model`, `reader` and `writer`."""

from __future__ import annotations

from firsthand.domain.model import (
    FORM,
    Act,
    Actor,
    Basis,
    Coverage,
    Damage,
    Held,
    Identities,
    ImmediateRisk,
    Incident,
    Link,
    Narrative,
    Perpetrator,
    Person,
    Report,
    Response,
    Source,
    Speech,
    Subject,
    Verification,
    Victim,
    Visit,
    Words,
)
from firsthand.domain.reader import ACCOUNT_CHARS, NOTE_CHARS, parse_report
from firsthand.domain.writer import report_to_json
from firsthand.errors import InvalidReport, Problem

__all__ = [
    "ACCOUNT_CHARS",
    "FORM",
    "NOTE_CHARS",
    "Act",
    "Actor",
    "Basis",
    "Coverage",
    "Damage",
    "Held",
    "Identities",
    "ImmediateRisk",
    "Incident",
    "InvalidReport",
    "Link",
    "Narrative",
    "Perpetrator",
    "Person",
    "Problem",
    "Report",
    "Response",
    "Source",
    "Speech",
    "Subject",
    "Verification",
    "Victim",
    "Visit",
    "Words",
    "parse_report",
    "report_to_json",
]
