"""Which protocol a tablet walks: the mission's own where it is good, else the last good one, else the shipped one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from firsthand.domain.interview.load import load_protocol
from firsthand.domain.interview.model import Protocol
from firsthand.errors import ProtocolRefused

FILE = "protocol.yaml"
SHIPPED = "interview/sv_interview.yaml"


def choose_protocol(
    directory_content: Mapping[str, bytes],
    shipped: bytes,
    *,
    last_good: bytes | None = None,
    known: Collection[str] | None = None,
) -> Protocol:
    """The protocol to walk.

    Args:
        directory_content: content files of the signed directory by name.
        shipped: the file that was installed with the program.
        last_good: bytes of the mission's protocol that was last taken; None if none was.
        known: text keys that exist, as in `load_protocol`.

    Raises:
        ProtocolRefused: the shipped one is refused, which is a fault of the installation.
    """
    for data in (directory_content.get(FILE), last_good):
        if data is not None:
            try:
                return load_protocol(data, FILE, known)
            except ProtocolRefused:
                continue  # whoever asks why calls `refusal_of`
    return load_protocol(shipped, SHIPPED, known)


def refusal_of(directory_content: Mapping[str, bytes], known: Collection[str] | None = None) -> ProtocolRefused | None:
    """Why the mission's protocol is not taken; None where there is none, or where it is good."""
    data = directory_content.get(FILE)
    if data is None:
        return None
    try:
        load_protocol(data, FILE, known)
    except ProtocolRefused as refused:
        return refused
    return None
