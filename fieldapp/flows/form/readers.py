"""Who will be able to open a field, while it is typed: the mission's policy asked with what is known so far."""

from __future__ import annotations

from fieldapp.flows.report_form import ReportForm
from firsthand import errors
from firsthand.protocol.grants import CHILD, PART_NAMES, SEXUAL_VIOLENCE, Policy

KEY_SCOPES = ("C1", "C2", "C3", "C9p", "C9a", "C9v", "C10")


def readers(policy: Policy, form: ReportForm) -> dict[str, tuple[str, ...]] | None:
    """Part name -> roles that would open it; None while it is not known who told it."""
    consent, basis = form.report.get("consent"), form.report.get("basis", {}).get("code")
    if (consent is None) == (basis is None):
        return None
    scopes = None if consent is None else {scope: form.allows(scope) for scope in KEY_SCOPES}
    withheld = frozenset(str(each) for each in (consent or {}).get("withhold", ()))
    try:
        granted = policy.grants(
            scopes=scopes,
            basis=basis,
            sensitive=form.sensitive,
            children_counted=form.children_counted() > 0,
            media=frozenset({"photo", "document"}),
            withhold=withheld,
            # Which of the two it is may still change while it is typed: both readers are shown.
            about=frozenset({CHILD, SEXUAL_VIOLENCE}),
        )
    except errors.FirsthandError:
        return None
    return {
        name: tuple(role for role, parts in zip(policy.roles, granted, strict=True) if number in parts)
        for number, name in enumerate(PART_NAMES, start=1)
    }
