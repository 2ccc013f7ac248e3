"""``synterm generate --effect``: what other thresholds would have kept of a generation, and taking one up."""

from __future__ import annotations

import argparse

from synterm.cli.output import data, say
from synterm.describe.effect_list import effect_document, effect_lines
from synterm.describe.pipeline.effects import effects_of, find_effect, moved
from synterm.errors import ExitCode, UsageError
from synterm.reports.json import write_json
from synterm.storage.project import Project
from synterm.text import plural


def show_effect(project: Project, args: argparse.Namespace) -> int:
    """Write the table of each filter; with `--apply`, drop and restore by a threshold first.

    Raises NotFoundError and UsageError for a generation that is not there, InputError for a filter or threshold.
    """
    generation = project.generations.find(args.effect)
    if generation.status == "undone":
        raise UsageError(f"generation {generation.id[-8:]} was taken back: it has no cases any more")
    effects = effects_of(generation, project.generations.cases(generation.id))
    if args.apply:
        name, threshold = _wanted(args.apply)
        changes = moved(find_effect(effects, name), threshold)
        project.cases.put([new for _, new in changes.values()]).result()
        back = sum(new.status != "rejected" for _, new in changes.values())
        say(f"{plural(back, 'case')} restored, {len(changes) - back:,} dropped by {name} at {threshold:g}")
        effects = effects_of(generation, project.generations.cases(generation.id))
    document = effect_document(generation, effects)
    if args.json:
        write_json(document, args.json)
    if args.json != "-" and not args.quiet:
        data(f"generation {generation.id[-8:]}")
        for line in effect_lines(document, effects):
            data(line)
    return ExitCode.OK


def _wanted(text: str) -> tuple[str, float]:
    name, _, value = text.partition(":")
    try:
        return name.strip(), float(value)
    except ValueError as error:
        raise UsageError(f"--apply takes a filter and a threshold, not {text!r}", hint="too-far:0.5") from error
