"""What the author's tablet remembers of a sealed interview, so that the person can still withdraw: no name, no word.

One row a report, under the report's id: the pseudonym that the person bears in the ledger, the ledger itself, and the
incident that the reports of one talk share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fieldapp.vault.tasks import CONSENTS, Tasks
from firsthand import errors
from firsthand.protocol import cbor

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

_FORM = 1


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What is kept of one report.

    Attributes:
        report_id: 16 bytes.
        subject: the person's pseudonym, 26 characters.
        ledger: as `ledger.encode` gives it.
        incident: 16 bytes; the same in all reports of one talk.
        counted: whether this report carried the counts of the incident.
    """

    report_id: bytes
    subject: str
    ledger: Any
    incident: bytes
    counted: bool


def to_row(row: ConsentRow) -> cbor.Value:
    """The value of its row; the id is the row's own."""
    return {
        "v": _FORM,
        "subject": row.subject,
        "ledger": row.ledger,
        "incident": row.incident,
        "counted": row.counted,
    }


def from_row(report_id: bytes, value: object) -> ConsentRow:
    """The row of a report.

    Raises:
        Damaged: another form.
    """
    match value:
        case {"v": 1, "subject": str(subject), "ledger": list(ledger), "incident": bytes(incident), "counted": bool(n)}:
            return ConsentRow(report_id, subject, ledger, incident, n)
    raise errors.Damaged("consent row")


def find(tablet: Tablet, report_id: bytes) -> ConsentRow:
    """What is kept of a report.

    Raises:
        NotFound: no interview of this tablet. Damaged: it does not open.
    """
    return from_row(report_id, Tasks(tablet.vault, CONSENTS).get(report_id))


def of_incident(tablet: Tablet, incident: bytes) -> list[ConsentRow]:
    """The rows of one talk; those that do not open are left out."""
    kept = [row for row in Tasks(tablet.vault, CONSENTS).rows() if not row.damaged]
    found = [from_row(row.id, row.value) for row in kept]
    return [row for row in found if row.incident == incident]
