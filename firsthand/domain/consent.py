"""The 19 scopes of consent, their lattice, and what they bound (DOMAIN 3 I09, 4.3).

A scope that was not asked is a no. Seven scopes decide who holds a key; twelve bound use and export, and
travel with the facts together with C10, because "no statistics" is a rule of use where the mission may
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SCOPES = (
    "C1", "C2", "C3", "C4n", "C4i", "C5h", "C5p", "C5s", "C5l", "C5c", "C6", "C7crm", "C7mara", "C7o", "C8",
    "C9p", "C9a", "C9v", "C10",
)  # fmt: skip
KEY_SCOPES = ("C1", "C2", "C3", "C9p", "C9a", "C9v", "C10")
USE_SCOPES = (*(scope for scope in SCOPES if scope not in KEY_SCOPES), "C10")
NEEDS_C1 = frozenset({"C4n", "C4i", "C7crm", "C7mara", "C7o", "C8"})
VALUES = ("no", "yes", "later", "withdrawn")


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person allowed.

    Attributes:
        scopes: (scope, value) in the order of SCOPES, only those that were asked.
        language: language of the explanation.
        explained_by: who explained, as a role.
        script_version: version of the read-aloud script.
        teach_back: whether the person said it back in own words.
        withhold: mission roles and outside bodies that must not have it, in the person's words.
    """

    scopes: tuple[tuple[str, str], ...]
    language: str | None = None
    explained_by: str | None = None
    script_version: str | None = None
    teach_back: bool | None = None
    withhold: tuple[str, ...] = ()

    def value(self, scope: str) -> str:
        """`yes`, `no`, `later` or `withdrawn`; `no` for a scope that was not asked."""
        return dict(self.scopes).get(scope, "no")

    def allows(self, scope: str) -> bool:
        """Whether the scope is a yes; later and withdrawn are not."""
        return self.value(scope) == "yes"

    def keys(self) -> Mapping[str, bool]:
        """The seven scopes that decide keys, for the grants policy."""
        return {scope: self.allows(scope) for scope in KEY_SCOPES}

    def uses(self) -> tuple[str, ...]:
        """Scopes that bound use and are a yes, in the order of SCOPES."""
        return tuple(scope for scope in USE_SCOPES if self.allows(scope))

    def broken_lattice(self) -> tuple[str, ...]:
        """Scopes that are a yes although they rest on C1, which is not."""
        if self.allows("C1"):
            return ()
        return tuple(scope for scope, _ in self.scopes if scope in NEEDS_C1 and self.allows(scope))
