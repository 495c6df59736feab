"""What a record may be used for outside the part of the mission that reads it (DOMAIN 3 I09, 4.3). Pure.

Seven scopes decide who holds a key; the twelve here bound what leaves. One use rests on one scope, and nothing rests
on another by likeness: a yes to an international court is no yes to a national one. What was not asked is a no.

Where nobody was interviewed a lawful basis stands instead of consent. It covers what the mission itself has seen or
read; it never covers what only a person can ask for herself or himself: being referred, or being called again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from firsthand.domain.codes import BASES
from firsthand.domain.consent import USE_SCOPES


class Use(StrEnum):
    """Purposes for which something leaves a desk."""

    COURT_NATIONAL = "court_national"
    COURT_INTERNATIONAL = "court_international"
    REFERRAL_HEALTH = "referral_health"
    REFERRAL_PSYCHOSOCIAL = "referral_psychosocial"
    REFERRAL_SAFETY = "referral_safety"
    REFERRAL_LEGAL = "referral_legal"
    REFERRAL_CHILD = "referral_child"
    RECONTACT = "recontact"
    CTFMR = "ctfmr"
    MARA = "mara"
    OTHER_BODY = "other_body"
    PUBLIC = "public"
    STATISTICS = "statistics"


SCOPE_OF: Mapping[Use, str] = MappingProxyType(
    {
        Use.COURT_NATIONAL: "C4n",
        Use.COURT_INTERNATIONAL: "C4i",
        Use.REFERRAL_HEALTH: "C5h",
        Use.REFERRAL_PSYCHOSOCIAL: "C5p",
        Use.REFERRAL_SAFETY: "C5s",
        Use.REFERRAL_LEGAL: "C5l",
        Use.REFERRAL_CHILD: "C5c",
        Use.RECONTACT: "C6",
        Use.CTFMR: "C7crm",
        Use.MARA: "C7mara",
        Use.OTHER_BODY: "C7o",
        Use.PUBLIC: "C8",
        Use.STATISTICS: "C10",
    }
)
COURTS = (Use.COURT_NATIONAL, Use.COURT_INTERNATIONAL)
# Bodies outside the mission: they are named in "not to be shown to", which only a person can compare.
OUTSIDE = frozenset({*COURTS, Use.CTFMR, Use.MARA, Use.OTHER_BODY})
_ONLY_HERS = frozenset(
    {
        Use.REFERRAL_HEALTH,
        Use.REFERRAL_PSYCHOSOCIAL,
        Use.REFERRAL_SAFETY,
        Use.REFERRAL_LEGAL,
        Use.REFERRAL_CHILD,
        Use.RECONTACT,
    }
)


class Why(StrEnum):
    """Why something may not leave."""

    NO_SCOPE = "no-scope"
    WITHDRAWN = "withdrawn"
    NO_RECORD = "no-record"
    NOT_BY_BASIS = "not-by-basis"
    ASK_WITHHELD = "ask-withheld"


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a record is held.

    Attributes:
        scopes: scopes of use that are a yes; None where there is no record of any.
        basis: code of the lawful basis where nobody was interviewed.
        withdrawn: scopes that were taken back since.
        withhold: the person named somebody who must not have it; the list stands in the account.
    """

    scopes: frozenset[str] | None = None
    basis: str | None = None
    withdrawn: frozenset[str] = frozenset()
    withhold: bool = False

    def allowed(self) -> tuple[str, ...] | None:
        """Scopes that are a yes now, in the order of SCOPES; None where a basis stands instead."""
        if self.basis is not None:
            return None
        return tuple(scope for scope in USE_SCOPES if scope in (self.scopes or ()) and scope not in self.withdrawn)


NO_TERMS = Terms()


def terms_of(part: Any, withdrawn: frozenset[str] = frozenset()) -> Terms:
    """The terms that stand in a part (facts or identities): a part without them is held on none.

    Whatever is not in the form that this program writes says nothing: a scope that cannot be read is a no.
    """
    if not isinstance(part, Mapping):
        return Terms(withdrawn=withdrawn)
    basis = part.get("basis")
    code = basis.get("code") if isinstance(basis, Mapping) else None
    scopes = part.get("scopes")
    given = frozenset(scope for scope in scopes if scope in USE_SCOPES) if isinstance(scopes, list) else None
    if given is not None:  # a record of consent beside a basis is a contradiction: the narrower one counts
        return Terms(given, None, withdrawn, part.get("withhold") is not None)
    return Terms(None, code if code in BASES else None, withdrawn)


def why_not(use: Use, terms: Terms, *, withheld_checked: bool = False) -> Why | None:
    """Why a record may not leave for this use; None when it may.

    Args:
        withheld_checked: a person has compared the receiver with the list of those who must not have it.
    """
    scope = SCOPE_OF[use]
    if scope in terms.withdrawn:
        return Why.WITHDRAWN
    if terms.basis is not None:
        return Why.NOT_BY_BASIS if use in _ONLY_HERS else None
    if terms.scopes is None:
        return Why.NO_RECORD
    if scope not in terms.scopes:
        return Why.NO_SCOPE
    if use in OUTSIDE and terms.withhold and not withheld_checked:
        return Why.ASK_WITHHELD
    return None


def may(use: Use, terms: Terms, *, withheld_checked: bool = False) -> bool:
    """Whether a record may leave for this use."""
    return why_not(use, terms, withheld_checked=withheld_checked) is None
