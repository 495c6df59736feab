"""The automatic title of a report: what and where, never who. Officers type no titles (DOMAIN 2.3)."""

from __future__ import annotations

from collections.abc import Mapping

from firsthand.domain.catalogue import Catalogue
from firsthand.domain.model import Report

_SENSITIVE: Mapping[str, str] = {
    "en": "Protection concern, type S",
    "fr": "Préoccupation de protection, type S",
    "ar": "شاغل حماية، النوع S",
}
_COMMA: Mapping[str, str] = {"en": ", ", "fr": ", ", "ar": "، "}


def title_for(report: Report, catalogue: Catalogue | None, language: str) -> str:
    """For example "Homes burned, Lemba North"; the same few words for every sensitive report.

    Args:
        report: any report with at least one act or event.
        catalogue: for the plain words; without it the code stands for itself.
        language: `en`, `fr` or `ar`; anything else is English.
    """
    chosen = language if language in _SENSITIVE else "en"
    if report.sensitive():
        return _SENSITIVE[chosen]
    codes = [act.code for act in report.acts] or list(report.events)
    if not codes:
        return report.incident.place.adm1
    words = catalogue.short_of(codes[0], chosen) if catalogue else codes[0]
    return f"{words}{_COMMA[chosen]}{report.incident.place.adm1}"
