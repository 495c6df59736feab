"""Attachments: objects of their own, sealed while they stream in (PROTOCOL "Envelope", attachments).

    object = Cobblestone(Katt, ctx = cbor ["firsthand/1/att", prot, n], content || zeros up to its Padmé length)
    entry  = [Katt, true length, object length, sha256(object), tag, sha256(content), media type, custody]

`prot` is the clear header of the envelope that lists the attachment, known as soon as the draft has its erase
key; `n` is the attachment's number in the draft, which is never given twice, so that numbers may have holes. An
object therefore opens in its own place only: not in another report and not in the place of another attachment.
Entries stand in part 5 (the originals) and in the facts (`copies`, without metadata).

Not here: files, consent, and who gets an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from firsthand.errors import BadSeal, Malformed, Unopenable
from firsthand.protocol import cbor, erase, padding, suite
from firsthand.protocol.cbor import Value

PART: Final = 5  # lists the originals
COPIES_PART: Final = 2  # the facts list copies without metadata under this name:
COPIES: Final = "copies"
MAX_ENTRIES: Final = 64
MAX_NUMBER: Final = 1 << 16
MAX_CONTENT_BYTES: Final = 1 << 31
MEDIA: Final = ("photo", "audio", "video", "document")
CAME: Final = ("camera", "microphone", "file")  # how an attachment came to the tablet
CLOCKS: Final = ("gnss", "network", "manual", "unknown")
KEY_BYTES, HASH_BYTES, EID_BYTES = suite.KEY_BYTES, 32, 16

_VERSION = 1
_ENVELOPE_VERSION = 1
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,90}")
_ZEROS = bytes(1 << 16)
_TAKEN_MAX_S, _TZ_MAX_MIN = 1 << 40, 24 * 60


@dataclass(frozen=True, slots=True)
class Taken:
    """When an attachment came to the tablet, as the device believed.

    Attributes:
        unix_s: seconds since 1970, UTC.
        tz_min: offset of local time in minutes.
        quality: of the clock, one of `CLOCKS`.
    """

    unix_s: int
    tz_min: int
    quality: str


@dataclass(frozen=True, slots=True)
class Custody:
    """What a court asks of an original beside its hash.

    Attributes:
        number: `n` of the context.
        medium: one of `MEDIA`, by which consent was asked.
        came: one of `CAME`; None for a copy that the tablet made itself.
        taken: when; None for a copy.
    """

    number: int
    medium: str
    came: str | None = None
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is needed to find, open and check one attachment.

    Attributes:
        key: Katt, 32 B.
        length: bytes of the content.
        object_length: bytes of the object.
        object_hash: SHA-256 of the object, its name everywhere.
        tag: 16 B under which the relay files it; the author keeps its preimage.
        content_hash: SHA-256 of the content.
        media_type: for example `image/jpeg`, as the tablet recognised it by content.
        custody: number and origin.
    """

    key: bytes = field(repr=False)
    length: int
    object_length: int
    object_hash: bytes
    tag: bytes
    content_hash: bytes
    media_type: str
    custody: Custody


def object_length(length: int) -> int:
    """Bytes of the object that holds `length` bytes of content.

    Raises:
        Malformed: negative.
    """
    return padding.sealed_length(padding.padme_length(length))


