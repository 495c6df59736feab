"""The coded facts of an interview, on the pages of the record: acts, people, when and where.

The account, the names and the consent have their own pages in the interview and are closed here; what is answered
goes into the interview's own draft, and the way out leads back to the talk.
"""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.flows.interview import Interview
from fieldapp.screens.host import Host, sentences
from fieldapp.screens.recording import Recording
from firsthand import errors


class InterviewFacts(Recording):
    """The record's pages over an interview that is going on."""

    def __init__(self, host: Host, talk: Interview, done: Callable[[], None]) -> None:
        super().__init__(host, done, lambda _report_id: done())
        self._talk, self._done = talk, done
        self.form, self._id = talk.form(), talk.draft_id

    def show(self) -> None:
        """The outline of what can be coded."""
        self._enter("overview")

    def _write(self) -> None:
        """As the record's own; what the interview refuses is said on the page."""
        if self.host.tablet is None:
            return
        try:
            self._talk.keep_form(self.form)
            self._error = None
        except errors.FirsthandError as error:
            self._error = sentences(error)

    def review(self) -> None:
        """Nothing is sealed from here: the talk goes on."""
        self.leave()

    def discard(self) -> None:
        """An interview is not discarded from its facts."""
        self.leave()
