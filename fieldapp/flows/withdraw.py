"""A person takes consent back: from the officer's word to what every desk must destroy (DOMAIN X-WDR, 4.6).

Theory. Everything is decided here, when the person says so, and written down in one transaction: the ledger's new
entries, erase keys for the relay, and what each role may go on holding. Then an envelope is sealed that tells all
desks alike. The next sync shows the erase keys before it sends anything else, and that envelope before any report. So
a report that no desk has fetched yet is never fetched; the others destroy the keys they were granted and answer.

    full      nothing that was granted may stay: the object goes from the relay now, and from this tablet
    partial   some roles keep some parts: attachments that are not covered any more go from the relay now, the envelope
              itself once every desk that held anything has answered

Not here: what cannot be called back is told by `told`, in codes that the texts turn into sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.flows import consent_rows, owed, shares
from fieldapp.flows.consent_rows import ConsentRow
from fieldapp.flows.shares import Share
from fieldapp.vault.blobs import SENT, Blob, Blobs
from fieldapp.vault.lists import Stub
from fieldapp.vault.records import Item, State
from fieldapp.vault.tasks import CONSENTS, WITHDRAWALS, Tasks
from fieldapp.vault.withdrawals import DeskAnswer, Erase, Withdrawals, Withdrawn
from firsthand import errors
from firsthand.domain import ledger as chain
from firsthand.domain.consent import NEEDS_C1, SCOPES, Consent
from firsthand.domain.ledger import Ledger
from firsthand.ids import parse_report_id, report_id_text
from firsthand.protocol import erasure
from firsthand.protocol import withdraw as wire

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = [
    "NothingToWithdraw",
    "ScopeUnknown",
    "WrongSubject",
    "damaged",
    "finish",
    "follow",
    "given",
    "take_answers",
    "withdraw",
]

_TELL_DAYS = 14  # so soon the person is told what has become of it, where she or he agreed to be contacted
_HELD_FACTS = frozenset({"C1", "C2", "C10"})


class WrongSubject(errors.Refused):
    """The pseudonym is not that of the person who spoke in this report."""

    code = "wrong-subject"


class ScopeUnknown(errors.Refused):
    """There is no such scope of consent."""

    code = "scope-unknown"


class NothingToWithdraw(errors.Refused):
    """None of this is a yes: it was never given, or has been taken back before."""

    code = "nothing-to-withdraw"


def given(tablet: Tablet, report: str) -> Consent:
    """What the person of a report allows as of now.

    Raises:
        NotFound: no person spoke in it, or it is not of this tablet. Malformed, LedgerBroken, Damaged.
    """
    row = consent_rows.find(tablet, parse_report_id(report))
    return chain.consent_of(chain.decode(row.ledger), _now_min(tablet))


def withdraw(
    tablet: Tablet, report: str, subject: str, scopes: Iterable[str], *, full: bool = False
) -> list[Withdrawn]:
    """Takes scopes back, of this report and of all others of this tablet in which the same person spoke.

    Args:
        tablet: open.
        report: 26 characters.
        subject: the pseudonym that the person bears in the ledger, 26 characters.
        scopes: codes of SCOPES; those that rest on C1 go with it.
        full: all scopes.

    Returns:
        One withdrawal a report, the named one first.

    Raises:
        WrongSubject, ScopeUnknown, NothingToWithdraw: nothing has changed.
        NotFound: no person spoke in it, or it is not of this tablet. LedgerBroken, Damaged: its record is hurt.
        DiskFull: nothing has changed; SelfCheckFailed: the next opening tells the desks.
    """
    wanted = frozenset(SCOPES) if full else frozenset(scopes)
    if not wanted <= frozenset(SCOPES):
        raise ScopeUnknown
    with tablet.vault.guard:
        first = consent_rows.find(tablet, parse_report_id(report))
        if first.subject != subject:
            raise WrongSubject
        plans = [plan for row in _of_person(tablet, first) if (plan := _plan(tablet, row, wanted))]
        if not plans:
            raise NothingToWithdraw
        with tablet.vault.write():
            for plan in plans:
                _keep(tablet, plan)
        for plan in plans:
            Blobs(tablet.home, tablet.vault).forget(list(plan.blobs))
        with suppress(errors.DiskFull, errors.Busy):
            tablet.vault.shrink_log()
        finish(tablet)
        _owe_an_answer(tablet, first)
    kept = {each.id: each for each in Withdrawals(tablet.vault).all()}
    return [kept[plan.withdrawn.id] for plan in plans]


def follow(tablet: Tablet, replaced: bytes, now: Consent) -> list[Withdrawn]:
    """Takes back of an earlier version what the person says no to in the one that is about to be sealed in its place.

    Before the new one is sealed: if that fails, less is allowed than was asked, and never more. What was not asked this
    time, or is left for later, stays as it was.

    Raises:
        LedgerBroken, Damaged, DiskFull, SelfCheckFailed: as `withdraw`.
    """
    try:
        row = consent_rows.find(tablet, replaced)
        before = given(tablet, report_id_text(replaced))
        refused = [scope for scope, answer in now.scopes if answer in {"no", "withdrawn"} and before.allows(scope)]
        return withdraw(tablet, report_id_text(replaced), row.subject, refused) if refused else []
    except (errors.NotFound, NothingToWithdraw):  # of another tablet, or nobody spoke in it
        return []


def finish(tablet: Tablet) -> int:
    """Seals the envelopes of withdrawals that have none yet; how many. Called at every opening too.

    A crash after the sealing and before the mark sends the same twice, which destroys nothing more.

    Raises:
        DiskFull, SelfCheckFailed: the next opening will do it.
    """
    from fieldapp.flows.seal import seal_service

    rows = Withdrawals(tablet.vault)
    with tablet.vault.guard:
        untold = [each for each in rows.all() if not each.envelope]
        for each in untold:
            everyone = [frozenset({0, wire.PART_NUMBER})] * len(tablet.policy.roles)
            seal_service(tablet, wire.ENVELOPE_TYPE, everyone, {wire.PART_NUMBER: wire.encode(_wire(each))})
            with tablet.vault.write():
                rows.put(_with_envelope(each, tablet.custody.head().prev or b""))
    return len(untold)


def damaged(tablet: Tablet) -> int:
    """How many withdrawals do not open: nobody would go on with them."""
    return sum(row.damaged for row in Tasks(tablet.vault, WITHDRAWALS).rows())


def take_answers(tablet: Tablet, data: bytes) -> list[Withdrawn]:
    """Keeps what desks have answered, from a file of theirs; the withdrawals that they answer.

    Raises:
        Malformed: cut, flipped or no such file. NotForUs: nothing in it is for this tablet.
        BadSignature: not from the desks of this mission. DiskFull. Nothing has changed then.
    """
    desks: dict[str, list[bytes]] = {}
    for desk in tablet.directory.desks:
        desks.setdefault(desk.role, []).append(desk.sign_public)
    found = erasure.open_file(data, tablet.keyring.kem, desks, tablet.device)
    rows = Withdrawals(tablet.vault)
    with tablet.vault.guard:
        changed: dict[bytes, Withdrawn] = {}
        for answer in found:
            for each in answer.erasures:
                for row in _answered(rows, each):
                    heard = changed.get(row.id, row).heard(_desk_answer(answer.role, each))
                    changed[row.id] = heard
        with tablet.vault.write():
            for row in changed.values():
                rows.put(row)
    return list(changed.values())


# -- planning ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Plan:
    """One report's withdrawal before it is written down; `blobs` are files of attachments that go from here."""

    withdrawn: Withdrawn
    consent: ConsentRow
    stub: Stub
    blobs: tuple[Blob, ...]


