"""What was given to whom when a person's report was sealed, so that it can be taken back years later: one row a report.

The row stands under the report's id and holds no content and no name: bitmaps of keys by role, what the grants policy
asked, and which attachment is of which medium. Together with the ledger (`consent_rows`) it says what remains to whom
after a withdrawal, when nothing of the report is readable here any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.flows import consent_rows
from fieldapp.flows.evidence import Evidence
from fieldapp.vault.tasks import CONSENTS, SHARES, Tasks
from firsthand import errors
from firsthand.domain import ledger
from firsthand.domain.parts import SplitReport
from firsthand.domain.report import Report
from firsthand.ids import report_id_text
from firsthand.protocol import cbor
from firsthand.protocol.grants import Policy

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_FORM = 1


@dataclass(frozen=True, slots=True)
class Share:
    """What was given.

    Attributes:
        roles: of the policy that the report was sealed under, in its order.
        grants: bitmap of the keys of each of them (bit 0: the manifest's, bit n: part n's).
        sensitive, children_counted, withhold: as the grants policy asked.
        media: medium of each attachment by the id of its file; copies without metadata among them.
        copies: ids of those copies.
    """

    roles: tuple[str, ...]
    grants: tuple[int, ...]
    sensitive: bool
    children_counted: bool
    withhold: frozenset[str]
    media: Mapping[bytes, str]
    copies: frozenset[bytes] = frozenset()

    def kept(self, policy: Policy, scopes: Mapping[str, bool]) -> tuple[int, ...]:
        """What each role may go on holding when these scopes remain: never more than it was given."""
        listed = {medium for blob_id, medium in self.media.items() if blob_id not in self.copies}
        granted = policy.grants(
            scopes=scopes,
            basis=None,
            sensitive=self.sensitive,
            children_counted=self.children_counted,
            media=frozenset(listed & policy.media.keys()),
            withhold=self.withhold,
        )
        now = dict(zip(policy.roles, map(_bitmap, granted), strict=True))
        return tuple(had & now.get(role, 0) for role, had in zip(self.roles, self.grants, strict=True))

    def uncovered(self, policy: Policy, scopes: Mapping[str, bool]) -> frozenset[bytes]:
        """Ids of attachments that these scopes do not cover any more; a copy also rests on the facts (C2)."""
        covered = policy.media_allowed(scopes=scopes, basis=None)
        shared = scopes.get("C2") is True
        return frozenset(
            blob_id
            for blob_id, medium in self.media.items()
            if medium not in covered or (blob_id in self.copies and not shared)
        )


def rows_of(
    tablet: Tablet,
    report: Report,
    report_id: bytes,
    *,
    cut: SplitReport,
    grants: Sequence[frozenset[int]],
    evidence: Evidence,
) -> dict[str, cbor.Value]:
    """The rows, by table, that a report of a person leaves with its author; none where nobody was interviewed.

    The person's pseudonym is that of the report which this one replaces, else the report's own id; an interview
    brings its own.
    """
    if report.consent is None:
        return {}
    held = [*evidence.choice.taken, *evidence.copies]
    share = Share(
        roles=tablet.policy.roles,
        grants=tuple(map(_bitmap, grants)),
        sensitive=cut.sensitive,
        children_counted=cut.children_counted,
        withhold=cut.withhold,
        media={each.blob_id: each.entry.custody.medium for each in held},
        copies=frozenset(each.blob_id for each in evidence.copies),
    )
    subject = _known_subject(tablet, report.supersedes) or report_id_text(report_id)
    said = ledger.of_consent(report.consent, subject, tablet.ports.clock.now_s() // 60)
    consent = consent_rows.ConsentRow(
        report_id, subject, ledger.encode(said), report.incident_id or report_id, counted=True
    )
    return {SHARES: to_row(share), CONSENTS: consent_rows.to_row(consent)}


def find(tablet: Tablet, report_id: bytes) -> Share:
    """What was given of a report.

    Raises:
        NotFound: nobody was interviewed for it, or it is not of this tablet. Damaged: it does not open.
    """
    return from_row(Tasks(tablet.vault, SHARES).get(report_id))


def to_row(share: Share) -> cbor.Value:
    """The value of its row."""
    return {
        "v": _FORM,
        "roles": list(share.roles),
        "grants": list(share.grants),
        "sensitive": share.sensitive,
        "children": share.children_counted,
        "withhold": sorted(share.withhold),
        "media": [[blob_id, medium, blob_id in share.copies] for blob_id, medium in sorted(share.media.items())],
    }


def from_row(value: object) -> Share:
    """The inverse.

    Raises:
        Damaged: another form.
    """
    match value:
        case {
            "v": 1,
            "roles": list(roles),
            "grants": list(grants),
            "sensitive": bool(sensitive),
            "children": bool(children),
            "withhold": list(withhold),
            "media": list(media),
        } if len(roles) == len(grants):
            listed = [(blob_id, medium, is_copy) for blob_id, medium, is_copy in media]
            return Share(
                tuple(roles),
                tuple(grants),
                sensitive,
                children,
                frozenset(withhold),
                {blob_id: medium for blob_id, medium, _ in listed},
                frozenset(blob_id for blob_id, _, is_copy in listed if is_copy),
            )
    raise errors.Damaged("share row")


def _known_subject(tablet: Tablet, replaced: bytes | None) -> str:
    if replaced is not None:
        with suppress(errors.NotFound, errors.Damaged):
            return consent_rows.find(tablet, replaced).subject
    return ""


def _bitmap(granted: frozenset[int]) -> int:
    return sum(1 << number for number in granted)
