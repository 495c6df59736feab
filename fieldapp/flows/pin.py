"""The PIN of a running session: it re-opens what was open, five tries, and is nowhere but in memory.

The vault key is sealed under Argon2id of the PIN. A short PIN would not stand a guess on a disk; here a guess
costs a try, and after the fifth wrong one the sealed key is overwritten and the passphrase is needed. It ends
with the process. Python cannot promise that no copy is left in memory (docs/THREAT_MODEL.md).
"""

from __future__ import annotations

import threading
import unicodedata
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fieldapp.flows.ports import Ports
from fieldapp.vault.header import VaultKey
from firsthand import errors
from firsthand.protocol import cbor, suite

if TYPE_CHECKING:
    from pathlib import Path

    from fieldapp.flows.unlock import Tablet

TRIES: Final = 5
DIGITS_MIN, DIGITS_MAX = 4, 8
_CONTEXT = cbor.encode(["firsthand/1/session", "pin"])
_KEK_INFO = b"firsthand/1/session/pin"
_YEARS = range(1900, 2100)


class WeakPin(errors.Environment):
    """Not four to eight digits, or of those that are tried first."""

    code = "weak-pin"
    exit_code = errors.EXIT_PASSPHRASE


class WrongPin(errors.Environment):
    """Not this PIN; `left` tries remain."""

    code = "wrong-pin"
    exit_code = errors.EXIT_PASSPHRASE

    def __init__(self, left: int) -> None:
        super().__init__("wrong pin", left=left)
        self.left = left


class PinSpent(errors.Environment):
    """The tries are used up, or the PIN was dropped: the passphrase opens the tablet."""

    code = "pin-spent"
    exit_code = errors.EXIT_PASSPHRASE


class PinLock:
    """One armed PIN. Any thread may ask; tries are counted before the answer is known.

    Attributes:
        left: tries that remain; 0 when it is spent or wiped.
    """

    def __init__(self, home: Path, sealed: bytes, salt: bytes) -> None:
        self._home = home
        self._sealed = bytearray(sealed)
        self._salt = salt
        self._guard = threading.Lock()
        self.left = TRIES

    @classmethod
    def arm(cls, tablet: Tablet, pin: str) -> PinLock:
        """Seals the key of an open tablet under a PIN; costs one run of the KDF.

        Raises:
            WeakPin: see `check_pin`.
        """
        digits = check_pin(pin)
        key, salt = tablet.vault_key(), tablet.ports.entropy.bytes(suite.SALT_BYTES)
        plain = cbor.encode([key.workspace, key.key])
        return cls(tablet.home, suite.part_seal(_kek(digits, salt), _CONTEXT, plain), salt)

    def open(self, pin: str, ports: Ports) -> Tablet:
        """Unlocks with the PIN; the tries are five again.

        Raises:
            WrongPin: with the number of tries left. PinSpent: none was, or is now, left.
            As `Tablet.open`: the PIN was right, and costs no try.
        """
        from fieldapp.flows.unlock import Tablet

        with self._guard:
            if not self.left:
                raise PinSpent
            self.left -= 1
            try:
                key = self._key(pin)
            except errors.BadSeal:
                if not self.left:
                    self.wipe()
                    raise PinSpent from None
                raise WrongPin(self.left) from None
            if not self._sealed:  # wiped while the KDF ran
                raise PinSpent
            self.left = TRIES
            return Tablet.open_with(self._home, key, ports)

    def wipe(self) -> None:
        """Drops the key, at once: from now on only the passphrase opens the tablet, also for a try that runs."""
        self._sealed[:] = bytes(len(self._sealed))
        self._sealed.clear()
        self.left = 0

    def _key(self, pin: str) -> VaultKey:
        sealed = bytes(self._sealed)
        plain = suite.part_open(_kek(western(pin), self._salt), _CONTEXT, sealed)
        match cbor.decode(plain):
            case [int(workspace), bytes(key)]:
                return VaultKey(workspace, key)
        raise errors.BadSeal("pin")


def western(pin: str) -> str:
    """The digits of any script as 0 to 9; other characters stay, spaces at the ends go."""
    return "".join(str(unicodedata.digit(char, char)) for char in pin.strip())


def check_pin(pin: str) -> str:
    """The digits of a PIN that may be armed, in Western form. At once, without the KDF.

    Raises:
        WeakPin: not 4 to 8 digits; one digit or one group repeated; digits in a row; a year or a date.
    """
    digits = western(pin)
    if not (DIGITS_MIN <= len(digits) <= DIGITS_MAX and digits.isascii() and digits.isdigit()) or _is_easy(digits):
        raise WeakPin
    return digits


def _is_easy(digits: str) -> bool:
    half = len(digits) // 2
    repeated = len(set(digits)) == 1 or (len(digits) == 2 * half and digits[:half] == digits[half:])
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return repeated or steps in ({1}, {9}) or _is_date(digits)


def _is_date(digits: str) -> bool:
    """A year, or a whole date with its year at either end."""
    if len(digits) == len("yyyy"):
        return int(digits) in _YEARS
    if len(digits) != len("ddmmyyyy"):
        return False
    first, last = (digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2])
    american = (digits[4:], digits[:2], digits[2:4])
    return any(
        int(year) in _YEARS and _exists(int(year), int(month), int(day)) for year, month, day in (first, last, american)
    )


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _kek(digits: str, salt: bytes) -> bytes:
    try:
        key = suite.passphrase_key(digits, salt, suite.KdfCost())
    except errors.Malformed:  # text that no keyboard gives
        raise errors.BadSeal("pin") from None
    return suite.hkdf(key, _KEK_INFO, suite.KEY_BYTES)
