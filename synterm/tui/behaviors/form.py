"""A node of the behavior tree as a form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from synterm.checks.registry import BUILT_IN
from synterm.core.tree import Gate, Node
from synterm.errors import InputError
from synterm.formats.fields import make_node, node_name, read_checks, read_share
from synterm.tui.screens.forms import Field, Values

_OFTEN = ("contains", "equals", "label", "regex", "is-json", "similar", "llm-rubric", "assert-set")
NOTE = (
    f"A check is {{type: contains, value: refund}}. Often used: {', '.join(_OFTEN)}; not- before one negates it. "
    f"There are {len(BUILT_IN)}: a name that is not quite right is told what is near, docs/checks.md has them all."
)


def node_fields(node: Node | None) -> list[Field]:
    """The fields, filled with what a node says."""
    gates = ", ".join(f"{gate.min_pass_rate:g}" for gate in node.gates) if node else ""
    checks = "\n".join(json.dumps(check, ensure_ascii=False) for check in node.checks) if node else ""
    return [
        Field("name", "Name", node.name if node else ""),
        Field("description", "Description", node.description if node else "", "text", "what is wanted, in words"),
        Field("checks", "Checks", checks, "text", "one a line, for all cases below: JSON, YAML, or only a type"),
        Field("gates", "Gate", gates, help="lowest pass rate, 0.9 or 90%; empty for none", placeholder="90%"),
    ]


def edited_node(values: Values, **rest: Any) -> Node:
    """The node that the form says. Raises InputError naming the field."""
    return make_node(
        {
            **rest,
            "name": node_name(values["name"]),
            "description": values["description"].strip(),
            "checks": _field("checks", lambda: read_checks(values["checks"])),
            "gates": _field("gates", lambda: _gates(values["gates"])),
        }
    )


def _gates(text: str) -> tuple[Gate, ...]:
    return tuple(Gate(min_pass_rate=read_share(one, "gates")) for one in text.split(",") if one.strip())


def _field(name: str, read: Callable[[], Any]) -> Any:
    """What `read` gives; its error is told at the field."""
    try:
        return read()
    except InputError as error:
        words = str(error) if error.where != name else error.message
        raise InputError(words, where=name, hint=error.hint) from error
