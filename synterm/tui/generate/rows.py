"""Generated texts as rows of a table: what would be made, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.core.case import Case, input_text, value_text
from synterm.describe.pipeline.preview import Shown
from synterm.text import one_line
from synterm.tui.widgets.table import Cell, TableColumn

PREVIEW_COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("would be made"),
    TableColumn("expected", 14, rank=1),
    TableColumn("how", 36, rank=2),
    TableColumn("of", 36, rank=3),
)
CASE_COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("newest first"),
    TableColumn("expected", 14, rank=1),
    TableColumn("why", 40, rank=2),
    TableColumn("how", 36, rank=3),
)


def preview_cells(one: Shown) -> Sequence[Cell]:
    """A candidate that is only shown."""
    expected = value_text(one.candidate.expected) or "?"
    doubt = "" if one.candidate.keeps == "same" else "?" if one.candidate.keeps == "unknown" else "≠"
    return [
        ("✗", "fail") if one.dropped else ("✓", "pass"),
        (input_text(one.candidate.input), "dim" if one.dropped else ""),
        (f"{expected}{doubt if expected != '?' else ''}", "dim"),
        (one.dropped or one.candidate.note, "fail" if one.dropped else "dim"),
        (input_text(one.seed.input) if one.seed else "–", "dim"),
    ]


def case_cells(case: Case) -> Sequence[Cell]:
    """A case that was made."""
    kept = case.status != "rejected"
    return [
        ("✓", "pass") if kept else ("✗", "fail"),
        (case.title, "" if kept else "dim"),
        (value_text(case.expected) or "?", "dim"),
        (_why(case), "dim" if kept else "fail"),
        (str(case.origin.detail.get("note") or ""), "dim"),
    ]


def _why(case: Case) -> str:
    detail = case.origin.detail
    dropped: dict[str, Any] = detail.get("dropped") or {}
    if case.status == "rejected":
        return f"{dropped.get('filter', 'rejected')}: {one_line(str(dropped.get('reason', '')), 160)}"
    check: dict[str, Any] = detail.get("label_check") or {}
    if check:
        return one_line(str(check.get("reason", "")), 160)
    return f"restored: {dropped.get('filter')}" if dropped else case.status
