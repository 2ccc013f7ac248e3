"""A server that speaks OpenAI's chat protocol, as a process of its own: fast, so that it is not what is measured.

Prints its port, and serves until its standard input ends. ``POST /reset`` with the fields of `Behavior` starts over;
``GET /stats`` gives the counts of `Tally`; ``GET /wait/K`` answers when the K-th request is there.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import sys
from pathlib import Path
from typing import Any, cast

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from support import answers
from support.behavior import Answer, Behavior
from support.tally import Body, Tally

_BUFFER = 16 * 1024


class Stub:
    """What all connections share."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.waiting: list[tuple[int, Connection]] = []
        self.reset({})

    def reset(self, settings: dict[str, Any]) -> None:
        """Start over with these settings."""
        self.behavior = Behavior(**settings)
        self.delay_s = self.behavior.delay_ms / 1000
        self.tally = Tally(tick_s=self.behavior.tick_s)

    def wake(self) -> None:
        """Answer those who wait for as many requests as there are now."""
        due = [entry for entry in self.waiting if entry[0] <= self.tally.requests]
        self.waiting = [entry for entry in self.waiting if entry[0] > self.tally.requests]
        for _, connection in due:
            connection.send(answers.document(200, b"{}"))


class Connection(asyncio.BufferedProtocol):
    """One client's connection: requests one after another."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._buffer = bytearray(_BUFFER)
        self._filled = 0
        self._open: tuple[Tally, Body] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self._counted = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a request that is left open."""
        if self._open is not None:
            tally, body = self._open
            tally.lost(body)
            self._open = None

    def get_buffer(self, sizehint: int) -> memoryview:
        """Room for what comes next."""
        if self._filled == len(self._buffer):
            self._buffer = self._buffer + bytearray(len(self._buffer))
        return memoryview(self._buffer)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Serve the requests that are there in full."""
        self._filled += nbytes
        while (size := self._request()) is not None:
            rest = self._buffer[size : self._filled]
            self._buffer[: len(rest)] = rest
            self._filled = len(rest)

    def _request(self) -> int | None:
        """Serve the first request of the buffer; its size, or None when it is not whole yet."""
        end = self._buffer.find(b"\r\n\r\n", 0, self._filled) + 4
        if end < 4:
            return None
        head = bytes(self._buffer[:end])
        size = end + content_length(head)
        if size > self._filled:
            return None
        if head.startswith(b"POST /v1/"):
            self._complete(bytes(self._buffer[end:size]))
        else:
            self._control(head, bytes(self._buffer[end:size]))
        return size

    def _complete(self, content: bytes) -> None:
        stub, tally = self._stub, self._stub.tally
        if not self._counted:
            self._counted = True
            tally.connections += 1
        body = tally.arrived(hash(content))
        self._open = tally, body
        if stub.waiting:
            stub.wake()
        answer = stub.behavior.answer(content, body.requests - 1)
        if answer.wait_s is not None or not stub.delay_s:
            self._answer(answer, 0)
        else:
            stub.loop.call_later(stub.delay_s, self._answer, answer, 0)

    def _answer(self, answer: Answer, at: int) -> None:
        """Send the answer's pieces from number `at` on."""
        if self._open is None or answer.end == "hang":
            return
        if answer.pieces:
            self._transport.write(answer.pieces[at])
        if at + 1 < len(answer.pieces):
            self._stub.loop.call_later(answer.piece_s, self._answer, answer, at + 1)
            return
        tally, body = self._open
        self._open = None
        tally.answered(body, answer.kind)
        if answer.wait_s is not None:
            tally.told_to_wait(body, answer.wait_s)
        if answer.end == "close":
            self._transport.close()
        elif answer.end == "reset":
            self._stub.loop.call_later(0.01, self._reset)

    def _reset(self) -> None:
        if self._transport.is_closing():
            return
        found: socket.socket = self._transport.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _control(self, head: bytes, content: bytes) -> None:
        _, path, _ = head.split(b" ", 2)
        if path == b"/stats":
            self.send(answers.document(200, orjson.dumps(self._stub.tally.stats())))
        elif path == b"/reset":
            self._stub.reset(orjson.loads(content or b"{}"))
            self.send(answers.document(200, b"{}"))
        elif path.startswith(b"/wait/"):
            self._stub.waiting.append((int(path[6:]), self))
            self._stub.wake()
        else:
            self.send(answers.failure(404))

    def send(self, content: bytes) -> None:
        """Send a whole answer that is not counted."""
        self._transport.write(content)


def content_length(head: bytes) -> int:
    """What the headers say about the body; 0 without a word."""
    at = head.find(b"ontent-Length:")
    if at < 0:
        head = head.lower()
        at = head.find(b"ontent-length:")
    if at < 0:
        return 0
    return int(head[at + 14 : head.index(b"\r", at)])


async def serve() -> None:
    """Serve on a free port of this machine until the standard input ends."""
    loop = asyncio.get_running_loop()
    stub = Stub()
    server = await loop.create_server(lambda: Connection(stub), "127.0.0.1", 0, backlog=4096)
    gc.freeze()
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
