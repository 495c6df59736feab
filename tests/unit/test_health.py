"""Standing conditions, their words, and the desktop's answers about the machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.device import desktop
from fieldapp.device.desktop import DesktopDevice
from fieldapp.device.port import Battery, Device
from fieldapp.health import CODES, LOW_DISK_BYTES, Condition, Facts, Level, conditions
from firsthand import assets

WELL = Facts(
    clock_sane=True,
    clock_year=2026,
    free_bytes=LOW_DISK_BYTES * 10,
    battery_percent=80,
    directory_stale=False,
    unsent=0,
    unsent_days=0,
    attachments=0,
    damaged={},
    mended_days=None,
    single_passphrase=False,
    training=False,
)


def test_a_well_tablet_has_nothing_to_say() -> None:
    assert conditions(WELL) == ()
    assert conditions(replace(WELL, free_bytes=None, battery_percent=None)) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"clock_sane": False, "clock_year": 2003}, Condition("clock-suspect", Level.WARN, 2003)),
        ({"attachments": 2}, Condition("attachments-waiting", Level.NOTE, 2)),
        ({"unsent": 3, "unsent_days": 30}, Condition("unsent-days", Level.ALARM, 30)),
        ({"unsent": 3, "unsent_days": 29}, Condition("unsent-days", Level.WARN, 29)),
        ({"free_bytes": LOW_DISK_BYTES - 1}, Condition("disk-low", Level.ALARM, 199)),
        ({"battery_percent": 14}, Condition("battery-low", Level.WARN, 14)),
        ({"directory_stale": True}, Condition("directory-stale", Level.WARN)),
        ({"unsent": 3, "unsent_days": 7}, Condition("unsent-days", Level.WARN, 7)),
        ({"damaged": {"drafts": 1, "objects": 2}}, Condition("damaged-rows", Level.ALARM, 3)),
        ({"mended_days": 30}, Condition("vault-mended", Level.ALARM)),
        ({"single_passphrase": True}, Condition("single-passphrase", Level.NOTE)),
        ({"training": True}, Condition("training", Level.NOTE)),
        ({"promises_due": 2}, Condition("promise-due", Level.WARN, 2)),
    ],
)
def test_each_condition_alone(change: dict[str, object], expected: Condition) -> None:
    assert conditions(replace(WELL, **change)) == (expected,)  # type: ignore[arg-type]


def test_what_has_waited_less_than_a_week_is_no_condition() -> None:
    assert conditions(replace(WELL, unsent=3, unsent_days=6)) == ()


def test_a_mended_vault_is_spoken_of_for_a_month() -> None:
    assert conditions(replace(WELL, mended_days=31)) == ()


facts = st.builds(
    Facts,
    clock_sane=st.booleans(),
    clock_year=st.integers(1970, 2100),
    free_bytes=st.none() | st.integers(0, 1 << 40),
    battery_percent=st.none() | st.integers(0, 100),
    directory_stale=st.booleans(),
    unsent=st.integers(0, 9),
    unsent_days=st.integers(0, 99),
    attachments=st.integers(0, 9),
    mended_days=st.none() | st.integers(0, 99),
    damaged=st.dictionaries(st.sampled_from(["drafts", "objects"]), st.integers(1, 5)),
    single_passphrase=st.booleans(),
    training=st.booleans(),
)


@given(facts)
def test_the_most_pressing_comes_first_and_each_comes_once(found: Facts) -> None:
    listed = conditions(found)
    assert [item.level for item in listed] == sorted((item.level for item in listed), reverse=True)
    assert len({item.code for item in listed}) == len(listed)


WORST = replace(
    WELL,
    clock_sane=False,
    free_bytes=0,
    battery_percent=1,
    directory_stale=True,
    unsent=1,
    unsent_days=99,
    attachments=1,
    damaged={"drafts": 1},
    mended_days=0,
    single_passphrase=True,
    training=True,
    promises_due=1,
)


def test_the_order_of_gravity_is_one_list() -> None:
    found = conditions(WORST)
    assert {item.code for item in found} == set(CODES)
    assert [item.code for item in found] == list(CODES)


@pytest.mark.parametrize("language", assets.LANGUAGES)
def test_every_condition_has_its_words_in_every_language(language: str) -> None:
    texts = assets.texts("health", language)
    for item in conditions(WORST):
        what, do = texts[f"{item.code}.what"], texts[f"{item.code}.do"]
        forms = (what,) if isinstance(what, str) else what
        assert all(forms), item.code
        assert any("{n}" in form for form in forms) == (item.number is not None), item.code
        assert do
    assert {key.rpartition(".")[0] for key in texts} == set(CODES)


@pytest.mark.parametrize("language", assets.LANGUAGES)
def test_every_error_that_the_tablet_raises_has_its_three_sentences(language: str) -> None:
    texts = assets.texts("errors", language)
    assert {
        "token-unknown",
        "relay-full",
        "relay-busy",
        "training-never-sends",
        "invitation-needs-file",
    } <= {key.rpartition(".")[0] for key in texts}
    for code in set(_codes()) | {"a413-channel", "damaged-draft"}:
        assert all(texts[f"{code}.{part}"] for part in ("what", "safe", "do")), code


def _codes() -> list[str]:
    from fieldapp.flows import enrol, passphrase, seal
    from fieldapp.sync import carrier
    from fieldapp.vault import vault
    from firsthand import errors

    modules = (enrol, passphrase, seal, carrier, vault)
    types = [(module, item) for module in modules for item in vars(module).values() if isinstance(item, type)]
    return [
        item.code
        for module, item in types
        if issubclass(item, errors.FirsthandError) and item.__module__ == module.__name__
    ]


# -- the machine ------------------------------------------------------------------------------------------
def test_the_desktop_answers_every_question_of_the_port(tmp_path: Path) -> None:
    device: Device = DesktopDevice()
    free = device.free_bytes(tmp_path)
    assert free is not None
    assert free > 0
    assert device.free_bytes(tmp_path / "absent") is None
    assert device.position() is None
    assert not device.has_camera()
    assert not device.has_microphone()
    device.vibrate(0.1)


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, None),
        ({"AC": {"type": "Mains"}}, None),
        (
            {"BAT0": {"type": "Battery", "capacity": "41", "status": "Discharging"}},
            Battery(41, charging=False),
        ),
        ({"BAT0": {"type": "Battery", "capacity": "104", "status": "Full"}}, Battery(100, charging=True)),
        ({"BAT0": {"type": "Battery", "capacity": "?", "status": "Full"}}, None),
        (
            {"BAT0": {"type": "Battery"}, "BAT1": {"type": "Battery", "capacity": "7", "status": "Charging"}},
            Battery(7, charging=True),
        ),
    ],
)
def test_the_battery_is_read_from_the_kernel(
    tmp_path: Path, supplies: dict[str, dict[str, str]], expected: Battery | None
) -> None:
    for name, files in supplies.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text + "\n", encoding="ascii")
    assert desktop._kernel_battery(tmp_path) == expected
