"""Runs on Ray as processes of their own, and the processes that belong to them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("RAY_ENV", ROOT / ".venv-ray")) / "bin" / "python"
"""The environment that the README tells how to make; ``RAY_ENV`` names another."""
TOKEN = "0123456789abcdef" * 4
_MARK = "SYNTERM_TEST_MARK"
_PATIENCE_S = 240.0
"""A cluster starts in six seconds, and in many more on a machine that does much else."""


def eventually(what: str, holds: Callable[[], Any]) -> Any:
    """What `holds` gives, once that is true."""
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {_PATIENCE_S:g} s: {what}")


class Run:
    """``synterm run`` in the environment that has Ray, in a process group of its own; all below it are known."""

    def __init__(self, path: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self._mark = uuid4().hex
        command = [str(PYTHON), "-m", "synterm", "run", str(path), "--executor", "ray", *options]
        self.process = subprocess.Popen(
            command,
            cwd=path.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT), _MARK: self._mark} | (env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.out = self.err = ""

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        self.out, self.err = self.process.communicate(timeout=_PATIENCE_S)
        return self.process.returncode

    @property
    def json(self) -> Any:
        """What it printed, as one document."""
        return json.loads(self.out)

    def interrupt(self) -> None:
        """What Ctrl-C does: all that the terminal knows of get the signal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        """Leave nothing of it."""
        for number in (self.process.pid, *self.processes()):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait(_PATIENCE_S)

    def processes(self, name: str = "") -> dict[int, str]:
        """Those that it began and that are there, with their command lines."""
        found: dict[int, str] = {}
        for place in Path("/proc").iterdir():
            if place.name.isdecimal() and f"{_MARK}={self._mark}".encode() in _read(place / "environ"):
                line = _read(place / "cmdline").replace(b"\0", b" ").decode("utf-8", "replace").strip()
                if name in line and not line.startswith(str(PYTHON) + " -m synterm"):
                    found[int(place.name)] = line
        return found

    def folder(self) -> Path:
        """Where its cluster keeps files."""
        [line] = eventually("a raylet", lambda: list(self.processes("/raylet/raylet ").values()))
        said = re.search(r"(/\S*/synterm-ray-[^/]+)/", line)
        assert said, line
        return Path(said[1])


Begin = Callable[..., Run]
"""Begins a run that ends with its test."""


class Head:
    """A cluster that was there before, on a loopback address, which asks for a token."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self._files = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))
        options = {
            "node-ip-address": "127.0.0.1",
            "port": port,
            "num-cpus": 2,
            "include-dashboard": "false",
            "object-store-memory": 80 * 1024 * 1024,
            "temp-dir": self._files,
        }
        start = [PYTHON.with_name("ray"), "start", "--head", "--block", "--disable-usage-stats"]
        told = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": TOKEN,
            "PYTHONPATH": str(ROOT),
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1",
            "RAY_enable_metrics_collection": "0",
        }
        self._printed = self._files / "printed.txt"
        with self._printed.open("wb") as out:
            self._process = subprocess.Popen(
                [*map(str, start), *(f"--{name}={value}" for name, value in options.items())],
                env=os.environ
                | told
                | {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1", "RAY_enable_metrics_collection": "0"},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually("the head says that it runs", self._runs)

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
        shutil.rmtree(self._files, ignore_errors=True)

    def _runs(self) -> bool:
        said = self._printed.read_text(encoding="utf-8", errors="replace")
        assert self._process.poll() is None, said
        return "Ray runtime started" in said


def local_run(path: Path) -> Any:
    """The report of the same run in one process."""
    command = [str(PYTHON), "-m", "synterm", "run", str(path), "--json", "-"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, env=env)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it ended, or is another user's
        return b""
