"""Reading `referrals.json`: everything that is not in its form is refused with the line on which it stands.

A directory that sends one survivor to a place that does not exist does more harm than none, so nothing is guessed
or left out: one wrong field refuses the file, and the last good one stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from firsthand.domain import jsonlines
from firsthand.domain.casetext import private_pattern
from firsthand.domain.jsonlines import Node
from firsthand.domain.referral_model import (
    ACCESS,
    COSTS,
    HIDDEN,
    OFFERS,
    REPORTING,
    SECTORS,
    SEXES,
    STATUSES,
    STOCKS,
    Hours,
    ReferralDirectory,
    Service,
)
from firsthand.errors import ReferralRefused

FILE = "referrals.json"
MAX_BYTES = 1 << 20
MAX_SERVICES = 2_000
_EPOCH = date(1970, 1, 1).toordinal()
_ID = re.compile(r"[A-Z0-9]{1,6}(?:-[A-Z0-9]{1,6}){1,2}")
_ROLE = re.compile(r"[a-z][a-z_]{1,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONTACT = re.compile(r"\+?[0-9][0-9 ]{2,30}")
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_TEXT_CHARS, _TITLE_CHARS = 120, 60
_MAX_AGE = 120
_TOP = frozenset({"v", "version", "issued", "services"})
_NEEDED = frozenset(
    {
        "id", "sector", "title", "offers", "areas", "opening", "staff_sex", "languages", "cost", "min_age", "documents",
        "reporting", "verified_on", "verified_by", "status",
    }
)  # fmt: skip
_MORE = frozenset({"at", "contact", "access", "stock", "do_not_print"})
_T = TypeVar("_T")


def parse_directory(data: bytes, file: str = FILE) -> ReferralDirectory:
    """A whole directory.

    Raises:
        ReferralRefused: with file, line and reason.
    """
    return _Reader(file).directory(data)


class _Reader:
    """Takes nodes apart, and knows the file's name when it refuses."""

    def __init__(self, file: str) -> None:
        self._file = file

    def refused(self, node: Node, reason: str) -> ReferralRefused:
        return ReferralRefused(self._file, node.line, reason)

    # -- the file ----------------------------------------------------------------------------------------------
    def directory(self, data: bytes) -> ReferralDirectory:
        if len(data) > MAX_BYTES:
            raise ReferralRefused(self._file, 1, "too-large")
        try:
            top = jsonlines.parse(data)
        except jsonlines.NotJson as error:
            raise ReferralRefused(self._file, error.line, error.reason) from None
        fields = self.fields(top, _TOP)
        if self.whole(fields["v"], 1, 1_000) != 1:
            raise self.refused(fields["v"], "newer-form")
        rows = self.list_of(fields["services"], MAX_SERVICES)
        services: dict[str, Service] = {}
        for row in rows:
            service = self.service(row)
            if service.id in services:
                raise self.refused(row, "duplicate-id")
            services[service.id] = service
        return ReferralDirectory(
            version=self.whole(fields["version"], 1, 1 << 31),
            issued_day=self.day(fields["issued"]),
            issued_line=fields["issued"].line,
            services=tuple(services.values()),
        )

    def service(self, row: Node) -> Service:
        fields = self.fields(row, _NEEDED, _MORE)
        sector = self.code(fields["sector"], SECTORS)
        always, hours = self.opening(fields["opening"])
        service = Service(
            id=self.matching(fields["id"], _ID),
            sector=sector,
            titles=self.titles(fields["title"]),
            offers=self.codes(fields["offers"], OFFERS[sector], least=1),
            areas=self.areas(fields["areas"]),
            at=self.point(fields["at"]) if "at" in fields else None,
            always=always,
            hours=hours,
            staff_sex=frozenset(self.codes(fields["staff_sex"], SEXES)),
            languages=self.languages(fields["languages"]),
            cost=self.code(fields["cost"], COSTS),
            min_age=self.whole(fields["min_age"], 0, _MAX_AGE),
            documents=self.flag(fields["documents"]),
            reporting=self.code(fields["reporting"], REPORTING),
            access=self.codes(fields["access"], ACCESS) if "access" in fields else (),
            contact=self.matching(fields["contact"], _CONTACT) if "contact" in fields else "",
            verified_day=self.day(fields["verified_on"]),
            verified_by=self.matching(fields["verified_by"], _ROLE),
            stock_days=self.stock(fields["stock"]) if "stock" in fields else MappingProxyType({}),
            status=self.code(fields["status"], STATUSES),
            printable=not (self.flag(fields["do_not_print"]) if "do_not_print" in fields else False),
            line=row.line,
        )
        self.check_hidden(service, row, fields)
        return service

    def check_hidden(self, service: Service, row: Node, fields: Mapping[str, Node]) -> None:
        """Who offers a shelter is reached through the custodian alone."""
        if HIDDEN.isdisjoint(service.offers):
            return
        if "at" in fields:
            raise self.refused(fields["at"], "shelter-place")
        if "contact" in fields:
            raise self.refused(fields["contact"], "shelter-contact")
        if service.printable:
            raise self.refused(fields.get("do_not_print", row), "shelter-print")

    # -- fields ------------------------------------------------------------------------------------------------
    def titles(self, node: Node) -> Mapping[str, str]:
        found = {}
        for language, text in self.object_of(node).items():
            if not _LANGUAGE.fullmatch(language):
                raise self.refused(text, "unknown-code")
            found[language] = self.text(text, _TITLE_CHARS)
            if private_pattern(found[language]):
                raise self.refused(text, "private-text")
        if not found:
            raise self.refused(node, "missing-field")
        return MappingProxyType(found)

    def areas(self, node: Node) -> tuple[tuple[str, str], ...]:
        found = []
        for item in self.list_of(node, 400, least=1):
            fields = self.fields(item, frozenset({"adm1"}), frozenset({"adm2"}))
            adm2 = self.text(fields["adm2"], _TEXT_CHARS) if "adm2" in fields else ""
            found.append((self.text(fields["adm1"], _TEXT_CHARS), adm2))
        return tuple(found)

    def point(self, node: Node) -> tuple[float, float]:
        fields = self.fields(node, frozenset({"lat", "lon"}))
        return self.degrees(fields["lat"], 90), self.degrees(fields["lon"], 180)

    def opening(self, node: Node) -> tuple[bool, tuple[Hours, ...]]:
        """`always`, `arranged`, or hours by day."""
        if isinstance(node.value, str):
            return self.code(node, ("always", "arranged")) == "always", ()
        return False, tuple(self.hours(item) for item in self.list_of(node, 14, least=1))

    def hours(self, node: Node) -> Hours:
        fields = self.fields(node, frozenset({"days", "from", "to"}))
        days = [self.whole(day, 1, 7) for day in self.list_of(fields["days"], 7, least=1)]
        start, end = self.clock(fields["from"]), self.clock(fields["to"])
        if start == end:
            raise self.refused(fields["to"], "bad-time")
        return Hours(frozenset(days), start, end)

    def stock(self, node: Node) -> Mapping[str, int]:
        found = {}
        for name, day in self.object_of(node).items():
            if name not in STOCKS:
                raise self.refused(day, "unknown-code")
            found[name] = self.day(day)
        return MappingProxyType(found)

    def languages(self, node: Node) -> tuple[str, ...]:
        return tuple(self.matching(item, _LANGUAGE) for item in self.list_of(node, 20, least=1))

    # -- values ------------------------------------------------------------------------------------------------
    def fields(self, node: Node, needed: Collection[str], more: Collection[str] = ()) -> Mapping[str, Node]:
        found = self.object_of(node)
        for name, value in found.items():
            if name not in needed and name not in more:
                raise self.refused(value, "unknown-field")
        if not set(needed) <= set(found):
            raise self.refused(node, "missing-field")
        return found

    def object_of(self, node: Node) -> Mapping[str, Node]:
        return self.is_a(node, node.value if isinstance(node.value, dict) else None)

    def list_of(self, node: Node, most: int, *, least: int = 0) -> list[Node]:
        found = self.is_a(node, node.value if isinstance(node.value, list) else None)
        if not least <= len(found) <= most:
            raise self.refused(node, "bad-range")
        return found

    def is_a(self, node: Node, value: _T | None) -> _T:
        if value is None:
            raise self.refused(node, "wrong-type")
        return value

    def text(self, node: Node, most: int) -> str:
        text = self.is_a(node, node.value if isinstance(node.value, str) else None)
        if not 0 < len(text) <= most or text != text.strip() or not text.isprintable():
            raise self.refused(node, "bad-text")
        return text

    def matching(self, node: Node, pattern: re.Pattern[str]) -> str:
        text = self.text(node, _TEXT_CHARS)
        if not pattern.fullmatch(text):
            raise self.refused(node, "bad-text")
        return text

    def code(self, node: Node, known: Collection[str]) -> str:
        text = self.text(node, _TEXT_CHARS)
        if text not in known:
            raise self.refused(node, "unknown-code")
        return text

    def codes(self, node: Node, known: Collection[str], *, least: int = 0) -> tuple[str, ...]:
        found = tuple(self.code(item, known) for item in self.list_of(node, len(known), least=least))
        if len(set(found)) != len(found):
            raise self.refused(node, "bad-range")
        return found

    def whole(self, node: Node, low: int, high: int) -> int:
        good = isinstance(node.value, int) and not isinstance(node.value, bool)
        number: int = self.is_a(node, node.value if good else None)  # type: ignore[assignment]
        if not low <= number <= high:
            raise self.refused(node, "bad-range")
        return number

    def degrees(self, node: Node, limit: int) -> float:
        good = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        number = float(self.is_a(node, node.value if good else None))  # type: ignore[arg-type]
        if abs(number) > limit:
            raise self.refused(node, "bad-range")
        return number

    def flag(self, node: Node) -> bool:
        return self.is_a(node, node.value if isinstance(node.value, bool) else None)

    def day(self, node: Node) -> int:
        return self.parsed(node, self.text(node, 10), "bad-date", lambda t: date.fromisoformat(t).toordinal() - _EPOCH)

    def clock(self, node: Node) -> int:
        text = self.text(node, 5)
        if not _CLOCK.fullmatch(text):
            raise self.refused(node, "bad-time")
        return int(text[:2]) * 60 + int(text[3:])

    def parsed(self, node: Node, text: str, reason: str, read: Callable[[str], int]) -> int:
        try:
            number = read(text)
        except ValueError:
            raise self.refused(node, reason) from None
        if number < 0 or len(text) != len("2026-01-31"):
            raise self.refused(node, reason)
        return number
