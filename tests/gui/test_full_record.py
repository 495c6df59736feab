"""Full records by touch, sealed through the real vault, opened with the keys of the roles of a test mission."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.gui.recorder import admit, answer_consent, form_of, opened, type_in
from tests.support import tablets

NAME, CONTACT = "Zebulon Quist", "through the clinic"
ACCOUNT = "Men with torches came before dawn and burned the roofs."
WORDS, SAID = "Partez ou brûlez.", "Leave or burn."
UNIT = "green head-bands, two red motorcycles"


@pytest.fixture
def hand(open_host: Callable[[Path], Any], tmp_path: Path) -> Any:
    found = open_host(tmp_path / "none")
    with tablets.tablet(tmp_path) as tablet:
        admit(found, tablet)
        yield found


def begin(hand: Any, kind: str) -> None:
    hand.host.running.recording.kinds()
    hand.frames()
    hand.taps = 0
    hand.tap(kind)


def place_and_day(hand: Any) -> None:
    hand.host.running.recording.enter_section("when")
    hand.frames()
    hand.tap("Today")
    hand.tap("Next")
    type_in(hand, "Area", "Lemba North")
    type_in(hand, "Name of the place, as people say it", "Kesso")
    hand.tap("Near it")


def seal(hand: Any) -> str:
    """From wherever the record is to a sealed report; its id."""
    recording = hand.host.running.recording
    recording.overview()
    hand.frames()
    assert recording.form.missing() == []
    hand.tap("Review")
    blocking = [word for word in hand.words() if word == "Something is still open or wrong."]
    assert not blocking, hand.words()
    hand.tap("Seal this report")
    assert "It is sealed and safe here." in hand.words(), hand.words()
    return str(hand.host.tablet.reports()[0].id)


def test_two_acts_a_group_an_account_and_a_name_each_reach_their_own_reader(hand: Any) -> None:
    """The custodian alone opens the name, account and words go to whom consent allows, the facts name nobody."""
    begin(hand, "Full report")
    hand.tap("What was done")
    hand.tap("Homes and property")
    hand.tap("Homes burned")
    hand.tap("Something else happened too")
    hand.tap("Harm and threats")
    hand.tap("Badly hurt") if any(k.word_text == "Badly hurt" for k in hand.pressable()) else hand.tap("Maimed")
    form = form_of(hand)
    assert [act["code"][:2] for act in form.acts] == ["A7", "A2"]
    hand.host.running.recording.go("act", item=1)
    hand.frames()
    hand.tap("1 · Homes burned")
    assert form.acts[1]["follows"] == 0
    hand.host.running.recording.enter_section("people")
    hand.frames()
    hand.tap("One more", 1)
    hand.tap("None of these")
    hand.tap("Next")
    hand.tap("Not known")  # children
    hand.tap("Add a group")
    hand.tap("Family") if any(k.word_text == "Family" for k in hand.pressable()) else hand.tap("Person or group")
    hand.host.running.recording.go("victims")
    hand.frames()
    assert form.victims[0]["key"] in form.acts[form.act_at]["victims"]
    place_and_day(hand)
    type_anchor(hand)
    hand.host.running.recording.go("actor", item=0)
    form.take_act(0)
    hand.host.running.recording.go("actor", item=0)
    hand.frames()
    hand.tap("Armed group")
    hand.tap("Uniform or badge")
    assert "Who is said to have done it?" in hand.words(), "the second act asks for its own actor"
    hand.tap("Armed group")
    hand.tap("Language")
    type_in(hand, "Unit as described", UNIT)
    hand.tap("Next")
    hand.tap("A person it happened to")
    hand.tap("Woman or girl")
    hand.tap("18 or older")
    hand.tap("Next")
    answer_consent(hand, "Yes", "Yes", "Yes", "Yes")
    hand.tap("I cannot judge yet (F6)")
    hand.host.running.recording.enter_section("now")
    hand.frames()
    hand.tap("Yes")
    hand.tap("Shelter")
    hand.tap("No")
    hand.host.running.recording.enter_section("signs")
    hand.frames()
    hand.tap("Convoys at night")
    hand.host.running.recording.enter_section("account")
    hand.frames()
    type_in(hand, "What happened, as told", ACCOUNT)
    hand.tap("Next")
    type_in(hand, "The words, in their language", WORDS)
    hand.tap("Français")
    type_in(hand, "Translation", SAID)
    hand.tap("Next")
    hand.tap("Name of a source")
    type_in(hand, "Name", NAME)
    type_in(hand, "Contact", CONTACT)
    report_id = seal(hand)

    tablet = hand.host.tablet
    by_role = {role: opened(tablet, report_id, role) for role in tablet.policy.roles}
    custodian, focal, risk = by_role["custodian"], by_role["focal_point"], by_role["risk_cell"]
    assert custodian["identities"]["sources"] == [{"name": NAME, "contact": CONTACT}]
    assert all("identities" not in parts for role, parts in by_role.items() if role != "custodian")
    assert focal["narrative"]["what_happened"] == ACCOUNT
    assert focal["narrative"]["words_used"] == {"text": WORDS, "language": "fr", "translation": SAID}
    assert "narrative" not in risk
    facts = risk["facts"]
    assert facts["signals"] == ["night_convoys"]
    assert [act["actor"]["class"] for act in facts["acts"]] == ["armed_group", "armed_group"]
    assert facts["acts"][1]["actor"]["unit_text"] == UNIT
    assert facts["acts"][1]["follows"] == 0
    assert facts["victims"][0]["unit"] != "person"
    assert (facts["place"]["name"], facts["place"]["given_as"], facts["place"]["precision"]) == ("Kesso", "words", 2)
    assert facts["recall_anchor"] == "market day before the rains"
    for private in (NAME, CONTACT, ACCOUNT, WORDS, SAID):
        assert private not in repr(facts), "a name or the account reached the facts"
        assert private not in repr(risk["counts"])


def type_anchor(hand: Any) -> None:
    hand.host.running.recording.go("when")
    hand.frames()
    type_in(hand, "How people date it", "market day before the rains")


def test_nil_return_takes_six_taps(hand: Any) -> None:
    """Area, period, seal: and the desk is told that it was calm."""
    begin(hand, "Nil return")
    type_in(hand, "Area", "Lemba North")
    hand.tap("Next")
    hand.tap("Last week")
    hand.tap("Seal this report")
    assert hand.taps <= 6, f"a nil return took {hand.taps} taps"
    tablet = hand.host.tablet
    report_id = tablet.reports()[0].id
    parts = opened(tablet, report_id, "risk_cell")
    assert parts["counts"]["coverage"] == "nil"
    today = date(1970, 1, 1) + timedelta(days=tablet.day())
    monday = today - timedelta(days=today.weekday() + 7)
    week = f"{monday}/{monday + timedelta(days=6)}"
    assert (parts["facts"]["kind"], parts["facts"]["date"]) == ("nil_return", week)


def test_area_not_reachable_takes_six_taps_and_says_why(hand: Any) -> None:
    """A closed road is not a quiet village."""
    begin(hand, "Area not reachable")
    type_in(hand, "Area", "Lemba North")
    hand.tap("Next")
    hand.tap("This week")
    from fieldapp.screens import terms

    hand.tap(terms.label("coverage_reasons", "road"))
    hand.tap("Seal this report")
    assert hand.taps <= 6, f"it took {hand.taps} taps"
    tablet = hand.host.tablet
    parts = opened(tablet, tablet.reports()[0].id, "hr_section")
    assert (parts["counts"]["coverage"], parts["counts"]["reason"]) == ("not_reachable", "road")


def test_speech_log_keeps_the_words_for_the_custodian_when_nobody_was_interviewed(hand: Any) -> None:
    """Channel, speaker and call are facts; the words go with the identities."""
    begin(hand, "Radio or speech log")
    hand.tap("The speech")
    for path, code in (("speech.channel", "radio"), ("speech.speaker_class", "armed_group"), ("speech.call", "leave")):
        choose(hand, path, code)
    type_in(hand, "Group, as the speech names it", "people of the hills")
    place_and_day(hand)
    hand.tap("Next")
    hand.tap("Radio or press")
    hand.tap("I cannot judge yet (F6)")
    hand.host.running.recording.enter_section("words")
    hand.frames()
    type_in(hand, "The words, in their language", WORDS)
    hand.tap("Français")
    hand.host.running.recording.enter_section("now")
    hand.frames()
    hand.tap("Not known")
    hand.tap("Nothing now")
    report_id = seal(hand)
    tablet = hand.host.tablet
    facts = opened(tablet, report_id, "risk_cell")["facts"]
    assert facts["speech"]["target"] == "people of the hills"
    assert (facts["speech"]["channel"], facts["speech"]["call"]) == ("radio", "leave")
    custodian = opened(tablet, report_id, "custodian")
    assert custodian["identities"]["words_used"]["text"] == WORDS
    assert WORDS not in repr(facts)


def choose(hand: Any, path: str, code: str) -> None:
    """Open a field of a page and tap one of its codes."""
    from fieldapp.flows.form.fields import every_field
    from fieldapp.screens import terms

    field = next(each for _, each in every_field() if each.path.replace("#", "0") == path)
    if hand.host.running.recording._asked.active != path:
        hand.host.running.recording.open_field(path)
        hand.frames()
    hand.tap(terms.label(field.list, code))
    assert form_of(hand).value(path) == code


def test_detention_visit_counts_who_is_held(hand: Any) -> None:
    """Access, concerns and people held are facts; no act is needed."""
    begin(hand, "Detention visit")
    hand.tap("The visit")
    choose(hand, "visit.access", "partial")
    recording = hand.host.running.recording
    recording.open_field("visit.concerns")
    hand.frames()
    from fieldapp.screens import terms

    hand.tap(terms.label("visit_concerns", "overcrowding"))
    hand.tap("Next")
    recording.open_field("visit.held.total")
    hand.frames()
    hand.tap("6")
    hand.tap("4")
    recording.open_field("visit.held.total", "max")
    hand.frames()
    hand.tap("7")
    hand.tap("0")
    place_and_day(hand)
    hand.tap("Next")
    hand.tap("I saw it myself")
    hand.tap("I cannot judge yet (F6)")
    recording.enter_section("now")
    hand.frames()
    hand.tap("Not known")
    hand.tap("Nothing now")
    report_id = seal(hand)
    visit = opened(hand.host.tablet, report_id, "hr_section")["facts"]["visit"]
    assert visit["access"] == "partial"
    assert visit["concerns"] == ["overcrowding"]
    assert visit["held"]["total"] == {"min": 64, "best": 64, "max": 70}


def test_correction_is_a_new_report_over_the_earlier_one(hand: Any) -> None:
    """The page of a sealed report begins a draft with what is still readable; the sealed one stays as it was."""
    first = tablets.example("own-observation")
    from fieldapp.flows import outbox
    from fieldapp.flows import seal as sealing

    tablet = hand.host.tablet
    earlier = sealing.record(tablet, tablets.as_json(first))
    before = opened(tablet, earlier, "risk_cell")
    hand.host.running.show_sealed(earlier)
    hand.frames()
    hand.tap("Correct")
    form = form_of(hand)
    assert form.report["supersedes"] == earlier
    assert form.report["change"] == "correction"
    assert form.kind == first["kind"]
    assert [act["code"] for act in form.acts] == [act["code"] for act in first["acts"]]
    assert "lat" not in form.place, "the kept point is the centre of a square, not the place"
    assert form.missing() == []
    hand.host.running.recording.enter_step("need")
    hand.frames()
    hand.tap("Evacuation")
    hand.host.running.recording.review()
    hand.frames()
    hand.tap("Seal this report")
    newest = tablet.reports()[0].id
    assert newest != earlier
    after = opened(tablet, newest, "risk_cell")["facts"]
    assert after["protection_needed"] == "evacuation"
    assert after["change"] == "correction"
    assert after["incident"] == before["facts"]["incident"], "both speak of one incident"
    assert opened(tablet, earlier, "risk_cell") == before
    assert outbox.facts(tablet.custody, earlier)["kind"] == first["kind"]


def test_follow_up_from_the_kinds_asks_which_report_and_what(hand: Any) -> None:
    """New, follow-up, the report, news: then an overview that says what it follows."""
    from fieldapp.flows import seal as sealing

    earlier = sealing.record(hand.host.tablet, tablets.as_json(tablets.example("own-observation")))
    hand.host.running.recording.kinds()
    hand.frames()
    hand.tap("Follow-up")
    title = hand.host.tablet.reports()[0].title
    hand.tap(title.rsplit(", ", 1)[0])
    hand.tap("Add news")
    form = form_of(hand)
    assert (form.kind, form.report["supersedes"], form.report["change"]) == ("follow_up", earlier, "new_information")
    assert "News of an earlier report" in hand.words()


def test_telephone_number_in_the_facts_is_moved_to_the_names(hand: Any) -> None:
    """Said inside the frame, cut out of the text by one key, kept where only the custodian reads."""
    begin(hand, "Full report")
    recording = hand.host.running.recording
    form = form_of(hand)
    form.add_code("A701")
    form.choose_actor("armed_group")
    form.choose_source("media")
    recording.go("unit")
    hand.frames()
    type_in(hand, "Unit as described", "green head-bands, call +243 815 550 199 tonight")
    assert any(word.startswith("This looks like a telephone number") for word in hand.words())
    hand.tap("Move it to names")
    assert form.value("acts.0.actor.unit_text") == "green head-bands, call tonight"
    assert form.value("identities.sources.0.contact") == "+243 815 550 199"
    assert not any(word.startswith("This looks like a telephone number") for word in hand.words())


def test_files_are_refused_with_the_reason_and_taken_when_nobody_was_interviewed(hand: Any, tmp_path: Path) -> None:
    """A photo without a yes to photos is not kept; on another basis it is, and goes to the custodian."""
    picture = tmp_path / "picture.png"
    from PIL import Image

    Image.new("RGB", (8, 8), (10, 20, 30)).save(picture)
    begin(hand, "Full report")
    recording, form = hand.host.running.recording, form_of(hand)
    form.choose_source("victim")
    form.answer_scope("C9p", "no", "en")
    recording.save()
    recording.enter_section("files")
    hand.frames()
    recording._take_path(picture)
    hand.job_done()
    assert recording.file_rows() == ()
    assert recording._refused is not None
    assert recording._refused[0] in hand.words()
    form.choose_source("own_observation")
    recording.save()
    recording._take_path(picture)
    hand.job_done()
    assert [row.media for row in recording.file_rows()] == ["photo"]
    assert "Photo" in hand.words()


def test_a_file_is_found_by_going_into_folders_and_up_again(
    hand: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden files are not shown; what is no photo, sound or document is refused with the reason."""
    from PIL import Image

    mine = tmp_path / "officer"
    (mine / "week 49" / "photos").mkdir(parents=True)
    (mine / ".hidden").mkdir()
    Image.new("RGB", (8, 8), (10, 20, 30)).save(mine / "week 49" / "photos" / "IMG_1.png")
    (mine / "week 49" / "program.exe").write_bytes(b"MZ" + bytes(400))
    monkeypatch.setenv("HOME", str(mine))
    begin(hand, "Full report")
    recording, form = hand.host.running.recording, form_of(hand)
    form.choose_source("own_observation")
    recording.enter_section("files")
    hand.frames()
    hand.tap("Add a file")
    assert ".hidden" not in hand.words()
    hand.tap("week 49")
    hand.tap("photos")
    assert "IMG_1.png" in hand.words()
    hand.tap("Up to the folder above")
    hand.tap("program.exe")
    hand.job_done()
    assert recording.file_rows() == ()
    assert recording._refused is not None
    hand.tap("Add a file")
    hand.tap("Write the full name")
    hand.type(str(mine / "week 49" / "photos"))
    hand.tap("Open")
    hand.tap("IMG_1.png")
    hand.job_done()
    assert [row.media for row in recording.file_rows()] == ["photo"]