# -- seal ----------------------------------------------------------------------------------------------------
class Sealer:
    """Seals one attachment as it comes in; memory does not grow with it.

    `update` any number of times, then all of `finish`, then `entry`.
    """

    def __init__(self, *, eid: bytes, key: bytes, tag: bytes, media_type: str, custody: Custody) -> None:
        """Begin.

        Args:
            eid: of the envelope that will list it, 16 B.
            key: Katt, 32 random B for this attachment alone.
            tag: that follows from its own erase key, 16 B.
            media_type: see `Entry`.
            custody: see `Entry`.

        Raises:
            Malformed: lengths, number or media type.
        """
        check_media_type(media_type)
        if len(tag) != erase.TAG_BYTES:
            raise Malformed("attachment tag")
        self._key, self._tag, self._media_type, self._custody = key, tag, media_type, custody
        self._stream = suite.PartSealer(key, _context(eid, custody.number))
        self._content, self._object = sha256(), sha256()
        self._length = self._object_length = 0

    @property
    def length(self) -> int:
        """Bytes of content so far."""
        return self._length

    def update(self, data: bytes) -> bytes:
        """Take content, give the bytes of the object that are ready.

        Raises:
            Malformed: more than 2 GiB.
        """
        self._length += len(data)
        if self._length > MAX_CONTENT_BYTES:
            raise Malformed("attachment too long")
        self._content.update(data)
        return self._out(self._stream.update(data))

    def finish(self) -> Iterator[bytes]:
        """The rest of the object: padding and end."""
        left = padding.padme_length(self._length) - self._length
        while left:
            zeros = _ZEROS[: min(left, len(_ZEROS))]
            left -= len(zeros)
            yield self._out(self._stream.update(zeros))
        yield self._out(self._stream.finalize())

    def entry(self) -> Entry:
        """What lists it; after `finish`.

        Raises:
            Malformed: `finish` was not exhausted.
        """
        if self._object_length != object_length(self._length):
            raise Malformed("attachment not finished")
        return Entry(
            key=self._key,
            length=self._length,
            object_length=self._object_length,
            object_hash=self._object.digest(),
            tag=self._tag,
            content_hash=self._content.digest(),
            media_type=self._media_type,
            custody=self._custody,
        )

    def _out(self, sealed: bytes) -> bytes:
        self._object.update(sealed)
        self._object_length += len(sealed)
        return sealed


# -- open ----------------------------------------------------------------------------------------------------
class Opener:
    """Opens one attachment as its bytes come: what it gives is authentic, and whole only when `finish` passed."""

    def __init__(self, entry: Entry, eid: bytes) -> None:
        """`eid`: of the envelope in which the entry was found."""
        self._entry = entry
        self._stream = suite.PartOpener(entry.key, _context(eid, entry.custody.number))
        self._content, self._object = sha256(), sha256()
        self._left, self._object_length = entry.length, 0

    def update(self, sealed: bytes) -> bytes:
        """Take bytes of the object, give content.

        Raises:
            Unopenable: altered, of another attachment, too long, or other bytes where the padding is.
        """
        self._object_length += len(sealed)
        if self._object_length > self._entry.object_length:
            raise Unopenable("attachment too long")
        self._object.update(sealed)
        try:
            return self._take(self._stream.update(sealed))
        except BadSeal:
            raise Unopenable("attachment seal") from None

    def finish(self) -> bytes:
        """The last content, once all of it is proven to be what the entry says.

        Raises:
            Unopenable: cut short, or not the object or the content that the entry names.
        """
        try:
            rest = self._take(self._stream.finalize())
        except BadSeal:
            raise Unopenable("attachment seal") from None
        entry = self._entry
        if self._object_length != entry.object_length or self._object.digest() != entry.object_hash:
            raise Unopenable("attachment object")
        if self._left or self._content.digest() != entry.content_hash:
            raise Unopenable("attachment content")
        return rest

    def _take(self, plain: bytes) -> bytes:
        content, padded = plain[: self._left], plain[self._left :]
        if padded.strip(b"\0"):
            raise Unopenable("attachment padding")
        self._left -= len(content)
        self._content.update(content)
        return content


def _context(eid: bytes, number: int) -> bytes:
    if len(eid) != EID_BYTES or not 0 <= number < MAX_NUMBER:
        raise Malformed("attachment place")
    return cbor.encode(["firsthand/1/att", cbor.encode([_ENVELOPE_VERSION, suite.SUITE, eid]), number])


# -- entries -------------------------------------------------------------------------------------------------
def encode_entry(entry: Entry) -> Value:
    """The entry as it stands in a part."""
    return [
        entry.key,
        entry.length,
        entry.object_length,
        entry.object_hash,
        entry.tag,
        entry.content_hash,
        entry.media_type,
        _custody_value(entry.custody),
    ]


