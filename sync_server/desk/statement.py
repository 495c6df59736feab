"""What a proof proves and what it does not, in plain words: for a judge, not for an engineer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from firsthand.protocol.proof import Verified
from sync_server.desk.pages.texts import Words
from sync_server.desk.products import readable

_EPOCH = date(1970, 1, 1)
_COURTS = {"C4n": "proof.court.national", "C4i": "proof.court.international"}


def lines(found: Verified, language: str) -> Iterator[str]:
    """Head, what is proved, what is not, what the person allowed, the content."""
    words = Words(language, 0)
    yield words("proof.head", part=words(f"part.{found.part}"), mission=found.mission_name)
    yield ""
    yield words("proof.proved")
    yield from (f"  {number}. {text}" for number, text in enumerate(_proved(found, words), 1))
    yield ""
    yield words("proof.not_proved")
    yield from (f"  {number}. {text}" for number, text in enumerate(_not_proved(found, words), 1))
    yield ""
    yield words("proof.allowed", courts=_courts(found, words))
    yield ""
    yield words("proof.content")
    yield json.dumps(readable(found.content), ensure_ascii=False, indent=1)


def _proved(found: Verified, words: Words) -> Iterator[str]:
    yield words("proof.is.unchanged", words=found.words)
    yield words("proof.is.invited", mission=found.mission_name)
    yield words("proof.is.logged", n=found.index, day=_day(found.log.day, words), size=found.log.size)
    yield words("proof.is.desk", role=_role(found.role, words), day=_day(found.made_day, words))
    if found.pinned:
        yield words("proof.is.root")
    if found.revoked:
        yield words("proof.is.before_revocation")


def _not_proved(found: Verified, words: Words) -> Iterator[str]:
    yield words("proof.not.true")
    yield words("proof.not.person")
    yield words("proof.not.day", day=_day(found.sealed_day, words))
    yield words("proof.not.other_parts")
    yield words("proof.not.later", day=_day(found.made_day, words))
    yield words("proof.not.making_day")
    if not found.pinned:
        yield words("proof.not.root", hash=found.root_sha256.hex())


def _courts(found: Verified, words: Words) -> str:
    if found.uses is None:
        return words("proof.court.basis")
    given = [words(key) for scope, key in _COURTS.items() if scope in found.uses]
    return words("list.comma").join(given) or words("proof.court.none")


def refused(reason: str, language: str) -> str:
    """At which step a proof does not hold."""
    return Words(language, 0)(f"proof.refused.{reason}")


def as_json(found: Verified) -> dict[str, Any]:
    """The same as data."""
    words = Words("en", 0)
    return {
        "holds": True,
        "mission": found.mission_name,
        "mission_id": found.mission_id.hex(),
        "root_sha256": found.root_sha256.hex(),
        "root_compared": found.pinned,
        "object_sha256": found.object_hash.hex(),
        "log_index": found.index,
        "log_size": found.log.size,
        "logged_by": _iso(found.log.day),
        "author_device": found.device.hex(),
        "author_words": found.words,
        "author_revoked_later": found.revoked,
        "chain": found.chain.hex(),
        "seq": found.seq,
        "sealed_on_as_claimed": _iso(found.sealed_day),
        "made_by": found.role,
        "made_on": _iso(found.made_day),
        "scopes_of_use": None if found.uses is None else list(found.uses),
        "part": found.part,
        "content": readable(found.content),
        "proved": list(_proved(found, words)),
        "not_proved": list(_not_proved(found, words)),
    }


def _role(role: str, words: Words) -> str:
    return words(f"role.{role}") if words.has(f"role.{role}") else role


def _day(day: int, words: Words) -> str:
    try:
        return words.day(_EPOCH + timedelta(days=day), year=True)
    except OverflowError:
        return words("unknown")


def _iso(day: int) -> str:
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return ""
