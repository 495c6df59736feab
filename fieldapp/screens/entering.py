"""Ways in, driven: welcome, enrol, unlock by passphrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kivy.core.window import Window
from kivy.uix.widget import Widget

from fieldapp.flows.unlock import Tablet, vault_exists
from fieldapp.screens import choosing, entry
from fieldapp.screens.host import Host, sentences
from fieldapp.widgets.fields import TextField
from fieldapp.widgets.theme import theme
from firsthand import errors

_BYTES_MAX = 512 * 1024


def _is_invitation(host: Host, path: Path) -> bool:
    from fieldapp.flows.enrol import read_file, read_invitation

    try:
        read_invitation(read_file(path), host.ports)
    except errors.FirsthandError:
        return False
    return True


class Entering:
    """Events of every screen before home but the PIN's.

    Attributes:
        at_home: what follows once a vault is open.
        opener: opens the vault of the present officer with a passphrase.
        other_officers: leads to the page of officers; `settings`, `switch_mode` and `pick_language` to the looks.
        officer: whose vault it is, where several share the tablet.
        gave_up: the enrolment of another officer was left; where to go back to.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self.at_home: Callable[[], None] = lambda: None
        self.train: Callable[[], None] = lambda: None
        self.opener: Callable[[str], Tablet] = self._open
        self.officers: Callable[[], None] = lambda: None
        self.settings: Callable[[], None] = lambda: None
        self.switch_mode: Callable[[], None] = lambda: None
        self.pick_language: Callable[[str], None] = lambda _code: None
        self.officer: Callable[[], str] = str
        self.gave_up: Callable[[], None] | None = None
        self._path, self._letters = "", False
        self._found: list[tuple[str, str]] = []
        self._first = self._again = self._text = ""
        self._shown = self._busy = False
        self._error: tuple[str, str, str] | None = None
        self._label = ""
        self._field: TextField | None = None
        host.on_locked = self.start
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
        self.host.draw(self._welcome_screen)

    def _welcome_screen(self) -> Widget:
        return entry.draw_welcome(self, self._error)

    def home(self) -> None:
        self.at_home()

    def tell(self, error: errors.FirsthandError) -> None:
        """What happened, on the present screen."""
        self._error = sentences(error)
        self.host.redraw()

    # -- enrolment ---------------------------------------------------------------------------------------------
    def enrol(self) -> None:
        self._error, self._letters = None, False
        folders = choosing.usual_folders()
        self._found = choosing.files_that(lambda path: _is_invitation(self.host, path), folders, _BYTES_MAX)
        self.host.draw(self._enrol_screen)

    def _enrol_screen(self) -> Widget:
        words = theme.words
        view = choosing.ChooseView(
            words("enrol.title"),
            words("enrol.question"),
            words("enrol.none"),
            tuple(self._found),
            self._path,
            self._letters,
            self._error,
        )
        return choosing.draw(view, self)

    def choose_back(self) -> None:
        if self.gave_up is not None:
            back, self.gave_up = self.gave_up, None
            back()
        else:
            self.start()

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

    def browse(self) -> None:
        """Any folder."""
        from fieldapp.screens.browsing import FolderBrowser

        def chosen(path: Path) -> None:
            self.host.draw(self._enrol_screen)  # what is wrong with a file is said there
            self.pick_file(str(path))

        FolderBrowser(self.host, theme.words("enrol.title"), chosen, self.enrol).show()

    def pick_file(self, name: str) -> None:
        from fieldapp.flows.enrol import read_file, read_invitation

        try:
            invite, _ = read_invitation(read_file(Path(name)), self.host.ports)
        except errors.FirsthandError as error:
            self.tell(error)
            return
        self._path, self._label, self._error, self._letters = name, invite.label, None, False
        self._first = self._again = ""
        self.host.draw(self._passphrase_screen)

    def _passphrase_screen(self) -> Widget:
        count = len(self._first.replace("-", " ").split())
        view = entry.PassphraseView(
            self._label, self._first, self._again, count, self._shown, self._busy, self._error, self._letters
        )
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
        from fieldapp.flows.enrol import enrol_file

        home, path, phrase, language = self.host.home_dir, Path(self._path), self._first, theme.language
        self.host.background.run(lambda: enrol_file(home, path, phrase, self.host.ports, language), self._enrolled)

    def _enrolled(self, outcome: object) -> None:
        self._busy = False
        if isinstance(outcome, Tablet):
            self._first = self._again = self._path = ""
            self._shown, self.gave_up = False, None
            self.host.admit(outcome)
            words, label = outcome.words, self._label
            self.host.draw(lambda: entry.draw_done(words, label, self))
        elif isinstance(outcome, errors.FirsthandError):
            self.tell(outcome)

    # -- unlocking ---------------------------------------------------------------------------------------------
    def _unlock_screen(self) -> Widget:
        view = entry.UnlockView(self._text, self._shown, self._letters, self._busy, self._error, self.officer())
        page, self._field = entry.draw_unlock(view, self)
        return page

    def type_passphrase(self, text: str) -> None:
        self._text = text

    def show_passphrase(self) -> None:
        self._shown = not self._shown
        self.host.redraw()

    def _open(self, phrase: str) -> Tablet:
        return Tablet.open(self.host.home_dir, phrase, self.host.ports, theme.language)

    def unlock(self) -> None:
        if self._busy or not self._text or self.host.background.running:
            return
        phrase, self._busy, self._error = self._text, True, None
        self.host.redraw()
        self.host.background.run(lambda: self.opener(phrase), self._unlocked)

    def _unlocked(self, outcome: object) -> None:
        self._busy, self._text = False, ""
        if isinstance(outcome, Tablet):
            self._shown = False
            # a PIN that was set before opens what was open before: another passphrase may have opened another vault
            self.host.forget_pin()
            self.host.admit(outcome)
            self.host.when_seen(self.at_home)
        elif isinstance(outcome, errors.FirsthandError):
            self.tell(outcome)

    def _window_focus(self, _window: object, focus: bool) -> None:
        if not focus and self._text and self.host.tablet is None and not self._busy:
            self._text, self._shown = "", False
            self.host.redraw()
