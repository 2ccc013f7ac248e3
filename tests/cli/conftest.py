"""The command line as tests call it: in this process, or as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from synterm.cli.main import main
from tests.support.http_stub import stub


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as one JSON document."""
        return json.loads(self.out)


Synterm = Callable[..., Done]


@pytest.fixture
def synterm(capsys: pytest.CaptureFixture[str]) -> Synterm:
    """Runs a command line in this process: ``synterm("run", path, "--json", "-")``; ``given`` goes to its stdin."""

    def call(*words: str | Path, given: bytes | None = None) -> Done:
        capsys.readouterr()
        with nullcontext() if given is None else _on_stdin(given):
            code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@contextmanager
def _on_stdin(given: bytes) -> Generator[None]:
    """While it stands on the stdin of this very process, for whoever reads ``/dev/stdin`` too."""
    before, descriptor = sys.stdin, os.dup(0)
    with TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        os.dup2(file.fileno(), 0)
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
        try:
            yield
        finally:
            sys.stdin = before
            os.dup2(descriptor, 0)
            os.close(descriptor)


@pytest.fixture
def synterm_process() -> Synterm:
    """Runs a command line in a process of its own; ``given`` goes to its stdin."""

    def call(*words: str | Path, given: bytes = b"") -> Done:
        command = [sys.executable, "-m", "synterm", *map(str, words)]
        done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


__all__ = ["Done", "Synterm", "stub", "synterm", "synterm_process"]
