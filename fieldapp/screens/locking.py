"""The lock, driven: PIN, second passphrase, officers and hand-over, drafts that a panic closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kivy.uix.widget import Widget

from fieldapp.flows.unlock import Tablet
from fieldapp.screens import choosing, officers, panicked, pin, second
from fieldapp.screens.entering import Entering
from fieldapp.screens.host import Host, sentences
from fieldapp.widgets.theme import theme
from firsthand import errors

if TYPE_CHECKING:
    from fieldapp.flows.handover import Officer

_PIN_MAX = 8
_BACKSPACE, _ENTER = 8, (13, 271)
_RETURN_BYTES_MAX = 256 * 1024
_RETURN_MARK = b"firsthand/1/return"


class Locking:
    """Events of these pages.

    Attributes:
        settings: leads back to the settings; `home` to the list; `pick_language` and `switch_mode` to the looks.
    """

    def __init__(self, host: Host, entering: Entering) -> None:
        self.host, self._entering = host, entering
        self.settings: Callable[[], None] = lambda: None
        self.home: Callable[[], None] = lambda: None
        self.pick_language: Callable[[str], None] = lambda _code: None
        self.switch_mode: Callable[[], None] = lambda: None
        self._digits = self._first = ""
        self._busy = self._wrong = False
        self._error: tuple[str, str, str] | None = None
        self._second = second.SecondView("", "", "")
        self._officers: tuple[Officer, ...] = ()
        self._giver, self._back = "", host.home_dir
        self._draft = ""
        self._choose = choosing.ChooseView("", "", "", (), "")
        host.on_locked, host.on_key = self.start, self.key
        entering.officers, entering.officer = self.officers, self._officer_now
        entering.opener = self._open

    def hide(self) -> None:
        self.host.hide()

    # -- lock page ---------------------------------------------------------------------------------------------
    def start(self) -> None:
        """PIN where one is set for this session, else the passphrase, else the welcome."""
        self._digits, self._busy, self._wrong = "", False, False
        if self.host.pin is not None and self.host.pin.left:
            self.host.draw(self._pin_page)
        else:
            self.host.forget_pin()
            self._entering.start()

    def use_passphrase(self) -> None:
        self._entering.start()

    def _pin_page(self) -> Widget:
        left = self.host.pin.left if self.host.pin is not None else 0
        return pin.draw(pin.PinView(len(self._digits), left, self._busy, self._wrong), self)

    def key(self, key: int, text: str) -> bool:
        """A real keyboard on the pages of the PIN; whether the key was meant for them."""
        choosing_one = self.host.shows(self._new_pin_page)
        if not choosing_one and not self.host.shows(self._pin_page):
            return False
        if len(text) == 1 and text.isdecimal():
            self.pin_digit(int(text))
        elif key == _BACKSPACE:
            self.pin_erase()
        elif key in _ENTER and self._digits:
            self.pin_next() if choosing_one else self.pin_open()
        else:
            return False
        return True

    def pin_digit(self, number: int) -> None:
        if not self._busy and len(self._digits) < _PIN_MAX:
            self._digits += str(number)
            self.host.redraw()

    def pin_erase(self) -> None:
        self._digits = self._digits[:-1]
        self.host.redraw()

    def pin_clear(self) -> None:
        self._digits = ""
        self.host.redraw()

    def pin_open(self) -> None:
        lock = self.host.pin
        if self._busy or not self._digits or lock is None or self.host.background.running:
            return
        digits, self._busy, self._digits = self._digits, True, ""
        self.host.redraw()
        self.host.background.run(lambda: lock.open(digits, self.host.ports), self._pin_opened)

    def _pin_opened(self, outcome: object) -> None:
        from fieldapp.flows.pin import PinSpent, WrongPin

        self._busy = False
        if isinstance(outcome, Tablet):
            if self.host.pin is None:  # panic came between
                outcome.close()
                return
            self.host.admit(outcome)
            self.host.when_seen(self.home)
        elif isinstance(outcome, WrongPin):
            self._wrong = True
            self.host.redraw()
        elif isinstance(outcome, errors.FirsthandError):
            if isinstance(outcome, PinSpent):
                self.host.forget_pin()
            self._entering.start()
            self._entering.tell(outcome)

    # -- choosing a PIN ----------------------------------------------------------------------------------------
    def pin(self) -> None:
        self._digits = self._first = ""
        self._error, self._busy = None, False
        self.host.draw(self._new_pin_page)

    def _new_pin_page(self) -> Widget:
        view = pin.NewPinView(len(self._digits), bool(self._first), self.host.pin is not None, self._busy, self._error)
        return pin.draw_new(view, self)

    def pin_next(self) -> None:
        from fieldapp.flows.pin import PinLock, check_pin

        tablet, digits = self.host.tablet, self._digits
        if self._busy or tablet is None or not digits:
            return
        self._digits = ""
        try:
            check_pin(digits)
        except errors.FirsthandError as error:
            self._error = sentences(error)
            self.host.redraw()
            return
        if not self._first:
            self._first, self._error = digits, None
        elif digits != self._first:
            self._first, self._error = "", (theme.words("pin.differ"), "", "")
        else:
            self._busy, self._first = True, ""
            self.host.background.run(lambda: PinLock.arm(tablet, digits), self._pin_set)
        self.host.redraw()

    def _pin_set(self, outcome: object) -> None:
        from fieldapp.flows.pin import PinLock

        self._busy = False
        if isinstance(outcome, PinLock):
            if self.host.tablet is None:
                outcome.wipe()
                return
            self.host.forget_pin()
            self.host.pin = outcome
            self.host.when_seen(self.settings)
        elif isinstance(outcome, errors.FirsthandError):
            self._error = sentences(outcome)
            self.host.redraw()

    def pin_remove(self) -> None:
        self.host.forget_pin()
        self.settings()

    # -- second passphrase -------------------------------------------------------------------------------------
    def second(self) -> None:
        self._second = second.SecondView("", "", "")
        self.host.draw(self._second_page)

    def _second_page(self) -> Widget:
        return second.draw(self._second, self)

    def _with(self, **changes: Any) -> None:
        self._second = replace(self._second, **changes)

    def type_current(self, text: str) -> None:
        self._with(current=text)

    def type_second(self, text: str) -> None:
        self._with(first=text)

    def type_second_again(self, text: str) -> None:
        self._with(again=text)

    def second_letters(self) -> None:
        self._with(letters=not self._second.letters)
        self.host.redraw()

    def second_set(self) -> None:
        from fieldapp.flows.decoy import set_duress

        view, tablet = self._second, self.host.tablet
        if view.busy or tablet is None or not (view.current and view.first):
            return
        if view.first != view.again:
            self._with(error=(theme.words("enrol.pass.differ"), "", ""), done=False)
            self.host.redraw()
            return
        self._with(busy=True, error=None, done=False)
        self.host.redraw()
        phrase, current = view.first, view.current
        self.host.background.run(lambda: set_duress(tablet, phrase, current), self._second_done)

    def _second_done(self, outcome: object) -> None:
        if isinstance(outcome, errors.FirsthandError):
            self._with(busy=False, error=sentences(outcome))
        else:
            self._second = second.SecondView("", "", "", done=True)
        if self.host.shows(self._second_page):
            self.host.redraw()

    # -- officers ----------------------------------------------------------------------------------------------
    def _officer_now(self) -> str:
        """Label of the vault on the lock page, where there is more than one to choose from."""
        from fieldapp.flows.handover import officers as listed

        known = listed(self.host.home_dir)
        return next((each.label for each in known if each.home == self.host.home_dir), "") if len(known) > 1 else ""

    def officers(self) -> None:
        from fieldapp.flows.handover import officers as listed

        self._officers, self._error = listed(self.host.home_dir), None
        self.host.draw(self._officers_page)

    def _officers_page(self) -> Widget:
        now = next((at for at, each in enumerate(self._officers) if each.home == self.host.home_dir), -1)
        view = officers.OfficersView(tuple(each.label for each in self._officers), now, self._error)
        return officers.draw(view, self)

    def officers_back(self) -> None:
        if self.host.tablet is None:
            self.start()
        else:
            self.settings()

    def pick_officer(self, index: int) -> None:
        """The tablet goes to another officer: own keys away, the other's passphrase asked for."""
        chosen = self._officers[index]
        if chosen.home == self.host.home_dir:
            self.officers_back()
            return
        self._leave(chosen.label)
        self.host.home_dir = chosen.home
        self._entering.start()

    def _leave(self, to: str) -> None:
        """Close this officer's vault; the log of both will say so."""
        from fieldapp.flows.handover import hand_over

        self._giver = next((each.label for each in self._officers if each.home == self.host.home_dir), "")
        if self.host.tablet is not None:
            self.host.before_lock()
            self._giver = hand_over(self.host.tablet, to) if to else self._giver
            self.host.release()
        self.host.forget_pin()

    def _open(self, phrase: str) -> Tablet:
        """In the background: the vault of the officer on the lock page."""
        from fieldapp.flows.handover import take

        giver, home = self._giver, self.host.home_dir
        if not giver:
            return Tablet.open(home, phrase, self.host.ports, theme.language)
        to = next(each for each in self._officers if each.home == home)
        tablet = take(to, phrase, self.host.ports, giver)
        self._giver = ""
        return tablet

    def add_officer(self) -> None:
        from fieldapp.flows.handover import add_officer

        self._leave("")
        self._back, self._giver = self.host.home_dir, ""
        self.host.home_dir = add_officer(self.host.home_dir, self.host.ports)
        self._entering.gave_up = self._not_added
        self._entering.enrol()

    def _not_added(self) -> None:
        self.host.home_dir = self._back
        self.start()

    def hand_over_log(self) -> None:
        self.host.draw(self._log_page)

    def _log_page(self) -> Widget:
        from fieldapp.flows.handover import log

        clock, words = self.host.ports.clock, theme.words
        entries = log(self.host.tablet) if self.host.tablet is not None else ()
        said = [
            (words.moment(each.at_s, clock.now_s(), clock.tz_min()), each.giver, each.taker)
            for each in reversed(entries)
        ]
        return officers.draw_log(officers.LogView(tuple(said)), self)

    # -- drafts that a panic closed ----------------------------------------------------------------------------
    def closed_draft(self, draft_id: str) -> None:
        """The page of such a draft."""
        self._draft, self._error = draft_id, None
        self.host.draw(self._closed_page)

    def _closed_page(self) -> Widget:
        from fieldapp.flows.panic import panicked as count

        closed = count(self.host.tablet) if self.host.tablet is not None else 0
        return panicked.draw(panicked.ClosedView(closed), self)

    def choose_return(self) -> None:
        """The system's own chooser where there is one, else ours."""
        if not self.host.device.pick_file(self._picked):
            self.look_again()

    def look_again(self) -> None:
        words = theme.words
        found = choosing.files_that(_is_return, choosing.usual_folders(), _RETURN_BYTES_MAX)
        self._choose = choosing.ChooseView(
            words("panic.open"), words("panic.question"), words("panic.none"), tuple(found), ""
        )
        self.host.draw(self._choose_page)

    def _choose_page(self) -> Widget:
        return choosing.draw(self._choose, self)

    def _choosing(self, **changes: Any) -> None:
        self._choose = replace(self._choose, **changes)

    def choose_back(self) -> None:
        self.host.draw(self._closed_page)

    def type_path(self, text: str) -> None:
        self._choosing(path=text)

    def letters(self) -> None:
        self._choosing(letters=not self._choose.letters)
        self.host.redraw()

    def open_path(self) -> None:
        if self._choose.path.strip():
            self.pick_file(self._choose.path.strip())

    def browse(self) -> None:
        """Any folder."""
        from fieldapp.screens.browsing import FolderBrowser

        def chosen(path: Path) -> None:
            self.host.draw(self._choose_page)  # what is wrong with a file is said there
            self.pick_file(str(path))

        FolderBrowser(self.host, theme.words("panic.open"), chosen, self.look_again).show()

    def pick_file(self, name: str) -> None:
        try:
            with Path(name).open("rb") as handle:
                self._restore(handle.read(_RETURN_BYTES_MAX + 1))
        except OSError:
            self._choosing(error=sentences(errors.NotFound("return file")))
            self.host.redraw()

    def _picked(self, handle: BinaryIO | None) -> None:
        if handle is not None:
            with handle:
                self._restore(handle.read(_RETURN_BYTES_MAX + 1))

    def _restore(self, data: bytes) -> None:
        from fieldapp.flows.panic import restore

        if self.host.tablet is None:
            return
        try:
            count = restore(self.host.tablet, data)
        except errors.FirsthandError as error:
            self._choosing(error=sentences(error))
            self.host.draw(self._choose_page)
            return
        self.host.draw(lambda: panicked.draw_opened(count, self))


def _is_return(path: Path) -> bool:
    """Whether a file calls itself a custodian's answer; whether it is one is seen when it is opened."""
    with path.open("rb") as handle:
        return _RETURN_MARK in handle.read(2 * len(_RETURN_MARK))
