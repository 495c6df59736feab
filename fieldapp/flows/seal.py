"""From a report to a sealed object in the outbox.

Theory. After `record` or `seal_draft` returns, the plaintext exists in no row: the object is sealed to the
roles that consent or basis allows, it was read back from the disk and opened with the keys that were still in
memory, and only then the draft and its key were deleted. Whatever stops the process on the way leaves either
the draft alone, or the sealed object alone.

    nothing -> attachments read back and opened, copies made
            -> unchecked (object, facts, chain head, attachments' rows: one transaction) -> read back, opened, compared
            -> sealed (state, draft gone, older facts past their time gone: one transaction) -> side file
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.flows import retention, shares
from fieldapp.flows.evidence import Evidence, choose, discard_copies, gather
from fieldapp.flows.form.where import AreaTree
from fieldapp.vault import sidefile
from fieldapp.vault.blobs import Blobs
from fieldapp.vault.records import Head, Item, KeptFacts, State
from fieldapp.vault.tasks import CONSENTS
from firsthand import assets, errors
from firsthand.domain.parts import Recorded, SplitReport, split
from firsthand.domain.report import Report, parse_report
from firsthand.domain.validation import check
from firsthand.ids import report_id_text
from firsthand.protocol import attachment, cbor, envelope, erase
from firsthand.protocol.manifest import ManifestDraft

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_DAY_S = 86_400
_KEY_BYTES, _ID_BYTES = 32, 16
_HASH_BYTES = 32
ALERT_ROLE = "risk_cell"
A413 = "a413-channel"


class ConductChannel(errors.Refused):
    """An act by mission personnel: it goes to conduct and discipline, and is not stored here."""

    code = A413


@dataclass(frozen=True, slots=True)
class Beside:
    """What an interview gives along with its report.

    Attributes:
        parts: by part name, fields beside those of the report; they go where that part goes, and only if it is
            written at all.
        consent: the author's own row on what was consented to; it appears in the transaction in which the draft goes.
        report_id: 16 random bytes that were drawn before, so that others could point to it; empty: drawn now.
    """

    parts: Mapping[str, Mapping[str, cbor.Value]] = field(default_factory=dict)
    consent: cbor.Value | None = None
    report_id: bytes = b""


@dataclass(frozen=True, slots=True)
class _Load:
    """What one envelope carries, before sealing."""

    type: str
    grants: tuple[frozenset[int], ...]
    parts: tuple[cbor.Value | None, ...]
    erase_key: bytes
    supersedes: bytes | None = None


def record(tablet: Tablet, report_json: bytes, attachments: Sequence[Path] = ()) -> str:
    """Validates and seals a report with its attachments, all or nothing; returns its id (26 characters).

    Raises:
        InvalidReport: with all problems; nothing was sealed.
        ConductChannel: an act by mission personnel.
        DiskFull, SelfCheckFailed: nothing was sealed.
        AttachmentRefused: consent or basis does not cover a file's medium. The others of `attach.add_file`: a file
            cannot be taken in. Nothing was sealed.
    """
    report = checked_report(tablet, report_json)
    if attachments:
        return _record_with(tablet, report, report_json, attachments)
    return _seal(tablet, report, b"", tablet.ports.entropy.bytes(_KEY_BYTES), Beside())


def _record_with(tablet: Tablet, report: Report, report_json: bytes, paths: Sequence[Path]) -> str:
    """By way of a draft, so that a kill in the middle loses nothing; a refusal takes the draft away again."""
    from fieldapp.flows import attach, draft

    draft_id = draft.start(tablet, report.kind)
    with ExitStack() as undo:
        undo.callback(draft.discard, tablet, draft_id)
        draft.save(tablet, draft_id, json.loads(report_json))
        for path in paths:
            attach.add_file(tablet, draft_id, path, must_be_covered=True)
        sealed = seal_draft(tablet, draft_id)
        undo.pop_all()
    return sealed


def record_many(tablet: Tablet, reports: Iterable[bytes]) -> list[str]:
    """`record` for each, in order; stops at the first that fails, with the earlier ones sealed."""
    return [record(tablet, report) for report in reports]


def seal_draft(
    tablet: Tablet, draft_id: bytes, report: Mapping[str, Any] | None = None, beside: Beside | None = None
) -> str:
    """Seals a draft, which is gone afterwards; returns the report id.

    Args:
        tablet: open.
        draft_id: the draft.
        report: what to seal in its place, as values of REPORT.json; by default what the draft says, without
            the marks of the form (names that begin with an underscore).
        beside: what an interview gives along with it.

    Raises:
        As `record`; the draft stays as it is.
        NotFound, DamagedRow, Panicked: the draft is not there or does not open.
        DamagedBlob: an attachment is not what was added: remove it, or add it again.
    """
    from fieldapp.flows import draft

    kept = draft.read(tablet, draft_id)
    text = report_text(kept.report if report is None else report)
    return _seal(tablet, checked_report(tablet, text), draft_id, kept.erase_key, beside or Beside())


def report_text(values: Mapping[str, Any]) -> bytes:
    """The JSON of a draft's values without the marks of the form, ready for the strict parser."""
    report = {name: value for name, value in values.items() if not name.startswith("_")}
    return json.dumps(report, ensure_ascii=False).encode("utf-8", "surrogatepass")


