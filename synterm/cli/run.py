"""``synterm run``: evaluate a project without a screen; the entry point for CI."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from synterm.cli import against, ci_output, run_production
from synterm.cli.batch import add_batch_arguments, batch_plan, batches
from synterm.cli.choose import choose_cases, choose_variants
from synterm.cli.executor import add_executor_arguments, engine_choice, hands_of
from synterm.cli.outcome import leave, progress_of, spending_limits
from synterm.cli.output import data, refuse_no_folder, say, without_commands
from synterm.cli.parser import add_where, amount, positive, shard, share
from synterm.cli.places import opened
from synterm.cli.session import evaluate
from synterm.cli.trusting import add_manifest, require_trust
from synterm.errors import ExitCode, UsageError, did_you_mean
from synterm.evaluate.limits import Limits
from synterm.evaluate.provenance import git_commit, who
from synterm.evaluate.repeating import LEAD
from synterm.evaluate.run import RunPlan
from synterm.settings import Settings, load_settings
from synterm.storage.foreign import read_only
from synterm.storage.project import Project

if TYPE_CHECKING:
    from synterm.evaluate.opponents import Opponent
    from synterm.executors.engine import EngineChoice

HELP = """\
Evaluate every chosen case under every chosen prompt version and model, and record it as a run.
Answers that the project file holds already are not asked for again."""

EXAMPLES = """\
examples:
  synterm run my.db
  synterm run my.db --prompt router@v1 --prompt router@draft --behavior 'Routing/*'
  synterm run my.db --where 'fails:last'             only what failed in the last run
  synterm run my.db --dry-run                        what would be sent, why, for how much; with --executor: the plan
  synterm run my.db --split holdout --min-pass-rate 0.9 --json - > report.json
  synterm run my.db --repeat 5 --stop-early          which verdicts are flaky, for few requests
  synterm run my.db --repeat 5 --rejudge 3           whether that is the model or the judge
  synterm run my.db --by tag
  synterm run my.db --baseline main                  is anything worse than the run that is pinned as main?
  synterm run my.db --against @v1                    v1 and the draft on the same cases
  synterm run my.db --against base.db                the prompts of another project file, on this one's cases
  synterm run my.db --shard 2/8                      the second of eight shares; see synterm merge --help
  synterm run my.db --junit report.xml --comment comment.md      in CI; synterm init-ci writes the workflow
  synterm run my.db --batch                          cheaper, through the provider's batch API; resumes
  synterm run my.db --source production --since 24h --baseline release      what the app answered, by its logs
  synterm run my.db --source production --since last --min-pass-rate 0.95 --quiet      every night

