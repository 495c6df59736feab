"""Who sits at the desk: passwords (Argon2id), sessions, and the pace at which somebody may guess.

Sessions live in memory only: a stolen disk holds none, and a restart signs everybody out. Rules: 15 minutes without
a request or 10 hours in all end a session; five wrong passwords for a name make that name wait for a minute; an
unknown name costs the same time as a wrong password.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from hmac import compare_digest

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from firsthand.errors import EXIT_PASSPHRASE, Environment, TheirFault
from firsthand.ports import Clock
from sync_server.desk.store_people import PeopleStore

IDLE_S, LONGEST_S = 15 * 60, 10 * 3600
TRIES, PAUSE_S = 5, 60
PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS, NAME_MAX_CHARS = 10, 1024, 60
MAX_SESSIONS, MAX_NAMES = 200, 2_000
_hasher = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


class AccountName(TheirFault):
    """A name that cannot be an account: empty, too long, or with characters that do not print."""

    code = "account-name"


class WeakPassword(Environment):
    """A password that is too short, or far too long."""

    code = "weak-password"
    exit_code = EXIT_PASSPHRASE


def add_account(people: PeopleStore, name: str, password: str, now_s: int) -> None:
    """Make an account, or give it a new password.

    Raises:
        AccountName, WeakPassword.
    """
    if not 0 < len(name) <= NAME_MAX_CHARS or name != name.strip() or not name.isprintable():
        raise AccountName("account name")
    if not PASSWORD_MIN_CHARS <= len(password) <= PASSWORD_MAX_CHARS:
        raise WeakPassword("password length")
    people.put_account(name, _hasher.hash(password), now_s)


@dataclass(slots=True)
class Session:
    """A signed-in person.

    Attributes:
        token: the secret of the cookie.
        csrf: the secret that every form carries.
    """

    person: str
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    since_s: float
    seen_s: float


@dataclass(frozen=True, slots=True)
class Denied:
    """Why nobody was signed in: tries left, or seconds to wait."""

    tries_left: int
    wait_s: int


@dataclass(slots=True)
class _Misses:
    count: int = 0
    until_s: float = 0.0


class Accounts:
    """Sign-in and sessions of one desk process."""

    def __init__(self, people: PeopleStore, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._misses: dict[str, _Misses] = {}
        self._nobody = _hasher.hash(secrets.token_hex(16))
        # Each check takes 64 MiB: many at once must not take the machine down.
        self._gate = threading.BoundedSemaphore(2)

    def sign_in(self, name: str, password: str) -> Session | Denied:
        """A new session, or why not."""
        now = self._clock.monotonic_s()
        with self._lock:
            misses = self._misses.setdefault(name[:NAME_MAX_CHARS], _Misses())
            if now < misses.until_s:
                return Denied(0, int(misses.until_s - now) + 1)
            # Counted before the slow check, so that a hundred parallel guesses are still a hundred.
            misses.count += 1
            if misses.count >= TRIES:
                misses.until_s, misses.count = now + PAUSE_S, 0
            left, wait = (TRIES - misses.count, 0) if misses.until_s <= now else (0, PAUSE_S)
            self._forget(now)
        if not self._is_right(name, password):
            return Denied(left, wait)
        with self._lock:
            self._misses.pop(name[:NAME_MAX_CHARS], None)
            session = Session(name, secrets.token_urlsafe(32), secrets.token_urlsafe(24), now, now)
            self._sessions[session.token] = session
        return session

    def session(self, token: str | None) -> Session | None:
        """The session of a cookie, if it is alive; using it keeps it so."""
        now = self._clock.monotonic_s()
        with self._lock:
            session = self._sessions.get(token or "")
            if session is None:
                return None
            if now - session.seen_s > IDLE_S or now - session.since_s > LONGEST_S:
                del self._sessions[session.token]
                return None
            session.seen_s = now
            return session

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(token, None)

    def _is_right(self, name: str, password: str) -> bool:
        stored = self._people.account_hash(name)
        try:
            with self._gate:
                return _hasher.verify(stored or self._nobody, password[: PASSWORD_MAX_CHARS + 1]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def _forget(self, now: float) -> None:
        """Keep memory small when somebody tries many names or never signs out."""
        if len(self._misses) > MAX_NAMES:
            self._misses = {name: miss for name, miss in self._misses.items() if miss.until_s > now}
        if len(self._sessions) > MAX_SESSIONS:
            oldest = min(self._sessions.values(), key=lambda session: session.seen_s)
            del self._sessions[oldest.token]


def same_secret(given: str, expected: str) -> bool:
    """Compare secrets of forms and cookies in constant time."""
    return compare_digest(given.encode(), expected.encode())
