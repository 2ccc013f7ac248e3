"""``synterm rm``: remove parts of a project."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from synterm.cli.choose import cases_where
from synterm.cli.kept import MANY, add_no_backup, keep_before
from synterm.cli.output import say
from synterm.cli.parser import add_where
from synterm.cli.places import opened
from synterm.core.tree import LEVELS
from synterm.errors import InputError, UsageError
from synterm.storage.project import Project
from synterm.text import one_line, plural, printable

HELP = "Remove parts of a project. Says what that destroys, and asks; answers that models gave stay in the file."

EXAMPLES = """\
examples:
  synterm rm my.db case 8FH3K2QW 8FH3K2QX
  synterm rm my.db case --where 'status:rejected -origin:manual'
  synterm rm my.db behavior 'Routing/Out of scope' --yes
  synterm rm my.db prompt router"""


class Removal(NamedTuple):
    """Something that is to be destroyed."""

    words: str
    remove: Callable[[], Sequence[Future[Any]]]
    weight: int = MANY
    """How many cases go; as much as many for what is written once."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm rm`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("kind", metavar="KIND", choices=_KINDS, help=", ".join(_KINDS))
    parser.add_argument("names", metavar="NAME", nargs="*", help="paths of nodes, ids of cases, names of the others")
    add_where(parser.add_argument)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_no_backup(parser.add_argument)


def run(args: argparse.Namespace) -> int:
    """Remove what is named, all of it or nothing."""
    with opened(args.project) as project:
        if args.where and args.kind != "case":
            raise UsageError(
                f"--where chooses cases, not a {args.kind}", hint=f"synterm rm {args.project} case --where QUERY"
            )
        if bool(args.names) == bool(args.where):
            raise UsageError(f"which {args.kind}?", hint=f"synterm rm {args.project} {args.kind} NAME …")
        prepare = _PREPARING.get(args.kind, _node)
        removals = [prepare(project, name, args.kind) for name in dict.fromkeys(args.names)]
        removals += [_cases(project, args.where)] if args.where else []
        said = "; ".join(one.words for one in removals)
        keep = not args.no_backup and sum(one.weight for one in removals) >= MANY
        if not args.yes and not _agreed(said if keep else f"{said}, for good"):
            say("nothing was removed")
            return 0
        keep_before(project.path, "rm", keep=keep)
        for future in [future for one in removals for future in one.remove()]:
            future.result()
    say(f"removed {said}")
    return 0


def _agreed(said: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"this would remove {said}", hint="--yes if that is what you want")
    sys.stderr.write(printable(f"remove {said}? [y/N] "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _node(project: Project, name: str, kind: str) -> Removal:
    tree = project.nodes.tree()
    node = project.nodes.find(name)
    if kind not in ("node", node.level):
        raise InputError(f"{name!r} is a {node.level}, not a {kind}")
    counts = project.cases.counts()
    cases = sum(counts.get(scenario.id, 0) for scenario in tree.scenarios(node.id))
    below = [other.level for other in tree.walk(node.id)]
    parts = [plural(below.count(level), level) for level in LEVELS if level in below]
    words = f"{node.level} {tree.path(node.id)!r} with {', '.join([*parts, plural(cases, 'case')])}"
    return Removal(words, lambda: [project.nodes.remove(node.id)])


def _case(project: Project, name: str, _kind: str) -> Removal:
    case = project.cases.get(name)
    words = f"case {case.id[-8:]} ({one_line(case.title, 40)})"
    return Removal(words, lambda: [project.cases.remove([case.id])], 1)


def _cases(project: Project, where: Sequence[str]) -> Removal:
    found = cases_where(project, where)
    some = ", ".join(f"{case.id[-8:]} ({one_line(case.title, 30)})" for case in found[:3])
    words = f"{plural(len(found), 'case')}: {some}{' …' if len(found) > 3 else ''}"
    return Removal(words, lambda: [project.cases.remove([case.id for case in found])], len(found))


def _prompt(project: Project, name: str, _kind: str) -> Removal:
    prompt = project.prompts.get(name)
    words = f"prompt {name!r} with its draft and {plural(len(prompt.versions), 'version')}"
    return Removal(words, lambda: [project.prompts.remove(prompt.id)])


def _model(project: Project, name: str, _kind: str) -> Removal:
    spec = project.models.get(name)
    return Removal(f"model {name!r} ({spec.model})", lambda: [project.models.remove(name)], 1)


def _document(project: Project, name: str, _kind: str) -> Removal:
    document = project.documents.get(name)
    words = f"document {name!r} ({plural(len(document.text), 'character')})"
    return Removal(words, lambda: [project.documents.remove(name)])


_PREPARING: dict[str, Callable[[Project, str, str], Removal]] = {
    "case": _case,
    "prompt": _prompt,
    "model": _model,
    "document": _document,
}
_KINDS = ("node", *LEVELS, *_PREPARING)
