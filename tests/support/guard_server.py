"""`synterm guard --serve` as a process of its own, as tests and the benchmark use it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from tests.support.trusting import trusted

_WITHIN_S = 90


def serve_command(project: Path, *options: str) -> list[str]:
    """The command line that serves a project, on a free port unless the options name one."""
    return [sys.executable, "-m", "synterm", "guard", str(project), "--serve", "--port", "0", *options]


def build(path: Path, text: str) -> Path:
    """A project file of this text form, trusted; one that is there is replaced in one step."""
    source = path.with_suffix(".yaml")
    source.write_text(text, encoding="utf-8")
    made = path.with_suffix(".new")
    build_project(made, read_project_text(source))
    trusted(made)
    return made.replace(path)


class GuardServer:
    """The running service. What it says on stderr is read as it comes."""

    def __init__(self, project: Path, *options: str, env: dict[str, str] | None = None) -> None:
        command = serve_command(project, *options)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
        )
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        line = self.wait_for(" ready ")
        found = re.search(r"url=\S*:(\d+)", line)
        assert found, line
        self.port = int(found.group(1))
        self.url = f"http://127.0.0.1:{self.port}"

    def wait_for(self, part: str) -> str:
        """The first line that holds this, as soon as it is there."""
        until = time.monotonic() + _WITHIN_S
        with self._changed:
            while not (found := [line for line in self.lines if part in line]):
                assert self._reader.is_alive(), f"it ended: {self.lines}"
                assert self._changed.wait(until - time.monotonic()), f"no {part!r} in {self.lines}"
            return found[0]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code, once it is gone."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(_WITHIN_S)
        self._reader.join(_WITHIN_S)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def guarded(
    project: Path, *options: str, env: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> AsyncGenerator[tuple[GuardServer, ClientSession]]:
    """A service on a free port, and a client of it; both are gone at the end."""
    server = await asyncio.to_thread(GuardServer, project, *options, env=env)
    try:
        async with ClientSession(server.url, headers=headers) as client:
            yield server, client
    finally:
        await asyncio.to_thread(server.stop)


async def counted(client: ClientSession) -> dict[str, float]:
    """What /metrics says: ``{"name{label=value,…}": number}``, the labels in the order of their names."""
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        text = await answer.text()
    return {
        _key(sample.name, sample.labels): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def refusal(answer: Any) -> tuple[int, str]:
    """The status of an answer, and the word for why it refuses."""
    said = (await answer.json())["error"]
    assert said["message"]
    return answer.status, said["reason"]


def _key(name: str, labels: dict[str, str]) -> str:
    said = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return name + (f"{{{said}}}" if said else "")