def checked_report(tablet: Tablet, report_json: bytes) -> Report:
    """A report that may be sealed.

    Raises:
        InvalidReport, ConductChannel: it may not.
    """
    report = parse_report(report_json)
    blocking = tuple(problem for problem in problems(tablet, report) if problem.blocking)
    if any(problem.code == A413 for problem in blocking):
        raise ConductChannel
    if blocking:
        raise errors.InvalidReport(blocking)
    return report


def problems(tablet: Tablet, report: Report) -> tuple[errors.Problem, ...]:
    """What is wrong or doubtful in a report, by the mission's areas and the tablet's day."""
    today = datetime.fromtimestamp(tablet.day() * _DAY_S, UTC).date()
    directory = tablet.directory
    return check(
        report,
        catalogue=assets.catalogue(),
        area_names=directory.area_names,
        today=today,
        place_names=AreaTree.of(directory.areas_geojson).names(),
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A sealed object before it is kept: bytes, keys, and what the vault will remember."""

    item: Item
    sealed: envelope.Sealed
    parts: tuple[cbor.Value | None, ...]
    head: Head
    facts: KeptFacts | None
    evidence: Evidence = field(default_factory=Evidence)
    rows: Mapping[str, cbor.Value] = field(default_factory=dict)


def make_enrolment(tablet: Tablet, head: Head) -> Made:
    """The first envelope of a chain: the certificate to all roles, the alert key to the risk cell alone."""
    grants = tuple(frozenset({0, 1} | ({2} if role == ALERT_ROLE else set())) for role in tablet.policy.roles)
    alert: cbor.Value = {"v": 1, "alert_key": tablet.keyring.alert_key, "modem": None}
    parts = (tablet.mission.certificate, alert, None, None, None)
    load = _Load("enrol", grants, parts, tablet.ports.entropy.bytes(_KEY_BYTES))
    return _make(tablet, load, head)


def seal_enrolment(tablet: Tablet, head: Head) -> None:
    """Begins a chain in a vault that is in use: the enrolment is sealed again, under a new number."""
    with tablet.vault.guard:
        _keep(tablet, make_enrolment(tablet, head))


def seal_service(tablet: Tablet, kind: str, grants: Sequence[frozenset[int]], parts: Mapping[int, cbor.Value]) -> None:
    """Seals an envelope that is no report into the outbox.

    Args:
        tablet: open.
        kind: type in the manifest.
        grants: part numbers of every role, in the order of the policy.
        parts: content by part number, 1 to 5.

    Raises:
        DiskFull, SelfCheckFailed: nothing was sealed.
    """
    values = tuple(parts.get(number) for number in range(1, len(envelope.PART_NAMES) + 1))
    with tablet.vault.guard:
        load = _Load(kind, tuple(grants), values, tablet.ports.entropy.bytes(_KEY_BYTES))
        _keep(tablet, _make(tablet, load, tablet.custody.head()))


def self_check(tablet: Tablet, made: Made) -> None:
    """Reads the object back from the disk and opens it with the keys that are still in memory.

    Raises:
        SelfCheckFailed: it is not, bit for bit and part for part, what was sealed.
    """
    try:
        stored = tablet.vault.reread("objects", tablet.custody.row_id(made.sealed.object_hash))
        if not isinstance(stored, bytes) or stored != made.sealed.envelope:
            raise errors.SelfCheckFailed("stored bytes differ")
        opened = envelope.Opened.from_keys(stored, made.sealed.keys)
        opened.authenticate(tablet.keyring.signer.public)
    except (errors.TheirFault, errors.Damaged, errors.NotFound) as error:
        raise errors.SelfCheckFailed("stored object does not open") from error
    for name, part in zip(envelope.PART_NAMES, made.parts, strict=True):
        if cbor.encode(opened.parts.get(name)) != cbor.encode(part):
            raise errors.SelfCheckFailed("a part differs")


def _seal(tablet: Tablet, report: Report, draft_id: bytes, erase_key: bytes, beside: Beside) -> str:
    report_id = beside.report_id or tablet.ports.entropy.bytes(_ID_BYTES)
    with tablet.vault.guard:
        tablet.finish_undoing()
        _follow_consent(tablet, report)
        cut = _with_beside(split_now(tablet, report, report_id), beside)
        evidence = _evidence(tablet, cut, draft_id, erase_key)
        try:
            load = _report_load(tablet, report, cut, erase_key, evidence)
            quiet = cut.sensitive or beside.consent is not None
            origin = _Origin(report, cut, report_id, draft_id, evidence, quiet)
            made = _make(tablet, load, tablet.custody.head(), origin)
            _keep(tablet, replace(made, rows=_rows_beside(tablet, origin, load, beside)))
        except errors.FirsthandError:
            discard_copies(_blobs(tablet), evidence.copies)
            raise
        if evidence.choice.dropped:
            _forget_dropped(tablet, draft_id)
    return report_id_text(report_id)


def _follow_consent(tablet: Tablet, report: Report) -> None:
    from fieldapp.flows import withdraw

    if report.supersedes is not None and report.consent is not None:
        withdraw.follow(tablet, report.supersedes, report.consent)


def _rows_beside(tablet: Tablet, origin: _Origin, load: _Load, beside: Beside) -> dict[str, cbor.Value]:
    """What stays with the author beside the report, by table; what an interview brings along comes before the rest."""
    rows = shares.rows_of(
        tablet, origin.report, origin.report_id, cut=origin.cut, grants=load.grants, evidence=origin.evidence
    )
    return rows if beside.consent is None else {**rows, CONSENTS: beside.consent}


def _with_beside(cut: SplitReport, beside: Beside) -> SplitReport:
    """The parts with what was given along; a part without content of its own stays without."""
    more = {name: fields for name, fields in beside.parts.items() if cut.parts[name] is not None}
    return replace(cut, parts={**cut.parts, **{name: {**fields, **cut.parts[name]} for name, fields in more.items()}})


def _evidence(tablet: Tablet, cut: SplitReport, draft_id: bytes, erase_key: bytes) -> Evidence:
    """The draft's attachments, proven to open, as far as consent or basis covers them."""
    from fieldapp.flows import attach_rows

    kept = attach_rows.read(tablet, draft_id) if draft_id else attach_rows.Kept()
    if not kept.held:
        return Evidence()
    choice = choose(tablet.policy, cut, kept.held)
    return gather(tablet, _blobs(tablet), choice, erase.erase_tag(erase_key), kept.next_number)


def _forget_dropped(tablet: Tablet, draft_id: bytes) -> None:
    """The report is sealed: what it did not take goes now, or at the next opening."""
    from fieldapp.flows import attach

    with suppress(errors.DiskFull, errors.Busy):
        attach.discard(tablet, draft_id)


def _blobs(tablet: Tablet) -> Blobs:
    return Blobs(tablet.home, tablet.vault)


def split_now(tablet: Tablet, report: Report, report_id: bytes) -> SplitReport:
    """The report in parts, recorded now."""
    clock = tablet.ports.clock
    recorded = Recorded(
        unix_s=clock.now_s(),
        tz_min=clock.tz_min(),
        quality="manual" if tablet.clock_is_sane() else "unknown",
        since_boot_s=int(clock.monotonic_s()),
    )
    return split(
        report,
        report_id=report_id,
        recorded=recorded,
        catalogue=assets.catalogue(),
        language=tablet.language,
    )


@dataclass(frozen=True, slots=True)
class _Origin:
    """The report behind an envelope; of a `quiet` one only state and id are ever shown here."""

    report: Report
    cut: SplitReport
    report_id: bytes
    draft_id: bytes
    evidence: Evidence
    quiet: bool


def _report_load(tablet: Tablet, report: Report, cut: SplitReport, erase_key: bytes, evidence: Evidence) -> _Load:
    """Applies the policy: who gets which part, and what is written at all."""
    asked = grant_facts(cut, evidence.choice.media)
    grants, written = tablet.policy.grants(**asked), tablet.policy.written(**asked)
    contents = _with_evidence(cut.parts, evidence)
    parts = tuple(
        (contents.get(name) or None) if number in written else None
        for number, name in enumerate(envelope.PART_NAMES, start=1)
    )
    return _Load("report", grants, parts, erase_key, _superseded(tablet, report))


def _with_evidence(parts: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """The parts with part 5 and the list of copies, which the tablet's own facts never hold: it keeps no such key."""
    contents = dict(parts)
    facts = contents["facts"]
    contents["attachments"] = evidence.part(facts["id"])
    if evidence.copies:
        contents["facts"] = {**facts, attachment.COPIES: evidence.copies_value()}
    return contents


def grant_facts(cut: SplitReport, media: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What the policy wants to know of a report with attachments of these media."""
    return {
        "scopes": cut.scopes,
        "basis": cut.basis,
        "sensitive": cut.sensitive,
        "children_counted": cut.children_counted,
        "media": media,
        "withhold": cut.withhold,
        "about": cut.about,
    }


def _superseded(tablet: Tablet, report: Report) -> bytes | None:
    """The object that an earlier report of this same tablet is in; others amend by report id alone."""
    if report.supersedes is None:
        return None
    return tablet.custody.find_object(report.supersedes)


def _make(tablet: Tablet, load: _Load, head: Head, origin: _Origin | None = None) -> Made:
    day = tablet.day()
    seen = tablet.custody.seen()
    draft = ManifestDraft(
        type=load.type,
        chain=head.chain,
        seq=head.count,
        prev=head.prev,
        device=tablet.device,
        day=day,
        directory=(tablet.directory.version, tablet.directory.sha256, tablet.directory.is_stale(day)),
        checkpoint=(seen.size, seen.root) if seen else (0, bytes(_HASH_BYTES)),
        supersedes=load.supersedes,
    )
    publics = {role.name: role.kem_public for role in tablet.directory.roles}
    sealed = envelope.seal(
        role_publics=[publics[name] for name in tablet.policy.roles],
        grants=load.grants,
        manifest=draft,
        parts=load.parts,
        erase_key=load.erase_key,
        signer=tablet.keyring.signer,
        entropy=tablet.ports.entropy,
    )
    after = Head(head.chain, head.count + 1, sealed.object_hash, day, head.total + 1)
    return Made(
        item=_item(tablet, load, sealed, head=head, day=day, origin=origin),
        sealed=sealed,
        parts=load.parts,
        head=after,
        facts=_facts(origin, day) if origin else None,
        evidence=origin.evidence if origin else Evidence(),
    )


def _item(
    tablet: Tablet, load: _Load, sealed: envelope.Sealed, *, head: Head, day: int, origin: _Origin | None
) -> Item:
    sensitive = origin is not None and origin.quiet
    at_s = tablet.ports.clock.now_s()
    return Item(
        kind=load.type,
        state=State.UNCHECKED,
        chain=head.chain,
        seq=head.count,
        report_id=origin.report_id if origin else b"",
        object_hash=sealed.object_hash,
        tag=sealed.eid,
        erase_key=load.erase_key,
        size_bytes=len(sealed.envelope),
        sensitive=sensitive,
        recorded_at_s=at_s - at_s % _DAY_S if sensitive else at_s,
        sealed_day=day,
        order=head.total,
        log_index=None,
        draft=origin.draft_id if origin else b"",
        before=head,
    )


def _facts(origin: _Origin, day: int) -> KeptFacts | None:
    if origin.quiet:
        return None
    report, cut = origin.report, origin.cut
    return KeptFacts(
        title=cut.title,
        area=report.incident.place.adm1,
        kind=report.kind,
        facts=cut.parts["facts"],
        day=day,
    )


def _keep(tablet: Tablet, made: Made) -> None:
    """The three durable steps; see the head of this module."""
    with tablet.vault.write():
        row_id = tablet.custody.add(made.item, made.sealed.envelope, made.head, made.facts)
        for blob in made.evidence.rows(row_id, made.item.draft):
            _blobs(tablet).put(blob)
    try:
        self_check(tablet, made)
        forgotten = _confirm(tablet, made)
    except errors.FirsthandError:
        tablet.undo_first = True  # if the undoing fails too, the next seal begins with it
        tablet.custody.undo(made.item)
        tablet.undo_first = False
        raise
    if made.item.draft or forgotten:
        _shrink_log(tablet)
    write_side_file(tablet, made.head)


def _confirm(tablet: Tablet, made: Made) -> int:
    """The object counts; how many older facts went with it. One wait for the disk where two would do."""
    with tablet.vault.write():
        tablet.custody.confirm(made.item)
        for table, row in made.rows.items():
            tablet.vault.put(table, made.item.report_id, row)
        return retention.forget(tablet.custody, made.head.day) if made.facts is not None else 0


def write_side_file(tablet: Tablet, head: Head) -> None:
    """Says beside the vault how far the chain has come.

    A failure must not look as if nothing had been sealed, and does no harm: a side file that is behind is
    written anew at the next unlocking.
    """
    with suppress(errors.DiskFull):
        sidefile.write(tablet.home, tablet.vault, head.chain, head.count)


def _shrink_log(tablet: Tablet) -> None:
    """As above: the report is sealed. What is left of the draft in the log is sealed without a key; what is left of
    older facts goes with the next sealing, or when the vault is closed.
    """
    with suppress(errors.DiskFull, errors.Busy):
        tablet.vault.shrink_log()