exit codes:
  0  all gates hold
  1  a gate failed, or a regression was found
  2  the command or the project is wrong
  3  incomplete: errors, or a limit was reached
  4  not enough evidence (only with --fail-on insufficient)
  130, 143, 129  interrupted: the same command again sends only what has no answer yet"""

_SPLITS = ("dev", "holdout", "train", "all")
_BY = ("feature", "behavior", "scenario", "tag", "label")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm run`."""
    parser.add_argument("project", metavar="PROJECT")
    _what_to_evaluate(parser)
    run_production.add_arguments(parser)
    _how(parser)
    against.add_arguments(parser)
    add_batch_arguments(parser)
    add_manifest(parser)
    _what_comes_of_it(parser)
    add_executor_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Make the run, write its report, and give the exit code."""
    elsewhere = engine_choice(args)
    _refuse_reports_of_no_run(args)
    for target in ci_output.files(args):
        refuse_no_folder(target)
    if args.source == run_production.PRODUCTION:
        return run_production.run(args)
    run_production.refuse_without_source(args)
    with (read_only if args.dry_run else opened)(args.project) as project:
        if not args.dry_run:
            require_trust(project, args.trust_manifest)
        chosen, opponent = against.held(project, args, _plan(project, args))
        if args.dry_run:
            return _preview(project, chosen, opponent, args.project, elsewhere)
        with batches(project, args):
            groups = bool(args.json or args.by)
            report, result = evaluate(
                project, chosen, progress_of(args), groups=groups, opponent=opponent, elsewhere=elsewhere
            )
        return leave(project, report, result, args)


def _preview(
    project: Project, chosen: RunPlan, opponent: Opponent | None, file: str, elsewhere: EngineChoice | None
) -> int:
    from synterm.evaluate.batch.foresee import budget_lines
    from synterm.evaluate.outlook import outlook
    from synterm.evaluate.preview import preview
    from synterm.reports.foresight import print_foresight
    from synterm.reports.preview import print_preview

    previews = preview(project, chosen)
    if whole := chosen.whole:
        say(whole.words(len(chosen.cases)))
    with without_commands(sys.stdout) as stream:
        print_preview(previews, stream, budget_lines(project, chosen, previews))
        if chosen.batch is None:
            found = outlook(project, chosen, previews, hands_of(elsewhere, chosen.concurrency))
            print_foresight(found, previews, file, elsewhere.address if elsewhere else None, stream)
    if opponent:
        data(f"held against {opponent.words}")
    return ExitCode.OK


def _what_to_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what to evaluate").add_argument
    add(
        "--prompt",
        action="append",
        default=[],
        metavar="NAME[@VERSION]",
        help="a prompt, as kept last, or @v2, @draft or @all; may be repeated (default: the draft of every prompt)",
    )
    add(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="a model of the project; may be repeated (default: every model)",
    )
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="features, behaviors and scenarios by path or name; * also crosses /; may be repeated (default: all)",
    )
    add("--tag", action="append", default=[], metavar="T", help="only cases with this tag; repeated: with all of them")
    add_where(add)
    add(
        "--split",
        choices=_SPLITS,
        default="dev",
        help="which cases: dev to work on (default); holdout for the final word only, since what you tune on stops "
        "telling the truth; train; or all",
    )
    add("--limit", type=positive, metavar="N", help="only the first N of these cases, in the order they were added")
    add(
        "--shard",
        type=shard,
        metavar="I/N",
        help="only the I-th of N shares of these cases, by what they say; synterm merge makes one run of all N. Its "
        "gates are the whole run's: it fails when they can no longer hold, else they are decided after the merge",
    )
    add("--repeat", type=positive, default=1, metavar="K", help="ask K times for each case (default 1)")
    add(
        "--stop-early",
        action="store_true",
        help="with --repeat K: a case gets further repeats only until one verdict leads by two; K at most",
    )
    add(
        "--rejudge",
        type=positive,
        metavar="K",
        help="ask for no answers: have every judge judge each answer that the project file has K times (with --repeat: "
        "the answers of so many repeats), and say how much of the noise is the judge's",
    )


def _how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how").add_argument
    add(
        "--concurrency",
        type=positive,
        metavar="N",
        help="requests at a time to each endpoint, at most (default: what suits it, more while all goes well)",
    )
    add("--no-cache", action="store_true", help="ask again for answers that the project file holds")
    add("--refresh", action="append", default=[], metavar="CASE", help="ask again for this case only; may be repeated")
    add(
        "--cache-truncated",
        action="store_true",
        help="take answers from the file that were cut off at the token limit too, instead of asking again",
    )
    add(
        "--max-cost",
        type=amount,
        metavar="USD",
        help="never spend more: what a request can cost at most is set aside before it is sent",
    )
    add("--max-seconds", type=amount, metavar="S", help="stop after this time; what came in is kept")


def _what_comes_of_it(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what comes of it").add_argument
    add(
        "--fail-on",
        type=_fail_on,
        metavar="LIST",
        help="what makes the exit code other than 0: gate,regression,error (the default), insufficient; a run that was "
        "cut short is 3 anyway",
    )
    add("--min-pass-rate", type=share, metavar="R", help="a gate over each variant as a whole, from 0 to 1")
    add(
        "--by",
        action="append",
        default=[],
        choices=_BY,
        help="show the metrics of each feature, behavior, scenario or tag, or of each label; may be repeated",
    )
    add("--html", metavar="FILE", help="write the report as one HTML file (synterm report --help)")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the whole report as JSON (synterm schema run); - for stdout",
    )
    ci_output.add_arguments(add)
    add(
        "--progress",
        choices=("auto", "json", "none"),
        default="auto",
        help="on stderr: a line on a terminal (auto), every event as a line of JSON, or nothing",
    )
    add(
        "--dry-run",
        action="store_true",
        help="send nothing; say what would be sent, why, what it costs, and how long it takes as far as is known",
    )
    add("--quiet", action="store_true", help="no progress, no summary: only errors, and the exit code")


def _fail_on(text: str) -> frozenset[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in against.FAIL_ON:
            raise UsageError(f"--fail-on {word!r} is not known", hint=did_you_mean(word, against.FAIL_ON))
    return frozenset(words)


def _refuse_reports_of_no_run(args: argparse.Namespace) -> None:
    reports = [name for name in ("json", "html", "junit", "comment") if getattr(args, name)]
    if args.dry_run and reports:
        raise UsageError(f"--dry-run makes no run, so there is none for --{reports[0]}", hint="leave one of them out")


def _refuse_what_does_not_fit(args: argparse.Namespace) -> None:
    if args.stop_early and args.repeat <= LEAD:
        raise UsageError(f"--stop-early needs --repeat K with K over {LEAD}", hint="--repeat 5 --stop-early")
    if args.rejudge == 1:
        raise UsageError("--rejudge needs 2 or more: each answer has been judged once", hint="--rejudge 3")
    if args.rejudge:
        for option in ("stop_early", "no_cache", "refresh"):
            if getattr(args, option):
                name = option.replace("_", "-")
                raise UsageError(f"--rejudge asks for no answers, --{name} does", hint="leave one of them out")


def _plan(project: Project, args: argparse.Namespace) -> RunPlan:
    _refuse_what_does_not_fit(args)
    settings = load_settings()
    chosen = RunPlan(
        variants=choose_variants(project, args.prompt, args.model),
        cases=choose_cases(
            project,
            split=None if args.split == "all" else args.split,
            behaviors=args.behavior,
            tags=args.tag,
            limit=args.limit,
            judged=args.rejudge is not None,
            share=args.shard,
            where=args.where,
        ),
        repeats=args.repeat,
        judgings=args.rejudge or 1,
        stop_early=args.stop_early,
        limits=_limits(project, args, settings),
        concurrency=args.concurrency or settings.concurrency,
        use_cache=not args.no_cache,
        truncated=args.cache_truncated or settings.cache_truncated,
        who=who(),
        git_commit=git_commit(project.path),
        min_pass_rate=args.min_pass_rate,
        batch=batch_plan(args),
    )
    return chosen if args.fail_on is None else replace(chosen, fail_on=args.fail_on)


def _limits(project: Project, args: argparse.Namespace, settings: Settings) -> Limits:
    limits = spending_limits(args, settings)
    return replace(limits, refresh=frozenset(project.cases.get(case).id for case in args.refresh))
