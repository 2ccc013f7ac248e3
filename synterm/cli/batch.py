"""``synterm run --batch``: its options, and what is said of batches that wait."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from synterm.cli.output import say
from synterm.cli.parser import amount
from synterm.cli.signals import Stopped
from synterm.errors import UsageError
from synterm.evaluate.batch.plan import BatchPlan
from synterm.storage.batches import BatchRecord
from synterm.storage.project import Project
from synterm.text import plural


def add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    """The options about batches."""
    add = parser.add_argument_group("batches").add_argument
    add(
        "--batch",
        action="store_true",
        help="hand what is missing to the providers' batch APIs: cheaper, answered within a day; then wait, collect, "
        "and go on as ever. The same command again goes on where this one was left",
    )
    add("--batch-wait", type=amount, metavar="S", help="with --batch: wait at most so many seconds, then leave: exit 3")
    add("--no-wait", action="store_true", help="with --batch: hand in and leave (exit 3); the same as --batch-wait 0")
    add(
        "--batch-forget",
        action="store_true",
        help="with --batch: first give up the batches that wait, and ask for all of it anew; they count as spent",
    )


def batch_plan(args: argparse.Namespace) -> BatchPlan | None:
    """How a run goes about batches; None: not at all. Raises UsageError for options that don't fit."""
    if not args.batch:
        for option in ("batch_wait", "no_wait", "batch_forget"):
            if getattr(args, option) not in (None, False):
                raise UsageError(f"--{option.replace('_', '-')} goes with --batch")
        return None
    if args.stop_early:
        raise UsageError(
            "--stop-early looks at each repeat before it asks for the next, --batch asks for all at once",
            hint="leave one of them out",
        )
    if args.rejudge:
        raise UsageError("--rejudge asks for no answers, --batch does", hint="leave one of them out")
    return BatchPlan(0.0 if args.no_wait else args.batch_wait)


@contextmanager
def batches(project: Project, args: argparse.Namespace) -> Generator[None]:
    """Around a run: batches are given up where that is asked for, and whoever leaves some behind is told."""
    waiting = project.batches.open()
    if args.batch_forget:
        for batch in waiting:
            project.batches.end(batch.id, "forgotten", batch.done, batch.failed, charged=True).result()
            say(f"given up: the batch {batch.remote_id or batch.id} with {plural(batch.requests, 'request')}")
    elif waiting and not args.batch and not args.rejudge:
        say(f"{_sum(waiting)} wait in batches at their providers; without --batch they are asked and paid for again")
    try:
        yield
    except Stopped:
        if args.batch and (waiting := project.batches.open()):
            say(f"{_sum(waiting)} go on in batches at the provider: the same command waits for them and collects")
        raise


def _sum(waiting: Sequence[BatchRecord]) -> str:
    return plural(sum(batch.requests for batch in waiting), "request")
