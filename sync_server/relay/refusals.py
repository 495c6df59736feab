"""What the relay says no to, and with which status. An answer carries the code and nothing else."""

from __future__ import annotations

from firsthand.errors import (
    BadProof,
    BadSignature,
    Busy,
    DiskFull,
    FirsthandError,
    Malformed,
    NotFound,
    Refused,
    TheirFault,
)


class TokenUnknown(Refused):
    """No statement of the admin has named this token."""

    code = "token-unknown"


class TokenBound(Refused):
    """The token was spent on another list."""

    code = "token-bound"


class Unsigned(Refused):
    """A request that only desks may make, without a good signature of one."""

    code = "unsigned"


class TooLarge(TheirFault):
    """More bytes than this kind of request may have."""

    code = "too-large"


class TooSlow(TheirFault):
    """A request that stood still."""

    code = "too-slow"


class HashMismatch(TheirFault):
    """An object does not have the hash, or a known object not the tag, that it was announced with."""

    code = "hash-mismatch"


# The first class that fits decides.
_STATUS: tuple[tuple[type[FirsthandError], int], ...] = (
    (Malformed, 400),
    (TokenUnknown, 401),
    (Unsigned, 401),
    (BadSignature, 401),
    (BadProof, 403),
    (NotFound, 404),
    (TooSlow, 408),
    (TokenBound, 409),
    (TooLarge, 413),
    (HashMismatch, 422),
    (Busy, 503),
    (DiskFull, 507),
)


def status_of(error: FirsthandError) -> int:
    """The HTTP status of an error; 500 for what is nobody's fault but ours."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
