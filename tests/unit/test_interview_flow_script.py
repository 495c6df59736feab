"""Scripts of interviews: read strictly, refused with a line, followed to the end that they state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.__main__ import main
from fieldapp.flows import draft, interview, interview_run
from fieldapp.flows.interview_run import Told
from fieldapp.flows.interview_script import STEPS, Script, ScriptRefused, Step, parse_script
from fieldapp.flows.unlock import Tablet
from firsthand import assets
from tests.support.canary import find
from tests.support.interviews import SCRIPTS, fresh
from tests.support.tablets import PASSPHRASE

GOOD = b"steps:\n  - answer: {purpose: monitoring}\n  - next: true\nend: I00\n"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Tablet]:
    with fresh(tmp_path) as opened:
        yield opened


def follow(made: Tablet, script: Script) -> tuple[interview_run.Outcome, list[Told]]:
    told: list[Told] = []
    return interview_run.run(made, script, told.append, {"battery": 100}), told


# -- reading ---------------------------------------------------------------------------------------------------
def test_words_mean_what_they_look_like() -> None:
    script = parse_script(
        b"at: 1970-01-02T00:15\nfacts: {area: [Karou], battery: 40}\n"
        b"steps:\n  - answer: {C1: yes, hours_since: 20, prior_org: [org_ngo, org_police], who: '20'}\n"
        b"  - facts: {incident: {ongoing: false, date: 2026-11-09, place: {lat: 1.5}}}\nend: stopped\n"
    )
    assert (script.at_min, script.end) == (1455, "stopped")
    assert script.facts == {"area": ["Karou"], "battery": 40}
    assert script.steps == (
        Step(4, "answer", {"C1": "yes", "hours_since": 20, "prior_org": ("org_ngo", "org_police"), "who": "20"}),
        Step(5, "facts", {"incident": {"ongoing": False, "date": "2026-11-09", "place": {"lat": 1.5}}}),
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "not-yaml"),
        ("steps: [", 1, "not-yaml"),
        ("steps: []\n", 1, "missing-field"),
        ("steps: []\nend: I00\nmore_of: 1\n", 3, "unknown-field"),
        ("steps: []\nsteps: []\nend: I00\n", 2, "duplicate-key"),
        ("steps:\n  - dance: true\nend: I00\n", 2, "unknown-step"),
        ("steps:\n  - {next: true, back: true}\nend: I00\n", 2, "unknown-step"),
        ("steps:\n  - next: false\nend: I00\n", 2, "wrong-type"),
        ("steps:\n  - wait_min: -3\nend: I00\n", 2, "wrong-type"),
        ("steps:\n  - answer: [a]\nend: I00\n", 2, "wrong-type"),
        ("steps:\n  - override: {gate: G5, reason: x}\nend: I00\n", 2, "missing-field"),
        ("steps:\n  - override: {gate: G5, reason: x, second: Mr Example}\nend: I00\n", 2, "wrong-type"),
        ("steps:\n  - &a next: true\n  - *a\nend: I00\n", 2, "alias"),
        ("steps: !!python/object:os.system [x]\nend: I00\n", 1, "tag"),
        ("at: yesterday\nsteps: []\nend: I00\n", 1, "wrong-type"),
        ("steps: []\nend: someday\n", 2, "unknown-value"),
    ],
)
def test_a_script_that_cannot_be_followed_is_refused_with_its_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(ScriptRefused) as refused:
        parse_script(text.encode())
    assert (refused.value.line, refused.value.reason) == (line, reason)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.just(GOOD).flatmap(lambda good: st.builds(
    lambda at, put: good[:at] + put + good[at:], st.integers(0, len(good)), st.binary(max_size=4)
)))  # fmt: skip
def test_any_bytes_are_a_script_or_are_refused(data: bytes) -> None:
    try:
        script = parse_script(data)
    except ScriptRefused as refused:
        assert refused.line >= 1
        assert re.fullmatch(r"[a-z0-9-]+", refused.reason)
    else:
        assert all(step.does in STEPS for step in script.steps)


# -- following -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_example_ends_as_it_states_and_leaves_no_word(made: Tablet, path: Path) -> None:
    script = parse_script(path.read_bytes())
    outcome, told = follow(made, script)
    assert outcome.as_stated
    assert told[-1]["as_stated"]
    assert draft.list_drafts(made) == []
    said = [step.value["text"] for step in script.steps if step.does == "account"]
    said = [text for text in said if len(text) > len("one more question")]  # a short word stands in any file
    assert not any(text in json.dumps(told, ensure_ascii=False) for text in said)
    assert find(made.home, [text[:40] for text in said]) == []


def test_the_examples_show_each_way_to_end() -> None:
    ends = {path.stem.removeprefix("interview").lstrip("-"): parse_script(path.read_bytes()).end for path in SCRIPTS}
    assert {name: end for name, end in ends.items() if name != "group"} == {
        "": "sealed",
        "refusal": "nothing",
        "referral-only": "nothing",
        "distress": "stopped",
        "child": "nothing",
        "withdrawal": "nothing",
    }


def test_a_process_killed_after_any_step_loses_nothing(made: Tablet) -> None:
    """Each step of the full example is followed by reading all of it again from the disk."""
    script = parse_script(next(path for path in SCRIPTS if path.stem == "interview").read_bytes())
    until_closed = script.steps[: next(n for n, step in enumerate(script.steps) if step.does == "close")]
    steps = [again for step in until_closed for again in (step, Step(step.line, "reopen", value=True))]
    outcome, told = follow(made, Script(tuple(steps), "sealed", script.at_min, script.facts))
    plain = [each for each in told if each["did"] != "reopen"]
    with fresh(made.home.parent, "other") as second:
        _, straight = follow(second, Script(until_closed, "sealed", script.at_min, script.facts))
    assert outcome.as_stated
    assert [each | {"reports": 0, "subject": 0, "incident": 0} for each in plain] == [
        each | {"reports": 0, "subject": 0, "incident": 0} for each in straight
    ]


def test_gates_answer_and_the_script_goes_on(made: Tablet) -> None:
    outcome, told = follow(made, parse_script(GOOD.replace(b"I00", b"I05")))
    assert not outcome.as_stated
    refused = next(each["refused"] for each in told if each["did"] == "next")
    assert {each["why"] for each in refused} >= {"adds_value", "willing", "approver"}
    assert len(interview.open_drafts(made)) == 1, "an interview that has not come to its end stays"


def test_a_group_is_told_one_by_one(made: Tablet) -> None:
    first = parse_script(next(path for path in SCRIPTS if path.stem == "interview-distress").read_bytes())
    group = Script(first.steps, first.end, first.at_min, first.facts, more=(Script(first.steps, "stopped"),) * 2)
    outcome, told = follow(made, group)
    assert outcome.as_stated
    assert len(set(outcome.reports)) == 3
    ends = [each for each in told if each["did"] == "end"]
    assert len({each["incident"] for each in ends}) == 1
    assert len({each["subject"] for each in ends}) == 3


# -- the shell -------------------------------------------------------------------------------------------------
def shell(made: Tablet, script: bytes, tmp_path: Path, *more: str) -> int:
    secret, path = tmp_path / "secret", tmp_path / "script.yaml"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    path.write_bytes(script)
    return main(["--home", str(made.home), "interview", str(path), "--passphrase-file", str(secret), *more])


def test_the_command_says_how_it_ended(made: Tablet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made.close()
    assert shell(made, GOOD, tmp_path, "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["did"] for each in lines] == ["begin", "answer", "next", "end"]
    assert lines[-1]["end"] == "I00"
    assert shell(made, GOOD.replace(b"end: I00", b"end: I01"), tmp_path) == 8
    assert "NOT as stated" in capsys.readouterr().out
    assert shell(made, b"steps: [\n", tmp_path) == 3
    error = capsys.readouterr().err
    assert " ".join(assets.sentences("script-refused")) in error
    assert "line 2" in error
