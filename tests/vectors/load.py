"""Vector files: a text header, a blank line, the body in hex; one fault a file, which the file is named for.

Header lines are `key: value`. `kind` says what the body is, `expect` is "ok" or the stable code of the error,
`stage` is where that error must arise (so that a file is refused for its own fault and not for another),
`sha256` is the hash of the body; every other value is hex or a small integer, an input of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
_FIXED = ("kind", "expect", "stage", "sha256")
_WIDTH = 96


@dataclass(frozen=True)
class Vector:
    """One file."""

    name: str
    kind: str
    expect: str
    stage: str
    inputs: dict[str, str]
    body: bytes

    def hex(self, key: str) -> bytes:
        """An input in bytes."""
        return bytes.fromhex(self.inputs[key])

    def text(self) -> str:
        """The file."""
        head = {"kind": self.kind, "expect": self.expect, "stage": self.stage, **self.inputs}
        head["sha256"] = sha256(self.body).hexdigest()
        digits = self.body.hex()
        lines = [digits[at : at + _WIDTH] for at in range(0, len(digits), _WIDTH)]
        return "\n".join([*(f"{key}: {value}" for key, value in head.items()), "", *lines, ""])


def parse(name: str, text: str) -> Vector:
    """The vector in a file; raises ValueError where the file does not hold together."""
    header, _, digits = text.partition("\n\n")
    pairs = [line.partition(": ")[::2] for line in header.splitlines()]
    head = dict(pairs)
    body = bytes.fromhex(digits)
    if len(head) != len(pairs) or sha256(body).hexdigest() != head["sha256"]:
        raise ValueError(f"{name}: header or hash")
    inputs = {key: value for key, value in pairs if key not in _FIXED}
    return Vector(name, head["kind"], head["expect"], head["stage"], inputs, body)


def load() -> list[Vector]:
    """All vectors, by name."""
    return [parse(path.stem, path.read_text("ascii")) for path in sorted(FOLDER.glob("*/*.txt"))]
