"""Attachments over HTTP: they stream to the disk as they come in, and from it as they go out.

One token pays for one attachment. The token must be known before a byte is written; the number of those that arrive
at once is bounded, and so is their size; memory holds one piece of each.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from firsthand.errors import Busy, Malformed
from sync_server.relay.log import UploadAttachment
from sync_server.relay.objects import Incoming, Objects
from sync_server.relay.refusals import TooLarge, TooSlow
from sync_server.relay.store import Store

KIND_HEADER, KIND = "firsthand-kind", "attachment"
ARRIVING = 16
IDLE_S = 60.0  # so long a sender may stand still
_PIECE_BYTES = 1 << 20
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class Announced:
    """What the head of a request says of the attachment that follows."""

    length: int
    token_hash: bytes
    tag: bytes


class Dock:
    """Where attachments arrive."""

    def __init__(self, objects: Objects, store: Store, largest_bytes: int) -> None:
        """Args:
        objects: where they are kept.
        store: which of them are logged.
        largest_bytes: most that one may have.
        """
        self.objects = objects
        self._store = store
        self._largest_bytes = largest_bytes
        self._arriving = 0
        self._placing = asyncio.Lock()

    def length(self, request: Request) -> int:
        """The length that a sender announces.

        Raises:
            Malformed: none. TooLarge: more than one may have.
        """
        text = request.headers.get("content-length", "")
        if not _NUMBER.fullmatch(text):
            raise Malformed("length of an attachment")
        if int(text) > self._largest_bytes:
            raise TooLarge("attachment")
        return int(text)

    async def receive(
        self, stream: AsyncIterator[bytes], announced: Announced, commit: Callable[[UploadAttachment], Awaitable[bytes]]
    ) -> bytes:
        """Takes an attachment in and has it committed; returns the answer of `commit`.

        Raises:
            Busy: too many arrive. DiskFull: no room. TooLarge, Malformed: not what was announced.
            TooSlow: it stood still. What `commit` raises: nothing is kept.
        """
        if self._arriving >= ARRIVING:
            raise Busy("attachments")
        self._arriving += 1
        try:
            incoming = await run_in_threadpool(self.objects.begin, announced.length)
            with incoming:
                await _fill(incoming, stream, announced.length)
                name = await run_in_threadpool(incoming.finish)
                upload = UploadAttachment(announced.token_hash, name, announced.length, announced.tag)
                # One at a time, so that a refused upload never takes away the file of another with the same bytes.
                async with self._placing:
                    return await self._place(incoming, upload, commit)
        finally:
            self._arriving -= 1

    async def _place(
        self, incoming: Incoming, upload: UploadAttachment, commit: Callable[[UploadAttachment], Awaitable[bytes]]
    ) -> bytes:
        await run_in_threadpool(self.objects.place, incoming, upload.object_hash)
        try:
            return await commit(upload)
        finally:
            await run_in_threadpool(self._settle, upload.object_hash)

    def _settle(self, name: bytes) -> None:
        """Destroys a file whose upload was refused, or which was erased long ago and came again."""
        with self._store.reading() as reading:
            unwanted = {name} - reading.standing([name])
        self.objects.delete(unwanted)


async def _fill(incoming: Incoming, stream: AsyncIterator[bytes], length: int) -> None:
    waiting = bytearray()
    async for chunk in _awake(stream):
        waiting += chunk
        if incoming.length + len(waiting) > length:
            raise TooLarge("attachment")
        if len(waiting) >= _PIECE_BYTES:
            await run_in_threadpool(incoming.write, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(incoming.write, bytes(waiting))
    if incoming.length != length:
        raise Malformed("attachment cut short")


async def _awake(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        while True:
            async with asyncio.timeout(IDLE_S):
                chunk = await anext(stream, None)
            if chunk is None:
                return
            yield chunk
    except TimeoutError:
        raise TooSlow("attachment") from None
