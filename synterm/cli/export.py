"""``synterm export``: a training set as files that other tools train on."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.cli.output import refuse_commands, rows, say
from synterm.cli.parser import amount, natural, positive
from synterm.cli.training_options import add_training_options, training_plan
from synterm.errors import UsageError
from synterm.storage.foreign import read_only
from synterm.text import one_line, plural

if TYPE_CHECKING:
    from synterm.core.manifest import ExportOptions, Manifest
    from synterm.core.training import Refusal, TrainingSet
    from synterm.storage.project import Project

HELP = """\
Write a training set as the files that a tool trains on: rows to train on and to validate with, configurations that
run, where each row comes from (lineage.jsonl), a dataset card (README.md), and all counts and checksums
(manifest.json). What goes in is what `synterm finetune PROJECT` shows; what guards refuse never does. The same project
and options give the same bytes. The folder must be new or empty, or hold an export that nobody changed, which is
replaced. docs/export.md."""

EXAMPLES = """\
examples:
  synterm export --list                                      the formats, and what each needs
  synterm export my.db --format trl-prompt-completion -o sft
  synterm export my.db --format trl-dpo --format trl-kto -o sets      sets/trl-dpo, sets/trl-kto
  synterm export my.db --format llamafactory -o sets --base Qwen/Qwen3-0.6B --epochs 2
  synterm export my.db --format openai-sft -o openai --train-price 3 --instruction 'Route the message.'
  synterm export my.db --format mlx-lm --behavior 'Routing/*' --dry-run

exit codes:
  0  written
  2  the command is wrong, or nothing is left to write"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm export`."""
    parser.add_argument("project", metavar="PROJECT", nargs="?")
    add = parser.add_argument_group("what is written").add_argument
    add("--format", action="append", default=[], metavar="F", help="which files (--list); several: a folder for each")
    add("-o", "--output", metavar="FOLDER", help="where to")
    add("--list", action="store_true", help="the formats that can be written")
    add("--dry-run", action="store_true", help="only tell what would be written")
    add("--base", metavar="MODEL", help="the model in configurations and commands (default: the embedded one's family)")
    add("--epochs", type=positive, default=3, metavar="N", help="how often each row is seen (default 3)")
    add("--train-price", type=amount, metavar="USD", help="per million tokens trained on, for the estimate")
    add("--license", metavar="ID", help="of the set, as Hugging Face names it, for the card: cc-by-4.0")
    add_training_options(parser)
    add = parser.add_argument_group("what is told").add_argument
    add("--rows", type=natural, default=5, metavar="N", help="show so many of the refused (default 5)")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="the manifest as JSON too (synterm schema manifest, manifests); - for stdout",
    )
    add("--quiet", action="store_true", help="say nothing but errors")


def run(args: argparse.Namespace) -> int:
    """Write the files, or tell what would be written."""
    if args.list:
        return _list()
    if not args.project:
        raise UsageError("export of which project?", hint="synterm export PROJECT --format F -o FOLDER; or --list")
    refuse_commands(args.json or "", "--json")
    names = list(dict.fromkeys(args.format))
    folders = _folders(names, args)
    options = _options(args)
    with read_only(args.project) as project:
        chosen = _chosen(project, args)
        if not chosen.examples:
            # Why, before the error that says there is nothing to write.
            _tell_refused(chosen.refusals, args)
        if len(names) > 1 and not args.dry_run:
            # One that has nothing to write is told before any is written.
            _ = [_written(project, chosen, name, Path(), options, dry=True) for name in names]
        written = [_written(project, chosen, name, folders[name], options, dry=args.dry_run) for name in names]
    if not args.quiet:
        for manifest in written:
            _tell(manifest, None if args.dry_run else folders[manifest.format])
        _tell_refused(chosen.refusals, args)
    if args.json:
        _write_json(written, args.json)
    return 0


def _chosen(project: Project, args: argparse.Namespace) -> TrainingSet:
    from synterm.finetune.build import build
    from synterm.finetune.select.prompt import training_prompt

    name, _ = training_prompt(project, args.prompt)
    return build(project, training_plan(name, args))


