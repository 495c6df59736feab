"""The device port: every back end answers every question, and what cannot be known is None, never a failure."""

from __future__ import annotations

import inspect
import io
import struct
import threading
import wave
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.device import android, this_device, through_plyer
from fieldapp.device.desktop import DesktopDevice
from fieldapp.device.port import Device, Position
from fieldapp.device.sound import RATE_HZ, SoundStream

_BACK_ENDS = (DesktopDevice, android.AndroidDevice)


@pytest.mark.parametrize("back_end", _BACK_ENDS)
def test_a_back_end_has_every_question_of_the_port_with_the_same_arguments(back_end: type) -> None:
    for name, asked in inspect.getmembers(Device, inspect.isfunction):
        if not name.startswith("_"):
            assert str(inspect.signature(getattr(back_end, name))) == str(inspect.signature(asked)), name


def test_without_java_the_desktop_answers() -> None:
    assert isinstance(this_device(), DesktopDevice)


def test_the_desktop_says_what_it_cannot_do() -> None:
    device = DesktopDevice()
    assert not device.take_photo(lambda _jpeg: None)
    assert device.record_sound() is None
    assert not device.pick_file(lambda _file: None)
    assert device.block_screenshots(blocked=True) in {True, False}
    device.rest()


# -- position ------------------------------------------------------------------------------------------------
@pytest.fixture
def gps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A receiver that writes down what it is told; its fixes are given by the tests."""
    told: list[str] = []
    receiver = SimpleNamespace(
        configure=lambda **_kw: told.append("configure"),
        start=lambda **_kw: told.append("start"),
        stop=lambda: told.append("stop"),
    )
    monkeypatch.setattr(through_plyer, "ask", lambda name, question: question({"gps": receiver}[name]))
    yield told


def test_the_receiver_starts_with_the_first_question_and_rests_when_told(gps: list[str]) -> None:
    receiver = through_plyer.Receiver()
    assert gps == []
    assert receiver.position() is None
    receiver.heard(lat=3.2841907, lon=21.4472153, accuracy=12.4)
    assert receiver.position() == Position(32841907, 214472153, 12)
    receiver.rest()
    assert gps == ["configure", "start", "stop"]
    receiver.rest()
    assert gps[-1:] == ["stop"]
    assert gps.count("stop") == 1


_any_number = st.floats() | st.integers(-(10**9), 10**9).map(float)


@given(st.dictionaries(st.sampled_from(["lat", "lon", "accuracy", "speed"]), _any_number))
def test_whatever_a_receiver_says_a_position_is_on_earth(values: dict[str, float]) -> None:
    receiver = through_plyer.Receiver()
    receiver.heard(**values)
    fix = receiver._fix
    assert fix is None or (abs(fix.lat_e7) <= 900_000_000 and abs(fix.lon_e7) <= 1_800_000_000 and fix.radius_m >= 1)


# -- sound ---------------------------------------------------------------------------------------------------
@given(
    st.lists(st.binary(min_size=2, max_size=400).map(lambda b: b[: len(b) // 2 * 2]), max_size=8), st.integers(1, 97)
)
def test_a_recording_reads_as_one_wav_in_whatever_pieces_it_is_read(buffers: list[bytes], step: int) -> None:
    stream = SoundStream(lambda: None)
    for buffer in buffers:
        stream.put(buffer)
    stream.end()
    whole = b"".join(iter(lambda: stream.read(step), b""))
    size = len(whole) - 44
    known = whole[:4] + struct.pack("<I", size + 36) + whole[8:40] + struct.pack("<I", size) + whole[44:]
    with wave.open(io.BytesIO(known)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (RATE_HZ, 2, 1)
        assert sound.readframes(sound.getnframes()) == b"".join(buffers)


def test_stopping_tells_the_recorder_once_and_ends_the_stream() -> None:
    told = threading.Event()
    stream = SoundStream(told.set)
    stream.put(b"\x01\x02")
    stream.stop()
    stream.stop()
    assert told.is_set()
    stream.end()
    assert stream.read()[44:] == b"\x01\x02"
    assert stream.read() == b""