def _of_person(tablet: Tablet, first: ConsentRow) -> list[ConsentRow]:
    """That row, then all others of the same person."""
    rows = [row for row in Tasks(tablet.vault, CONSENTS).rows() if not row.damaged and row.id != first.report_id]
    others = [consent_rows.from_row(row.id, row.value) for row in rows]
    return [first, *(row for row in others if row.subject == first.subject)]


def _plan(tablet: Tablet, row: ConsentRow, wanted: frozenset[str]) -> _Plan | None:
    said, now = chain.decode(row.ledger), _now_min(tablet)
    taken = _taken(chain.consent_of(said, now), wanted)
    stub = tablet.custody.find_report(row.report_id)
    if not taken or stub is None:
        return None
    after = _recorded(said, row.subject, taken, now)
    left = chain.consent_of(after, now).keys()
    share, item = shares.find(tablet, row.report_id), tablet.custody.item(stub.row_id)
    keep = share.kept(tablet.policy, left)
    full = not any(bitmap >> 1 for bitmap in keep)
    blobs = Blobs(tablet.home, tablet.vault).of_report(stub.row_id)
    gone = tuple(blob for blob in blobs if full or blob.id in share.uncovered(tablet.policy, left))
    own = (Erase(item.object_hash, item.erase_key),)
    now_due = tuple(Erase(blob.object_hash, blob.erase_key) for blob in gone if _may_have_left(blob))
    whole_now = full and _item_may_have_left(tablet, item, stub)
    withdrawn = Withdrawn(
        id=Withdrawals(tablet.vault).fresh_id(),
        report_id=row.report_id,
        target=item.object_hash,
        chain=item.chain,
        seq=item.seq,
        subject=row.subject,
        scopes=taken,
        keep=(0,) * len(keep) if full else keep,
        full=full,
        at_day=tablet.day(),
        erase=(*own, *now_due) if whole_now else now_due,
        erase_later=() if full or keep == share.grants else own,
        awaited=_holders(share),
    )
    consent = ConsentRow(row.report_id, row.subject, chain.encode(after), row.incident, row.counted)
    return _Plan(withdrawn, consent, stub, gone)


