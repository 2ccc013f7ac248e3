"""A real browser without a window, driven over the DevTools protocol, and the terminal in its page."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--window-size=1280,800",
    "--remote-debugging-port=0",
    "about:blank",
)
_WITHIN_S = 15
# The page's script keeps its terminal to itself; it is there when the object that owns it gets its next part.
_KEEP_TERMINAL = """
Object.defineProperty(Object.prototype, "fitAddon", {
  configurable: true,
  set(value) {
    window.shown = this.terminal;
    Object.defineProperty(this, "fitAddon", { value, writable: true });
  },
});
"""
_ROWS = """
window.shown ? Array.from({ length: shown.rows },
  (_, row) => shown.buffer.active.getLine(row).translateToString(true)).join("\\n") : ""
"""


def find_browser() -> str | None:
    """The program of a Chromium, or None."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab of the browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requested: list[str] = []
        """The addresses that the page asked for, or tried to."""
        self.complaints: list[str] = []
        """What it broke: the policy of the page, a script's error."""

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol. Raises AssertionError with what it says when it fails."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(_WITHIN_S):
            while (message := await self._socket.receive_json()).get("id") != number:
                self._note(message)
        assert "error" not in message, f"{method}: {message['error']}"
        return message["result"]

    async def open(self, address: str) -> None:
        """Go to an address."""
        for domain in ("Page", "Network", "Runtime", "Log"):
            await self.ask(f"{domain}.enable")
        await self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        await self.ask("Page.addScriptToEvaluateOnNewDocument", source=_KEEP_TERMINAL)
        await self.ask("Page.navigate", url=address)

    async def value(self, expression: str) -> Any:
        """What an expression gives in the page."""
        found = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        try:
            async with asyncio.timeout(_WITHIN_S):
                while not await self.value(expression):  # noqa: ASYNC110 - the page does not tell by itself
                    await asyncio.sleep(0.05)
        except TimeoutError:
            said = "\n".join(self.complaints)
            raise AssertionError(f"never true: {expression}\n{said}\n{await self.rows()}") from None

    async def shows(self, text: str, *, times: int = 1) -> None:
        """Wait until the terminal shows a text so many times."""
        await self.until(f"({_ROWS}).split({json.dumps(text)}).length === {times + 1}")

    async def rows(self) -> str:
        """What the terminal shows."""
        return await self.value(_ROWS)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        for letter in text:
            await self.ask("Input.dispatchKeyEvent", type="char", text=letter)

    async def press(self, key: str, code: int, *, control: bool = False) -> None:
        """Press a key that writes nothing; `code` is the number that browsers know it by."""
        which = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
        for kind in ("rawKeyDown", "keyUp"):
            await self.ask("Input.dispatchKeyEvent", type=kind, **which)

    def _note(self, message: Mapping[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(params["request"]["url"])
            case "Network.webSocketCreated":
                self.requested.append(params["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(params["exceptionDetails"].get("exception", {}).get("description", "an error"))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.complaints.append(params["entry"]["text"])
            case _:
                pass


@asynccontextmanager
async def browser(program: str, profile: Path) -> AsyncGenerator[Page]:
    """A browser with one page, its files in the folder `profile`; ended, and waited for, at the end."""
    process = await asyncio.create_subprocess_exec(
        program, f"--user-data-dir={profile}", *_FLAGS, stdout=DEVNULL, stderr=PIPE, start_new_session=True
    )
    try:
        port = await _port(process.stderr)
        async with ClientSession() as session, session.put(f"http://127.0.0.1:{port}/json/new") as answer:
            address = (await answer.json())["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=0) as socket:
                yield Page(socket)
                await socket.send_json({"id": 0, "method": "Browser.close"})
    finally:
        await _ended(process)


async def _port(errors: asyncio.StreamReader | None) -> int:
    """The port that the browser says it listens on."""
    assert errors is not None
    async with asyncio.timeout(_WITHIN_S):
        while line := (await errors.readline()).decode(errors="replace"):
            if line.startswith("DevTools listening on ws://"):
                return int(line.rpartition(":")[2].partition("/")[0])
    raise AssertionError("the browser ended before it listened")


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Also when it does not leave by itself."""
    try:
        async with asyncio.timeout(3):
            # Else it waits for somebody to read what it says.
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
