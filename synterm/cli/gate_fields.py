"""Gates on the command line: of a node, and of the whole project."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from synterm.cli.output import say
from synterm.cli.parser import share
from synterm.core.gate import ALL, Gate
from synterm.core.tree import Node
from synterm.errors import InputError
from synterm.evaluate.gates.untagged import untagged
from synterm.formats.gate_text import HELP, gate_text, read_gate
from synterm.storage.project import Project
from synterm.text import one_line


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
        add("--add-gate", action="append", metavar="GATE", help="one gate more; may be repeated")
        add("--remove-gate", action="append", metavar="GATE", help="take this one away; may be repeated")
        add("--no-gates", action="store_true", help="take its gates away")


def given_gates(project: Project, args: argparse.Namespace, old: Sequence[Gate] = ()) -> tuple[Gate, ...] | None:
    """The gates that the options say, of something that has the `old` ones; None where they say nothing.

    Raises InputError naming the option, NotFoundError for a case that the project does not have.
    """
    asked = () if args.min_pass_rate is None else (Gate(min_pass_rate=args.min_pass_rate),)
    named, added, removed = (_read(project, args, option) for option in ("gate", "add_gate", "remove_gate"))
    instead = (*asked, *named)
    if not (added or removed):
        return instead or (() if getattr(args, "no_gates", False) else None)
    kept = list(instead if instead or args.no_gates else old)
    for gate in removed:
        kept = _without(kept, gate)
    return (*kept, *(gate for gate in added if gate not in kept))


def change_words(old: Sequence[Gate], new: Sequence[Gate]) -> str:
    """Which gates went and which came, to stand behind what was changed; nothing where they are the same."""
    gone, come = [gate for gate in old if gate not in new], [gate for gate in new if gate not in old]
    parts = (("no longer", gone), ("new", come))
    told = [f"{word}: {', '.join(gate_text(gate) for gate in gates)}" for word, gates in parts if gates]
    if not told:
        return ""
    shown = one_line("; ".join(told), 1000)
    stays = len(new) - len(come)
    return f"\n  gates {shown}" + (f"; {stays} as before" if stays else "")


def warn_of_untagged(project: Project, gates: Sequence[Gate], node: Node | None = None) -> None:
    """Say where a gate names a tag that no case has."""
    for told in untagged(project, gates, node):
        say(f"! {told}")


def _read(project: Project, args: argparse.Namespace, option: str) -> tuple[Gate, ...]:
    shown = f"--{option.replace('_', '-')}"
    texts = enumerate(getattr(args, option, None) or (), start=1)
    return tuple(_whole_ids(project, read_gate(text, f"{shown} {number}")) for number, text in texts)


def _without(gates: list[Gate], removed: Gate) -> list[Gate]:
    left = [gate for gate in gates if _plain(gate) != _plain(removed)]
    if len(left) == len(gates):
        there = ", ".join(gate_text(gate) for gate in gates)
        hint = f"there are: {one_line(there, 400)}" if gates else "there are none"
        raise InputError("there is no such gate", where=f"--remove-gate {gate_text(removed)!r}", hint=hint)
    return left


def _plain(gate: Gate) -> Gate:
    """The gate with what holds where nothing is said: ``1500 ms`` is ``p95 1500 ms``."""
    return gate.model_copy(update={"percentile": gate.share * 100}) if gate.max_latency_ms else gate


def _whole_ids(project: Project, gate: Gate) -> Gate:
    """The gate with the whole ids of the cases that it names: an ending may name several later on."""
    if gate.must_pass is None or gate.must_pass == ALL:
        return gate
    return Gate(must_pass=tuple(project.cases.get(name).id for name in gate.must_pass))
