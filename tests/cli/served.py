"""`synterm serve` as a process of its own, and a client that comes with its token."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

_WITHIN_S = 90


class Served:
    """The running server."""

    def __init__(self, process: subprocess.Popen[str], link: str) -> None:
        self.process = process
        self.link = link
        self.origin = link.partition("/?")[0]
        self.address = self.origin.removeprefix("http://")

    def stop(self) -> str:
        """Ctrl+C; what it said on stderr, once it is gone."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=_WITHIN_S)[1]

    def below(self) -> list[int]:
        """The processes that the server started and that are still there."""
        with suppress(FileNotFoundError):
            task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            return [int(pid) for pid in task.read_text().split()]
        return []


@asynccontextmanager
async def served(project: Path, *options: str) -> AsyncGenerator[Served]:
    """Serve a project on a free port; ended at the end."""
    command = [sys.executable, "-m", "synterm", "serve", str(project), "--port", "0", *options]
    process = await asyncio.to_thread(_start, command)
    try:
        assert process.stdout is not None
        link = await asyncio.to_thread(process.stdout.readline)
        yield Served(process, link.strip())
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=_WITHIN_S)


@asynccontextmanager
async def visitor(server: Served, *, welcome: bool = True) -> AsyncGenerator[ClientSession]:
    """A client that keeps cookies; it has used the link unless it is not `welcome`."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        if welcome:
            async with session.get(server.link) as answer:
                assert answer.status == 200
        yield session


async def shown(socket: ClientWebSocketResponse, text: str) -> None:
    """Wait until the workbench draws a text."""
    drawn = b""
    async with asyncio.timeout(_WITHIN_S):
        while text.encode() not in drawn:
            message = await socket.receive()
            assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), (message, drawn[-500:])
            # Colours between the words are no part of them.
            drawn += re.sub(rb"\x1b\[[0-9;]*m", b"", message.data) if message.type is WSMsgType.BINARY else b""


async def closed(socket: ClientWebSocketResponse) -> tuple[int | None, str]:
    """Wait until the server closes the connection: its code and its words."""
    async with asyncio.timeout(_WITHIN_S):
        while (message := await socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED):
            pass
    return socket.close_code, str(message.extra or "")


def _start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
