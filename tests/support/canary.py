"""Looks for strings that must not be anywhere: raw, UTF-16, base64 at every offset, hex, and inside zlib streams."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(codec)
        yield codec, raw
        yield f"hex of {codec}", raw.hex().encode()
        yield f"HEX of {codec}", raw.hex().upper().encode()
        for shift in range(3):
            # the middle of the base64 of the string, wherever in a longer text it stands
            encoded = base64.b64encode(b"\0" * shift + raw + b"\0" * 3)
            yield f"base64+{shift} of {codec}", encoded[4 : len(encoded) - 8]


def _inflated(data: bytes) -> Iterator[bytes]:
    """Every stretch that inflates: zlib, gzip and raw deflate, from every byte that could begin one."""
    for start in range(len(data) - 2):
        two = data[start : start + 2]
        if two[0] == 0x78 and int.from_bytes(two, "big") % 31 == 0:
            wbits = 15
        elif two == b"\x1f\x8b":
            wbits = 31
        else:
            continue
        yield from _try_inflate(data[start:], wbits)


def _try_inflate(data: bytes, wbits: int) -> Iterator[bytes]:
    try:
        out = zlib.decompressobj(wbits).decompress(data, 1 << 20)
    except zlib.error:
        return
    if out:
        yield out


def find(folder: Path, words: list[str]) -> list[str]:
    """Where any of the words stands under the folder, in file names or content; empty when nowhere.

    Returns:
        Lines `file: form of which word number`, never the word itself.
    """
    hits = []
    forms = [(number, name, needle) for number, word in enumerate(words) for name, needle in _forms(word)]
    for path in sorted(folder.rglob("*")):
        if any(word in path.name for word in words):
            hits.append(f"{path}: name")
        if not path.is_file():
            continue
        data = path.read_bytes()
        hits += [f"{path}: {name} of word {number}" for number, name, needle in forms if needle in data]
        for clear in _inflated(data):
            hits += [f"{path}: compressed {name} of word {number}" for number, name, needle in forms if needle in clear]
    return hits
