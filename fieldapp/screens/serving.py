"""The Services pages, driven: what is looked for, one service, a referral, and what is still on its way.

Nothing that is chosen here is written anywhere until a referral is made; the choices go with the session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kivy.uix.widget import Widget

from fieldapp.flows import owed, referral
from fieldapp.flows.referral import CLOSED, Given, Query, needs
from fieldapp.flows.service_places import ServicePlaces
from fieldapp.flows.unlock import Tablet
from fieldapp.screens import places, services, services_follow, services_one, services_words
from fieldapp.screens.host import Host
from fieldapp.widgets.theme import theme
from firsthand import errors
from firsthand.domain.referral import Match, week_minute

_ALL = "*"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for."""

    need: str = ""
    adm1: str = ""
    adm2: str = ""
    language: str = ""
    sex: str = ""
    open_now: bool = False
    said: str = ""


@dataclass(slots=True)
class _One:
    """The service that is open, and how far its referral has come."""

    code: str
    need: str = ""
    given: Given | None = None


@dataclass(slots=True)
class Serving:
    """Events of the Services pages."""

    host: Host
    at_home: Callable[[], None]
    _wish: Wish = field(default_factory=Wish)
    _one: _One = field(default_factory=lambda: _One(""))
    _pick: Callable[[str], None] = lambda _code: None

    # -- shared ------------------------------------------------------------------------------------------------
    def hide(self) -> None:
        self.host.hide()

    def home(self) -> None:
        self._wish = replace(self._wish, said="")
        self.at_home()

    def services(self) -> None:
        self.host.draw(self._list)

    def _tablet(self) -> Tablet:
        if self.host.tablet is None:
            raise errors.Locked
        return self.host.tablet

    def _now_min(self) -> int:
        return self.host.ports.clock.now_s() // 60

    def _week_minute(self) -> tuple[int, int]:
        return week_minute(self._now_min(), self.host.ports.clock.tz_min())

    # -- the list ----------------------------------------------------------------------------------------------
    def query(self) -> Query:
        """What is looked for, as the flow asks it."""
        wish, need = self._wish, needs().get(self._wish.need)
        known = ServicePlaces(self._tablet()) if wish.adm1 else None
        return Query(
            offers=need.offers if need else (),
            at=known.heart(wish.adm1, wish.adm2) if known else None,
            area=(wish.adm1, wish.adm2) if wish.adm1 else None,
            language=wish.language,
            staff_sex=wish.sex,
            open_at=self._week_minute() if wish.open_now else None,
        )

    def _list(self) -> Widget:
        tablet, words, wish, now = self._tablet(), theme.words, self._wish, self._week_minute()
        shown = referral.look(tablet, self.query())
        lines = [(match.fits, services_words.line(match, now)) for match in shown.matches]
        view = services.ServicesView(
            need=words("services.need." + wish.need) if wish.need else words("services.any"),
            area=places.said(wish.adm2 or wish.adm1) if wish.adm1 else words("services.area.any"),
            language=services_words.language(wish.language) if wish.language else words("services.language.any"),
            sex=wish.sex,
            open_now=wish.open_now,
            fitting=tuple(line for fits, line in lines if fits),
            others=tuple(line for fits, line in lines if not fits),
            age=words("services.age", n=shown.age_days) if shown.version else "",
            stale=words("services.stale", n=shown.age_days) if shown.version and shown.stale else "",
            none=not shown.version,
            can_tell=bool(wish.adm1 and wish.need) and not any(fits for fits, _ in lines),
            on_their_way=sum(each.status not in CLOSED for each in referral.given(tablet)),
            said=wish.said,
        )
        return services.draw(view, self)

    def _wished(self, wish: Wish) -> None:
        self._wish = replace(wish, said="")
        self.services()

    def pick_sex(self, sex: str) -> None:
        self._wished(replace(self._wish, sex=sex))

    def toggle_open(self) -> None:
        self._wished(replace(self._wish, open_now=not self._wish.open_now))

    def tell_gap(self) -> None:
        """A report of its own goes on another day: nothing of this page or person is in it."""
        need = needs()[self._wish.need]
        referral.add_gap(self._tablet(), need.sector, self._wish.adm1, self._wish.adm2)
        self._wish = replace(self._wish, said=theme.words("services.gap.noted"))
        self.services()

    # -- choices -----------------------------------------------------------------------------------------------
    def pick(self, code: str) -> None:
        self._pick(code)

    def ask_need(self) -> None:
        self._pick = lambda code: self._wished(replace(self._wish, need=code))
        self.host.draw(lambda: services.draw_needs(
            services.NeedsView(services_words.need_groups(), self._wish.need), self))  # fmt: skip

    def ask_area(self) -> None:
        self._pick = self._picked_area
        self.host.draw(self._areas)

    def _areas(self) -> Widget:
        words = theme.words
        rows = [("", words("services.area.any"), "")]
        rows += [(name, places.said(name), "") for name in ServicePlaces(self._tablet()).areas()]
        note = words("services.area.note")
        asked = services.PickView(
            words("services.area"), words("services.area.question"), note, tuple(rows), self._wish.adm1
        )
        return services.draw_pick(asked, self)

    def _picked_area(self, adm1: str) -> None:
        if not adm1 or not ServicePlaces(self._tablet()).parts(adm1):
            self._wished(replace(self._wish, adm1=adm1, adm2=""))
            return
        self._pick = lambda adm2: self._wished(replace(self._wish, adm1=adm1, adm2="" if adm2 == _ALL else adm2))
        self.host.draw(lambda: self._parts(adm1))

    def _parts(self, adm1: str) -> Widget:
        words = theme.words
        rows = [(_ALL, words("services.area.all", area=places.said(adm1)), "")]
        rows += [(name, places.said(name), "") for name in ServicePlaces(self._tablet()).parts(adm1)]
        chosen = (self._wish.adm2 or _ALL) if self._wish.adm1 == adm1 else ""
        asked = services.PickView(words("services.area"), words("services.area.question"), "", tuple(rows), chosen)
        return services.draw_pick(asked, self)

    def ask_language(self) -> None:
        self._pick = lambda code: self._wished(replace(self._wish, language=code))
        self.host.draw(self._languages)

    def _languages(self) -> Widget:
        words, known = theme.words, referral.directory(self._tablet())
        spoken = sorted({code for service in known.services for code in service.languages}) if known else []
        rows = [("", words("services.language.any"), "")]
        rows += [(code, services_words.language(code), "") for code in spoken]
        asked = services.PickView(
            words("services.language"), words("services.language.question"), "", tuple(rows), self._wish.language
        )
        return services.draw_pick(asked, self)

    # -- one service -------------------------------------------------------------------------------------------
    def open_service(self, code: str) -> None:
        self._one = _One(code)
        self.host.draw(self._service)

    def back_to_service(self) -> None:
        self.host.draw(self._service)

    def _match(self) -> Match:
        found = referral.look(self._tablet(), self.query()).matches
        for match in found:
            if match.service.id == self._one.code:
                return match
        raise errors.NotFound("service")

    def _page(self) -> services_one.ServiceView:
        return services_words.page(self._match(), self._week_minute())

    def _service(self) -> Widget:
        return services_one.draw(self._page(), self)

    def refer(self) -> None:
        """The need that was looked for, where the service answers it; else it is asked."""
        answered = services_words.needs_of(self._match().service)
        codes = [code for code, _, _ in answered]
        if self._wish.need in codes or len(codes) == 1:
            self.pick_need(self._wish.need if self._wish.need in codes else codes[0])
        else:
            title = self._page().title
            self.host.draw(lambda: services_one.draw_need(title, answered, self))

    def pick_need(self, code: str) -> None:
        self._one.need = code
        self.host.draw(lambda: services_one.draw_agree(self._page(), self))

    def agree_slip(self) -> None:
        self._give(paper=True)

    def agree_voice(self) -> None:
        self._give(paper=False)

    def _give(self, *, paper: bool) -> None:
        self._one.given = referral.give(self._tablet(), self._one.code, self._one.need, agreed=True, paper=paper)
        self.host.draw(self._slip)

    def _slip(self) -> Widget:
        given, words = self._one.given, theme.words
        if given is not None and given.slip is not None:
            view = services_one.SlipView(tuple(given.slip.text().split()), words("services.slip.note"))
        else:
            printable = self._page().printable
            view = services_one.SlipView((), words("services.slip.voice" if printable else "services.slip.custodian"))
        return services_one.draw_slip(view, self)

    # -- what is on its way ------------------------------------------------------------------------------------
    def follow(self) -> None:
        self.host.draw(self._follow)

    def _follow(self) -> Widget:
        tablet, known = self._tablet(), referral.directory(self._tablet())
        rows = []
        for each in referral.given(tablet):
            service = known.service(each.service) if known else None
            title = service.title(theme.language) if service else ""
            rows.append(services_words.referral_line(each, title, self._now_min()))
        promises = tuple(services_words.promise_line(each, tablet.day()) for each in owed.owed(tablet))
        return services_follow.draw(services_follow.FollowView(tuple(rows), promises), self)

    def set_status(self, referral_id: bytes, status: str) -> None:
        referral.move(self._tablet(), referral_id, status)
        self.follow()

    def keep_promise(self, promise_id: bytes) -> None:
        owed.done(self._tablet(), promise_id)
        self.follow()
