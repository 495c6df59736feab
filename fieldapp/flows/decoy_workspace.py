"""Filling the workspace of the duress passphrase: its author, its reports, its drafts, and what time adds to them.

The rows are those of an ordinary tablet, written through the same custody. Only the sealed objects are not:
nothing ever opens or sends them, so they are random bytes of an envelope's length.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.flows import draft
from fieldapp.flows.decoy_visits import DAY_S, Round, Visit, choose, number, unfinished, visits
from fieldapp.flows.ports import Ports, today
from fieldapp.vault import keyring as keyrings
from fieldapp.vault.keyring import Keyring
from fieldapp.vault.records import UNSENT, Head, Item, KeptFacts, Mission, Seen, State
from fieldapp.vault.vault import DamagedRow
from firsthand import assets
from firsthand.domain.parts import Recorded, split
from firsthand.domain.report import parse_report
from firsthand.protocol import certificate, erase
from firsthand.protocol.signing import SigningKey

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_BACK_DAYS = 35  # the first visit lies so far back
_TOP_UP_MAX_DAYS = 21
_FRESH_DAYS = 2  # younger reports still wait for a network
_NAME = b"visits"
_KEY_BYTES, _ID_BYTES, _HASH_BYTES = 32, 16, 32
_FIXED_BYTES = 4 * 1329 + 648 + 32  # slots, manifest and head of an envelope
_BODY_BYTES = (1536, 2048, 2048, 3072)


@dataclass(frozen=True, slots=True)
class Filled:
    """How far the workspace is filled.

    Attributes:
        route: where its officer goes.
        until_day: the first day (since 1970) for which there is no visit yet.
        log_index: of the last object that counts as logged.
    """

    route: Round
    until_day: int
    log_index: int


def new_author(mission: Mission, ports: Ports) -> tuple[Keyring, Mission]:
    """Keys of its own, and the mission as it would have enrolled with them. No mission knows them."""
    entropy = ports.entropy
    author = Keyring.fresh(token_seed=entropy.bytes(_KEY_BYTES), mailbox_key=entropy.bytes(_KEY_BYTES), entropy=entropy)
    inviter = SigningKey.from_seed(entropy.bytes(_KEY_BYTES))
    return author, replace(
        mission, certificate=certificate.make_certificate(inviter, author.signer, author.kem.public())
    )


def fill(tablet: Tablet, files: Mapping[str, bytes], seen: Seen | None = None) -> None:
    """Everything that an officer of five weeks would have; call inside `vault.write` of an empty workspace.

    Its places in the log are made up. They lie within the log as the officer's own workspace has verified it
    (`seen`); where it has verified none yet, `top_up` moves them as soon as it has.
    """
    entropy, custody = tablet.ports.entropy, tablet.custody
    keyrings.save(tablet.vault, tablet.keyring)
    custody.save_mission(tablet.mission, files)
    day = max(today(tablet.ports.clock), tablet.directory.created_day)
    first_day = day - _BACK_DAYS
    head = Head(entropy.bytes(_ID_BYTES), 0, None, first_day, 0)
    log_index = 20 + number(entropy, 200)
    enrolment = _Made("enrol", (first_day * DAY_S) + 9 * 3600, State.LOGGED, log_index)
    _add(tablet, head, enrolment, None)
    route = Round.of(tablet.directory, tablet.language, entropy)
    log_index = _add_visits(tablet, route, range(first_day + 1, day), log_index)
    for back in (1, 3):
        begun = _at(tablet, (day - back) * DAY_S + 15 * 3600)
        draft.save(begun, draft.start(begun, "monitoring_visit"), unfinished(route, day - back, entropy))
    custody.save_seen(Seen(log_index + 1, entropy.bytes(_HASH_BYTES), day - 1, ""))
    proven = [(item.log_index, item.sealed_day) for item in custody.items() if item.log_index is not None]
    custody.keep_proofs(Seen(place + 1, entropy.bytes(_HASH_BYTES), on, "") for place, on in proven)
    _save(tablet, _fitted(tablet, Filled(route, day, log_index), seen))


def top_up(tablet: Tablet, seen: Callable[[], Seen | None] | None) -> int:
    """What the days since have added; how many visits.

    Args:
        tablet: the workspace, open.
        seen: the checkpoint that the officer's own workspace has verified, if any: reports that have waited long
            enough count as logged under it. None in a session of this workspace, where only sync moves them.

    Raises:
        Damaged: what it was filled with does not read.
    """
    filled = load(tablet)
    verified = (seen or tablet.custody.seen)()  # asked for in both sessions, so that both read the same rows
    if _beyond(filled, verified):
        with tablet.vault.write():
            filled = _fitted(tablet, filled, verified)
            _save(tablet, filled)
    day = max(today(tablet.ports.clock), tablet.directory.created_day)
    if day < filled.until_day + 2 or not tablet.clock_is_sane():
        return 0
    with tablet.vault.write():
        log_index, end = filled.log_index, 0
        if seen is not None and verified is not None:
            log_index, end = _log_the_old(tablet, filled, day, verified), verified.size
        before = tablet.custody.head().count
        days = range(max(filled.until_day, day - _TOP_UP_MAX_DAYS), day)
        log_index = _add_visits(tablet, filled.route, days, log_index, end)
        _save(tablet, Filled(filled.route, day, log_index))
        return tablet.custody.head().count - before


def load(tablet: Tablet) -> Filled:
    """How far the workspace is filled.

    Raises:
        NotFound, Damaged.
    """
    match tablet.vault.get("state", tablet.vault.named("state", _NAME)):
        case {"v": 1, "language": str(language), "places": [*places], "until": int(until), "index": int(index)}:
            return Filled(Round(language, tuple(_place(each) for each in places)), until, index)
    raise DamagedRow(table="state")


def _place(value: object) -> tuple[str, str]:
    match value:
        case [str(first), str(second)]:
            return first, second
    raise DamagedRow(table="state")


def _save(tablet: Tablet, filled: Filled) -> None:
    route = filled.route
    tablet.vault.put(
        "state",
        tablet.vault.named("state", _NAME),
        {
            "v": 1,
            "language": route.language,
            "places": [list(place) for place in route.places],
            "until": filled.until_day,
            "index": filled.log_index,
        },
    )


@dataclass(frozen=True, slots=True)
class _Made:
    kind: str
    at_s: int
    state: State
    log_index: int | None


def _add_visits(tablet: Tablet, route: Round, days: range, log_index: int, end: int | None = None) -> int:
    """Adds visits of these days, of which the last always waits; the last log index that was given away.

    Args:
        end: how long the log is; those for which it has no room wait as well. None: as long as need be.
    """
    made_up = list(visits(route, days, tablet.ports.clock.tz_min(), tablet.ports.entropy))
    for visit in made_up:
        following = _following(tablet, log_index, end)
        waits = following is None or visit is made_up[-1] or visit.at_s // DAY_S >= days.stop - _FRESH_DAYS
        if not waits and following is not None:
            log_index = following
        made = _Made("report", visit.at_s, State.SEALED if waits else State.LOGGED, None if waits else log_index)
        _add(tablet, tablet.custody.head(), made, visit)
    return log_index


def _log_the_old(tablet: Tablet, filled: Filled, day: int, seen: Seen) -> int:
    """Reports that have waited for days were handed in meanwhile, as far as anybody can see."""
    index = filled.log_index
    places = {}
    for item in tablet.custody.unsent_items():
        following = _following(tablet, index, seen.size)
        if following is None:
            break
        if item.state in UNSENT and item.sealed_day <= day - _FRESH_DAYS:
            index = following
            places[tablet.custody.row_id(item.object_hash)] = index
    tablet.custody.mark_logged(places, seen)
    return index


# -- places in the log ---------------------------------------------------------------------------------------
def _following(tablet: Tablet, index: int, end: int | None) -> int | None:
    """A place some way behind another, within a log of `end` leaves; None where that has no room left."""
    made_up = index + 1 + number(tablet.ports.entropy, 12)
    if end is None or made_up < end:
        return made_up
    return end - 1 if index + 1 < end else None


def _beyond(filled: Filled, seen: Seen | None) -> bool:
    """Whether a made-up place is beyond the relay's log as it was verified; a made-up log (no note) proves nothing."""
    return seen is not None and bool(seen.note) and filled.log_index >= seen.size > 0


