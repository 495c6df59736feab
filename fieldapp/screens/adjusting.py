"""Settings and languages, driven; what is chosen is remembered."""

from __future__ import annotations

from collections.abc import Callable

from kivy.uix.widget import Widget

from fieldapp.flows import look
from fieldapp.screens import languages, settings
from fieldapp.screens.host import Host
from fieldapp.widgets.theme import theme


class Adjusting:
    """Events of the settings and of the page of languages.

    Args:
        doors: the pages behind the settings.
    """

    def __init__(self, host: Host, doors: settings.SettingsDoors) -> None:
        self.host, self.doors = host, doors
        self._back: Callable[[], None] = lambda: None
        found = look.read(host.home_dir)
        if found is not None:
            self._apply(found)
        theme.bind(revision=self._remember)
        host.on_admitted = self._remember

    def close(self) -> None:
        """The window closes."""
        theme.unbind(revision=self._remember)

    @staticmethod
    def _apply(found: look.Look) -> None:
        theme.language, theme.mode = found.language, found.mode
        theme.scale, theme.left_hand = found.scale / 100, found.left_hand

    def _remember(self, *_args: object) -> None:
        chosen = look.Look(theme.language, theme.mode, round(theme.scale * 100), theme.left_hand)
        if self.host.tablet is not None:
            self.host.tablet.language = theme.language
        if self.host.tablet is None or not self.host.tablet.training:
            look.write(self.host.home_dir, chosen)

    # -- pages -------------------------------------------------------------------------------------------------
    def hide(self) -> None:
        self.host.hide()

    def settings(self) -> None:
        """The page, with the way back to where it was opened."""
        if not self.host.shows(self._page):
            self._back = self.host.remember()
        self.host.draw(self._page)

    def back_to_settings(self) -> None:
        """From a page below the settings."""
        self.host.draw(self._page)

    def languages(self) -> None:
        self._back = self.host.remember()
        self.host.draw(self._languages)

    def settings_done(self) -> None:
        self._back()

    def _languages(self) -> Widget:
        return languages.draw(self)

    def _page(self) -> Widget:
        tablet, words = self.host.tablet, theme.words
        if tablet is None:
            return settings.draw(settings.SettingsView(()), self)
        facts = [
            (words("set.mission"), tablet.directory.mission_name),
            (words("set.label"), tablet.mission.label),
            (words("set.words"), tablet.words),
        ]
        doors = "training" if tablet.training else "open"
        return settings.draw(settings.SettingsView(tuple(facts), doors, self.host.pin is not None), self)

    # -- doors to other pages ----------------------------------------------------------------------------------
    def pin(self) -> None:
        self.doors.pin()

    def second(self) -> None:
        self.doors.second()

    def officers(self) -> None:
        self.doors.officers()

    def hand_over_log(self) -> None:
        self.doors.hand_over_log()

    def train(self) -> None:
        self.doors.train()

    # -- looks -------------------------------------------------------------------------------------------------
    def pick_language(self, code: str) -> None:
        theme.language = code

    def pick_mode(self, mode: str) -> None:
        theme.mode = mode

    def switch_mode(self) -> None:
        theme.mode = "sun" if theme.mode == "night" else "night"

    def pick_scale(self, percent: str) -> None:
        theme.scale = int(percent) / 100

    def pick_hand(self, hand: str) -> None:
        theme.left_hand = hand == "left"
