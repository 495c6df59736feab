"""A record by touch and keyboard on a tablet of the test mission, and what the roles then open of it."""

from __future__ import annotations

from typing import Any

from tests.support.tablets import mission


def admit(hand: Any, tablet: Any) -> None:
    """The window holds this open tablet, at home; the window closes it."""
    hand.host.admit(tablet)
    hand.host.running.home()
    hand.frames()


def type_in(hand: Any, label: str, text: str, nth: int = 0) -> Any:
    """Type into the field of this label; returns the field."""
    from fieldapp.widgets.fields import TextField

    found = [w for w in hand.host.walk(restrict=True) if isinstance(w, TextField) and w._label_text == label]
    assert len(found) > nth, f"no field {label!r}"
    found[nth].input.text = text
    hand.frames()
    return found[nth]


def form_of(hand: Any) -> Any:
    """The form that is being filled."""
    return hand.host.running.recording.form


def opened(tablet: Any, report_id: str, role: str) -> dict[str, Any]:
    """The parts that a role opens, by name."""
    from firsthand.ids import parse_report_id
    from firsthand.protocol import envelope

    item = next(each for each in tablet.custody.items() if each.report_id == parse_report_id(report_id))
    sealed = tablet.custody.envelope(tablet.custody.row_id(item.object_hash))
    slot = tablet.policy.roles.index(role)
    return dict(envelope.open_slot(sealed, slot, [mission().role_secret(role)]).parts)


def answer_consent(hand: Any, *answers: str) -> None:
    """C1, C2, C3, C10 in their order, then the saying back."""
    for answer in answers:
        hand.tap(answer)
        hand.tap("Next")
    hand.tap("Understood")
    hand.tap("Next")
