"""Services, referrals and promises in the words of the window."""

from __future__ import annotations

from datetime import date, timedelta

from fieldapp.flows.owed import Promise
from fieldapp.flows.referral import Referral, needs
from fieldapp.screens import places
from fieldapp.screens.asking import Choice
from fieldapp.screens.services import ServiceLine
from fieldapp.screens.services_follow import FollowLine
from fieldapp.screens.services_one import ServiceView
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import NAMES
from firsthand.domain.referral import SECTORS, Match, Service
from firsthand.domain.referral_model import Hours

_EPOCH = date(1970, 1, 1)
_WEEK = 7


def line(match: Match, now: tuple[int, int]) -> ServiceLine:
    """A row of the list; `now` is (weekday 1 to 7, minute)."""
    words, service = theme.words, match.service
    km = "" if match.km is None else words("services.km", n=round(match.km))
    second = words.join(service_hours(service, now), staff(service), km)
    # What is missed already says that it is closed; of the notes only what must be said first stands in the list.
    misses = words.join(*(words("services.miss." + code) for code in match.misses))
    grave = [code for code in match.notes if code in {"reporting", "hidden", "stock"}]
    note = words("services.note." + grave[0]) if grave else ""
    return ServiceLine(service.id, service.title(theme.language), second, misses, note)


def page(match: Match, now: tuple[int, int]) -> ServiceView:
    """Everything about one service."""
    words, service = theme.words, match.service
    warnings = [words("services.miss." + code) for code in match.misses]
    warnings = [words("services.note." + code) for code in match.notes if code != "arranged"] + warnings
    facts = [
        ("offers", words.join(*(words("services.offer." + offer) for offer in service.offers))),
        ("hours", service_hours(service, now)),
        ("staff", staff(service)),
        ("languages", words.join(*(language(code) for code in service.languages))),
        ("cost", words("services.cost." + service.cost)),
        ("reporting", words("services.reporting." + service.reporting)),
        ("documents", words("services.yes" if service.documents else "services.no")),
        ("min_age", words.number(service.min_age) if service.min_age else ""),
        ("access", words.join(*(words("services.access." + each) for each in service.access))),
        ("areas", words.join(*dict.fromkeys(places.said(adm2 or adm1) for adm1, adm2 in service.areas))),
        ("contact", _contact(service)),
        ("stock", words.join(*(f"{drug} {_day(day)}" for drug, day in sorted(service.stock_days.items())))),
        ("verified", _day(service.verified_day)),
        ("code", service.id),
    ]
    told = tuple((words("services.fact." + name), value) for name, value in facts if value)
    return ServiceView(service.title(theme.language), tuple(warnings), told, service.printable)


def _contact(service: Service) -> str:
    if not service.printable:
        return theme.words("services.contact.hidden")
    # In digits as they are dialled; among letters from the right a plus would stand behind its number.
    return service.contact.replace("+", "00 ") if theme.rtl else service.contact


def service_hours(service: Service, now: tuple[int, int]) -> str:
    """When it is open, in one line."""
    words = theme.words
    if service.always:
        return words("services.open.always")
    if not service.hours:
        return words("services.open.arranged")
    for hours in service.hours:
        if hours.cover(*now):
            return words("services.open.now", time=_clock(hours.end))
    return words.join(*(_hours(hours) for hours in service.hours))


def _hours(hours: Hours) -> str:
    names = theme.words("date.weekdays").split("|")
    days = sorted(hours.days)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        said = f"{names[days[0] - 1]}–{names[days[-1] - 1]}"
    else:
        said = ", ".join(names[day - 1] for day in days)
    return theme.words("services.open.hours", days=said, from_time=_clock(hours.start), to_time=_clock(hours.end))


def staff(service: Service) -> str:
    """Who of the staff can be had."""
    return theme.words("services.staff." + ("".join(sorted(service.staff_sex)) or "none"))


def language(code: str) -> str:
    """The name of a language in itself, else its code."""
    return NAMES.get(code, code)


def need_groups() -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """All needs under their sectors."""
    words, known = theme.words, needs().values()
    return tuple(
        (
            words("services.sector." + sector),
            tuple((need.code, words("services.need." + need.code), "") for need in known if need.sector == sector),
        )
        for sector in SECTORS
    )


def needs_of(service: Service) -> tuple[Choice, ...]:
    """The needs that a service answers."""
    return tuple(
        (need.code, theme.words("services.need." + need.code), need.code)
        for need in needs().values()
        if not set(need.offers).isdisjoint(service.offers)
    )


def referral_line(each: Referral, title: str, now_min: int) -> FollowLine:
    """A referral with its codes and the time that has passed."""
    words, hours = theme.words, each.hours(now_min)
    passed = words("services.hours", n=hours) if hours < 48 else words("services.days", n=hours // 24)
    codes = f"{each.pseudonym[:3]}-{each.pseudonym[3:]}" if each.pseudonym else ""
    return FollowLine(each.id, title or each.service, words.join(codes, each.need, passed), each.status)


def promise_line(promise: Promise, day: int) -> FollowLine:
    """A promise and its day."""
    words, state = theme.words, promise.state(day)
    when = words("owed.today") if state == "due" else words("owed.late" if state == "late" else "owed.due",
                                                            day=_day(promise.due_day))  # fmt: skip
    second = words.join(when, promise.note, promise.report_id[-6:])
    return FollowLine(promise.id, words("owed.what." + promise.what), second, alert=state in {"late", "due"})


def _clock(minute: int) -> str:
    return theme.words.digits(f"{minute // 60:02d}:{minute % 60:02d}")


def _day(day: int) -> str:
    return theme.words.long_day(_EPOCH + timedelta(days=day))
