"""``synterm finetune`` without an act: what a training set would hold, told and written as JSON."""

from __future__ import annotations

import argparse
import shlex

from synterm.cli.output import data, refuse_no_folder, rows, say
from synterm.cli.training_options import training_plan
from synterm.errors import ExitCode
from synterm.finetune.build import build
from synterm.finetune.report import training_report
from synterm.finetune.select.prompt import training_prompt
from synterm.reports.json import write_json
from synterm.reports.training import behavior_rows, head_lines, next_lines, refusal_lines
from synterm.storage.project import Project


def tell(project: Project, args: argparse.Namespace) -> int:
    """Tell what a plan comes to; the table goes to stdout, what is said about it to stderr.

    Exits with 2 where nothing is left to train on. Raises what `build` raises.
    """
    if args.json and args.json != "-":
        refuse_no_folder(args.json)
    prompt, _ = training_prompt(project, args.prompt)
    report = training_report(project, build(project, training_plan(prompt, args)))
    if args.json:
        write_json(report, args.json)
    is_empty = not sum(report.examples.values())
    if not args.quiet:
        for line in head_lines(report):
            say(line)
        if args.json != "-":
            rows(behavior_rows(report))
            for line in refusal_lines(report, args.rows):
                data(line)
    if is_empty or not args.quiet:
        for line in next_lines(report, shlex.quote(args.project)):
            say(line)
    return ExitCode.USAGE if is_empty else ExitCode.OK
