"""The options that the benchmarks of the engine share."""

from __future__ import annotations

import argparse
import compileall
import os
from pathlib import Path

from support.contenders import ROOT
from support.tables import machine, write_section

EARLIER = "The rows of the peers are from an earlier round on the same machine."


def parser(text: str | None, rounds: int = 0) -> argparse.ArgumentParser:
    """`rounds` is how many rounds a full measurement takes; 0: it does not go in rounds."""
    made = argparse.ArgumentParser(description=text)
    made.add_argument("--quick", action="store_true", help="small and once: to see that it works")
    if rounds:
        made.add_argument("--rounds", type=int, default=rounds, help="how many rounds (default %(default)s)")
    made.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    return made


def add_peers(made: argparse.ArgumentParser) -> None:
    """Where the peers are, and results of theirs from before."""
    made.add_argument(
        "--peers",
        type=_folder,
        default=os.environ.get("SYNTERM_BENCH_PEERS"),
        metavar="FOLDER",
        help="holds an environment for each peer: FOLDER/inspect-ai/bin/python … (default: $SYNTERM_BENCH_PEERS)",
    )
    made.add_argument("--promptfoo", metavar="COMMAND", help="promptfoo's command, where it is not in that folder")
    made.add_argument("--peer-results", type=Path, metavar="FILE", help="the runs of peers from an earlier --save")
    made.add_argument("--save", type=Path, metavar="FILE", help="add each run to a JSON file")


def _folder(text: str) -> Path:
    return Path(text).absolute()


def parse(made: argparse.ArgumentParser, *, alone: bool = False) -> argparse.Namespace:
    """What the command line says; the bytecode is compiled then, so that no run pays for it.

    `alone`: each part that can be measured alone has a place of its own in the page.
    """
    args = made.parse_args()
    if args.write and (args.quick or (not alone and vars(args).get("only", "all") != "all")):
        made.error("--write takes a full measurement: without --quick and --only")
    compileall.compile_dir(str(ROOT / "synterm"), quiet=1)
    compileall.compile_dir(str(ROOT / "benchmarks"), quiet=1)
    return args


def finish(options: argparse.Namespace, name: str, title: str, text: str) -> None:
    """Print the section; write it into the page when that is asked for."""
    if getattr(options, "peer_results", None):
        text += f"\n\n{EARLIER}"
    print(f"{machine()}\n\n{text}")
    if options.write:
        write_section(name, title, text)
