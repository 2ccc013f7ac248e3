"""Features, behaviors and scenarios on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from synterm.checks.registry import BUILT_IN
from synterm.cli import gate_fields
from synterm.cli.places import text_of
from synterm.core.gate import Gate
from synterm.core.tree import Node
from synterm.errors import InputError
from synterm.formats.fields import make_node, node_name, read_check
from synterm.storage.nodes import child_level
from synterm.storage.project import Project


def add_arguments(parser: argparse.ArgumentParser, *, editing: bool) -> None:
    """The options for a node of any level."""
    add = parser.add_argument
    add("--description", metavar="TEXT", help="what is wanted, in words; @FILE reads it from a file")
    add(
        "--check",
        action="append",
        metavar="JSON",
        help='a check for all cases below: \'{"type": "label", "labels": ["a", "b"]}\', or only a type (is-json); '
        f"may be repeated{', and replaces all' if editing else ''}; types: {', '.join(sorted(BUILT_IN))}",
    )
    gate_fields.add_arguments(add, editing=editing)
    if editing:
        add("--name", metavar="NAME", help="another name")
        add("--no-checks", action="store_true", help="take its checks away")


def new_node(project: Project, level: str, path: str, args: argparse.Namespace) -> Node:
    """The node that `path` and the options say. Raises InputError naming the field, NotFoundError for its parent."""
    above, _, name = path.rpartition("/")
    parent = project.nodes.find(above) if above else None
    found = child_level(parent)
    if found != level:
        shape = {"feature": "NAME", "behavior": "FEATURE/NAME", "scenario": "FEATURE/BEHAVIOR/NAME"}[level]
        raise InputError(f"that is the place of a {found}", where=f"{level} {path!r}", hint=f"write it as {shape}")
    tree = project.nodes.tree()
    siblings = tree.children(parent.id if parent else None)
    fields = {
        **_fields(project, args),
        "level": level,
        "name": node_name(name),
        "parent_id": parent.id if parent else None,
        "position": max((node.position for node in siblings), default=-1) + 1,
    }
    return make_node(fields)


def edited_node(project: Project, node: Node, args: argparse.Namespace) -> Node:
    """The node with the changes that the options say. Raises InputError naming the field."""
    fields = _fields(project, args, node.gates)
    if args.name is not None:
        fields["name"] = node_name(args.name)
    if args.no_checks and "checks" not in fields:
        fields["checks"] = ()
    return make_node({**node.model_dump(), **fields})


def _fields(project: Project, args: argparse.Namespace, gates: Sequence[Gate] = ()) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if args.description is not None:
        fields["description"] = text_of(args.description)
    if args.check is not None:
        fields["checks"] = tuple(
            read_check(text, f"--check {number}") for number, text in enumerate(args.check, start=1)
        )
    given = gate_fields.given_gates(project, args, gates)
    return fields if given is None else {**fields, "gates": given}
