"""The Services pages from the invented country's directory; no vault is opened."""

from __future__ import annotations

from functools import cache

from kivy.uix.widget import Widget

from fieldapp.flows.owed import Promise
from fieldapp.flows.referral import Referral, needs
from fieldapp.screens import places, services, services_follow, services_one, services_words
from fieldapp.screens.gallery_stage import Make, NoEvents
from fieldapp.widgets.theme import theme
from firsthand import assets
from firsthand.domain import referral
from firsthand.domain.referral import Match, Query, ReferralDirectory, Slip

_ON = NoEvents()
_TUESDAY_AFTERNOON = (2, 14 * 60 + 20)
_NOW_MIN = 1_796_738_400 // 60
_DAY = 20_795  # 8 December 2026
_KAROU = (3.9, -15.7)
_REPORT = "01KMQ7W2B8D4V9H3XR5TZJ7K2M"


@cache
def _directory() -> ReferralDirectory:
    return referral.parse_directory(assets.read_bytes("referral/" + referral.FILE))


def _found(need: str, adm1: str = "Karou", *, sex: str = "", open_now: bool = False) -> tuple[Match, ...]:
    offers = needs()[need].offers if need else ()
    asked = Query(
        offers=offers,
        at=_KAROU,
        area=(adm1, "") if adm1 else None,
        staff_sex=sex,
        open_at=_TUESDAY_AFTERNOON if open_now else None,
    )
    return referral.filter_services(_directory(), asked)


def _list(need: str, adm1: str = "Karou", *, sex: str = "", stale: bool = False) -> Widget:
    words, matches = theme.words, _found(need, adm1, sex=sex, open_now=True)
    lines = [(match.fits, services_words.line(match, _TUESDAY_AFTERNOON)) for match in matches]
    fitting = tuple(line for fits, line in lines if fits)
    view = services.ServicesView(
        need=words("services.need." + need) if need else words("services.any"),
        area=places.said(adm1),
        language=words("services.language.any"),
        sex=sex,
        open_now=True,
        fitting=fitting,
        others=tuple(line for fits, line in lines if not fits),
        age=words("services.age", n=41 if stale else 22),
        stale=words("services.stale", n=41) if stale else "",
        can_tell=not fitting,
        on_their_way=2,
    )
    return services.draw(view, _ON)


def _none() -> Widget:
    words = theme.words
    view = services.ServicesView(words("services.any"), words("services.area.any"), words("services.language.any"), "",
                                 False, (), (), "", none=True)  # fmt: skip
    return services.draw(view, _ON)


def _page(need: str, sector: str = "") -> services_one.ServiceView:
    match = next(each for each in _found(need) if sector in ("", each.service.sector))
    return services_words.page(match, _TUESDAY_AFTERNOON)


def _needs() -> Widget:
    return services.draw_needs(services.NeedsView(services_words.need_groups(), "P1"), _ON)


def _areas() -> Widget:
    words = theme.words
    names = sorted({adm1 for service in _directory().services for adm1, _ in service.areas})
    rows = (("", words("services.area.any"), ""), *((name, places.said(name), "") for name in names))
    asked = words("services.area"), words("services.area.question"), words("services.area.note")
    return services.draw_pick(services.PickView(*asked, rows, "Karou"), _ON)


def _slip() -> Widget:
    lines = tuple(Slip("7KQ4TM", "02-04", "P1").text().split())
    return services_one.draw_slip(services_one.SlipView(lines, theme.words("services.slip.note")), _ON)


def _follow() -> Widget:
    referrals = (
        Referral(bytes(16), "7KQ4TM", "02-04", "P1", "psychosocial", _NOW_MIN - 26 * 60, _NOW_MIN - 26 * 60),
        Referral(bytes(16), "", "02-06", "S1", "safety", _NOW_MIN - 75 * 60, _NOW_MIN - 60, "served"),
    )
    promises = (
        Promise(bytes(16), "feedback", "", _DAY - 2, _REPORT, _DAY - 30),
        Promise(bytes(16), "referral_check", "", _DAY, "", _DAY - 3),
        Promise(bytes(16), "reconsent", "", _DAY + 9, _REPORT, _DAY - 3),
    )
    rows = []
    for each in referrals:
        service = _directory().service(each.service)
        title = service.title(theme.language) if service else ""
        rows.append(services_words.referral_line(each, title, _NOW_MIN))
    owed = tuple(services_words.promise_line(promise, _DAY) for promise in promises)
    return services_follow.draw(services_follow.FollowView(tuple(rows), owed), _ON)


SCREENS: dict[str, Make] = {
    "services": lambda: _list("H4"),
    "services-unmet": lambda: _list("P1", "Dovi", sex="F"),
    "services-stale": lambda: _list("", stale=True),
    "services-none": _none,
    "services-needs": _needs,
    "services-areas": _areas,
    "services-one": lambda: services_one.draw(_page("L2"), _ON),
    "services-agree": lambda: services_one.draw_agree(_page("P1"), _ON),
    "services-agree-hidden": lambda: services_one.draw_agree(_page("S1"), _ON),
    "services-slip": _slip,
    "services-follow": _follow,
}
