"""``synterm guard --serve``: the guard over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.cli.output import say
from synterm.cli.parser import positive
from synterm.cli.signals import run_until_stopped
from synterm.errors import SyntermError, UsageError

if TYPE_CHECKING:
    from synterm.production.guard import Guard

OPTIONS = "serving over HTTP, with --serve (docs/guard-http.md)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm guard` that tell how it serves."""
    group = parser.add_argument_group(OPTIONS)
    add = group.add_argument
    add("--serve", action="store_true", help="answer over HTTP until a signal ends it")
    add(
        "--host",
        default="127.0.0.1",
        help="the address to serve on; all but this machine's need a token (default: %(default)s)",
    )
    add("--port", type=_port, default=8787, help="0 picks a free one, and says which (default: %(default)s)")
    add("--token-env", metavar="NAME", help="the environment variable that holds the token which callers must show")
    add("--token-file", metavar="FILE", help="the file that holds it")
    add("--allow-host", action="append", default=[], metavar="NAME", help="a name it is called by; may be repeated")
    add("--workers", type=positive, default=1, metavar="N", help="processes that answer (default: %(default)s)")
    add(
        "--at-once",
        type=positive,
        default=64,
        metavar="N",
        help="requests that one judges at a time (default: %(default)s)",
    )
    add("--connections", type=positive, default=1000, metavar="N", help="that one keeps open (default: %(default)s)")
    add("--max-body", type=positive, default=1_000_000, metavar="BYTES", help="of a request (default: %(default)s)")
    add("--read-timeout", type=_seconds, default=10.0, metavar="S", help="for a request to arrive (%(default)g)")
    add("--log-requests", action="store_true", help="a line for each request on stderr; never what was in it")


def run(args: argparse.Namespace, make_guard: Callable[[], Guard]) -> int:
    """Serve what `make_guard` makes, once in each process, until a signal ends it."""
    if args.json or args.jsonl or args.input is not None or args.expected is not None:
        raise UsageError("with --serve answers come over HTTP", hint="leave out --json, --jsonl, --input, --expected")
    server = _Server(args, make_guard)
    return server.alone() if args.workers == 1 else server.in_several()


class _Server:
    """What the options ask for."""

    def __init__(self, args: argparse.Namespace, make_guard: Callable[[], Guard]) -> None:
        from synterm.production.service.door import Door
        from synterm.production.service.limits import Limits
        from synterm.production.service.processes import listen

        self._args = args
        self._make_guard = make_guard
        self._door = Door(args.host, args.allow_host, _token(args))
        self._limits = Limits(args.max_body, args.read_timeout, at_once=args.at_once, connections=args.connections)
        self._sockets = listen(args.host, args.port, args.workers)

    def alone(self) -> int:
        """Answer in this process."""
        return run_until_stopped(self._serve(self._sockets[0], None, None, self._announce, asyncio.Event().wait()))

    def in_several(self) -> int:
        """Answer in processes that this one looks after."""
        from synterm.production.service.metrics import forget
        from synterm.production.service.processes import Processes

        with tempfile.TemporaryDirectory(prefix="synterm-guard-", ignore_cleanup_errors=True) as folder:
            counts = Path(folder)

            def work(number: int, listening: socket.socket, line: socket.socket) -> int:
                try:
                    return run_until_stopped(self._work(number, listening, line, counts))
                except SyntermError as error:
                    say(f"synterm: {error}" + (f"\nhint: {error.hint}" if error.hint else ""))
                    return error.exit_code

            def ended(pid: int, code: int) -> None:
                _tell("a worker ended and is started again", pid=pid, exit_code=code)
                forget(pid, counts)

            return Processes(self._sockets, work).run(self._announce, ended)

    async def _work(self, number: int, listening: socket.socket, line: socket.socket, counts: Path) -> int:
        """What one of several processes does."""
        line.setblocking(False)
        gone = asyncio.get_running_loop().sock_recv(line, 1)
        return await self._serve(listening, counts, number, lambda: line.send(b"r"), gone)

    async def _serve(
        self,
        listening: socket.socket,
        counts: Path | None,
        worker: int | None,
        ready: Callable[[], object],
        until: Awaitable[object],
    ) -> int:
        from synterm.production.service.log import Log
        from synterm.production.service.metrics import Metrics
        from synterm.production.service.service import Service
        from synterm.production.service.serving import serve
        from synterm.production.service.watching import Watch

        log = Log(worker)
        metrics = Metrics(counts)
        try:
            async with self._make_guard() as guard:
                service = Service(guard, self._door, metrics, log, self._limits, log_requests=self._args.log_requests)
                watch = Watch(guard, Path(self._args.project), metrics, log)
                await serve(service, watch, listening, ready, until)
        finally:
            log.close()
        return 0

    def _announce(self) -> None:
        from synterm.production.service.door import is_loopback

        host, port = self._sockets[0].getsockname()[:2]
        if not is_loopback(self._args.host):
            _tell("warning", message="other machines reach this, and what they send is not encrypted")
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        token = "asked for" if self._door.asks_for_token else "none"
        _tell("ready", url=url, project=Path(self._args.project).name, workers=self._args.workers, token=token)


def _tell(event: str, **about: object) -> None:
    from synterm.production.service.log import line

    say(line(event, about).rstrip())


def _token(args: argparse.Namespace) -> str | None:
    """The token that callers must show. Raises UsageError where there must be one and is none."""
    from synterm.production.service.door import fit_token, is_loopback, read_token

    if args.token_env and args.token_file:
        raise UsageError("the token is either in the environment or in a file", hint="--token-env or --token-file")
    if args.token_file:
        return read_token(Path(args.token_file))
    if args.token_env:
        if not (token := os.environ.get(args.token_env)):
            raise UsageError(f"there is no token in the environment variable {args.token_env}")
        return fit_token(token, args.token_env)
    if not is_loopback(args.host):
        hint = "--token-env NAME or --token-file FILE; --host 127.0.0.1 serves only this machine, without one"
        raise UsageError(f"other machines reach {args.host}: a token is needed", hint=hint)
    return None


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number <= 3600:
        raise argparse.ArgumentTypeError(f"must be over 0 and at most 3600, not {text}")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535, not {text}")
    return number


_port.__name__ = "port"
_seconds.__name__ = "number of seconds"
