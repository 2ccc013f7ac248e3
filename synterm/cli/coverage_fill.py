"""From a hole to the ``synterm generate`` that fills it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from synterm.core.coverage import CoverageReport, Hole
from synterm.describe.coverage.holes import ranked
from synterm.errors import InputError, NotFoundError, did_you_mean
from synterm.storage.project import Project

_SHORT = 10
"""Letters of a case's id that tell it from others."""


def generate_words(project: Project, report: CoverageReport, args: argparse.Namespace) -> list[str]:
    """The words after ``synterm generate``. Raises NotFoundError for a hole that is not there, InputError for one that
    nothing fills."""
    hole = _hole(ranked(report.behaviors), args.fill)
    if not hole.generators:
        raise InputError("nothing fills this hole: the behavior has no scenario", where=hole.words)
    count = args.count or hole.want - hole.have
    path = project.nodes.tree().path(hole.into)
    return [args.project, *_options(hole, path, count), *(["--model", args.model] if args.model else [])]


def fill(words: Sequence[str]) -> int:
    """Generate as `synterm generate` does with these words."""
    from synterm.cli import generate
    from synterm.cli.parser import Parser

    parser = Parser("synterm generate", generate.HELP, generate.EXAMPLES)
    generate.add_arguments(parser)
    return generate.run(parser.parse_args(list(words)))


def _options(hole: Hole, path: str, count: int) -> Iterator[str]:
    for seed in hole.seeds:
        yield from ("--case", seed[-_SHORT:])
    for chain in hole.generators:
        yield from ("--with", chain)
    for one in hole.filters:
        yield from ("--filter", one)
    yield from ("--into", path)
    if split := dict(hole.at).get("split"):
        yield from ("--split", split)
    yield from ("--count", str(count))


def _hole(holes: Sequence[Hole], name: str) -> Hole:
    if name.isascii() and name.isdigit():
        if 1 <= int(name) <= len(holes):
            return holes[int(name) - 1]
        raise NotFoundError(
            f"there is no hole {name}", hint=f"--limit {len(holes)} lists all {len(holes):,}; others are only counted"
        )
    found = next((hole for hole in holes if hole.id == name.strip().lower()), None)
    if found is None:
        raise NotFoundError(
            f"no hole {name!r}: it may be filled by now", hint=did_you_mean(name, (h.id for h in holes))
        )
    return found
