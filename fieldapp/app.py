"""The window: built here and nowhere else, with what it needs from the outside.

`run` opens it; `screens_main` draws every screen into a folder and needs neither a display nor a vault. The
environment of Kivy is set before it is imported: no arguments, no log file, no clipboard, no configuration that
lies around.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.flows.ports import Ports

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

    from fieldapp.flows.unlock import Tablet
    from fieldapp.screens.host import Host

_KIVY = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_LOG_MODE": "PYTHON",
    "KIVY_CLIPBOARD": "dummy",  # neither passphrases nor reports pass through a place that others can read
}
_KV = ("keys", "progress")


def prepare(*, display: bool = True) -> None:
    """Settle Kivy's environment and load fonts and widget rules. Once a process, before anything is drawn."""
    for name, value in _KIVY.items():
        os.environ.setdefault(name, value)
    if not display:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from kivy.config import Config
    from kivy.logger import Logger

    from fieldapp.widgets.tokens import SPACE

    Logger.setLevel(logging.CRITICAL + 1)  # it logs a traceback for each optional library that is not there
    Config.set("graphics", "width", str(SPACE.page_w))
    Config.set("graphics", "height", str(SPACE.page_h))
    # every shape here smooths its own edges: several samples a pixel would cost time and memory and show nothing
    Config.set("graphics", "multisamples", "0")
    Config.set("kivy", "exit_on_escape", "0")
    if not display:
        Config.set("graphics", "maxfps", "0")  # nobody looks: no waiting between frames
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.remove_option("input", "%(name)s")
    from kivy.clock import Clock
    from kivy.lang import Builder

    import fieldapp.widgets
    from fieldapp.widgets import keys, progress  # noqa: F401 - the rules name their classes
    from fieldapp.widgets.text import register_fonts

    Clock.max_iteration = 200  # a screen settles in one frame, however deep its boxes are
    register_fonts()
    folder = Path(fieldapp.widgets.__path__[0])
    for name in _KV:
        path = str(folder / f"{name}.kv")
        Builder.unload_file(path)
        Builder.load_file(path)


def build(home: Path, ports: Ports, *, training: bool = False) -> Host:
    """The root widget with all its controllers, at its first screen; with `training` at the opening of training."""
    from fieldapp.device import this_device
    from fieldapp.screens.entering import Entering
    from fieldapp.screens.host import Host
    from fieldapp.screens.running import Running
    from fieldapp.sync.carriers.http import HttpCarrier
    from fieldapp.sync.worker import sync

    def send(tablet: Tablet, tell: Callable[[Any], None], *, attachments: bool = False) -> object:
        return sync(tablet, HttpCarrier(tablet.mission.relay_url, ports.clock), tell, attachments=attachments)

    host = Host(home, ports, this_device(), send)
    entering = Entering(host)
    host.running = Running(host, entering)
    entering.start()
    if training:
        entering.train()
    # screens are made anew at every change: a full collection over all that was loaded would stall a touch
    gc.collect()
    gc.freeze()
    return host


def run(home: Path, ports: Ports, *, training: bool = False) -> None:
    """Open the window on the vault of `home`, on the welcome where there is none, or on training, until it closes."""
    prepare()
    from kivy.app import App
    from kivy.base import ExceptionHandler, ExceptionManager

    class Calm(ExceptionHandler):
        """The window's outermost: no traceback that could carry what was read, and no sudden end."""

        def handle_exception(self, inst: BaseException) -> int:
            """See Kivy."""
            root = App.get_running_app().root
            if root is None or not isinstance(inst, Exception):
                return int(ExceptionManager.RAISE)
            root.fault(inst)
            return int(ExceptionManager.PASS)

    ExceptionManager.add_handler(Calm())

    class FirsthandApp(App):
        """The window and its root."""

        title = "Units"  # the name of the window is as dull as the cover page

        def build(self) -> Widget:
            """See Kivy."""
            from kivy.core.window import Window

            from fieldapp.widgets.theme import theme

            Window.clearcolor = theme.bg
            self.use_kivy_settings = False
            return build(home, ports, training=training)

        def on_stop(self) -> None:
            """Keys go with the window."""
            self.root.close()

    FirsthandApp().run()


def screens_main(out_dir: Path, language: str = "en", look: str = "sun", scale: int = 100) -> list[Path]:
    """Draw every screen as PNG in one language, theme and size of text (per cent); the pictures' paths."""
    prepare(display=False)
    from fieldapp.screens import gallery

    return gallery.draw_all(out_dir, language, look, scale)
