"""The files through which a step tells GitHub its outputs and its summary: both are added to, never replaced."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from synterm.hidden import hidden

_STEP = 1024 * 1024
"""Bytes that GitHub takes as the summary of one step; more, and it shows none of it."""
_MARGIN = 4096


def summary_room() -> int:
    """Bytes that may still be added to the step's summary; 0 where there is none. Raises OSError."""
    place = _place("GITHUB_STEP_SUMMARY")
    if place is None:
        return 0
    written = place.stat().st_size if place.exists() else 0
    return max(_STEP - _MARGIN - written, 0)


def add_to_summary(text: str) -> None:
    """Add Markdown to the step's summary, where there is one. Raises OSError."""
    _add("GITHUB_STEP_SUMMARY", "\n" + text)


def add_outputs(values: Mapping[str, str]) -> None:
    """Set outputs of the step, where it can have some. Raises OSError."""
    _add("GITHUB_OUTPUT", "".join(f"{name}{_value(value)}" for name, value in values.items()))


def _value(value: str) -> str:
    """``<<DELIMITER``, the value, and the delimiter, which is no line of the value."""
    lines = value.replace("\r", "\n").split("\n")
    delimiter = f"end_{secrets.token_hex(16)}"
    while delimiter in lines:
        delimiter = f"end_{secrets.token_hex(16)}"
    return f"<<{delimiter}\n{value}\n{delimiter}\n"


def _add(variable: str, text: str) -> None:
    place = _place(variable)
    if place is not None:
        with place.open("a", encoding="utf-8", newline="\n") as file:
            file.write(hidden(text))


def _place(variable: str) -> Path | None:
    name = os.environ.get(variable)
    return Path(name) if name else None