def _taken(now: Consent, wanted: frozenset[str]) -> tuple[str, ...]:
    """Scopes that are a yes or a later, and will not be: the wanted ones and what rests on C1, if that goes."""
    falling = wanted | (NEEDS_C1 if "C1" in wanted else frozenset())
    return tuple(scope for scope in SCOPES if scope in falling and now.value(scope) in {"yes", "later"})


def _recorded(said: Ledger, subject: str, taken: Sequence[str], now: int) -> Ledger:
    """With an entry for each; who was to be kept out stays kept out."""
    for scope in taken:
        kept_out = next((e.exclusions for e in reversed(said.entries) if e.scope == scope), ())
        said = chain.record(said, subject, scope, "withdrawn", now, exclusions=kept_out)
    return said


def _holders(share: Share) -> tuple[str, ...]:
    """Roles that were given any part: their desks have something to destroy, or to keep."""
    return tuple(role for role, bitmap in zip(share.roles, share.grants, strict=True) if bitmap >> 1)


def _may_have_left(blob: Blob) -> bool:
    return blob.state in SENT or blob.state is State.HANDED or blob.token is not None


def _item_may_have_left(tablet: Tablet, item: Item, stub: Stub) -> bool:
    """Sealed and bound to no token: no carrier has ever had it."""
    bound = tablet.custody.binding()
    return item.state is not State.SEALED or (bound is not None and stub.row_id in bound.row_ids)


# -- writing -------------------------------------------------------------------------------------------------
def _keep(tablet: Tablet, plan: _Plan) -> None:
    """Inside one transaction: ledger, withdrawal, and what goes from this tablet at once."""
    tablet.vault.put(CONSENTS, plan.consent.report_id, consent_rows.to_row(plan.consent))
    Withdrawals(tablet.vault).put(plan.withdrawn)
    if plan.withdrawn.full:
        tablet.custody.purge(plan.stub)
    elif _HELD_FACTS & set(plan.withdrawn.scopes) and plan.stub.readable:
        tablet.custody.forget_facts(plan.stub)


def _owe_an_answer(tablet: Tablet, row: ConsentRow) -> None:
    """The person is told what became of it, if she or he still agrees to be contacted."""
    if given(tablet, report_id_text(row.report_id)).allows("C6"):
        with suppress(errors.DiskFull):
            owed.add(tablet, "result", tablet.day() + _TELL_DAYS, report_id_text(row.report_id))


def _wire(withdrawn: Withdrawn) -> wire.Withdrawal:
    return wire.Withdrawal(
        target=withdrawn.target,
        place=(withdrawn.chain, withdrawn.seq),
        subject=withdrawn.subject,
        scopes=withdrawn.scopes,
        keep=withdrawn.keep,
        full=withdrawn.full,
        at_day=withdrawn.at_day,
    )


def _with_envelope(withdrawn: Withdrawn, object_hash: bytes) -> Withdrawn:
    return replace(withdrawn, envelope=object_hash)


def _answered(rows: Withdrawals, each: erasure.Erasure) -> list[Withdrawn]:
    """Those that an answer speaks of: by envelope, or by target where the envelope was sealed twice."""
    found = rows.by_envelope(each.withdrawal)
    return [found] if found else [row for row in rows.all() if row.target == each.target]


def _desk_answer(role: str, each: erasure.Erasure) -> DeskAnswer:
    exports = tuple((export.what, export.form, export.day) for export in each.exports)
    return DeskAnswer(role, each.gone, each.kept, each.day, each.readers, exports)


def _now_min(tablet: Tablet) -> int:
    return max(tablet.ports.clock.now_s(), 0) // 60
