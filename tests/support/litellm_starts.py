"""Starts of LiteLLM's process for tests of what it is used for: forks of one that imported LiteLLM once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from synterm.providers import litellm
from synterm.providers.host import HostProcess, with_synterm
from synterm.providers.keys import without_keys

_HERE = Path(__file__).parent


class Template:
    """The process to fork from; started when first needed."""

    def __init__(self, folder: Path) -> None:
        """`folder` has its address, and must have a short name."""
        self._address = folder / "door"
        self._process: subprocess.Popen[bytes] | None = None

    def host_command(self) -> tuple[str, ...]:
        """The command line of a host process."""
        return (sys.executable, "-I", "-S", str(_HERE / "litellm_fork.py"), self._running())

    def synterm_command(self, *words: str | Path) -> list[str]:
        """A command line of synterm whose host process, too, is a fork."""
        return [sys.executable, "-m", "tests.support.synterm_forking", self._running(), *map(str, words)]

    def close(self) -> None:
        """End it."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()

    def _running(self) -> str:
        if self._process is None or self._process.poll() is not None:
            self._address.unlink(missing_ok=True)
            command = [sys.executable, "-P", str(_HERE / "litellm_template.py"), str(self._address)]
            # It outlives the test that needed it first, and sees none of its keys.
            environ = with_synterm(without_keys(os.environ))
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)
        return str(self._address)


class Joined(Template):
    """The process to fork from that another process has started."""

    def __init__(self, address: str) -> None:
        """`address` is where it listens."""
        self._at = address

    def _running(self) -> str:
        return self._at


def ended(process: subprocess.Popen[str], within_s: float) -> str:
    """What a process of `synterm_command` said on stderr, once it is gone. One that does not go is ended, and where
    each of its threads was is told: it would be taken for a test's that comes later."""
    try:
        return process.communicate(timeout=within_s)[1]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
        said = process.communicate()[1]
        raise AssertionError(f"it did not end within {within_s:g} s:\n{said}") from None


@contextmanager
def forked_starts(template: Template | None = None) -> Generator[Template]:
    """While every start of LiteLLM's process here is a fork, of a template of their own if none is given."""
    with TemporaryDirectory(prefix="llm") as folder:
        chosen = template or Template(Path(folder))

        class Forked(HostProcess):
            """A host process whose start takes no import."""

            def __init__(
                self, module: str, title: str, *, args: Sequence[str] = (), env: Mapping[str, str] | None = None
            ) -> None:
                super().__init__(module, title, args=args, env=env)
                self._command = chosen.host_command()

        try:
            with _starting(Forked):
                yield chosen
        finally:
            if chosen is not template:
                chosen.close()


def real_starts() -> AbstractContextManager[None]:
    """While starts are what they are for users, where that is what is tested."""
    return _starting(HostProcess)


@contextmanager
def _starting(kind: type[HostProcess]) -> Generator[None]:
    before, litellm.HostProcess = litellm.HostProcess, kind
    try:
        yield
    finally:
        litellm.HostProcess = before
