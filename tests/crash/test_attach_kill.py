"""A tablet that dies while it takes in or seals attachments keeps the draft, and no orphan on its disk."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.flows import attach, attach_source, draft
from fieldapp.flows.enrol import enrol
from fieldapp.flows.seal import seal_draft
from fieldapp.vault import blobs as blobs_module
from fieldapp.vault.blobs import Blobs
from firsthand.protocol import attachment, envelope
from tests.crash.test_tablet_kill import DONE, KILLED, fresh, run_to_step, steps, unlock, whole_chain
from tests.support.attachments import PDF, blob_files, jpeg, with_scopes
from tests.support.tablets import PASSPHRASE, mission, ports

pytestmark = pytest.mark.slow

# Test of the sealing itself stands in test_tablet_kill; a prime number of steps apart meets every kind of step.
SWEEPS = [pytest.param(17, id="sampled"), pytest.param(1, id="every step", marks=pytest.mark.night)]
Template = tuple[Path, draft.DraftId]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A locked tablet with a draft that has one attachment."""
    home = tmp_path_factory.mktemp("template") / "home"
    with enrol(home, mission().invitation(), PASSPHRASE, ports("attach template")) as made:
        draft_id = draft.start(made, "incident")
        draft.save(made, draft_id, with_scopes(C9p="yes"))
        attach.add(made, draft_id, io.BytesIO(jpeg()), media="photo")
    return home, draft_id


def die_between_writes(step: int, work: Callable[[], None]) -> int:
    """Dies at the n-th step of `run_to_step`, where writes to a sealed file are steps too."""
    honest = blobs_module.Writer.write

    def counted() -> None:
        def write(self: blobs_module.Writer, data: bytes) -> None:
            os.fsync(self._file.fileno())  # a counted step, as every fsync is
            honest(self, data)

        blobs_module.Writer.write = write  # type: ignore[method-assign]
        work()

    return run_to_step(step, counted)


@pytest.mark.parametrize("every", SWEEPS)
def test_adding_leaves_all_of_the_attachment_or_nothing(template: Template, tmp_path: Path, every: int) -> None:
    source, draft_id = template
    seen = set()
    for step in steps(every):
        home = fresh(source, tmp_path, step)

        def work(home: Path = home) -> None:
            attach_source.PIECE_BYTES = 4096
            attach.add(unlock(home), draft_id, io.BytesIO(PDF + bytes(20_000)), media="document")

        code = die_between_writes(step, work)
        assert code in {KILLED, DONE}
        with unlock(home) as made:
            listed = attach.list_of(made, draft_id)
            seen.add(len(listed))
            assert len(listed) in ({2} if code == DONE else {1, 2})
            assert {path.name for path in blob_files(home)} == {each.id.hex() for each in listed}, step
            assert Blobs(home, made.vault).missing() == 0
            assert draft.load(made, draft_id)["kind"] == "incident"
        shutil.rmtree(home)
        if code == DONE:
            break
    else:
        pytest.fail("the work never came to its end")
    assert seen == {1, 2}


@pytest.mark.parametrize("every", SWEEPS)
def test_sealing_keeps_every_attachment_with_its_draft_or_with_its_report(
    template: Template, tmp_path: Path, every: int
) -> None:
    source, draft_id = template
    seen = set()
    for step in steps(every):
        home = fresh(source, tmp_path, step)

        def work(home: Path = home) -> None:
            seal_draft(unlock(home), draft_id)

        code = die_between_writes(step, work)
        assert code in {KILLED, DONE}
        with unlock(home) as made:
            drafts = draft.list_drafts(made)
            seen.add(len(drafts))
            if drafts:
                assert len(attach.list_of(made, draft_id)) == len(blob_files(home)) == 1, step
                seal_draft(made, draft_id)
            whole_chain(made)
            _opens_at_the_custodian(made)
            assert len(blob_files(home)) == 2, "the original and its copy"
            assert made.vault.ids("attachments") == []
        shutil.rmtree(home)
        if code == DONE:
            break
    else:
        pytest.fail("the work never came to its end")
    assert seen == {0, 1}


def _opens_at_the_custodian(made: Any) -> None:
    item = made.custody.items()[-1]
    row_id = made.custody.row_id(item.object_hash)
    slot = made.policy.roles.index("custodian")
    found = envelope.open_slot(made.custody.envelope(row_id), slot, [mission().role_secret("custodian")])
    (entry,) = attachment.parse_part(found.parts["attachments"])
    blobs = Blobs(made.home, made.vault)
    (blob,) = [each for each in blobs.of_report(row_id) if each.object_hash == entry.object_hash]
    with blobs.open(blob.id) as source:
        opener = attachment.Opener(entry, found.eid)
        assert opener.update(source.read()) + opener.finish() == jpeg()