def _fitted(tablet: Tablet, filled: Filled, seen: Seen | None) -> Filled:
    """Moves made-up places into the log that was verified; what it has no room for waits again. Inside a write."""
    if seen is None or not _beyond(filled, seen):
        return filled
    logged = [item for item in tablet.custody.items() if item.log_index is not None]
    places = fit_places([item.log_index or 0 for item in logged], seen.size)
    moved = {
        tablet.custody.row_id(item.object_hash): replace(item, log_index=place)
        if place is not None
        else item.at(State.SEALED)
        for item, place in zip(logged, places, strict=True)
    }
    tablet.custody.replace_items(moved)
    tablet.custody.save_seen(seen)
    tablet.custody.keep_proofs([seen])
    return replace(filled, log_index=max((place for place in places if place is not None), default=0))


def fit_places(places: Sequence[int], size: int) -> list[int | None]:
    """The same places, in proportion, in a log of `size` leaves: ever higher; None from where there is no room."""
    count = len(places)
    if count >= size:
        return [index if index < size else None for index in range(count)]
    spare, wide = size - count, max(places[-1] - count + 2, 1) if places else 1
    return [at + (place - at) * spare // wide for at, place in enumerate(places)]


def _add(tablet: Tablet, head: Head, made: _Made, visit: Visit | None) -> None:
    entropy, day = tablet.ports.entropy, made.at_s // DAY_S
    report_id = entropy.bytes(_ID_BYTES) if visit else b""
    sealed = entropy.bytes(_FIXED_BYTES + choose(entropy, _BODY_BYTES))
    object_hash, erase_key = hashlib.sha256(sealed).digest(), entropy.bytes(_KEY_BYTES)
    item = Item(
        kind=made.kind,
        state=made.state,
        chain=head.chain,
        seq=head.count,
        report_id=report_id,
        object_hash=object_hash,
        tag=erase.erase_tag(erase_key),
        erase_key=erase_key,
        size_bytes=len(sealed),
        sensitive=False,
        recorded_at_s=made.at_s,
        sealed_day=day,
        order=head.total,
        log_index=made.log_index,
        draft=b"",
        before=head,
    )
    after = Head(head.chain, head.count + 1, object_hash, day, head.total + 1)
    tablet.custody.add(item, sealed, after, _facts(tablet, visit, report_id, day) if visit else None)


def _facts(tablet: Tablet, visit: Visit, report_id: bytes, day: int) -> KeptFacts:
    report = parse_report(json.dumps(visit.report).encode())
    recorded = Recorded(visit.at_s, tablet.ports.clock.tz_min(), "manual", None, number(tablet.ports.entropy, 400_000))
    cut = split(
        report,
        report_id=report_id,
        recorded=recorded,
        catalogue=assets.catalogue(),
        language=visit.report["language"],
    )
    return KeptFacts(cut.title, report.incident.place.adm1, report.kind, cut.parts["facts"], day)


@dataclass(frozen=True, slots=True)
class _Then:
    """The tablet's clock, standing at another time."""

    at_s: int
    zone_min: int

    def now_s(self) -> int:
        return self.at_s

    def tz_min(self) -> int:
        return self.zone_min

    def monotonic_s(self) -> float:
        return 0.0


def _at(tablet: Tablet, at_s: int) -> Tablet:
    clock = _Then(at_s, tablet.ports.clock.tz_min())
    return replace(tablet, ports=replace(tablet.ports, clock=clock))