def _folders(names: Sequence[str], args: argparse.Namespace) -> dict[str, Path]:
    """Where each format goes; checked before any work. Raises UsageError."""
    from synterm.finetune.folder import MANIFEST, check_target
    from synterm.finetune.formats.registry import load_format

    if not names:
        raise UsageError("in which format?", hint="--format F; synterm export --list says what there is")
    for name in names:
        load_format(name)
    if args.dry_run:
        return dict.fromkeys(names, Path())
    if not args.output:
        raise UsageError("where to?", hint="-o FOLDER, or --dry-run")
    output = Path(args.output)
    if len(names) == 1:
        folders = {names[0]: output}
    elif (output / MANIFEST).exists():
        raise UsageError("holds an export itself", where=str(output), hint="several formats need a folder above theirs")
    else:
        folders = {name: output / name for name in names}
    for folder in folders.values():
        check_target(folder)
    return folders


def _options(args: argparse.Namespace) -> ExportOptions:
    from pydantic import ValidationError

    from synterm.core.manifest import DEFAULT_BASE, ExportOptions

    try:
        return ExportOptions(
            base=args.base or DEFAULT_BASE,
            epochs=args.epochs,
            train_price=args.train_price,
            license=args.license and args.license.lower(),
        )
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        hint = {"license": "an id of Hugging Face: cc-by-4.0, apache-2.0"}.get(field, "a name without spaces or quotes")
        raise UsageError(f"--{field} {getattr(args, field)!r} can't be written into a card", hint=hint) from error


def _written(
    project: Project, chosen: TrainingSet, name: str, folder: Path, options: ExportOptions, *, dry: bool
) -> Manifest:
    from synterm.finetune.export import export, foresee

    if dry:
        return foresee(project, chosen, name, options)
    return export(project, chosen, name, folder, options)


def _tell(manifest: Manifest, folder: Path | None) -> None:
    begin = str(folder) if folder else f"{manifest.format}, not written"
    parts = f"{plural(manifest.rows['train'], 'row')} to train on, {manifest.rows['validation']:,} to validate with"
    say(f"{begin}: {parts}; {sum(manifest.tokens.values()):,} tokens; sha256 {manifest.sha256[:12]}")
    for file in manifest.data:
        say(f"  {file.name}: {plural(file.rows, 'row')}, {file.tokens:,} tokens")
    for why, count in manifest.not_held.items():
        say(f"  left out of {manifest.format}: {count:,} · {why}")
    if manifest.options.train_price is not None:
        say(f"  cost: {manifest.cost.words}")
    for warning in manifest.warnings:
        say(f"  ! {warning}")


def _tell_refused(refusals: Sequence[Refusal], args: argparse.Namespace) -> None:
    if not refusals:
        return
    counts: dict[str, int] = {}
    for refusal in refusals:
        counts[refusal.guard] = counts.get(refusal.guard, 0) + 1
    listed = ", ".join(f"{count:,} {guard}" for guard, count in counts.items())
    say(f"refused: {listed}")
    for refusal in refusals[: args.rows]:
        say(
            f"  {refusal.guard} · {refusal.case_id[-8:]} {one_line(refusal.input, 50)} · {one_line(refusal.reason, 90)}"
        )
    if len(refusals) > args.rows:
        say(f"  … synterm finetune {args.project} --rows {len(refusals)}, with the same options, shows all")


def _write_json(written: Sequence[Manifest], target: str) -> None:
    from synterm.core.manifest import ManifestList
    from synterm.reports.json import write_json

    write_json(written[0] if len(written) == 1 else ManifestList(exports=tuple(written)), target)


def _list() -> int:
    from synterm.finetune.formats.registry import FORMATS, all_formats

    found = all_formats()
    rows([(one.name, one.needs, one.reader, one.title) for one in found])
    for name in sorted({*FORMATS} - {one.name for one in found}):
        say(f"! {FORMATS.titles()[name]}")
    return 0
