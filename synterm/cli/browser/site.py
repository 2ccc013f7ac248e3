"""What the browser asks for: the page, what it is made of, its terminal and its downloads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, cast
from urllib.parse import quote

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.download_manager import DownloadManager

from synterm.cli.browser.gate import Gate
from synterm.cli.browser.tab import Tab
from synterm.cli.output import say

_PAGE = Path(__file__).with_name("page")
_MOST_CELLS = 1000
"""How wide or high a terminal may be."""


class Site:
    """Serves `command`, a process for each tab, at most `most` at a time."""

    def __init__(self, command: Sequence[str], title: str, gate: Gate, most: int) -> None:
        self._command = command
        self._title = title
        self._gate = gate
        self._most = most
        self._sockets: set[web.WebSocketResponse] = set()
        self._downloads = DownloadManager()

    def app(self) -> web.Application:
        """The application, closed to whoever has no token."""
        app = web.Application(middlewares=[self._gate.check])
        app.on_response_prepare.append(self._gate.add_headers)
        app.on_shutdown.append(self._close)
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._terminal),
                web.get("/download/{key}", self._download),
                web.static("/page", _PAGE),
                web.static("/static", str(files("textual_serve") / "static")),
            ]
        )
        return app

    async def _index(self, _request: web.Request) -> web.Response:
        text = (_PAGE / "index.html").read_text(encoding="utf-8")
        page = Template(text).substitute(title=escape(self._title), socket=f"ws://{self._gate.address}/ws")
        return web.Response(text=page, content_type="text/html")

    async def _terminal(self, request: web.Request) -> web.WebSocketResponse:
        # What is closed need not be answered for long by a browser that is gone.
        socket = web.WebSocketResponse(heartbeat=15, timeout=1)
        await socket.prepare(request)
        if len(self._sockets) >= self._most:
            words = f"{self._most} tabs are open already. Close one and try again, or serve with --tabs."
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=words.encode())
            return socket
        self._sockets.add(socket)
        tab = Tab(self._command, socket, self._downloads)
        try:
            await tab.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            await self._obey(socket, tab)
        except OSError as error:
            say(f"no workbench could be started: {error}")
            await socket.close(code=WSCloseCode.INTERNAL_ERROR, message=b"The workbench could not be started.")
        finally:
            # It counts until its process is gone.
            await tab.stop()
            self._sockets.discard(socket)
        return socket

    async def _obey(self, socket: web.WebSocketResponse, tab: Tab) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            match _read(message.data):
                case ["stdin", str(text)]:
                    await tab.send_bytes(text.encode("utf-8", "replace"))
                case ["resize", {"width": width, "height": height}]:
                    await tab.set_terminal_size(_cells(width, 80), _cells(height, 24))
                case ["ping", str(sent)]:
                    await socket.send_json(["pong", sent])
                case ["focus"]:
                    await tab.focus()
                case ["blur"]:
                    await tab.blur()
                case _:
                    await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"not what this page says")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        try:
            found = await self._downloads.get_download_metadata(key)
        except KeyError:
            raise web.HTTPNotFound(text="There is no such download.\n") from None
        # Never shown in place: a picture may hold scripts, which would be at home here.
        name = quote(found.file_name, safe="")
        response = web.StreamResponse(headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"})
        response.content_type = "application/octet-stream"
        await response.prepare(request)
        async for piece in self._downloads.download(key):
            await response.write(piece)
        return response

    async def _close(self, _app: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"synterm serve was ended.")


def _read(text: str) -> Any:
    """The JSON of a message; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _cells(given: object, otherwise: int) -> int:
    """A number of cells, as a message or the address says it."""
    try:
        cells = int(cast(str, given))
    except (TypeError, ValueError):
        return otherwise
    return max(1, min(cells, _MOST_CELLS))