class Gated(io.BytesIO):
    """A file of which everything after the first megabyte waits for the test."""

    def __init__(self, size: int) -> None:
        super().__init__(b"%PDF-1.7\n" + bytes(size - 9))
        self.gate, self.waits = threading.Event(), threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 1 << 20:
            self.waits.set()
            assert self.gate.wait(60)
        return super().read(size)


@pytest.mark.parametrize("stop", [True, False])
def test_sealing_shows_what_is_confirmed_and_can_be_stopped_with_the_draft_safe(hand: Any, stop: bool) -> None:
    """The bar stands where the sealed bytes are; a stop leaves no file, no bytes and the same draft."""
    from fieldapp.flows import attach, draft
    from fieldapp.vault.blobs import Blobs
    from fieldapp.widgets.progress import TrueBar

    begin(hand, "Full report")
    recording, form, tablet = hand.host.running.recording, form_of(hand), hand.host.tablet
    form.choose_source("own_observation")
    recording.enter_section("files")
    hand.frames()
    kept, source = draft.load(tablet, recording._id), Gated(4 << 20)
    work = partial(attach.add, tablet, recording._id, source, media="document")
    recording._seal_file(lambda tell: work(progress=tell), 4 << 20)
    assert source.waits.wait(10), recording._refused
    hand.frames()
    (bar,) = [w for w in hand.host.walk(restrict=True) if isinstance(w, TrueBar)]
    assert 0.2 <= bar.share <= 0.26
    if stop:
        hand.tap("Stop, without the file")
    source.gate.set()
    hand.job_done()
    assert len(recording.file_rows()) == (0 if stop else 1)
    assert len(Blobs(tablet.home, tablet.vault).rows()) == (0 if stop else 1)
    assert draft.load(tablet, recording._id) == kept
    said = "You stopped it, so the file was not added."
    assert (said in hand.words()) is stop
    assert hand.host.stop_job == hand.host.running.sending.stop_sending, "the next lock asks the right job to stop"


