"""The words on the frames of the panes."""

from __future__ import annotations

from synterm.evaluate.statistics import mcnemar_exact, wilson
from synterm.text import plural
from synterm.tui.board import Board, Column


def results_title(board: Board) -> str:
    """``Results  108 cases × 3 variants``."""
    return f"Results  {plural(len(board.rows), 'case')} × {plural(len(board.columns), 'variant')}"


def results_summary(board: Board) -> str:
    """``48% [39–57]   +7 fixed −2 broken against v1, p = 0.18 over 104 cases``; what is known of it so far."""
    parts: list[str] = []
    if board.draft and (rate := _rate(board.draft)):
        parts.append(rate)
    reference = board.reference
    flips = board.flips()
    if reference and flips.compared:
        p_value = mcnemar_exact(flips.fixed, flips.broken)
        parts.append(
            f"▲{flips.fixed} fixed ▼{flips.broken} broken against {reference.variant.version}, "
            f"p = {p_value:.2g} over {plural(flips.compared, 'case')}"
        )
    return "   ".join(parts)


def _rate(column: Column) -> str:
    counts = column.counts
    if not counts.judged:
        return ""
    low, high = wilson(counts.passed, counts.judged)
    return f"{counts.passed / counts.judged:.0%} [{low:.0%}–{high:.0%}]".replace("%–", "–").replace("%]", "]")
