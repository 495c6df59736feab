"""What the drawing remembers of words: emptied when the keys go, and once a vault has been opened.

Widths and shapes of drawn lines, names on the map, and the toolkit's own memory of typed lines: it keeps what was
typed for a minute as keys of a cache, a passphrase as it was typed among them.
"""

from __future__ import annotations

import gc

from kivy.cache import Cache
from kivy.clock import Clock

from fieldapp.widgets import map_marks, shaping, text

SETTLED_S = 1.0
_TYPED = ("textinput.label", "textinput.width")


def forget_words() -> None:
    """Empties these memories now, and in a moment the pages that are no longer shown, with all that they showed."""
    text.text_width.cache_clear()
    shaping.shape.cache_clear()
    map_marks.forget_names()
    forget_typed()
    # A page that was taken away holds itself by its own bindings until somebody looks for such rings. Its last
    # movements hold it too, and a list that is flung moves for half a second.
    Clock.schedule_once(lambda _dt: gc.collect(), SETTLED_S)


def forget_typed() -> None:
    """Empties the toolkit's memory of typed lines."""
    for category in _TYPED:
        Cache.remove(category)
