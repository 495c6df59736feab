"""The right to erase: an object's tag is the hash of a key that only its author keeps (PROTOCOL, Envelope).

Whoever shows the key may have the object deleted. For an envelope the tag is its `eid`; every attachment has
a key of its own, so that tags link nothing. An alert bears sixteen zero bytes, for which there is no key.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest

from firsthand.errors import BadProof

TAG_BYTES, KEY_BYTES = 16, 32
NO_ERASE = bytes(TAG_BYTES)  # the tag of what cannot be erased by its author
_LABEL = b"firsthand/1/erase"


def erase_tag(erase_key: bytes) -> bytes:
    """The tag (16 B, the `eid` of an envelope) that belongs to an erase key of 32 B.

    Raises:
        BadProof: not 32 bytes.
    """
    if len(erase_key) != KEY_BYTES:
        raise BadProof("erase key length")
    return sha256(_LABEL + erase_key).digest()[:TAG_BYTES]


def check(tag: bytes, erase_key: bytes) -> None:
    """Let an erase key pass only for its own tag.

    Raises:
        BadProof: the key does not belong to the tag.
    """
    if not compare_digest(erase_tag(erase_key), tag):
        raise BadProof("erase key of another object")
