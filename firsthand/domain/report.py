"""The report: its values, and to and from JSON. One door to `model`, `reader` and `writer`."""

from __future__ import annotations

from firsthand.domain.model import (
    FORM,
    Act,
    Actor,
    Basis,
    Damage,
    Identities,
    ImmediateRisk,
    Incident,
    Narrative,
    Perpetrator,
    Person,
    Report,
    Source,
    Subject,
    Verification,
    Victim,
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
    "Damage",
    "Identities",
    "ImmediateRisk",
    "Incident",
    "InvalidReport",
    "Narrative",
    "Perpetrator",
    "Person",
    "Problem",
    "Report",
    "Source",
    "Subject",
    "Verification",
    "Victim",
    "Words",
    "parse_report",
    "report_to_json",
]
