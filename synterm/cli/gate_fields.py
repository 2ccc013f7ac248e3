"""Gates on the command line: of a node, and of the whole project."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from synterm.cli.parser import share
from synterm.core.gate import Gate
from synterm.formats.gate_text import HELP, read_gate


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


def given_gates(args: argparse.Namespace) -> tuple[Gate, ...] | None:
    """The gates that the options say; None where they say nothing. Raises InputError naming the option."""
    asked = () if args.min_pass_rate is None else (Gate(min_pass_rate=args.min_pass_rate),)
    named = tuple(read_gate(text, f"--gate {number}") for number, text in enumerate(args.gate or (), start=1))
    if asked or named:
        return (*asked, *named)
    return () if getattr(args, "no_gates", False) else None
