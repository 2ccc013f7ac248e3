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
    TableColumn("how", 28, rank=2),
    TableColumn("of", 36, rank=3),
)
KEPT_COLUMNS = (
    TableColumn("newest first"),
    TableColumn("expected", 14, rank=1),
    TableColumn("how", 28, rank=2),
    TableColumn("state", 30, rank=3),
)


def dropped_columns(*, broad: bool) -> Sequence[TableColumn]:
    """Those of dropped cases: the reason is never left out."""
    return (
        TableColumn("newest first"),
        TableColumn("why", 64 if broad else 34),
        TableColumn("how", 28, rank=2),
        TableColumn("expected", 14, rank=3),
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


def kept_cells(case: Case) -> Sequence[Cell]:
    """A case that was kept."""
    return [
        (case.title, ""),
        (value_text(case.expected) or "?", "dim"),
        (str(case.origin.detail.get("note") or ""), "dim"),
        (_state(case), "dim"),
    ]


def dropped_cells(case: Case) -> Sequence[Cell]:
    """A case that was dropped."""
    dropped: dict[str, Any] = case.origin.detail.get("dropped") or {}
    return [
        (case.title, "dim"),
        (f"{dropped.get('filter', 'rejected')}: {one_line(str(dropped.get('reason', '')), 160)}", "fail"),
        (str(case.origin.detail.get("note") or ""), "dim"),
        (value_text(case.expected) or "?", "dim"),
    ]


def _state(case: Case) -> str:
    detail = case.origin.detail
    dropped: dict[str, Any] = detail.get("dropped") or {}
    checks: list[dict[str, Any]] = [detail[name] for name in ("relation", "label_check") if detail.get(name)]
    # What speaks against it is told before what speaks for it.
    if check := min(checks, key=lambda one: (one.get("score") is None, one.get("score")), default=None):
        return one_line(str(check.get("reason", "")), 160)
    return f"restored: {dropped.get('filter')}" if dropped else case.status
