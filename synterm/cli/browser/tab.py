"""One tab of the browser: a workbench process of its own, whose drawing goes to the tab."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from synterm.cli.output import say
from synterm.text import one_line

PATIENCE_S = 3.0
"""How long a workbench may take to leave when it is told to."""
_HEARD_BYTES = 4096
_REASON_BYTES = 120
"""The protocol of WebSockets has room for 123."""


class Tab(AppService):
    """Runs `command` until it ends, or the tab is closed.

    What comes out are packets: a letter for the kind, four bytes for the size, and so much content
    (`textual.drivers.web_driver`).
    """

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        super().__init__(
            shlex.join(command),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._leave,
            download_manager=downloads,
        )
        self._words = command
        self._socket = socket
        self._heard = b""

    async def run(self) -> None:
        """Pass on what the process draws, until it ends; then tell the tab why."""
        process = self._process
        assert process is not None
        assert process.stderr is not None
        listening = asyncio.create_task(self._listen(process.stderr))
        try:
            with suppress(asyncio.IncompleteReadError):
                await self._pass_on(process)
            code = await process.wait()
        finally:
            listening.cancel()
        await self._leave(self._words_at_end(code))

    async def stop(self) -> None:
        """Tell the process to leave; end it, and what it started, when it does not."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await super().stop()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def on_data(self, payload: bytes) -> None:
        """Draw. A tab that is gone is no reason to let the process wait for it."""
        with suppress(ConnectionError):
            await super().on_data(payload)

    async def on_meta(self, data: bytes) -> None:
        """What the process asks of the tab; only web pages are opened. That it leaves shows in `run`."""
        asked = json.loads(data)
        web_page = str(asked.get("url", "https:")).startswith(("https:", "http:"))
        if asked["type"] != "exit" and web_page:
            with suppress(ConnectionError):
                await super().on_meta(data)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        # No shell in between, and no share in the Ctrl+C that ends the server: it is told to leave instead.
        environment = self._build_environment(width, height)
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=True
        )
        self._stdin = process.stdin
        return process

    async def _pass_on(self, process: Process) -> None:
        assert process.stdout is not None
        await process.stdout.readline()
        takes = {b"D": self.on_data, b"M": self.on_meta, b"P": self.on_packed}
        while True:
            head = await process.stdout.readexactly(5)
            content = await process.stdout.readexactly(int.from_bytes(head[1:], "big"))
            await takes[head[:1]](content)

    async def _listen(self, errors: asyncio.StreamReader) -> None:
        while piece := await errors.read(_HEARD_BYTES):
            self._heard = (self._heard + piece)[:_HEARD_BYTES]

    def _words_at_end(self, code: int) -> str:
        if code == 0:
            return "The workbench was closed."
        said = one_line(self._heard.decode("utf-8", "replace"), 300) or f"it ended with code {code}"
        say(f"a workbench failed: {said}")
        return said

    async def _leave(self, reason: str = "") -> None:
        await self._socket.close(code=WSCloseCode.GOING_AWAY, message=reason.encode()[:_REASON_BYTES])
