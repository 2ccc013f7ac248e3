"""Gates on the command line: of a node, and of the whole project."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from synterm.cli.parser import share
from synterm.core.gate import ALL, Gate
from synterm.formats.gate_text import HELP, read_gate
from synterm.storage.project import Project


def add_arguments(add: Callable[..., Any], *, editing: bool) -> None:
    """The options for gates; `add` is a parser's `add_argument`."""
    add(
        "--gate",
        action="append",
        metavar="GATE",
        help=f"a gate for all cases below: {HELP}; may be repeated{', and replaces all' if editing else ''}".replace(
            "%", "%%"
        ),
    )
    add("--min-pass-rate", type=share, metavar="R", help="a gate on the pass rate, from 0 to 1, as --gate R")
    if editing:
        add("--no-gates", action="store_true", help="take its gates away")


def given_gates(project: Project, args: argparse.Namespace) -> tuple[Gate, ...] | None:
    """The gates that the options say; None where they say nothing.

    Raises InputError naming the option, NotFoundError for a case that the project does not have.
    """
    asked = () if args.min_pass_rate is None else (Gate(min_pass_rate=args.min_pass_rate),)
    named = tuple(read_gate(text, f"--gate {number}") for number, text in enumerate(args.gate or (), start=1))
    if asked or named:
        return (*asked, *(_whole_ids(project, gate) for gate in named))
    return () if getattr(args, "no_gates", False) else None


def _whole_ids(project: Project, gate: Gate) -> Gate:
    """The gate with the whole ids of the cases that it names: an ending may name several later on."""
    if gate.must_pass is None or gate.must_pass == ALL:
        return gate
    return Gate(must_pass=tuple(project.cases.get(name).id for name in gate.must_pass))
