"""The demonstration's reports, told by tablets that are real: enrolled, recording, sealing, syncing.

It reads `assets/scenario` and hands it to `replay.run_tablets` in four rounds, because two things of the
story need what an earlier round has made: a follow-up names the id of the report it replaces, and a copied
tablet is a copy of a vault. The copy runs under a clock that says 2003. The last two weeks come last, so that
they lie on top of every inbox.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from firsthand import assets
from firsthand.ports import Clock
from sync_server.admin.folder import MissionFolder
from sync_server.admin.photo import draw_photo
from sync_server.admin.replay import TabletRun, hand_in_interview, hand_in_with_files, leave_on_desk, run_tablets
from sync_server.ports import Ports

OFFICER, OFFICER_HOME = "Lemba 3", "tablet"
# What the officer's own tablet holds when its window opens; the last two still wait for a link.
OFFICER_REPORTS = (
    "nil-return", "own-observation", "radio", "sexual-violence", "not-reachable", "child", "detention-visit",
    "speech-log", "flash", "incident",
)  # fmt: skip
OFFICER_UNSENT = 2
# Begun and not sealed: the second without the answers that are still open.
OFFICER_DRAFTS = {"full": (), "own-observation": ("source", "basis")}
PHOTOGRAPHER, PHOTO_REPORT = "Tessim 1", "own-observation"
_LAST_WEEKS_FROM, _LAST = 25, "Lemba 1"  # the massacre, and the tablet that is nearest to it
_RESET_CLOCK_S = 1_041_379_200  # 2003-01-01, where a clock starts whose battery was out

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LostClock:
    """The host's clock for measuring time, and a date that is more than twenty years late."""

    real: Clock
    began_at_s: float

    def now_s(self) -> int:
        """Seconds since 1970, as a tablet believes whose clock was reset when the story began."""
        return _RESET_CLOCK_S + int(self.real.monotonic_s() - self.began_at_s)

    def tz_min(self) -> int:
        """UTC."""
        return 0

    def monotonic_s(self) -> float:
        """The real one: how long something takes is not what is wrong with it."""
        return self.real.monotonic_s()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the story.

    Attributes:
        recorded: reports that stand in a vault.
        synced: reports that the relay has proven to hold.
        unsent: reports behind a dead link; they wait on purpose.
        refused: reports that a tablet refused: none, if the scenario fits the program.
        trouble: code of an error that stopped a sync, or None.
    """

    recorded: int
    synced: int
    unsent: int
    refused: int
    trouble: str | None


@dataclass(slots=True)
class Story:
    """The scenario, while it is being told."""

    mission: MissionFolder
    relay_url: str
    passphrase: str = field(repr=False)
    ports: Ports
    say: Callable[[str], None]
    ids: dict[str, str] = field(default_factory=dict)
    runs: list[TabletRun] = field(default_factory=list)

    @property
    def officer_home(self) -> Path:
        """The vault of the tablet whose window is opened."""
        return self.mission.path / OFFICER_HOME

    def tell(self) -> Told:
        """Enrol the tablets, record everything, sync what has a link.

        Raises:
            As `run_tablets`.
        """
        lines = [json.loads(line) for line in assets.read_text("scenario/reports.jsonl").splitlines()]
        copies = {one["label"]: one for one in assets.read_json("scenario/tablets.json") if one["copy_of"]}
        copied_after = {one["copy_of"]: one["copied_after_week"] for one in copies.values()}
        told: dict[str, list[Line]] = {"first": [], "later": [], "copied": [], "last": []}
        for line in lines:
            told[_round_of(line, set(copies), copied_after)].append(line)
        self._round(told["first"], self.ports, officer=True)
        for copy in copies.values():
            shutil.copytree(self._home(copy["copy_of"]), self._home(copy["label"]))
        self._round(told["later"], self.ports)
        lost = Ports(LostClock(self.ports.clock, self.ports.clock.monotonic_s()), self.ports.entropy)
        self._round(told["copied"], lost)
        self._round(told["last"], self.ports)
        trouble = self._hand_in_photo() or self._hand_in_interview()
        return replace(self._told(), trouble=self._told().trouble or trouble)

    def furnish(self, second_passphrase: str) -> None:
        """Drafts on the officer's tablet, and a second passphrase that opens its other workspace."""
        drafts = []
        for name, left_open in OFFICER_DRAFTS.items():
            values: dict[str, Any] = json.loads(assets.read_bytes(f"examples/{name}.json"))
            drafts.append({field: value for field, value in values.items() if field not in {*left_open, "supersedes"}})
        leave_on_desk(
            self.officer_home, self.passphrase, self.ports, drafts=drafts, second_passphrase=second_passphrase
        )

    def _hand_in_photo(self) -> str | None:
        """One report with a photo; the picture is drawn here, with the metadata that a camera would write."""
        report = json.loads(assets.read_bytes(f"examples/{PHOTO_REPORT}.json"))
        with tempfile.TemporaryDirectory() as folder:
            photo = draw_photo(Path(folder) / "photo.jpg")
            return hand_in_with_files(
                self._home(PHOTOGRAPHER), self.passphrase, self.relay_url, self.ports, report, [photo]
            )

    def _hand_in_interview(self) -> str | None:
        """One talk from its script: consent scope by scope, services offered, sealed for those whom it allows."""
        script = assets.read_bytes("examples/interview.yaml")
        return hand_in_interview(self._home(PHOTOGRAPHER), self.passphrase, self.relay_url, self.ports, script)

    def _round(self, lines: Sequence[Line], ports: Ports, *, officer: bool = False) -> None:
        streams: dict[str, list[Line]] = {}
        for line in sorted(lines, key=lambda line: bool(line["tablet"] == _LAST)):
            streams.setdefault(line["tablet"], []).append(line)
        labels = list(streams)
        reports = [[self._report(line) for line in stream] for stream in streams.values()]
        homes = [self._home(label) for label in labels]
        dead = {
            number: next(at for at, line in enumerate(stream) if not line["sync"])
            for number, stream in enumerate(streams.values())
            if not all(line["sync"] for line in stream)
        }
        if officer:
            dead[len(labels)] = len(OFFICER_REPORTS) - OFFICER_UNSENT
            labels.append(OFFICER)
            reports.append([json.loads(assets.read_bytes(f"examples/{name}.json")) for name in OFFICER_REPORTS])
            homes.append(self.officer_home)
        runs = run_tablets(
            self.mission,
            self.relay_url,
            self.passphrase,
            reports,
            ports=ports,
            labels=labels,
            homes=homes,
            dead_link_from=dead,
            say=self.say if officer else None,
        )
        for stream, run in zip(streams.values(), runs, strict=False):  # the officer's has no references
            self.ids |= {line["ref"]: one for line, one in zip(stream, run.report_ids, strict=True) if one}
        self.runs += runs

    def _report(self, line: Line) -> dict[str, Any]:
        report = dict(line["report"])
        if line["supersedes"]:
            report["supersedes"] = self.ids[line["supersedes"]]
        return report

    def _home(self, label: str) -> Path:
        return self.mission.path / "tablets" / label.lower().replace(" ", "-")

    def _told(self) -> Told:
        refused = sum(len(run.refused) for run in self.runs)
        recorded = sum(len(run.report_ids) for run in self.runs) - refused
        synced = sum(run.logged for run in self.runs)
        trouble = next((run.trouble for run in self.runs if run.trouble), None)
        return Told(recorded, synced, recorded - synced, refused, trouble)


def _round_of(line: Line, copies: set[str], copied_after: Mapping[str, int]) -> str:
    """In which round a report is recorded."""
    if line["tablet"] in copies:
        return "copied"
    if not line["sync"]:
        return "first"  # a later round would open the link again
    if line["week"] >= _LAST_WEEKS_FROM:
        return "last"
    waits = line["supersedes"] or line["week"] > copied_after.get(line["tablet"], line["week"])
    return "later" if waits else "first"
