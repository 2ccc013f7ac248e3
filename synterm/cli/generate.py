"""``synterm generate``: make new cases of those that are there, until so many good ones are kept."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from synterm.cli.kept import MANY, add_no_backup, keep_before
from synterm.cli.output import data, say
from synterm.cli.parser import add_where, amount, natural, positive, share
from synterm.cli.places import opened
from synterm.cli.signals import Stopped, run_until_stopped
from synterm.cli.trusting import require_trust
from synterm.errors import ExitCode, UsageError
from synterm.storage.project import Project
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.describe.pipeline.generate import Outcome
    from synterm.describe.pipeline.plan import GenerationPlan

HELP = """\
Make new cases of those that are there: seeds go through generators, one after the other, then through quality
filters, until --count are kept. What is kept waits for review as a draft; what was dropped stays too, with why.
The same command again costs nothing; one that was cut short goes on."""

EXAMPLES = """\
examples:
  synterm generate my.db --from 'Routing/Out of scope' --with paraphrase --with misspellings --count 50
  synterm generate my.db --from off-topic --with 'paraphrase | misspellings' --filter near-duplicate:0.9
  synterm generate my.db --from Routing --with vary:tone=angry --model gpt --max-cost 0.50 --check-labels
  synterm generate my.db --from Ambiguous --with borderline:first=schedule,second=retrieve --into Ambiguous/borderline
  synterm generate my.db --list                      the generators and filters there are
  synterm generate my.db --effect                    what other thresholds would have kept of the last one
  synterm generate my.db --effect last --apply too-far:0.5
  synterm generate my.db --undo                      take the last one back, but for what somebody changed

exit codes:
  0  so many were kept
  2  the command is wrong
  3  it ended before: a limit, or nothing more came
  130, 143, 129  interrupted: the same command again goes on"""

_SPLITS = ("dev", "holdout", "train", "all")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm generate`."""
    parser.add_argument("project", metavar="PROJECT")
    _what(parser)
    _how(parser)
    _what_comes_of_it(parser)


def run(args: argparse.Namespace) -> int:
    """Generate, or say what would be; or take a generation back."""
    if args.list:
        return _list()
    with opened(args.project) as project:
        if args.undo is not None:
            return _undo(project, args)
        if args.effect is not None:
            from synterm.cli.thresholds import show_effect

            return show_effect(project, args)
        from synterm.cli.generation_plan import generation_plan, tell_plan

        plan = generation_plan(project, args)
        if args.dry_run:
            tell_plan(project, plan)
            return ExitCode.OK
        return _generate(project, plan, args)


def _generate(project: Project, plan: GenerationPlan, args: argparse.Namespace) -> int:
    from synterm.cli.generation_progress import GenerationProgress
    from synterm.cli.ready import make_models_ready
    from synterm.describe.pipeline.asking import asked_by
    from synterm.providers.registry import Providers
    from synterm.reports.generation import generation_document, generation_lines, sample_lines
    from synterm.reports.json import write_json
    from synterm.settings import load_settings

    require_trust(project)
    settings = load_settings()
    asked = (model for _, model in asked_by(plan.filters, project.models.all(), plan.model))
    make_models_ready([*plan.models, *asked], settings.approved_endpoints, say)
    progress = GenerationProgress(quiet=args.quiet)

    async def work() -> Outcome:
        from synterm.describe.pipeline.generate import generate

        async with Providers.of(project) as providers:
            return await generate(project, providers, plan, progress)

    try:
        outcome = run_until_stopped(work())
    except Stopped as stop:
        progress.close()
        say(f"{progress.words()}; the same command again goes on with the rest")
        stop.told = True
        raise
    finally:
        progress.close()
    generation = project.generations.find(outcome.generation_id)
    if outcome.again:
        say("this was made before, and stands as it is: --seed N makes others, --undo takes it back")
    cases = [*project.generations.cases(generation.id)]
    if args.json:
        write_json(generation_document(generation, cases, project.nodes.tree()), args.json)
    if not args.quiet:
        tell = say if args.json == "-" else data
        for line in (*generation_lines(generation), *sample_lines(cases, args.project)):
            tell(line)
        if any(case.status == "draft" for case in cases):
            command = ["synterm", "review", args.project, "--drafts", "--generation", generation.id[-8:]]
            say(f"next: {shlex.join(command)} decides about them, or Q in the workbench")
    return ExitCode.OK if generation.status == "complete" else ExitCode.INCOMPLETE