def test_sound_is_recorded_only_with_a_yes_and_sealed_while_it_runs(hand: Any) -> None:
    """No key without consent to sound; with it, what the microphone gave is an attachment and no file."""
    from fieldapp.device.sound import SoundStream

    begin(hand, "Full report")
    recording, form, device = hand.host.running.recording, form_of(hand), hand.host.device
    started: list[SoundStream] = []

    def record_sound() -> SoundStream:
        stream = SoundStream(lambda: stream.end())
        stream.put(b"\x10\x20" * 800)
        started.append(stream)
        return stream

    device.has_microphone, device.record_sound = lambda: True, record_sound
    form.choose_source("victim")
    form.answer_scope("C9a", "no", "en")
    recording.save()
    recording.enter_section("files")
    hand.frames()
    assert "Record sound" not in hand.words()
    recording.record_sound()
    assert started == []
    form.answer_scope("C9a", "yes", "en")
    recording.enter_section("files")
    hand.frames()
    hand.tap("Record sound")
    assert len(started) == 1
    hand.tap("Stop and seal")
    hand.job_done()
    assert [row.media for row in recording.file_rows()] == ["audio"]
    assert "Record sound" in hand.words()


def test_typed_text_is_on_the_disk_within_the_promise_and_after_a_lock(hand: Any, tmp_path: Path) -> None:
    """By a clock that the test moves; then the same page opens with the same words."""
    from fieldapp.flows import draft
    from fieldapp.flows.form.saving import Saver
    from tests.unit.test_form_saving import PROMISE_S, HandSchedule

    begin(hand, "Full report")
    recording, schedule = hand.host.running.recording, HandSchedule()
    recording.saver = Saver(recording._write, schedule)
    form_of(hand).choose_source("media")
    recording.enter_section("note")
    hand.frames()
    type_in(hand, "Up to 80 letters", "two carts with sacks")
    (row,) = draft.list_drafts(hand.host.tablet)
    assert "note" not in draft.load(hand.host.tablet, row.id)
    schedule.go(PROMISE_S)
    assert draft.load(hand.host.tablet, row.id)["note"] == "two carts with sacks"
    type_in(hand, "Up to 80 letters", "three carts with sacks")
    recording.flush()
    kept = draft.load(hand.host.tablet, row.id)
    assert kept["note"] == "three carts with sacks"
    recording.resume(row.id.hex())
    hand.frames()
    assert "A few words" in hand.words()
    assert any(getattr(w, "text", "") == "three carts with sacks" for w in hand.host.walk(restrict=True))


def test_a_tap_far_down_a_page_leaves_the_page_where_it_is(hand: Any) -> None:
    """The screen is made anew at every change, the eye stays."""
    from fieldapp.screens import scrolling

    begin(hand, "Full report")
    form = form_of(hand)
    form.add_code("A701")
    form.add_victim("person")
    hand.host.running.recording.go("victim", item=0)
    hand.frames()
    assert scrolling.offset_of(hand.host) == 0
    hand.tap("Work")
    hand.frames()
    down = scrolling.offset_of(hand.host)
    assert down > 0
    from fieldapp.screens import terms

    hand.tap(terms.label("occupations", "farmer"))
    hand.frames()
    assert form.value("victims.0.occupation") == "farmer"
    assert scrolling.offset_of(hand.host) > 0


def test_kinds_stand_two_taps_from_home(hand: Any) -> None:
    """The key of home, then the kind."""
    hand.taps = 0
    hand.tap("Other kind")
    hand.tap("Nil return")
    assert hand.taps == 2
    assert form_of(hand).kind == "nil_return"
