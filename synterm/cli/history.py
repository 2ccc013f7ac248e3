"""``synterm history``: what was run, by whom, on what; and forgetting it."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname

from synterm.cli.kept import add_no_backup, keep_before
from synterm.cli.output import data, rows, say
from synterm.cli.parser import amount
from synterm.cli.places import opened
from synterm.errors import ProjectError, UsageError
from synterm.evaluate.alive import is_alive
from synterm.reports.figures import dollars
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.storage.pruning import Effect
from synterm.storage.runs import RunRecord
from synterm.text import megabytes, plural, printable

HELP = """\
The runs of a project, the newest first: who, when, on which git commit, with which versions of everything.
With RUN, all that is known of one. With `prune`, runs are removed; those that a baseline pins always stay."""

EXAMPLES = """\
examples:
  synterm history my.db
  synterm history my.db last
  synterm history my.db --limit 5 --json - | jq '.runs[].git_commit'
  synterm history my.db prune --keep 50 --dry-run
  synterm history my.db prune --older-than 90 --answers --yes"""

_PRUNE = "prune"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm history`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument(
        "run",
        metavar="RUN|prune",
        nargs="?",
        help="a run by its id or the end of it, last or last-1; or prune, to remove runs",
    )
    parser.add_argument("--limit", type=_whole, metavar="N", default=20, help="only the newest N (default 20; 0: all)")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="as JSON (synterm schema history); - for stdout"
    )
    add = parser.add_argument_group("with prune").add_argument
    add("--keep", type=_whole, metavar="N", help="the newest N stay")
    add("--older-than", type=amount, metavar="DAYS", help="runs that began in the last DAYS days stay")
    add(
        "--answers",
        action="store_true",
        help="also the answers that came before the first run that stays, and that no such run and no review names: "
        "asked for again, they cost again",
    )
    add("--dry-run", action="store_true", help="only say what would be removed")
    add("--yes", action="store_true", help="do not ask")
    add_no_backup(add)


def run(args: argparse.Namespace) -> int:
    """List runs, show one, or remove some."""
    if args.run == _PRUNE:
        return _prune(args)
    _refuse_without_prune(args)
    with read_only(args.project) as project:
        if args.run is not None:
            _show(project, args)
        else:
            _list(project, args)
    return 0


def _list(project: Project, args: argparse.Namespace) -> None:
    from synterm.reports.history import HistoryDocument, history_lines, past_run

    pinned = project.pruning.pinned()
    runs = [past_run(one, pinned) for one in project.runs.page(limit=args.limit or -1)]
    if args.json:
        return _write(HistoryDocument(runs=runs), args.json)
    if not runs:
        say(f"nothing was run yet; synterm run {args.project} makes the first run")
    for line in history_lines(runs):
        data(line)
    return None


def _show(project: Project, args: argparse.Namespace) -> None:
    from synterm.reports.history import HistoryDocument, past_run, run_facts

    found = past_run(project.runs.named(args.run), project.pruning.pinned())
    if args.json:
        return _write(HistoryDocument(runs=[found]), args.json)
    tree = project.nodes.tree()
    return rows(run_facts(found, {node.id: tree.path(node.id) for node in tree.scenarios()}))


def _write(document: object, target: str) -> None:
    from pydantic import BaseModel

    from synterm.reports.json import write_json

    assert isinstance(document, BaseModel)
    write_json(document, target)


def _prune(args: argparse.Namespace) -> int:
    if args.keep is None and args.older_than is None:
        raise UsageError("prune needs to know which runs", hint="--keep N, --older-than DAYS, or both")
    if args.json:
        raise UsageError("prune has no --json", hint="--dry-run says what it would remove")
    with opened(args.project) as project:
        if args.answers:
            _refuse_beside_a_run(project)
        chosen, pinned = _chosen(project, args)
        effect = project.pruning.effect(chosen, answers=args.answers)
        said = _words(effect)
        if pinned:
            say(f"{plural(pinned, 'run')} that a baseline pins {'stays' if pinned == 1 else 'stay'}")
        if not chosen and not effect.answers:
            say("nothing to remove")
            return 0
        if args.dry_run:
            data(f"would remove {said}")
            return 0
        if not args.yes and not _agreed(said):
            say("nothing was removed")
            return 0
        keep_before(project.path, "prune", keep=not args.no_backup)
        project.pruning.prune(chosen, answers=args.answers).result()
    say(f"removed {said}")
    _compact(Path(args.project))
    return 0


def _chosen(project: Project, args: argparse.Namespace) -> tuple[list[str], int]:
    """The runs that neither option has stay and no baseline pins; and how many are left only because one is pinned."""
    runs = project.runs.page(limit=-1)[args.keep or 0 :]
    if args.older_than is not None:
        since = (datetime.now(UTC) - timedelta(days=min(args.older_than, 36_500))).isoformat(timespec="milliseconds")
        runs = [one for one in runs if one.started < since]
    pinned = project.pruning.pinned()
    going = [one.id for one in runs if one.id not in pinned and not _may_run_still(one)]
    return going, sum(one.id in pinned for one in runs)


def _may_run_still(run: RunRecord) -> bool:
    """Whether a run may be under way: on this machine that is known, of others only how long ago it began."""
    if run.status != "running":
        return False
    elsewhere = run.config.get("host") not in (None, gethostname())
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")
    return is_alive(run.config) or (elsewhere and run.started > yesterday)


def _refuse_beside_a_run(project: Project) -> None:
    """Raise UsageError while a run is under way: it may have looked up what would go, and name it at its end."""
    if any(_may_run_still(one) for one in project.runs.all()):
        raise UsageError(
            "a run is under way, which may need these answers", hint="once it has ended, or without --answers"
        )


def _words(effect: Effect) -> str:
    said = f"{plural(effect.runs, 'run')} with {plural(effect.evaluations, 'evaluation')}"
    if effect.answers:
        cost = f", which cost {dollars(effect.cost_usd)} to get" if effect.cost_usd else ""
        return f"{said}, and {plural(effect.answers, 'answer')}{cost}"
    return said


def _agreed(said: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"this would remove {said}", hint="--yes if that is what you want, --dry-run only to see it")
    sys.stderr.write(printable(f"remove {said}? [y/N] "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _compact(path: Path) -> None:
    from synterm.storage.compact import compact

    try:
        freed = compact(path)
    except ProjectError as error:
        say(f"the file is not smaller yet: {error}; its free room is used for what comes next")
    else:
        if freed > 0:
            say(f"the file is {megabytes(freed)} smaller")


def _refuse_without_prune(args: argparse.Namespace) -> None:
    given = {
        "--keep": args.keep is not None,
        "--older-than": args.older_than is not None,
        "--answers": args.answers,
        "--dry-run": args.dry_run,
        "--yes": args.yes,
        "--no-backup": args.no_backup,
    }
    if wrong := [name for name, is_given in given.items() if is_given]:
        raise UsageError(f"{', '.join(wrong)} goes with prune", hint="synterm history PROJECT prune …")


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, not {text}")
    return number


_whole.__name__ = "whole number"
