"""What a process remembers of words that were typed or read, to answer faster: emptied when the keys go.

Keys of such memories are words: queries, names of places, lines of reports. They are of use within a session only.
Memories of what was shipped (catalogues, word lists, texts of the window) stay.
"""

from __future__ import annotations

from fieldapp.flows import search
from firsthand.domain import folding, names


def forget_words() -> None:
    """Empties them."""
    folding.forget()
    names.forget()
    search.forget()
