"""Several processes that answer on one port: started, started again where one ends, and ended together."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeAlias, cast

from synterm.errors import UsageError
from synterm.production.service.log import in_words, line

Work: TypeAlias = Callable[[int, socket.socket, socket.socket], int]
"""What a process does: given its number, from 1, the socket that it listens on, and the line to the process that
started it: it says ready there by a byte, and should end when that line ends. It gives its exit code."""

_SOON_S = 2.0
"""A process that ends sooner after its start is not started again at once."""
_PAUSE_S = 1.0
_PATIENCE_S = 20.0
"""Seconds: so long it may take a process to end; more than what requests get to come to their end."""


def listen(host: str, port: int, count: int = 1) -> list[socket.socket]:
    """`count` sockets on one port, 0 for a free one; the system spreads connections over them. Raises UsageError.

    They stay with this process, so that what waits in one is not lost where the process that answers it ends.
    """
    if count > 1 and not hasattr(os, "fork"):
        raise UsageError("one process can't become several on this system", hint="--workers 1")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # Sockets that share a port would also share it with another service that is there already.
        first = socket.create_server((host, port), family=family)
        if count == 1:
            return [first]
        port = first.getsockname()[1]
        first.close()
        return [socket.create_server((host, port), family=family, reuse_port=True) for _ in range(count)]
    except OSError as error:
        hint = "--port 0 picks a free port" if port else None
        raise UsageError(f"can't serve on {host}, port {port}: {error.strerror}", hint=hint) from error


@dataclass(slots=True)
class _Child:
    """One process, from its start on."""

    number: int
    pid: int
    line: socket.socket
    """Says ready, and ends where the process ends; the process sees it end where we do."""
    began: float
    ready: bool = False


class Processes:
    """A process for each socket, which is started again when it ends, until a signal ends all of them."""

    def __init__(self, sockets: Sequence[socket.socket], work: Work) -> None:
        self._sockets = sockets
        self._work = work
        self._children: dict[socket.socket, _Child] = {}
        self._selector = selectors.DefaultSelector()

    def run(self, ready: Callable[[], None], ended: Callable[[int, int], None]) -> int:
        """Start them, call `ready` when all are, and `ended` with the pid and the exit code of each that ends before it
        should. Ends by what a signal raises, or where one can't be started: with its exit code."""
        try:
            # What can't be done is said by one, before there are others.
            self._start(1)
            return self._look_after(ready, ended)
        finally:
            self._stop()

    def _look_after(self, ready: Callable[[], None], ended: Callable[[int, int], None]) -> int:
        told = False
        while True:
            for key, _ in self._selector.select():
                child = self._children[cast(socket.socket, key.fileobj)]
                if child.line.recv(1):
                    told = told or self._more_are_ready(child, ready)
                    continue
                code = self._bury(child)
                if not told:
                    return code
                ended(child.pid, code)
                if time.monotonic() - child.began < _SOON_S:
                    time.sleep(_PAUSE_S)
                self._start(child.number)

    def _more_are_ready(self, child: _Child, ready: Callable[[], None]) -> bool:
        """One more is; start the others after the first, call `ready` when all are. Whether they are."""
        child.ready = True
        if len(self._children) < len(self._sockets):
            for number in range(2, len(self._sockets) + 1):
                self._start(number)
        all_are = all(other.ready for other in self._children.values())
        if all_are:
            ready()
        return all_are

    def _start(self, number: int) -> None:
        ours, its = socket.socketpair()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            ours.close()
            for other in self._children:
                other.close()
            self._be(number, its)
        its.close()
        self._children[ours] = _Child(number, pid, ours, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ)

    def _be(self, number: int, its: socket.socket) -> NoReturn:
        """What a process does, to its end."""
        # A terminal sends these to all of them; what it means for this one, the first process says.
        for name in ("SIGINT", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        code = 1
        try:
            code = self._work(number, self._sockets[number - 1], its)
        except SystemExit as leave:
            code = leave.code if isinstance(leave.code, int) else 1
        except Exception as error:  # noqa: BLE001 - it ends here, and nobody above would hear of it
            sys.stderr.write(line("internal error", {"worker": number, "error": in_words(error)}))
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _bury(self, child: _Child) -> int:
        self._selector.unregister(child.line)
        del self._children[child.line]
        child.line.close()
        _, status = os.waitpid(child.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _stop(self) -> None:
        """Ask all of them to stop, and wait for it; who does not is ended."""
        children = list(self._children.values())
        for child in children:
            os.kill(child.pid, signal.SIGTERM)
        until = time.monotonic() + _PATIENCE_S
        for child in children:
            while os.waitpid(child.pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > until:
                    os.kill(child.pid, signal.SIGKILL)
                    os.waitpid(child.pid, 0)
                    break
                time.sleep(0.02)
