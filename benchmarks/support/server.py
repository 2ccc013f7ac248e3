"""The stub server, as the benchmarks see it."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

SETTLE_S = 10
_STUB = Path(__file__).with_name("stub.py")


class Server:
    """Starts the stub; ends it at the end of the block."""

    def __enter__(self) -> Server:
        """Started, and answering at once."""
        command = [sys.executable, str(_STUB)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        self._process.communicate()

    @property
    def url(self) -> str:
        """What clients take as the endpoint."""
        return f"http://127.0.0.1:{self.port}/v1"

    def reset(self, **settings: Any) -> None:
        """Start over with these fields of `Behavior`."""
        self._ask("POST", "/reset", orjson.dumps(settings))

    def stats(self) -> dict[str, Any]:
        """The counts since the last reset (`Tally.stats`)."""
        return orjson.loads(self._ask("GET", "/stats"))

    def settled(self) -> dict[str, Any]:
        """The same, once no request is under way: also what a client that is gone had sent was read by then."""
        deadline = time.monotonic() + SETTLE_S
        while (found := self.stats())["in_flight"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found['in_flight']} requests are still under way")
            time.sleep(0.01)
        return found

    def when(self, requests: int) -> threading.Event:
        """Set as soon as so many requests have arrived since the last reset."""
        arrived = threading.Event()

        def wait() -> None:
            self._ask("GET", f"/wait/{requests}")
            arrived.set()

        threading.Thread(target=wait, daemon=True).start()
        return arrived

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, path, body)
        answer = connection.getresponse().read()
        connection.close()
        return answer
