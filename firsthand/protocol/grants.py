"""Who gets which part: the mission's policy applied (PROTOCOL "Parts and who gets them").

The policy is signed data, not code: a list of rules, each an AND-list of conditions and the roles that then
get one part. A role that no rule names gets no key; what consent does not cover is not written. This module
reads the policy and decides; it seals nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from firsthand.errors import Malformed, Refused

PART_NAMES: Final = ("counts", "facts", "identities", "narrative", "attachments")
ORDINARY, SENSITIVE, CHILDREN, MEDIUM = "ordinary", "sensitive", "children_counted", "medium"
# What makes a report sensitive; a mission whose child protection has a desk of its own tells them apart.
CHILD, SEXUAL_VIOLENCE = "child", "sexual_violence"
_ABOUT = frozenset({CHILD, SEXUAL_VIOLENCE})
_SITUATIONS = frozenset({ORDINARY, SENSITIVE, CHILDREN, MEDIUM}) | _ABOUT
_FORMAT = 1
_KEYS = frozenset({"format", "roles", "registrar", "scopes", "media", "basis", "rules"})
_ROLES_MAX = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """One cell of the table: where all of `needs` hold, `roles` get part number `part`."""

    part: int
    needs: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """A mission's policy.

    Attributes:
        roles: names in the order of the slots.
        registrar: the role that always gets K0, because it judges gaps in chains.
        scopes: names of the consent scopes that decide keys.
        media: medium -> scope that covers it.
        bases: codes of the lawful bases that replace consent when nobody was interviewed.
        basis_scopes: what a basis counts as.
        basis_media: media that a basis covers.
        rules: the table.
    """

    roles: tuple[str, ...]
    registrar: str
    scopes: tuple[str, ...]
    media: Mapping[str, str]
    bases: frozenset[str]
    basis_scopes: frozenset[str]
    basis_media: frozenset[str]
    rules: tuple[Rule, ...]

    def grants(
        self,
        *,
        scopes: Mapping[str, bool] | None,
        basis: str | None,
        sensitive: bool,
        children_counted: bool,
        media: frozenset[str] = frozenset(),
        withhold: frozenset[str] = frozenset(),
        about: frozenset[str] = frozenset(),
    ) -> tuple[frozenset[int], ...]:
        """The part numbers of every role, in the order of `roles`; 0 is the manifest key.

        Args:
            scopes: the scopes the person gave (True); absent is refused. None when nobody was interviewed.
            basis: code of the lawful basis that replaces consent; exactly one of `scopes` and `basis`.
            sensitive: any act of sexual violence, or the data subject or a described victim is under 18.
            children_counted: children are among those counted.
            media: the media of the attachments that exist.
            withhold: roles that the person does not want to have it: they lose every part (the registrar
                keeps the bare manifest). Names of outside bodies are passed over: they bound exports.
            about: what makes it sensitive: `child`, `sexual_violence` or both; means nothing of an ordinary one.

        Raises:
            Refused: neither or both of `scopes` and `basis`, or an unknown basis: nothing may be sealed.
            Malformed: an unknown medium or subject.
        """
        if not about <= _ABOUT:
            raise Malformed("unknown subject")
        holds = self._holds(scopes, basis, media) | {SENSITIVE if sensitive else ORDINARY}
        if sensitive:
            holds |= about
        if children_counted:
            holds |= {CHILDREN}
        parts: dict[str, set[int]] = {role: set() for role in self.roles}
        for rule in self.rules:
            if rule.needs <= holds:
                for role in rule.roles - withhold:
                    parts[role] |= {0, rule.part}
        parts[self.registrar].add(0)
        return tuple(frozenset(parts[role]) for role in self.roles)

    def written(
        self,
        *,
        scopes: Mapping[str, bool] | None,
        basis: str | None,
        sensitive: bool,
        children_counted: bool,
        media: frozenset[str] = frozenset(),
        withhold: frozenset[str] = frozenset(),
        about: frozenset[str] = frozenset(),
    ) -> frozenset[int]:
        """The parts whose content may be written at all: those that some role gets. Raises as `grants`."""
        granted = self.grants(
            scopes=scopes,
            basis=basis,
            sensitive=sensitive,
            children_counted=children_counted,
            media=media,
            withhold=withhold,
            about=about,
        )
        return frozenset().union(*granted) - {0}

    def media_allowed(self, *, scopes: Mapping[str, bool] | None, basis: str | None) -> frozenset[str]:
        """The media that consent or basis covers: an attachment of another medium is not written.

        Raises:
            Refused: as `grants`.
        """
        given = self._given(scopes, basis)
        if basis is not None:
            return self.basis_media
        return frozenset(medium for medium, scope in self.media.items() if scope in given)

    def _given(self, scopes: Mapping[str, bool] | None, basis: str | None) -> frozenset[str]:
        if (scopes is None) == (basis is None):
            raise Refused("exactly one of consent and basis")
        if scopes is not None:
            # `is True`: a caller that passes "no" or "later" as text grants nothing.
            return frozenset(scope for scope in self.scopes if scopes.get(scope) is True)
        if basis not in self.bases:
            raise Refused("unknown basis")
        return self.basis_scopes

    def _holds(self, scopes: Mapping[str, bool] | None, basis: str | None, media: frozenset[str]) -> frozenset[str]:
        if not media <= self.media.keys():
            raise Malformed("unknown medium")
        holds = self._given(scopes, basis)
        if media & self.media_allowed(scopes=scopes, basis=basis):
            holds |= {MEDIUM}
        return holds


def parse_policy(data: Mapping[str, Any]) -> Policy:
    """The policy in its data form (assets/policy/grants.json, or `policy` in a signed directory).

    Raises:
        Malformed: a field is missing, unknown or of another type, or a name is not declared.
    """
    if not isinstance(data, Mapping) or data.keys() - {"about"} != _KEYS or data["format"] != _FORMAT:
        raise Malformed("policy fields")
    roles = tuple(_names(data["roles"]))
    scopes = tuple(_names(data["scopes"]))
    media = _map(data["media"])
    basis = data["basis"]
    if not isinstance(basis, Mapping) or basis.keys() != {"codes", "counts_as", "media"}:
        raise Malformed("policy basis")
    policy = Policy(
        roles=roles,
        registrar=_one_of(data["registrar"], roles),
        scopes=scopes,
        media={medium: _one_of(scope, scopes) for medium, scope in media.items()},
        bases=frozenset(_names(basis["codes"])),
        basis_scopes=_known(basis["counts_as"], frozenset(scopes)),
        basis_media=_known(basis["media"], frozenset(media)),
        rules=tuple(_rule(rule, roles, scopes) for rule in _list(data["rules"])),
    )
    if len(roles) > _ROLES_MAX:
        raise Malformed("policy roles")
    return policy


def _rule(data: object, roles: Sequence[str], scopes: Sequence[str]) -> Rule:
    if not isinstance(data, Mapping) or data.keys() != {"part", "needs", "roles"}:
        raise Malformed("policy rule")
    needs = _known(data["needs"], frozenset(scopes) | _SITUATIONS)
    # A rule without a scope (or a covered medium) would give content away without anyone's consent.
    if not needs & (frozenset(scopes) | {MEDIUM}):
        raise Malformed("policy rule without scope")
    part = PART_NAMES.index(_one_of(data["part"], PART_NAMES)) + 1
    return Rule(part=part, needs=needs, roles=_known(data["roles"], frozenset(roles)))


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple) or not value:
        raise Malformed("policy list")
    return value


def _names(value: object) -> list[str]:
    names = [name for name in _list(value) if isinstance(name, str)]
    if len(names) != len(_list(value)) or len(set(names)) != len(names):
        raise Malformed("policy names")
    return names


def _known(value: object, declared: frozenset[str]) -> frozenset[str]:
    names = frozenset(_names(value))
    if not names <= declared:
        raise Malformed("policy undeclared name")
    return names


_Name = TypeVar("_Name", bound=str)


def _one_of(value: object, names: Sequence[_Name]) -> _Name:
    for name in names:
        if value == name:
            return name
    raise Malformed("policy undeclared name")


def _map(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Malformed("policy media")
    return value
