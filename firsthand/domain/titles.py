"""The automatic title of a report: what and where, never who. Officers type no titles (DOMAIN 2.3)."""

from __future__ import annotations

from collections.abc import Mapping

from firsthand.domain.catalogue import Catalogue
from firsthand.domain.model import Report

_SENSITIVE: Mapping[str, str] = {
    "en": "Protection concern, type S",
    "fr": "Préoccupation de protection, type S",
    "ar": "شاغل حماية، النوع S",
    "sw": "Suala la ulinzi, aina S",
}
_COMMA: Mapping[str, str] = {"en": ", ", "fr": ", ", "ar": "، ", "sw": ", "}
# What a report without any act or event says by its kind.
_KINDS: Mapping[str, Mapping[str, str]] = {
    "nil_return": {
        "en": "Nothing to report", "fr": "Rien à signaler", "ar": "لا شيء يُبلَّغ عنه", "sw": "Hakuna cha kuripoti",
    },
    "not_reachable": {
        "en": "Not reachable", "fr": "Hors d'atteinte", "ar": "يتعذر الوصول", "sw": "Halifikiki",
    },
    "speech_log": {
        "en": "Public speech", "fr": "Propos publics", "ar": "خطاب علني", "sw": "Hotuba ya hadharani",
    },
    "detention_visit": {
        "en": "Detention visit", "fr": "Visite de détention", "ar": "زيارة مكان احتجاز", "sw": "Ziara ya kizuizini",
    },
}  # fmt: skip


def title_for(report: Report, catalogue: Catalogue | None, language: str) -> str:
    """For example "Homes burned, Lemba North"; the same few words for every sensitive report.

    Args:
        report: any report.
        catalogue: for the plain words; without it the code stands for itself.
        language: `en`, `fr`, `ar` or `sw`; anything else is English.
    """
    chosen = language if language in _SENSITIVE else "en"
    if report.sensitive():
        return _SENSITIVE[chosen]
    words = _what(report, catalogue, chosen)
    area = report.incident.place.adm1
    return f"{words}{_COMMA[chosen]}{area}" if words else area


def _what(report: Report, catalogue: Catalogue | None, language: str) -> str | None:
    for code in (*(act.code for act in report.acts), *report.events):
        return catalogue.short_of(code, language) if catalogue else code
    words = _KINDS.get(report.kind)
    return words[language] if words else None
