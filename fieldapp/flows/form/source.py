"""Who told it, what she or he allows, and how sure it is."""

from __future__ import annotations

from fieldapp.flows.form.values import Values

CONSENT_ASKED = ("C1", "C2", "C3", "C10")
MEDIA_SCOPES = ("C9p", "C9a", "C9v")
NO_CONSENT_NEEDED = frozenset({"own_observation", "media", "open_source"})

# where a source stands, by its class (DOMAIN 2.3 source_family)
_FAMILY = {
    "own_observation": "MISSION", "un_component": "MISSION", "local_authority": "STATE", "police": "STATE",
    "military": "STATE", "ngo_national": "NGO", "ngo_international": "NGO", "health_worker": "NGO",
    "media": "MEDIA", "open_source": "MEDIA", "anonymous": "OTHER", "armed_group": "OTHER",
    "perpetrator": "OTHER", "detainee": "COMMUNITY",
}  # fmt: skip
_FIRST_HAND = {
    "own_observation": "saw",
    "victim": "saw",
    "direct_witness": "saw",
    "media": "read",
    "open_source": "read",
}


class Source(Values):
    """The source, its consent or the basis in its place, and the two grades."""

    __slots__ = ()

    @property
    def source_class(self) -> str:
        """The class of the source, empty when not chosen."""
        return str(self.report.get("source", {}).get("class", ""))

    @property
    def needs_consent(self) -> bool:
        """Whether a person spoke to us, so that consent and not another basis carries the report."""
        return bool(self.source_class) and self.source_class not in NO_CONSENT_NEEDED

    def choose_source(self, kind: str) -> None:
        """Who told it; consent that was asked for stays, a basis stands only where nobody was asked."""
        source = self.report.setdefault("source", {})
        if source.get("class") != kind:
            source["family"] = _FAMILY.get(kind, "COMMUNITY")
            source["first_hand"] = _FIRST_HAND.get(kind, "told_by_other")
        source["class"] = kind
        if self.needs_consent:
            self.report.pop("basis", None)
        else:
            self.report.pop("consent", None)
            self.report.pop("subject", None)
            self.report.setdefault("basis", {"code": "legitimate_interests"})

    @property
    def subject_sex(self) -> str:
        """Sex of the person who spoke, empty when not chosen."""
        return str(self.report.get("subject", {}).get("sex", ""))

    def choose_subject(self, *, sex: str = "", age: str = "") -> None:
        """The person who spoke, without a name."""
        subject = self.report.setdefault("subject", {})
        if sex:
            subject["sex"] = sex
        if age:
            subject["age_band"] = age

    # -- consent -----------------------------------------------------------------------------------------------
    def scope(self, scope: str) -> str:
        """The answer to a consent question; a question that was not asked is a no."""
        return str(self.report.get("consent", {}).get("scopes", {}).get(scope, "no"))

    def allows(self, scope: str) -> bool:
        """Whether the person said yes to it."""
        return self.scope(scope) == "yes"

    def asked(self, scope: str) -> bool:
        """Whether the question was put."""
        return scope in self.report.get("consent", {}).get("scopes", {})

    def answer_scope(self, scope: str, answer: str, language: str) -> None:
        """One scope, one answer; there is no way to answer all at once."""
        consent = self.report.setdefault("consent", {"scopes": {}, "language": language, "explained_by": "officer"})
        consent["scopes"][scope] = answer

    def choose_teach_back(self, understood: bool) -> None:
        """Whether the person said it back in own words."""
        self.report.setdefault("consent", {"scopes": {}})["teach_back"] = understood

    def open_scopes(self) -> list[str]:
        """Scopes that were not put to the person yet."""
        return [scope for scope in CONSENT_ASKED if not self.asked(scope)]

    @property
    def account_allowed(self) -> bool:
        """Whether an account may be written: somebody spoke and said yes to C1."""
        return self.needs_consent and self.allows("C1")

    @property
    def names_allowed(self) -> bool:
        """Whether names may be kept: with C3, or on another basis where nobody was interviewed."""
        return self.allows("C3") if self.needs_consent else "basis" in self.report

    @property
    def words_allowed(self) -> bool:
        """Whether words that were said may be written: the person's with C1, words said in public always."""
        return self.account_allowed or "basis" in self.report

    def told_answered(self) -> bool:
        """Whether it is clear who told it and what that person allows."""
        if not self.source_class:
            return False
        if not self.needs_consent:
            return True
        person = bool(self.subject_sex and self.report.get("subject", {}).get("age_band"))
        return person and not self.open_scopes() and "teach_back" in self.report.get("consent", {})

    # -- grades ------------------------------------------------------------------------------------------------
    def choose_grade(self, *, reliability: str = "", credibility: int = 0) -> None:
        """Letter of the source, number of the information."""
        source = self.report.setdefault("source", {})
        if reliability:
            source["reliability"] = reliability
        if credibility:
            source["credibility"] = credibility

    def graded(self) -> bool:
        """Whether both grades stand."""
        source = self.report.get("source", {})
        return "reliability" in source and "credibility" in source
