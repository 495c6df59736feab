"""What comes to a record from beside the form: files, a photo, a place from map, code or receiver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from kivy.clock import Clock

from fieldapp.flows import attach
from fieldapp.flows.attach_source import AttachmentStopped
from fieldapp.flows.form.where import Point
from fieldapp.flows.report_form import ReportForm
from fieldapp.maps.codes import CodedPlace, parse_place_code
from fieldapp.maps.picked import PickedPlace
from fieldapp.screens import choosing
from fieldapp.screens.asking import Around, Asked, FileRow, Sealing
from fieldapp.screens.browsing import FolderBrowser
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.where_page import WORDS
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from io import BytesIO

    from fieldapp.device.port import Sound
    from fieldapp.flows.draft import DraftId
    from fieldapp.flows.unlock import Tablet
    from fieldapp.maps.features import Where

_E7 = 10**7


class Gathering:
    """Events that ask the machine for something and put the answer into the form."""

    host: Host
    form: ReportForm
    _asked: Asked
    _id: DraftId | None

    def __init__(self) -> None:
        self._refused: tuple[str, str, str] | None = None
        self._sound: Sound | None = None
        self._stop_before: Callable[[], None] | None = None
        self._coded: CodedPlace | None = None
        self._sealing: Sealing | None = None
        self._stop_sealing = False

    # what the record itself offers
    def save(self) -> None:
        """Write the draft."""
        raise NotImplementedError

    def back_to_question(self) -> None:
        """The page that is asked."""
        raise NotImplementedError

    def open_tablet(self) -> Tablet:
        """The tablet, which is open."""
        raise NotImplementedError

    def turn(self, sub: str) -> None:
        """A page within the question."""
        raise NotImplementedError

    def quiet_change(self) -> None:
        """Save in a moment."""
        raise NotImplementedError

    # -- places ---------------------------------------------------------------------------------------------
    def place_code(self, text: str) -> None:
        """A code is typed; it is read at once and shown when the officer asks for it."""
        self._coded = parse_place_code(text, self._reference())
        found = ""
        if self._coded is not None:
            found = f"{self._coded.text}   {self._coded.lat:.4f}  {self._coded.lon:.4f}"
        self._asked = replace(self._asked, query=text, around=replace(self._asked.around, found=found))

    def _reference(self) -> tuple[float, float] | None:
        place = self.form.place
        return (float(place["lat"]), float(place["lon"])) if self.form.has_point else None

    def use_found(self) -> None:
        if self._coded is not None:
            coded = self._coded
            self.form.put_point(Point(coded.lat, coded.lon, coded.kind, coded.radius_m))
            self._within(coded.lat, coded.lon)
            self.turn(WORDS)

    def take_position(self) -> None:
        """Where the tablet is now, with the radius that the receiver gives; nothing without a fix."""
        fix = self.host.device.position()
        if fix is not None:
            lat, lon = fix.lat_e7 / _E7, fix.lon_e7 / _E7
            self.form.put_point(Point(lat, lon, "gps", max(fix.radius_m, 1)))
            self._within(lat, lon)
        self.turn(WORDS)

    def _within(self, lat: float, lon: float) -> None:
        """The areas that hold a point, where they are drawn."""
        from fieldapp.maps.features import read_country

        self._take_areas(read_country(self.open_tablet().directory.areas_geojson).where(lat, lon))

    def _take_areas(self, where: Where | PickedPlace) -> None:
        for level in ("adm1", "adm2", "adm3"):
            name = getattr(where, level)
            if name:
                self.form.choose_area(level, name)
        if where.code and self.form.form > 1:
            self.form.place["code"] = where.code

    def open_map(self) -> None:
        from fieldapp.screens.map_page import MapPage

        tablet = self.open_tablet()
        self.save()
        MapPage.pick(
            self._picked_before(), tablet.directory.areas_geojson, self.host.device, self._placed,
            shell=self.host, home=tablet.home, back=self.back_to_question,
        ).show()  # fmt: skip

    def _picked_before(self) -> PickedPlace | None:
        place = self.form.place
        if not self.form.has_point:
            return None
        return PickedPlace(float(place["lat"]), float(place["lon"]), int(place.get("radius_m", 1_000)))

    def _placed(self, picked: PickedPlace) -> None:
        self._take_areas(picked)
        self.form.put_point(Point(picked.lat, picked.lon, picked.given_as, picked.radius_m))
        if picked.name:
            self.form.name_place(picked.name)
        self.turn(WORDS)

    # -- files ----------------------------------------------------------------------------------------------
    def file_rows(self) -> tuple[FileRow, ...]:
        """The attachments of this draft in words; none while a row does not open."""
        if self._id is None or self.host.tablet is None:
            return ()
        try:
            held = attach.list_of(self.host.tablet, self._id)
        except errors.FirsthandError:
            return ()
        return tuple(FileRow(each.id, each.media, choosing.size_words(each.size_bytes)) for each in held)

    def what_can(self) -> frozenset[str]:
        """What this machine offers."""
        device = self.host.device
        can = {"codes", "map", "files"}
        if device.has_camera():
            can.add("photo")
        if device.has_microphone() and attach.allowed(self.form.report, "audio"):
            can.add("sound")
        if self._sound is not None:
            can.add("recording")
        if device.position() is not None:
            can.add("position")
        return frozenset(can)

    def pick_file(self) -> None:
        """The system's chooser, or our own where it has none."""
        self.save()
        if not self.host.device.pick_file(self._take_stream):
            title = theme.words("record.files.add")
            FolderBrowser(self.host, title, self._take_path, self.back_to_question).show()

    def _take_path(self, path: Path) -> None:
        tablet, draft_id = self.open_tablet(), self._id
        if draft_id is not None:
            try:
                size = path.stat().st_size
            except (OSError, ValueError):  # adding it says what is wrong with it
                size = 0
            self._seal_file(lambda tell: attach.add_file(tablet, draft_id, path, tell), size)

    def take_photo(self) -> None:
        self.save()

        def taken(data: bytes | None) -> None:
            from io import BytesIO

            if data:
                self._take_stream(BytesIO(data), media="photo", came="camera")

        self.host.device.take_photo(taken)

    def record_sound(self) -> None:
        """Start a recording, sealed while it runs; the second call ends it. Never without a yes to sound."""
        if self._sound is not None:
            self._sound.stop()
            return
        self.save()
        if self.host.background.running or not attach.allowed(self.form.report, "audio"):
            return
        sound = self._sound = self.host.device.record_sound()
        if sound is None:
            return
        # a lock must not wait for a recording that nobody ends
        self._stop_before, self.host.stop_job = self.host.stop_job, sound.stop
        self._take_stream(cast("BinaryIO", sound), media="audio", came="microphone")

    def _take_stream(self, stream: BinaryIO | BytesIO | None, *, media: Any = None, came: str = "file") -> None:
        tablet, draft_id = self.open_tablet(), self._id
        if stream is None or draft_id is None:
            return
        self._seal_file(lambda tell: attach.add(tablet, draft_id, stream, media=media, progress=tell, came=came))

    def _seal_file(self, work: Callable[[Callable[[int], None]], object], size: int = 0) -> None:
        """Off the window's thread, told by what is sealed. `size`: of a file, 0 where nobody knows it before."""
        self._refused = None
        if not self.host.background.running:
            self._stop_sealing = False
            self._sealing = Sealing(0, size)
            if self._sound is None:  # a recording has a stop of its own
                self._stop_before, self.host.stop_job = self.host.stop_job, self.stop_file
            self.host.background.run(lambda: work(self._sealed_so_far), self._file_done)
        self.back_to_question()

    def _sealed_so_far(self, done: int) -> None:
        """In the job's thread, at every piece."""
        if self._stop_sealing:
            raise AttachmentStopped
        before = self._sealing
        if before is not None and (now := replace(before, done=done)).steps > before.steps:
            self._sealing = now
            Clock.schedule_once(lambda _dt: self._show_sealing(), 0)

    def _show_sealing(self) -> None:
        if self._sealing is not None and self.host.tablet is not None and self._asked.step == "files":
            self.host.redraw()

    def stop_file(self) -> None:
        """What was sealed of the file so far is thrown away; the draft stays as it was."""
        self._stop_sealing = True

    def _file_done(self, outcome: object) -> None:
        self._sealing = self._sound = None
        self.host.stop_job = self._stop_before
        if isinstance(outcome, errors.FirsthandError):
            self._refused = sentences(outcome)
        if self.host.tablet is not None and self._asked.step == "files":
            self.back_to_question()

    def drop_file(self, file_id: bytes) -> None:
        if self._id is not None:
            attach.remove(self.open_tablet(), self._id, file_id)
        self.back_to_question()

    def around(self, before: Around) -> Around:
        """What the files page shows now."""
        sealing = self._sealing if self._sound is None else None
        return replace(before, files=self.file_rows(), refused=self._refused, can=self.what_can(), sealing=sealing)
