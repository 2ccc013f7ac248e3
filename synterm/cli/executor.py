"""Where a run is made: in this process, or by workers of an engine."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from synterm.cli.parser import positive
from synterm.errors import UsageError

if TYPE_CHECKING:
    from synterm.evaluate.foresight import Hands
    from synterm.executors.engine import EngineChoice


def add_executor_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that choose it."""
    add = parser.add_argument_group("where").add_argument
    add(
        "--executor",
        choices=("local", "dask", "ray"),
        default="local",
        help="who asks the models and judges: this process (local, the default), or workers of Dask or Ray",
    )
    add("--address", metavar="URL", help="where the engine is; without it one is started on this machine for the run")
    add("--workers", type=positive, metavar="N", help="how many workers (default: as many as there are processors)")


def engine_choice(args: argparse.Namespace) -> EngineChoice | None:
    """What was chosen; None: this process. Raises UsageError for options that do not go together."""
    if args.executor == "local":
        for option in ("address", "workers"):
            if getattr(args, option) is not None:
                raise UsageError(f"--{option} is about workers of an engine", hint="add --executor dask, or ray")
        return None
    if args.batch:
        raise UsageError("--batch hands requests to the provider, no worker makes them", hint="leave --executor out")
    from synterm.executors.engine import EngineChoice

    return EngineChoice(args.executor, args.address, args.workers)


def hands_of(choice: EngineChoice | None, concurrency: int | None) -> Hands:
    """Who would ask the models, as far as that is known without connecting to anything."""
    from synterm.evaluate.foresight import Hands

    cores = os.cpu_count() or 1
    if choice is None:
        return Hands(cores=cores, concurrency=concurrency)
    if choice.address is None:
        return Hands(choice.name, choice.workers or cores, cores=cores, concurrency=concurrency)
    return Hands(choice.name, choice.workers or 1, known=choice.workers is not None, concurrency=concurrency)
