"""Passphrases: read from a file, and how strong a new one must be."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from firsthand import errors
from firsthand.protocol.suite import passphrase_words

WORDS_MIN = 6
_FILE_MAX_BYTES = 4096


class PassphraseFile(errors.Environment):
    """The file that should hold the passphrase is missing, unreadable or empty."""

    code = "passphrase-file"
    exit_code = errors.EXIT_PASSPHRASE


def read_passphrase(path: Path) -> str:
    """The first line of a file, NFC.

    Raises:
        PassphraseFile: there is none.
    """
    try:
        with path.open("rb") as handle:
            text = handle.read(_FILE_MAX_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseFile from error
    first = unicodedata.normalize("NFC", text.split("\n", 1)[0].strip())
    if not first:
        raise PassphraseFile
    return first


def check_new(passphrase: str) -> None:
    """What a new passphrase must have: six words, between spaces or hyphens, from no fixed list.

    Raises:
        WeakPassphrase: it has fewer.
    """
    if len(passphrase_words(passphrase)) < WORDS_MIN:
        raise errors.WeakPassphrase
