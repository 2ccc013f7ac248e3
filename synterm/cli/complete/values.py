"""The values of a kind: out of the program, the environment, the folder, or the project file that was named."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from synterm.cli.complete import files
from synterm.cli.complete.kinds import FILE, FOLDER, LISTS, PROJECT, TEXT
from synterm.errors import SyntermError
from synterm.paths import project_files

Values = dict[str, str]
"""What can stand there, and a few words on it."""


def values(kind: str, typed: str, args: argparse.Namespace) -> Values:
    """Those of a kind that go on from what is typed. Nothing where they can't be found out: a Tab says no errors."""
    if kind in LISTS:
        done, comma, _ = typed.rpartition(",")
        return {f"{done}{comma}{name}": words for name, words in _listed(kind, "", args).items()}
    if kind == "generator" and "|" in typed:
        at = typed.rindex("|") + 1
        at += len(typed[at:]) - len(typed[at:].lstrip())
        return {typed[:at] + name: words for name, words in _listed(kind, "", args).items()}
    return _listed(kind, typed, args)


def _listed(kind: str, typed: str, args: argparse.Namespace) -> Values:
    if kind in _FILES:
        return files.matching(typed, _FILES[kind])
    if kind == TEXT:
        found = files.matching(typed[1:]) if typed.startswith("@") and not typed.startswith("@@") else {}
        return {f"@{name}": words for name, words in found.items()}
    if kind in _HERE:
        return {str(name): "" for name in _HERE[kind]()}
    if kind == "of-kind":
        return _in_project([_OF_KIND.get(str(getattr(args, "kind", "")), "")], args)
    found = dict.fromkeys(_FIXED.get(kind, ()), "")
    if kind in _WITH_PROJECTS:
        found |= files.matching(typed, files.is_project)
    return {**found, **_in_project(_PARTS.get(kind, (kind,)), args)}


def _in_project(kinds: Iterable[str], args: argparse.Namespace) -> Values:
    path = _project(args)
    if path is None:
        return {}
    from synterm.glance import KINDS, names_in

    found: Values = {}
    for kind in kinds:
        if kind not in KINDS:
            continue
        try:
            named = names_in(path, kind)
        except (SyntermError, OSError, ValueError):
            return {}  # no project, damaged, or it would take too long: whoever runs the command is told
        # What begins with a dash would be an option, whatever the file calls it.
        found |= {name: words for name, words in named.items() if not name.startswith("-")}
    return found


def _project(args: argparse.Namespace) -> Path | None:
    """The file that is named on the command line, or the only one here."""
    named: object = getattr(args, "project", None) or getattr(args, "words", None)
    if isinstance(named, list):
        named = next(iter(cast("list[str]", named)), None)
    if isinstance(named, str):
        return Path(named)
    only = project_files(Path())
    return Path(only[0]) if len(only) == 1 else None


def _samples() -> Iterable[str]:
    from synterm.cli.samples import sample_names

    return sample_names()


def _checks() -> Iterable[str]:
    from synterm.core.check_types import BUILT_IN

    return sorted(BUILT_IN)


def _generators() -> Iterable[str]:
    from synterm.describe.generators.registry import GENERATORS

    return sorted(GENERATORS)


def _filters() -> Iterable[str]:
    from synterm.describe.filters.registry import FILTERS

    return sorted(FILTERS)


def _read() -> Iterable[str]:
    from synterm.formats.sources.registry import SOURCES

    return sorted(SOURCES)


def _written() -> Iterable[str]:
    from synterm.finetune.formats.registry import FORMATS

    return sorted(FORMATS)


def _attacks() -> Iterable[str]:
    from synterm.distill.attacks.kinds import ATTACKS

    return ATTACKS


def _dimensions() -> Iterable[str]:
    from synterm.distill.boundary.choosing import DIMENSIONS

    return DIMENSIONS


def _trainers() -> Iterable[str]:
    from synterm.providers.tuning import TRAINERS

    return ("local", *TRAINERS)


def _families() -> Iterable[str]:
    from synterm.providers.families import FAMILIES

    return [f"{family.name}/" for family in FAMILIES]


def _masked() -> Iterable[str]:
    from synterm.production.masking import PERSONAL, SECRETS

    return (*PERSONAL, SECRETS)


_FILES: dict[str, files.Fits] = {FILE: files.any_file, FOLDER: files.no_file, PROJECT: files.is_project}
_HERE: dict[str, Callable[[], Iterable[str]]] = {
    "sample": _samples,
    "check": _checks,
    "generator": _generators,
    "filter": _filters,
    "read": _read,
    "written": _written,
    "attack": _attacks,
    "dimension": _dimensions,
    "trainer": _trainers,
    "family": _families,
    "mask": _masked,
    # The names alone: no value of one is ever shown.
    "variable": lambda: sorted(os.environ),
}
_FIXED = {
    "fail-on": ("gate", "regression", "error", "insufficient"),
    "compare-fail-on": ("regression", "insufficient"),
    "drift-fail-on": ("alarm", "new-failures"),
    "drift-against": ("first", "previous", "cases"),
    "part": ("runs", "traffic", "verdicts", "names"),
    "positives": ("human", "expected", "passed"),
    "project-or-pull": ("pull", "default"),
    "run-or-prune": ("prune",),
}
_WITH_PROJECTS = frozenset(("side", "project-or-pull"))
_PARTS = {
    "tag-list": ("tag",),
    "side": ("baseline", "run", "prompt", "model"),
    "drift-against": ("baseline", "run"),
    "run-or-prune": ("run",),
}
"""Kinds of names in a project file, for those that are several."""
_OF_KIND = {
    "feature": "node",
    "behavior": "node",
    "scenario": "scenario",
    **{kind: kind for kind in ("node", "case", "prompt", "model", "document", "generation")},
}
