"""``synterm demo``: a sample project on a model that runs on this machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from synterm.cli.choose import choose_cases, choose_variants
from synterm.cli.output import data, say
from synterm.cli.places import opened
from synterm.cli.progress import LineProgress, StatusLine
from synterm.cli.samples import FIRST, sample_path, sample_text
from synterm.cli.session import evaluate, write_report
from synterm.cli.workbench_terminal import can_draw, refuse_elsewhere
from synterm.core.prompt import Prompt
from synterm.core.report import BehaviorReport, RunReport
from synterm.evaluate.provenance import who
from synterm.evaluate.report import RunResult
from synterm.evaluate.run import RunPlan
from synterm.formats.build import build_project
from synterm.paths import data_dir, private_folder
from synterm.reports.figures import percent
from synterm.storage.project import Project

HELP = """\
A sample project on a model that runs on this machine: no key, no account. Opens it in the workbench; without a
terminal, or with --headless, evaluates all versions of its prompt and prints what changed between them."""

EXAMPLES = """\
examples:
  synterm demo
  synterm demo --headless
  synterm demo --sample table_booking     another one; synterm new --sample lists them
  synterm demo ./play.db --fresh"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm demo`."""
    parser.add_argument("path", metavar="PATH", nargs="?", help="where to keep it (default: your data directory)")
    parser.add_argument("--sample", metavar="NAME", default=FIRST, help=f"which sample (default: {FIRST})")
    parser.add_argument("--headless", action="store_true", help="evaluate and print, also on a terminal")
    parser.add_argument("--fresh", action="store_true", help="start over; what is there is kept beside, as .old.db")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="with --headless: the report as JSON too; - for stdout"
    )


def run(args: argparse.Namespace) -> int:
    """Make or find the project, then show it."""
    sample_path(args.sample)  # a wrong name is told, and no path made of it
    path = Path(args.path) if args.path else data_dir() / "demo" / f"{args.sample}.db"
    _provide(path, args.sample, fresh=args.fresh)
    say(f"the demo project is {path}")
    if args.headless or args.json or not can_draw():
        return _evaluate(path, args.json)
    refuse_elsewhere(str(path))
    from synterm.tui.app import open_workbench

    return open_workbench(path)


def _provide(path: Path, sample: str, *, fresh: bool) -> None:
    if path.exists() and fresh:
        with opened(str(path)):
            pass  # it is a project file, and no one else's
        path.replace(path.with_suffix(".old.db"))
    if not path.exists():
        private_folder(path.parent)
        build_project(path, sample_text(sample))


def _evaluate(path: Path, json_target: str | None) -> int:
    with opened(str(path)) as project:
        prompts = project.prompts.all()
        report, result = evaluate(project, _plan(project, prompts), LineProgress(say, StatusLine()))
        if json_target:
            write_report(project, report, result, json_target)
    if json_target != "-":
        _print(report, result, prompts, path)
    return report.exit_code


def _plan(project: Project, prompts: list[Prompt]) -> RunPlan:
    variants = choose_variants(project, [f"{prompt.name}@all" for prompt in prompts], [])
    # Its gates are there to be failed at first: the demo shows them, and is no gate itself.
    return RunPlan(variants, choose_cases(project, split="dev"), who=who(), fail_on=frozenset(("error",)))


def _print(report: RunReport, result: RunResult, prompts: list[Prompt], path: Path) -> None:
    from synterm.reports.console import print_report

    print_report(report, result, sys.stdout)
    notes = {(prompt.name, version.label): version.note for prompt in prompts for version in prompt.versions}
    data("\nWhat each version of the prompt changed")
    for variant in report.variants:
        note = notes.get((variant.prompt, variant.prompt_version)) or "(no note)"
        data(f"  {percent(variant.pass_rate):>5}  {variant.prompt}@{variant.prompt_version}  {note}")
    if weakest := _weakest(report):
        data(f"\nThe weakest behavior now is {weakest.path}: {weakest.passed} of {weakest.n} pass.")
    data("Next: open it on a terminal, edit the prompt, and watch the cases answer:")
    data(f"  synterm {path}")


def _weakest(report: RunReport) -> BehaviorReport | None:
    """The behavior with the lowest pass rate under the last variant."""
    last = report.variants[-1].name
    rows = [row for row in report.behaviors if row.variant == last and row.level == "behavior" and row.n]
    return min(rows, key=lambda row: row.passed / row.n, default=None)
