"""A WAV stream out of a microphone's buffers, read while it is recorded. Pure but for its queue.

The header names the largest length, as streaming recorders do: how long it will be is not known when it begins, and
players read to the end of what there is.
"""

from __future__ import annotations

import queue
import struct
from collections.abc import Callable

RATE_HZ, SAMPLE_BYTES, CHANNELS = 16_000, 2, 1
_UNKNOWN_LENGTH = 0xFFFF_FFFF
_WAIT_S = 1.0


def wav_header() -> bytes:
    """44 bytes: 16-bit mono at 16 kHz, length open."""
    bytes_per_s = RATE_HZ * SAMPLE_BYTES * CHANNELS
    form = struct.pack("<HHIIHH", 1, CHANNELS, RATE_HZ, bytes_per_s, SAMPLE_BYTES * CHANNELS, SAMPLE_BYTES * 8)
    return (
        b"RIFF" + struct.pack("<I", _UNKNOWN_LENGTH) + b"WAVEfmt " + struct.pack("<I", len(form)) + form
        + b"data" + struct.pack("<I", _UNKNOWN_LENGTH)
    )  # fmt: skip


class SoundStream:
    """`Sound`: the recorder's thread puts buffers in, the sealing side reads them out."""

    def __init__(self, on_stop: Callable[[], None], *, most: int = 256) -> None:
        """Args: on_stop tells the recorder to end; most is how many buffers may wait before the recorder must."""
        self._waiting: queue.Queue[bytes | None] = queue.Queue(most)
        self._rest = wav_header()
        self._on_stop, self._stopped, self._ended = on_stop, False, False

    def put(self, samples: bytes) -> None:
        """From the recorder: the next buffer."""
        self._waiting.put(samples)

    def end(self) -> None:
        """From the recorder: there will be no more."""
        self._waiting.put(None)

    def stop(self) -> None:
        """See `Sound`; a second call does nothing."""
        if not self._stopped:
            self._stopped = True
            self._on_stop()

    def read(self, count: int = -1, /) -> bytes:
        """See `Sound`."""
        while not self._ended and (count < 0 or len(self._rest) < count):
            try:
                found = self._waiting.get(timeout=_WAIT_S)
            except queue.Empty:  # a recorder that was told to stop and says nothing more has ended
                self._ended = self._stopped
                continue
            if found is None:
                self._ended = True
            else:
                self._rest += found
        taken, self._rest = (self._rest, b"") if count < 0 else (self._rest[:count], self._rest[count:])
        return taken
