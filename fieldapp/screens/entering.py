"""Ways in, driven: welcome, enrol, unlock, settings, cover page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kivy.clock import Clock
from kivy.core.window import Window

from fieldapp.flows.enrol import enrol_file, read_file, read_invitation
from fieldapp.flows.training import training
from fieldapp.flows.unlock import Tablet, vault_exists
from fieldapp.screens import cover, entry, settings
from fieldapp.screens.host import Host, sentences
from fieldapp.widgets.fields import TextField
from fieldapp.widgets.theme import theme
from fieldapp.widgets.words import LANGUAGES
from firsthand import errors

_FOLDERS = ("", "Downloads", "Documents", "Desktop")
_MOUNTS = ("/media", "/run/media", "/mnt")
_FILES_MAX, _BYTES_MAX, _SHOWN_MAX = 400, 512 * 1024, 4
_TAPS_BACK, _TAPS_S = 3, 2.0
_COVER_DIGITS = 6


def invitations(host: Host, folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Files in these folders that are invitations: (path, name)."""
    found: list[tuple[str, str]] = []
    for folder in folders:
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file())[:_FILES_MAX]
        except OSError:
            continue
        for path in files:
            try:
                if path.stat().st_size <= _BYTES_MAX:
                    read_invitation(read_file(path), host.ports)
                    found.append((str(path), path.name))
            except (errors.FirsthandError, OSError):
                continue
    return found[:_SHOWN_MAX]


def usual_folders() -> list[Path]:
    """Where an invitation may lie: the officer's folders and memory sticks."""
    home = Path.home()
    folders = [home / name for name in _FOLDERS]
    for mount in map(Path, _MOUNTS):
        try:
            first = [path for path in mount.iterdir() if path.is_dir()]
        except OSError:
            continue
        for path in first:
            folders.append(path)
            try:
                folders += [below for below in path.iterdir() if below.is_dir()][:8]
            except OSError:
                continue
    return folders


