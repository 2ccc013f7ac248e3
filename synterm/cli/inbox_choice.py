"""Which calls a command is about."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from synterm.core.inbox import LOW_CONFIDENCE
from synterm.core.since import since
from synterm.core.traffic import LoggedCall
from synterm.errors import UsageError
from synterm.evaluate.scenarios import scenario_ids
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter

_ID = 6
"""A word of fewer letters names a cluster."""


def chosen(project: Project, args: argparse.Namespace) -> TrafficFilter:
    """The calls that the options mean. Raises InputError for what is no time."""
    now = datetime.now(UTC)
    return TrafficFilter(
        since=since(args.since, now) if args.since else None,
        until=since(args.until, now) if args.until else None,
        states=tuple(args.state),
        models=tuple(args.model) or None,
        words=tuple(args.find),
        below=LOW_CONFIDENCE if args.low else None,
        scenario_ids=scenario_ids(project.nodes.tree(), args.behavior),
        placings=("placed",) if args.behavior else (),
    )


def targets(project: Project, named: Sequence[str], args: argparse.Namespace) -> list[LoggedCall]:
    """The calls that are named, one by one or by their cluster; without names, all that the options mean.

    Raises NotFoundError, UsageError where neither says anything.
    """
    which = chosen(project, args)
    if named:
        found = {call.id: call for name in named for call in _named(project, name, which)}
        return [*found.values()]
    if not which.says_something:
        raise UsageError("which calls?", hint="name calls or a cluster, or choose with --behavior, --find, --since …")
    return [call for page in project.traffic.pages(which) for call in page]


def _named(project: Project, name: str, which: TrafficFilter) -> Iterator[LoggedCall]:
    from synterm.errors import NotFoundError
    from synterm.production.inbox_clusters import calls_in, cluster_named
    from synterm.production.uncovered import uncovered

    if len(name) >= _ID and name.isalnum():
        try:
            yield project.traffic.get(name)
            return
        except NotFoundError as error:
            if not error.message.startswith("no "):
                raise
    yield from calls_in(project, cluster_named(uncovered(project, which), name), which)


def command(args: argparse.Namespace) -> str:
    """The command with what decides which calls are meant: clusters have their numbers by that."""
    words = ["synterm", "inbox", args.project]
    for option, values in (("--since", [args.since]), ("--until", [args.until]), ("--model", args.model)):
        words += [word for value in values if value for word in (option, value)]
    return shlex.join(words)
