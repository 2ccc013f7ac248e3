"""``synterm serve``: the workbench in a browser."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from ipaddress import ip_address
from pathlib import Path

from synterm.cli.output import data, say
from synterm.cli.parser import positive
from synterm.cli.places import opened
from synterm.cli.signals import run_until_stopped
from synterm.errors import UsageError
from synterm.text import one_line

HELP = """\
Serve the workbench of a project to browsers, each tab a workbench of its own on the same file. Prints the link to open,
with a token that is new at each start; without it nothing is answered. Only this machine is served unless --host names
another address. Browsers keep some keys for themselves (Ctrl+T, Ctrl+N, Ctrl+W), and there is no $EDITOR in them."""

EXAMPLES = """\
examples:
  synterm serve my.db
  synterm serve my.db --port 0 --open
  ssh -L 8765:127.0.0.1:8765 HOST synterm serve my.db"""

_ALL_ADDRESSES = ("", "*", "::", "0.0.0.0")  # noqa: S104 - these are refused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm serve`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("--host", default="127.0.0.1", help="the address to serve on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8765, help="0 picks a free one (default: %(default)s)")
    parser.add_argument(
        "--tabs", type=positive, default=8, metavar="N", help="at most at a time (default: %(default)s)"
    )
    parser.add_argument(
        "--open", action=argparse.BooleanOptionalAction, default=False, help="open it in this machine's browser"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    _need_the_extra()
    with opened(args.project):
        pass  # what can't be opened is said here, not in the browser
    path = Path(args.project).absolute()
    return run_until_stopped(_serve(args, path, _listen(args.host, args.port)))


async def _serve(args: argparse.Namespace, path: Path, listening: socket.socket) -> int:
    from aiohttp import web

    from synterm.cli.browser.gate import Gate
    from synterm.cli.browser.site import Site
    from synterm.cli.browser.tab import PATIENCE_S

    gate = Gate(args.host, listening.getsockname()[1])
    site = Site([sys.executable, "-m", "synterm", str(path)], one_line(path.name), gate, args.tabs)
    runner = web.AppRunner(site.app(), access_log=None, shutdown_timeout=PATIENCE_S + 2)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        _announce(args, gate.link)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
    return 0


def _announce(args: argparse.Namespace, link: str) -> None:
    if not _is_loopback(args.host):
        say(
            f"warning: other machines reach {args.host}. Whoever has the link can change the project and spend on its "
            "models, and whoever reads along on the network has the link: it is not encrypted."
        )
    say("Open this link; it holds the token. Ctrl+C ends all workbenches.")
    data(link)
    sys.stdout.flush()
    if args.open:
        import webbrowser

        webbrowser.open(link)


def _need_the_extra() -> None:
    try:
        import textual_serve  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as missing:
        hint = "pip install 'synterm[serve]'"
        raise UsageError(
            "the workbench in a browser needs textual-serve, which is not installed", hint=hint
        ) from missing


def _listen(host: str, port: int) -> socket.socket:
    if host in _ALL_ADDRESSES:
        # Which name a browser came by is checked, so it must be known.
        raise UsageError("name the one address to serve on", hint="--host 192.0.2.7: an address of this machine")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        hint = "--port 0 picks a free port" if port else None
        raise UsageError(f"can't serve on {host}, port {port}: {error.strerror}", hint=hint) from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535, not {text}")
    return number


_port.__name__ = "port"