def parse_entry(value: Value) -> Entry:
    """The inverse of `encode_entry`: an entry that could be true.

    Raises:
        Malformed: form, lengths that do not belong together, or a code that is none of ours.
    """
    match value:
        case [
            bytes(key),
            int(length),
            int(sealed),
            bytes(object_hash),
            bytes(tag),
            bytes(content_hash),
            str(media_type),
            dict(custody),
        ]:
            pass
        case _:
            raise Malformed("attachment entry")
    lengths = (len(key), len(object_hash), len(tag), len(content_hash))
    if lengths != (KEY_BYTES, HASH_BYTES, erase.TAG_BYTES, HASH_BYTES):
        raise Malformed("attachment entry lengths")
    if not _is_number(length, MAX_CONTENT_BYTES + 1) or length == 0 or sealed != object_length(length):
        raise Malformed("attachment length")
    check_media_type(media_type)
    return Entry(key, length, sealed, object_hash, tag, content_hash, media_type, _parse_custody(custody))


def part_value(report_id: bytes, entries: Sequence[Entry]) -> Value:
    """Part 5: the list of the originals."""
    return {"v": _VERSION, "id": report_id, "files": [encode_entry(entry) for entry in entries]}


def parse_part(value: Value) -> tuple[Entry, ...]:
    """The entries of part 5.

    Raises:
        Malformed: form, too many, or two that claim one number or one object.
    """
    match value:
        case {"v": int(version), "id": bytes(), "files": list(files), **rest} if not rest:
            if version == _VERSION and not isinstance(version, bool):
                return parse_entries(files)
    raise Malformed("attachments part")


def parse_entries(values: Value) -> tuple[Entry, ...]:
    """A list of entries, of part 5 or of `copies` in the facts; raises as `parse_part`."""
    if not isinstance(values, list) or not 0 < len(values) <= MAX_ENTRIES:
        raise Malformed("attachment list")
    entries = tuple(parse_entry(value) for value in values)
    if len({entry.custody.number for entry in entries}) != len(entries):
        raise Malformed("attachment number twice")
    if len({entry.object_hash for entry in entries}) != len(entries):
        raise Malformed("attachment object twice")
    return entries


def check_media_type(text: str) -> None:
    """Let a media type pass.

    Raises:
        Malformed: not `type/subtype` in small letters.
    """
    if not _MEDIA_TYPE.fullmatch(text):
        raise Malformed("media type")


def _custody_value(custody: Custody) -> Value:
    value: dict[str | int, Value] = {"n": custody.number, "medium": custody.medium}
    if custody.came is not None:
        value["came"] = custody.came
    if custody.taken is not None:
        value["taken"] = [custody.taken.unix_s, custody.taken.tz_min, custody.taken.quality]
    return value


def _parse_custody(value: Mapping[str | int, Value]) -> Custody:
    if value.keys() - {"n", "medium", "came", "taken"}:
        raise Malformed("custody field")
    number, medium, came = value.get("n"), value.get("medium"), value.get("came")
    if not isinstance(number, int) or not _is_number(number, MAX_NUMBER):
        raise Malformed("attachment number")
    if not isinstance(medium, str) or medium not in MEDIA:
        raise Malformed("medium")
    if "came" in value and (not isinstance(came, str) or came not in CAME):
        raise Malformed("custody code")
    taken = _parse_taken(value["taken"]) if "taken" in value else None
    return Custody(number, medium, came if isinstance(came, str) else None, taken)


def _parse_taken(value: Value) -> Taken:
    match value:
        case [int(unix_s), int(tz_min), str(quality)] if quality in CLOCKS:
            in_bounds = abs(unix_s) < _TAKEN_MAX_S and abs(tz_min) <= _TZ_MAX_MIN
            if in_bounds and not isinstance(unix_s, bool) and not isinstance(tz_min, bool):
                return Taken(unix_s, tz_min, quality)
    raise Malformed("custody time")


def _is_number(value: int, end: int) -> bool:
    """Whether it is an integer from 0 to below `end`; `true`, which Python takes for 1, is not."""
    return not isinstance(value, bool) and 0 <= value < end