class Entering:
    """Events of every screen before home, of the settings and of the cover page."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.at_home = lambda: None
        self._path, self._found, self._letters = "", [], False  # type: ignore[var-annotated]
        self._first = self._again = self._text = ""
        self._shown = self._busy = False
        self._error: tuple[str, str, str] | None = None
        self._label = ""
        self._field: TextField | None = None
        self._back = host.redraw
        self._cover = cover.CoverView("length", "")
        self._taps: list[float] = []
        host.on_locked, host.on_hidden = self.start, self.show_cover
        Window.bind(focus=self._window_focus)

    # -- where to begin ----------------------------------------------------------------------------------------
    def start(self) -> None:
        """Unlock where there is a vault, else welcome."""
        self._error, self._text, self._shown, self._busy = None, "", False, False
        if vault_exists(self.host.home_dir):
            self.host.draw(self._unlock_screen)
        else:
            self.welcome()

    def hide(self) -> None:
        self.host.hide()

    def welcome(self) -> None:
        self._error = None
        self.host.draw(lambda: entry.draw_welcome(self, self._error))

    def home(self) -> None:
        self.at_home()

    # -- training ----------------------------------------------------------------------------------------------
    def train(self) -> None:
        self.host.background.run(lambda: training(self.host.ports), self._trained)

    def _trained(self, outcome: object) -> None:
        if isinstance(outcome, Tablet):
            self.host.admit(outcome)
            self.at_home()
        elif isinstance(outcome, errors.FirsthandError):
            self._error = sentences(outcome)
            self.host.redraw()

    # -- enrolment ---------------------------------------------------------------------------------------------
    def enrol(self) -> None:
        self._error, self._letters = None, False
        self._found = invitations(self.host, usual_folders())
        self.host.draw(self._enrol_screen)

    def _enrol_screen(self) -> object:
        view = entry.EnrolView(tuple(self._found), self._path, self._letters, self._error)
        return entry.draw_enrol(view, self)

    def look_again(self) -> None:
        self.enrol()

    def type_path(self, text: str) -> None:
        self._path = text

    def letters(self) -> None:
        self._letters = not self._letters
        self.host.redraw()

    def open_path(self) -> None:
        if self._path.strip():
            self.pick_file(self._path.strip())

    def pick_file(self, name: str) -> None:
        try:
            invite, _ = read_invitation(read_file(Path(name)), self.host.ports)
        except errors.FirsthandError as error:
            self._error = sentences(error)
            self.host.redraw()
            return
        self._path, self._label, self._error = name, invite.label, None
        self._first = self._again = ""
        self.host.draw(self._passphrase_screen)

    def _passphrase_screen(self) -> object:
        count = len(self._first.replace("-", " ").split())
        view = entry.PassphraseView(self._label, self._first, self._again, count, self._shown, self._busy, self._error)
        return entry.draw_passphrase(view, self)

    def type_first(self, text: str) -> None:
        self._first = text

    def type_again(self, text: str) -> None:
        self._again = text

    def show_words(self) -> None:
        self._shown = not self._shown
        self.host.redraw()

    def make(self) -> None:
        if self._busy:
            return
        if self._first != self._again:
            self._error = (theme.words("enrol.pass.differ"), "", "")
            self.host.redraw()
            return
        self._busy, self._error = True, None
        self.host.redraw()
        path, phrase = Path(self._path), self._first
        self.host.background.run(lambda: enrol_file(self.host.home_dir, path, phrase, self.host.ports), self._enrolled)

    def _enrolled(self, outcome: object) -> None:
        self._busy = False
        if isinstance(outcome, Tablet):
            self._first = self._again = ""
            self._shown = False
            self.host.admit(outcome)
            words, label = outcome.words, self._label
            self.host.draw(lambda: entry.draw_done(words, label, self))
        elif isinstance(outcome, errors.FirsthandError):
            self._error = sentences(outcome)
            self.host.redraw()

    # -- unlocking ---------------------------------------------------------------------------------------------
    def _unlock_screen(self) -> object:
        view = entry.UnlockView(self._text, self._shown, self._letters, self._busy, self._error)
        page, self._field = entry.draw_unlock(view, self)
        return page

    def type_passphrase(self, text: str) -> None:
        self._text = text

    def show_passphrase(self) -> None:
        self._shown = not self._shown
        self.host.redraw()

    def unlock(self) -> None:
        if self._busy or not self._text:
            return
        phrase, self._busy, self._error = self._text, True, None
        self.host.redraw()
        self.host.background.run(lambda: Tablet.open(self.host.home_dir, phrase, self.host.ports), self._unlocked)

    def _unlocked(self, outcome: object) -> None:
        self._busy, self._text = False, ""
        if isinstance(outcome, Tablet):
            self._shown = False
            self.host.admit(outcome)
            if not self.host.hidden:
                self.at_home()
        elif isinstance(outcome, errors.FirsthandError):
            self._error = sentences(outcome)
            self.host.redraw()

    def _window_focus(self, _window: object, focus: bool) -> None:
        if not focus and self._text and self.host.tablet is None:
            self._text, self._shown = "", False
            self.host.redraw()

    # -- settings ----------------------------------------------------------------------------------------------
    def settings(self) -> None:
        self._back = self.host.remember()
        self.host.draw(self._settings_screen)

    def _settings_screen(self) -> object:
        tablet, words = self.host.tablet, theme.words
        facts: list[tuple[str, str]] = []
        if tablet is not None:
            facts = [
                (words("set.mission"), tablet.directory.mission_name),
                (words("set.label"), tablet.mission.label),
                (words("set.words"), tablet.words),
            ]
        return settings.draw(settings.SettingsView(tuple(facts)), self)

    def settings_done(self) -> None:
        self._back()

    def pick_language(self, code: str) -> None:
        theme.language = code

    def next_language(self) -> None:
        theme.language = LANGUAGES[(LANGUAGES.index(theme.language) + 1) % len(LANGUAGES)]

    def pick_mode(self, mode: str) -> None:
        theme.mode = mode

    def switch_mode(self) -> None:
        theme.mode = "sun" if theme.mode == "night" else "night"

    def pick_scale(self, percent: str) -> None:
        theme.scale = int(percent) / 100

    def pick_hand(self, hand: str) -> None:
        theme.left_hand = hand == "left"

    # -- cover page --------------------------------------------------------------------------------------------
    def show_cover(self) -> None:
        self._taps = []
        self.host.draw(lambda: cover.draw(self._cover, self))

    def cover_kind(self, kind: str) -> None:
        self._cover = cover.CoverView(kind, self._cover.digits)
        self.host.redraw()

    def cover_digit(self, number: int) -> None:
        digits = (self._cover.digits + str(number)).lstrip("0")[:_COVER_DIGITS]
        self._cover = cover.CoverView(self._cover.kind, digits)
        self.host.redraw()

    def cover_erase(self) -> None:
        self._cover = cover.CoverView(self._cover.kind, self._cover.digits[:-1])
        self.host.redraw()

    def cover_clear(self) -> None:
        self._cover = cover.CoverView(self._cover.kind, "")
        self.host.redraw()

    def cover_tap(self) -> None:
        now = self.host.ports.clock.monotonic_s()
        self._taps = [at for at in self._taps if now - at < _TAPS_S] + [now]
        if len(self._taps) >= _TAPS_BACK:
            self._taps = []
            Clock.schedule_once(lambda _dt: self.host.uncover(), 0)
