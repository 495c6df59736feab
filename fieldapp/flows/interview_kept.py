"""What an interview keeps in its draft beside the values of REPORT.json: one mark, `_interview`, plain JSON.

The account and the facts stand where a report has them, so that every screen of the record works on them. The mark
goes with the draft: nothing of it outlives the closing but what `interview_close` takes from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from firsthand.errors import Damaged

MARK = "_interview"
_FORM = 1


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised to the person; `id` is its row's, so that closing twice keeps one."""

    id: str
    what: str
    days: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark.

    Attributes:
        session: as `interview.dump` gives it.
        subject: pseudonym, 26 characters; incident: joins the reports of one talk, 26 characters.
        report: id that the report will bear, drawn when closing begins; empty before.
        emergency: id of the minimal record that was sent because life was at risk; empty for none.
        area: first and second level whose services are asked for; empty where it was not said.
        ledger: CBOR as hex digits.
        slips: referral rows that were made, as hex digits; contact: how the person may be reached again.
        match: sealed match code as hex digits.
        corrections: how often the account was corrected.
    """

    session: dict[str, Any]
    subject: str
    incident: str
    ledger: str
    language: str
    report: str = ""
    emergency: str = ""
    area: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    slips: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    match: str = ""
    corrections: int = 0

    def plain(self) -> dict[str, Any]:
        """For the draft."""
        return {"v": _FORM, **asdict(self)}

    @classmethod
    def of(cls, value: object) -> Mark:
        """The mark of a draft.

        Raises:
            Damaged: there is none, or it has another form.
        """
        if not isinstance(value, Mapping) or set(value) != {"v", *(each.name for each in fields(cls))}:
            raise Damaged("interview mark")
        values = {name: each for name, each in value.items() if name != "v"}
        try:
            return cls(
                **values
                | {
                    "area": tuple(values["area"]),
                    "slips": tuple(values["slips"]),
                    "promises": tuple(Promise(**each) for each in values["promises"]),
                }
            )
        except TypeError:
            raise Damaged("interview mark") from None