def _undo(project: Project, args: argparse.Namespace) -> int:
    found = project.generations.find(args.undo)
    if found.status == "undone":
        raise UsageError(f"generation {found.id[-8:]} was taken back before")
    made = sum(1 for _ in project.generations.cases(found.id))
    keep_before(project.path, "undo", keep=not args.no_backup and made >= MANY)
    undone = project.generations.undo(found.id).result()
    say(f"took generation {found.id[-8:]} back: {plural(undone.removed, 'case')} removed")
    if undone.changed:
        stay = "stays" if undone.changed == 1 else "stay"
        say(f"{plural(undone.changed, 'case')} that somebody changed or decided on {stay}")
    return ExitCode.OK


def _list() -> int:
    from synterm.cli.output import rows
    from synterm.describe.filters.registry import known_filters
    from synterm.describe.generators.registry import known_generators

    generators, filters = known_generators(), known_filters()
    rows(
        [
            *(("generator", name, words) for name, words in generators.items()),
            *(("filter", name, words) for name, words in filters.items()),
        ]
    )
    return ExitCode.OK


def _what(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("of what, and how many").add_argument
    add(
        "--from",
        "--behavior",
        dest="seeds",
        action="append",
        default=[],
        metavar="GLOB",
        help="features, behaviors or scenarios whose accepted cases are the seeds, as in synterm run --behavior; may "
        "be repeated (default: all)",
    )
    add("--case", action="append", default=[], metavar="ID", help="just this case as a seed; may be repeated")
    add("--tag", action="append", default=[], metavar="T", help="only seeds with this tag; repeated: with all of them")
    add_where(add, "seeds")
    add(
        "--split",
        choices=_SPLITS,
        default="dev",
        help="which seeds; what is made of a seed stays in its split (default dev)",
    )
    add("--count", type=positive, default=20, metavar="N", help="how many are to be kept (default 20)")
    add("--into", metavar="PATH", help="the scenario that gets them (default: that of the seed)")


def _how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how").add_argument
    add(
        "--with",
        dest="chains",
        action="append",
        default=[],
        metavar="GENERATOR",
        help="a generator, with its settings: vary:tone=angry; several one after the other: 'paraphrase | "
        "misspellings'; repeated: all are used, in turns (--list names them)",
    )
    add(
        "--filter",
        dest="filters",
        action="append",
        default=[],
        metavar="FILTER",
        help="a quality filter, with its threshold: near-duplicate:0.9; may be repeated, and takes the place of the "
        "one of its name among the usual ones",
    )
    add("--no-usual-filters", action="store_true", help="only the filters that are named")
    add("--model", metavar="NAME", help="the project's model that writes (default: its first)")
    add(
        "--check-labels",
        nargs="*",
        metavar="MODEL",
        help="have models (default: the one that writes) sort what was made, blindly; what they sort otherwise is "
        "dropped, and where they can't tell it is said",
    )
    add("--agreement", type=share, default=0.5, metavar="SHARE", help="of the models that can tell (default 0.5)")
    add(
        "--check-relation",
        nargs="?",
        const="",
        metavar="PROMPT[@V][·MODEL]",
        help="have the app itself (default: the newest version of the first prompt, under the first model) answer each "
        "seed and what was made of it, and mark what it does not agree with as in doubt; nothing is dropped for that",
    )
    add("--seed", type=natural, default=0, metavar="N", help="other random numbers, and so other cases (default 0)")
    add("--max-cost", type=amount, metavar="USD", help="stop before more than this is spent")
    add("--concurrency", type=positive, metavar="N", help="requests at a time to each endpoint")


def _what_comes_of_it(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what comes of it").add_argument
    add("--accept", action="store_true", help="accept at once what is in no doubt; the rest waits for review")
    add("--dry-run", action="store_true", help="only say what would be done, with the first question")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="the funnel and all cases as JSON (synterm schema generation); - for stdout",
    )
    add("--quiet", action="store_true", help="say nothing but errors")
    add(
        "--effect",
        nargs="?",
        const="last",
        metavar="ID",
        help="how many of a generation (default: the last) other thresholds of its filters would keep",
    )
    add(
        "--apply",
        metavar="FILTER:THRESHOLD",
        help="with --effect: drop and restore its cases by this threshold, but for those that somebody changed",
    )
    add("--list", action="store_true", help="the generators and filters there are")
    add(
        "--undo",
        nargs="?",
        const="last",
        metavar="ID",
        help="take a generation back (default: the last): remove its cases, but for those that somebody changed",
    )
    add_no_backup(add)
