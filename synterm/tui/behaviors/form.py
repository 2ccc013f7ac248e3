"""A node of the behavior tree as a form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from synterm.checks.registry import BUILT_IN
from synterm.core.tree import Node
from synterm.errors import InputError
from synterm.formats.fields import make_node, node_name, read_checks
from synterm.formats.gate_text import HELP, gates_text, read_gates
from synterm.tui.screens.forms import Field, Values

_OFTEN = ("contains", "equals", "label", "regex", "is-json", "similar", "llm-rubric", "assert-set")
NOTE = (
    f"A check is {{type: contains, value: refund}}. Often used: {', '.join(_OFTEN)}; not- before one negates it. "
    f"There are {len(BUILT_IN)}: a name that is not quite right is told what is near, docs/checks.md has them all. "
    f"Gates: {HELP}; docs/gates.md."
)


def node_fields(node: Node | None) -> list[Field]:
    """The fields, filled with what a node says."""
    gates = gates_text(node.gates) if node else ""
    checks = "\n".join(json.dumps(check, ensure_ascii=False) for check in node.checks) if node else ""
    return [
        Field("name", "Name", node.name if node else ""),
        Field("description", "Description", node.description if node else "", "text", "what is wanted, in words"),
        Field("checks", "Checks", checks, "text", "one a line, for all cases below: JSON, YAML, or only a type"),
        Field("gates", "Gates", gates, help="commas between; empty for none", placeholder="90%, must pass #critical"),
    ]


def edited_node(values: Values, **rest: Any) -> Node:
    """The node that the form says. Raises InputError naming the field."""
    return make_node(
        {
            **rest,
            "name": node_name(values["name"]),
            "description": values["description"].strip(),
            "checks": _field("checks", lambda: read_checks(values["checks"])),
            "gates": _field("gates", lambda: read_gates(values["gates"])),
        }
    )


def _field(name: str, read: Callable[[], Any]) -> Any:
    """What `read` gives; its error is told at the field."""
    try:
        return read()
    except InputError as error:
        words = str(error) if error.where != name else error.message
        raise InputError(words, where=name, hint=error.hint) from error
