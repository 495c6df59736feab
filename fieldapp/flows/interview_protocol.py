"""Which protocol this tablet walks, and its words: the mission's if it is good, else the last good one, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from firsthand import assets, errors
from firsthand.domain.interview import Protocol, choose_protocol, load_protocol
from firsthand.domain.interview.choose import FILE, SHIPPED

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

DOMAIN = "interview"
_LAST_GOOD = b"interview protocol"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a protocol in one language; what is missing in it is said in English, and a key never shows."""

    protocol: Protocol
    language: str

    def __call__(self, key: str) -> str:
        """The words of a key; empty for no key."""
        for language in (self.language, "en"):
            own = self.protocol.texts.get(language, {}).get(key)
            text = own or assets.texts(DOMAIN, language).get(key)
            if isinstance(text, str):
                return text
        return ""


def protocol_of(tablet: Tablet) -> Protocol:
    """The protocol for a new interview; what the mission signed is kept once it was good.

    Raises:
        ProtocolRefused: even the shipped one does not load: a fault of the installation.
    """
    signed, last_good = tablet.directory.content.get(FILE), _last_good(tablet)
    found = _choose(signed, last_good)
    if signed is not None and signed != last_good and _is_good(signed):
        with tablet.vault.write():
            tablet.vault.put("state", tablet.vault.named("state", _LAST_GOOD), signed)
    return found


def protocol_of_version(tablet: Tablet, version: int) -> Protocol:
    """The protocol that an interview was begun with, where this tablet still has it; else the one for new ones."""
    present = protocol_of(tablet)
    for data in (_last_good(tablet), assets.read_bytes(SHIPPED)):
        if present.version != version and data is not None and _is_good(data):
            older = _load(data)
            if older.version == version:
                return older
    return present


def _last_good(tablet: Tablet) -> bytes | None:
    try:
        kept = tablet.vault.find("state", tablet.vault.named("state", _LAST_GOOD))
    except errors.Damaged:
        return None
    return kept if isinstance(kept, bytes) else None


@lru_cache(maxsize=2)
def _choose(signed: bytes | None, last_good: bytes | None) -> Protocol:
    content: Mapping[str, bytes] = {} if signed is None else {FILE: signed}
    return choose_protocol(content, assets.read_bytes(SHIPPED), last_good=last_good, known=_known())


@lru_cache(maxsize=2)
def _load(data: bytes) -> Protocol:
    return load_protocol(data, FILE, _known())


def _is_good(data: bytes) -> bool:
    try:
        _load(data)
    except errors.ProtocolRefused:
        return False
    return True


def _known() -> frozenset[str]:
    return frozenset(assets.texts(DOMAIN, "en"))
