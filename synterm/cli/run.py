"""``synterm run``: evaluate a project without a screen; the entry point for CI."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from synterm.cli.choose import choose_cases, choose_variants
from synterm.cli.output import say
from synterm.cli.parser import amount, positive, share
from synterm.cli.places import opened
from synterm.cli.provenance import git_commit, who
from synterm.cli.session import evaluate
from synterm.core.report import RunReport
from synterm.errors import UsageError, did_you_mean
from synterm.evaluate.run import RunPlan
from synterm.evaluate.sweep import Limits
from synterm.settings import load_settings
from synterm.storage.project import Project

HELP = """\
Evaluate every chosen case under every chosen prompt version and model, and record it as a run.
Answers that the project file holds already are not asked for again."""

EXAMPLES = """\
examples:
  synterm run my.db
  synterm run my.db --prompt router@v1 --prompt router@draft --behavior 'Routing/*'
  synterm run my.db --split holdout --min-pass-rate 0.9 --json - > report.json

exit codes:
  0  all gates hold             2  the command or the project is wrong
  1  a gate failed              3  incomplete: errors, or a limit was reached
  130, 143, 129  interrupted: the same command again sends only what has no answer yet

not there yet: --baseline --junit --html --github --shard, and executors other than local"""

_SPLITS = ("dev", "holdout", "train", "all")
_FAIL_ON = ("gate", "error")
_FAIL_ON_LATER = ("regression", "insufficient")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm run`."""
    parser.add_argument("project", metavar="PROJECT")
    _what_to_evaluate(parser)
    _how(parser)
    _what_comes_of_it(parser)
    for name in ("--baseline", "--junit", "--html", "--shard"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--github", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--executor", default="local", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Make the run, write its report, and give the exit code."""
    _refuse_what_is_to_come(args)
    _refuse_what_can_not_be_written(args.json)
    with opened(args.project) as project:
        report = evaluate(project, _plan(project, args), _keep_quiet if args.quiet else say)
    _write(report, args)
    return report.exit_code


def _what_to_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what to evaluate").add_argument
    add(
        "--prompt",
        action="append",
        default=[],
        metavar="NAME[@VERSION]",
        help="a prompt, as kept last, or @v2, @draft or @all; may be repeated (default: the draft of every prompt)",
    )
    add("--model", action="append", default=[], metavar="NAME", help="may be repeated (default: every model)")
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="features, behaviors and scenarios by path or name; * also crosses /; may be repeated (default: all)",
    )
    add("--tag", action="append", default=[], metavar="T", help="only cases with this tag; repeated: with all of them")
    add(
        "--split",
        choices=_SPLITS,
        default="dev",
        help="which cases: dev to work on (default); holdout for the final word only, since what you tune on stops "
        "telling the truth; train; or all",
    )
    add("--limit", type=positive, metavar="N", help="only the first N of these cases, in the order they were added")
    add("--repeat", type=positive, default=1, metavar="K", help="ask K times for each case (default 1)")


def _how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how").add_argument
    add("--concurrency", type=positive, metavar="N", help="requests at a time to each model")
    add("--no-cache", action="store_true", help="ask again for answers that the project file holds")
    add(
        "--max-cost",
        type=amount,
        metavar="USD",
        help="send nothing more once this much is spent; requests under way then still finish, and cost",
    )
    add("--max-seconds", type=amount, metavar="S", help="stop after this time; what came in is kept")


def _what_comes_of_it(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what comes of it").add_argument
    add(
        "--fail-on",
        type=_fail_on,
        metavar="LIST",
        help="what makes the exit code other than 0: gate,error (default: both); a run that was cut short is 3 anyway",
    )
    add("--min-pass-rate", type=share, metavar="R", help="a gate over each variant as a whole, from 0 to 1")
    add("--json", metavar="FILE", help="write the whole report as JSON (synterm schema run); - for stdout")
    add("--quiet", action="store_true", help="no progress, no summary: only errors, and the exit code")


def _fail_on(text: str) -> frozenset[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word in _FAIL_ON_LATER:
            raise UsageError(f"--fail-on {word} is not there yet")
        if word not in _FAIL_ON:
            raise UsageError(f"--fail-on {word!r} is not known", hint=did_you_mean(word, _FAIL_ON))
    return frozenset(words)


def _refuse_what_is_to_come(args: argparse.Namespace) -> None:
    for name in ("baseline", "junit", "html", "shard", "github"):
        if getattr(args, name):
            raise UsageError(f"--{name} is not there yet", hint="synterm run --help lists what is")
    if args.executor != "local":
        raise UsageError(f"--executor {args.executor} is not there yet", hint="leave it out: runs are local")


def _refuse_what_can_not_be_written(target: str | None) -> None:
    """Better said before a run than after it."""
    if target and not Path(target).parent.is_dir():
        raise UsageError("there is no such folder", where=str(Path(target).parent))


def _plan(project: Project, args: argparse.Namespace) -> RunPlan:
    chosen = RunPlan(
        variants=choose_variants(project, args.prompt, args.model),
        cases=choose_cases(
            project,
            split=None if args.split == "all" else args.split,
            behaviors=args.behavior,
            tags=args.tag,
            limit=args.limit,
        ),
        repeats=args.repeat,
        limits=Limits(
            args.concurrency or load_settings().concurrency,
            args.max_cost,
            args.max_seconds,
            use_cache=not args.no_cache,
        ),
        who=who(),
        git_commit=git_commit(project.path),
        min_pass_rate=args.min_pass_rate,
    )
    return chosen if args.fail_on is None else replace(chosen, fail_on=args.fail_on)


def _write(report: RunReport, args: argparse.Namespace) -> None:
    if args.json:
        from synterm.reports.json import write_json

        write_json(report, args.json)
    if not args.quiet:
        from synterm.reports.console import print_report

        print_report(report, sys.stderr if args.json == "-" else sys.stdout)


def _keep_quiet(_text: str) -> None:
    return
