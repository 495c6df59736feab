"""An interview on the tablet: the protocol decides, the draft keeps, and nothing is written that was not allowed.

Every call saves the draft before it returns; where saving fails, the interview stands as it stood. `close` seals what
was allowed and leaves nothing readable; see `interview_close`. The engine (`firsthand.domain.interview`) decides every
step; here stands only what becomes of it.

    begin / from_disclosure / resume -> answer, next, back, interrupt, resolve, override
                                     -> account, correct, words_used, facts, names, contact, referral, promise, match
                                     -> close
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fieldapp.flows import draft, interview_close, referral
from fieldapp.flows.draft import DraftId
from fieldapp.flows.form.values import clean_prose
from fieldapp.flows.interview_close import Closed
from fieldapp.flows.interview_consent import from_text, keep_up, text_of
from fieldapp.flows.interview_kept import MARK, Mark, Promise
from fieldapp.flows.interview_protocol import Words, protocol_of, protocol_of_version
from fieldapp.flows.interview_values import explained, with_facts
from fieldapp.flows.interview_view import Said, View, said, view_of
from fieldapp.flows.report_form import ReportForm
from firsthand import errors
from firsthand.domain import interview as engine
from firsthand.domain.interview import Protocol, Refusal, Session
from firsthand.domain.interview.session import quarter_before
from firsthand.domain.ledger import Ledger
from firsthand.domain.report import ACCOUNT_CHARS
from firsthand.ids import parse_report_id, report_id_text

if TYPE_CHECKING:
    from fieldapp.flows.unlock import Tablet

__all__ = ["Closed", "Interview", "begin", "from_disclosure", "open_drafts", "resume", "tablet_facts"]

KIND = "interview"
EMERGENCY, REFERRAL_ONLY = "emergency_minimal", "referral_only"
URGENT = "I07"  # DOMAIN 3.1: urgent needs, before any account
_ID_BYTES = 16
_SPOKEN = ("narrative", "identities")


# -- beginning -------------------------------------------------------------------------------------------------
def begin(
    tablet: Tablet,
    now_min: int | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
    *,
    language: str = "",
    area: Sequence[str] = (),
    incident: str = "",
) -> Interview:
    """A new interview, in a draft of its own.

    Args:
        tablet: open.
        now_min: minutes since 1970; by default the tablet's clock.
        facts: in the place of what the tablet knows itself (`tablet_facts`).
        language: of the talk; by default the officer's.
        area: first and second level whose services are asked for.
        incident: `incident_id` of another interview of the same talk: one person an envelope, joined by it.

    Raises:
        AnswerRefused: a fact of the wrong type. Malformed: no incident id. ProtocolRefused. DiskFull.
    """
    protocol, now = protocol_of(tablet), _now(tablet) if now_min is None else now_min
    session = engine.start(protocol, now, {**tablet_facts(tablet, area), **(facts or {})})
    return _begun(tablet, protocol, session, now, language=language, area=area, incident=incident)


def from_disclosure(
    tablet: Tablet,
    now_min: int | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
    *,
    language: str = "",
    area: Sequence[str] = (),
) -> Interview:
    """Somebody spoke of sexual violence while an ordinary record was made (DOMAIN 3.5): services first, no account.

    It begins at the medical clocks (I07), in the mode that can never write an account, and asks at once whether the
    place is private. The ordinary record keeps nothing of it, and nothing joins the two.

    Raises:
        As `begin`.
    """
    protocol, now = protocol_of(tablet), _now(tablet) if now_min is None else now_min
    session = engine.start(protocol, now, {**tablet_facts(tablet, area), **(facts or {})})
    session = replace(session, state=URGENT, mode=REFERRAL_ONLY, recheck_due_min=quarter_before(now))
    return _begun(tablet, protocol, session, now, language=language, area=area)


def _begun(
    tablet: Tablet,
    protocol: Protocol,
    session: Session,
    now_min: int,
    *,
    language: str,
    area: Sequence[str],
    incident: str = "",
) -> Interview:
    entropy = tablet.ports.entropy
    if incident:
        parse_report_id(incident)
    mark = Mark(
        session=engine.dump(session),
        subject=report_id_text(entropy.bytes(_ID_BYTES)),
        incident=incident or report_id_text(entropy.bytes(_ID_BYTES)),
        ledger=text_of(Ledger()),
        language=language or tablet.language,
        area=tuple(area),
    )
    draft_id = draft.start(tablet, KIND)
    report = draft.load(tablet, draft_id)
    ahead_min = now_min - _now(tablet)
    made = Interview(tablet, protocol, draft_id, report=report, mark=mark, session=session, ahead_min=ahead_min)
    made._keep()
    return made


def _now(tablet: Tablet) -> int:
    return tablet.ports.clock.now_s() // 60


def resume(tablet: Tablet, draft_id: DraftId) -> Interview:
    """The interview of a draft, where it stood.

    Raises:
        NotFound, DamagedRow, Panicked, DraftNewer: the draft does not open. Damaged: it is no interview.
        Malformed: the protocol that it was begun with is not here any more.
    """
    report = draft.load(tablet, draft_id)
    mark = Mark.of(report.pop(MARK, None))
    version = mark.session.get("version", 0)
    protocol = protocol_of_version(tablet, version if isinstance(version, int) else 0)
    session = engine.restore(protocol, mark.session)
    return Interview(tablet, protocol, draft_id, report=report, mark=mark, session=session)


def open_drafts(tablet: Tablet) -> list[DraftId]:
    """Interviews that are not closed yet, the last saved first."""
    return [row.id for row in draft.list_drafts(tablet) if row.kind == KIND and row.state == "open"]


def tablet_facts(tablet: Tablet, area: Sequence[str] = ()) -> dict[str, str | int | bool]:
    """What the tablet knows itself. Whatever it cannot know (training, battery) is for the caller to say."""
    known: dict[str, str | int | bool] = {
        "encrypted": True,
        "gps_off": True,  # nothing in these modules can ask for a position
        "capture_off": True,
        "other_cases_unloaded": not open_drafts(tablet),
    }
    if area:
        where = (area[0], area[1]) if len(area) > 1 else area[0]
        known |= referral.interview_facts(tablet, where)
    return known


class Interview:
    """One interview; make one with `begin`, `from_disclosure` or `resume`."""

    def __init__(
        self,
        tablet: Tablet,
        protocol: Protocol,
        draft_id: DraftId,
        *,
        report: dict[str, Any],
        mark: Mark,
        session: Session,
        ahead_min: int = 0,
    ) -> None:
        self._tablet = tablet
        self.protocol = protocol
        self.draft_id = draft_id
        self._report = report
        self._mark = mark
        self._session = session
        self._ahead_min = ahead_min
        self._closed: Closed | None = None

    # -- looking ---------------------------------------------------------------------------------------------------
    @property
    def now_min(self) -> int:
        """Minutes since 1970, as this interview counts them."""
        return _now(self._tablet) + self._ahead_min

    @property
    def session(self) -> Session:
        """Where it stands; a frozen value."""
        return self._session

    @property
    def closed(self) -> Closed | None:
        """What became of it; None while it goes on."""
        return self._closed

    @property
    def incident_id(self) -> str:
        """Joins the reports of one talk; give it to `begin` for the next person."""
        return self._mark.incident

    @property
    def ledger(self) -> Ledger:
        """What was ever said about consent."""
        return from_text(self._mark.ledger)

    def view(self, language: str = "") -> View:
        """The present page."""
        words = Words(self.protocol, language or self._tablet.language)
        return view_of(self.protocol, self._session, self.now_min, words, done=self._closed is not None)

    def said(self, closed: Sequence[object], language: str = "") -> tuple[Said, ...]:
        """The reasons of a `GateClosed` in words."""
        words = Words(self.protocol, language or self._tablet.language)
        return tuple(said(self.protocol, each, words) for each in closed if isinstance(each, Refusal))

    def may(self, action: str) -> bool:
        """Whether something is allowed now: `narrative`, `capture:photo`, ...; see `engine.may`."""
        return self._closed is None and engine.may(self.protocol, self._session, action)

    def form(self) -> ReportForm:
        """The record as questions over this account, for the screens of the record; give it back to `keep_form`."""
        return ReportForm.of(self._report)

    # -- walking ---------------------------------------------------------------------------------------------------
    def answer(self, question: str, value: object) -> None:
        """Raises AnswerRefused."""
        self._walk(engine.answer(self.protocol, self._session, question, value, self.now_min))

    def next(self) -> None:
        """Go on. Raises GateClosed, AnswerRefused."""
        self._walk(engine.advance(self.protocol, self._session, self.now_min))

    def back(self) -> None:
        """Raises AnswerRefused."""
        self._walk(engine.back(self.protocol, self._session))

    def interrupt(self, interrupt_id: str) -> None:
        """Something happened. Raises AnswerRefused."""
        self._walk(engine.interrupt(self.protocol, self._session, interrupt_id, self.now_min))

    def resolve(self, way: str) -> None:
        """Take a way out of an interrupt or a closed gate; `emergency_minimal` sends the minimal record at once.

        Raises:
            AnswerRefused, GateClosed. InvalidReport: no area of this mission is known; the way was taken, nothing sent.
        """
        before = self._session.mode
        self._walk(engine.resolve(self.protocol, self._session, way, self.now_min))
        if self._session.mode == EMERGENCY != before and not self._mark.emergency:
            sent = interview_close.emergency(self._tablet, self._mark, self._session)
            self._keep(mark=replace(self._mark, emergency=sent))

    def override(self, gate: str, reason: str, second: str) -> None:
        """Two persons lift a gate. Raises GateClosed, AnswerRefused."""
        self._walk(engine.override(self.protocol, self._session, gate, reason, second, self.now_min))

    def reopened(self) -> Interview:
        """The same interview, read again from its draft, as after a crash."""
        again = resume(self._tablet, self.draft_id)
        again._ahead_min = self._ahead_min
        return again

    def wait(self, minutes: int) -> None:
        """Time passes; for scripts and training."""
        self._ahead_min += minutes

    # -- writing down ------------------------------------------------------------------------------------------------
    def account(self, text: str, language: str = "") -> None:
        """What the person tells, in their order and words. It takes the place of what stood there before.

        Raises:
            GateClosed: the account is not open (G1).
        """
        self._demand("narrative", "G1")
        kept = dict(self._report.get("narrative", {}))
        kept["what_happened"] = clean_prose(text, ACCOUNT_CHARS)
        self._keep(self._with("narrative", kept), replace(self._mark, language=language or self._mark.language))

    def correct(self, text: str) -> None:
        """The account as the person corrects it; what it said before is nowhere any more. Raises as `account`."""
        self._demand("narrative", "G1")
        kept = {**self._report.get("narrative", {}), "what_happened": clean_prose(text, ACCOUNT_CHARS)}
        self._keep(self._with("narrative", kept), replace(self._mark, corrections=self._mark.corrections + 1))

    def words_used(self, text: str, language: str, translation: str = "") -> None:
        """Words that were said to the person, in their language. Raises as `account`."""
        self._demand("narrative", "G1")
        used = {"text": clean_prose(text, ACCOUNT_CHARS), "language": language}
        if translation:
            used["translation"] = clean_prose(translation, ACCOUNT_CHARS)
        self._keep(self._with("narrative", {**self._report.get("narrative", {}), "words_used": used}))

    def facts(self, values: Mapping[str, Any]) -> None:
        """Groups of REPORT.json that name nobody: `incident`, `acts`, `victims`, `source`, ...

        Raises:
            GateClosed: the account is not open (G1). ConductChannel: an act by mission personnel: nothing was kept.
            Malformed: a group that does not belong here.
        """
        if not self._completing():
            self._demand("narrative", "G1")
        self._keep(with_facts(self._report, values))

    def _completing(self) -> bool:
        """The person has left: what they allowed to be written is put in order, in codes, and nothing is added."""
        ended = self._closed is None and interview_close.at_the_end(self._session)
        return ended and engine.may(self.protocol, self._session, "consent:C1")

    def keep_form(self, form: ReportForm) -> None:
        """`facts` out of a form that `form` gave. Raises as `facts`."""
        values = form.stored()
        own = {"form", "kind", "language", "handling", "incident_id", "subject", "consent", "basis", "narrative"}
        self.facts({name: value for name, value in values.items() if name not in {*own, "identities"}})

    def names(self, values: Mapping[str, Any]) -> None:
        """The group `identities` of REPORT.json. Raises GateClosed: no C3 (G6)."""
        self._demand("identity", "G6")
        self._keep(self._with("identities", deepcopy(dict(values))))

    def contact(self, how: str, hours: str = "", code: str = "") -> None:
        """How the person may be reached again. Raises GateClosed: not here, or no C6 (G6)."""
        self._demand("contact", "G6")
        given = {"how": how, "hours": hours, "code": code}
        self._keep(mark=replace(self._mark, contact={name: text for name, text in given.items() if text}))

    def referral(self, sector: str, outcome: str, service: str = "", need: str = "") -> referral.Given | None:
        """What became of the offer of a service; with a service and a need that was agreed to, also its slip.

        Raises:
            AnswerRefused: no such sector or outcome here. NotAgreed: no yes to this sector's scope.
            NotOnPaper, NotFound: see `referral.give`; the outcome is not noted.
        """
        changed = engine.answer(
            self.protocol, self._session, interview_close.outcome_question(sector), outcome, self.now_min
        )
        given = None
        if service:
            agreed = outcome == "accepted" and interview_close.agreed(changed, sector)
            given = referral.give(self._tablet, service, need, agreed=agreed)
            self._mark = replace(self._mark, slips=(*self._mark.slips, given.referral.id.hex()))
        self._walk(changed)
        return given

    def promise(self, what: str, days: int, note: str = "") -> None:
        """Something promised to the person; it comes back to the officer when the interview is closed.

        Raises:
            PromiseRefused: a promise without a day that can be kept, or with words that lead to a person.
        """
        self._open()
        made = Promise(self._tablet.ports.entropy.bytes(_ID_BYTES).hex(), what, days, note.strip())
        interview_close.check_promise(self._tablet, made)
        self._keep(mark=replace(self._mark, promises=(*self._mark.promises, made)))

    def capture(self, medium: str) -> None:
        """Asks whether a `photo`, `audio` or `video` may be taken now. Raises GateClosed (G9)."""
        self._demand(f"capture:{medium}", "G9")

    def match(self, words: Sequence[str]) -> None:
        """Three words of the person's own, for the focal point alone. Raises GateClosed (G6), Malformed."""
        from fieldapp.flows.matching import sealed_code

        self._demand("consent:C1", "G6")
        self._keep(mark=replace(self._mark, match=sealed_code(self._tablet, words).hex()))

    # -- the end -----------------------------------------------------------------------------------------------------
    def discard(self) -> None:
        """The person wants nothing kept: the draft goes, and only a missing service is still told of."""
        self._open()
        self._closed = interview_close.discard(self._tablet, self.draft_id, self._mark, self._session)

    def close(self) -> Closed:
        """Seal what was allowed, forget the rest. Nothing of the interview is readable here afterwards.

        Raises:
            AnswerRefused: it is not at its end yet (before I17). InvalidReport: the facts are not complete; the draft
            stays. DiskFull, SelfCheckFailed: nothing was sealed.
        """
        self._open()
        if not interview_close.at_the_end(self._session):
            raise errors.AnswerRefused("elsewhere")
        if not self._mark.report:
            self._keep(mark=replace(self._mark, report=report_id_text(self._tablet.ports.entropy.bytes(_ID_BYTES))))
        self._closed = interview_close.close(
            self._tablet, self.draft_id, self._report, self._mark, self._session, now_min=self.now_min
        )
        self._report = {}
        return self._closed

    # -- keeping -----------------------------------------------------------------------------------------------------
    def _walk(self, session: Session) -> None:
        """The next place of the session, with what it means for the ledger and for what stands in the draft."""
        how = explained(self.protocol, session, self._mark)
        ledger = keep_up(self.ledger, session.answers, how, self.now_min)
        mark = replace(self._mark, session=engine.dump(session), ledger=text_of(ledger))
        report, mark = interview_close.without_withdrawn(self._report, mark, session)
        if self._closed is None:
            self._save(report, mark)
        self._report, self._mark, self._session = report, mark, session

    def _keep(self, report: dict[str, Any] | None = None, mark: Mark | None = None) -> None:
        self._open()
        report, mark = self._report if report is None else report, mark or self._mark
        self._save(report, mark)
        self._report, self._mark = report, mark

    def _save(self, report: dict[str, Any], mark: Mark) -> None:
        draft.save(self._tablet, self.draft_id, {**report, MARK: mark.plain()})
        if any(report.get(name) != self._report.get(name) for name in _SPOKEN):
            with suppress(errors.DiskFull, errors.Busy):  # the old words go from the log too, now or at closing
                self._tablet.vault.shrink_log()

    def _with(self, group: str, value: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._report, group: dict(value)}

    def _open(self) -> None:
        if self._closed is not None:
            raise errors.AnswerRefused("ended")

    def _demand(self, action: str, gate: str) -> None:
        self._open()
        if not self.may(action):
            raise errors.GateClosed((Refusal(gate, self.protocol.gates[gate].text, (), False, gate),))
