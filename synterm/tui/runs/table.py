"""Runs as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from synterm.text import one_line, plural
from synterm.tui.runs.line import RunLine
from synterm.tui.widgets.table import Cell, TableColumn

COLUMNS = (
    TableColumn("", 1),
    TableColumn("when", 16),
    TableColumn("", 1),
    TableColumn("what"),
    TableColumn("pass rate", 14, right=True),
    TableColumn("no verdict", 10, right=True, rank=3),
    TableColumn("cost", 8, right=True, rank=2),
    TableColumn("took", 12, right=True, rank=4),
    TableColumn("who", 8, rank=5),
    TableColumn("commit", 7, rank=6),
)


def run_cells(line: RunLine, pins: Sequence[str] = (), *, marked: bool) -> list[Cell]:
    """One run, as `COLUMNS` say. `pins`: the baselines that it is."""
    pinned = f"= {', '.join(one_line(name, 20) for name in pins)} · " if pins else ""
    status = {"complete": "pass", "running": "accent"}.get(line.run.status, "error")
    return [
        ("◆" if marked else " ", "accent"),
        (line.when, ""),
        (line.mark, status),
        (pinned + line.what, "accent" if pins else ""),
        (line.rate, ""),
        (f"! {line.errors}" if line.errors else "–", "error" if line.errors else "dim"),
        (line.cost, "dim"),
        (line.wall, "dim"),
        (line.who, "dim"),
        (line.commit, "dim"),
    ]


def config_text(line: RunLine, pins: Sequence[str] = ()) -> list[Content]:
    """What the run was to do and how it went, line by line, and which baselines it is."""
    names = ", ".join(one_line(name, 30) for name in pins)
    pinned = [Content.styled(f"= {names}: pinned as a baseline", "$text-accent")] if pins else []
    return [*pinned, *(Content(words) for words in line.config_lines())]


def what_goes(line: RunLine) -> str:
    """What removing a run destroys."""
    return (
        f"{line.when}, {line.what}\n\n"
        f"Its {plural(line.judged + line.errors, 'verdict')} will be gone, and this can't be undone. "
        "The answers stay in the project file, so the same run again costs nothing for them."
    )
