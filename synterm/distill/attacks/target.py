"""Where in a case an attacking model's text goes: beside what the user says, so that what is expected stays."""

from __future__ import annotations

from typing import Any

from synterm.core.case import Case
from synterm.core.dialog import NAME, is_dialog
from synterm.core.evaluation import Variant
from synterm.describe.generators.lines import lines_of, rewritten
from synterm.evaluate.renderers import renderer

MOST_TURNS = 50


def with_message(case: Case, variant: Variant, message: str) -> dict[str, Any] | None:
    """The input with a message below what its user says, of a dialog below the last line; None where it has no text."""
    lines = lines_of(case.input, tuple(renderer(variant.body).variables), None)
    if not lines:
        return None
    path, text = lines[-1]
    return rewritten(case.input, {path: f"{text}\n\n{message}"})


def with_turns(case: Case, variant: Variant, lines: list[str]) -> dict[str, Any] | None:
    """The input as a dialog in which these lines come first, but for the last of them, which stands below what the
    case's user says; None where the case can't be such a dialog: it has a simulated user, or no text."""
    *before, last = lines
    values = case.input
    if is_dialog(values):
        turns = values[NAME].get("turns")
        if not turns:
            return None
        talk = [*turns[:-1], *before, f"{turns[-1]}\n\n{last}"][-MOST_TURNS:]
        return {**values, NAME: {**values[NAME], "turns": talk}}
    found = lines_of(values, tuple(renderer(variant.body).variables), None)
    if not found or len(found[-1][0]) != 1:
        return None
    (name, *_), text = found[-1]
    rest = {key: value for key, value in values.items() if key != name}
    return {**rest, NAME: {"turns": [*before, f"{text}\n\n{last}"], "variable": str(name)}}
