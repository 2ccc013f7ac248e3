"""The words on the frames of the panes."""

from __future__ import annotations

from functools import lru_cache

from synterm.evaluate.statistics import mcnemar_exact, wilson
from synterm.text import plural
from synterm.tui.board import Board, Flips
from synterm.tui.column import Column, Counts


def results_title(board: Board) -> str:
    """``Results  108 cases × 3 variants``."""
    return f"Results  {plural(len(board.rows), 'case')} × {plural(len(board.columns), 'variant')}"


def results_summary(board: Board) -> str:
    """``48% [39–57]   ▲7 fixed ▼2 broken against v1, p = 0.18``; without interval and p-value until all is known.

    What failed last is evaluated first, so what is known in between is no fair sample.
    """
    total = len(board.rows)
    draft, reference = board.draft, board.reference
    parts = [_rate(draft, total)] if draft and draft.counts.judged else []
    flips = board.flips()
    if reference and flips.compared:
        parts.append(f"▲{flips.fixed} fixed ▼{flips.broken} broken against {reference.variant.version}")
        known = min(draft.counts.fresh, reference.counts.fresh) if draft else 0
        parts[-1] += _chance(flips) if known >= total else " so far"
    return "   ".join(parts)


def _rate(column: Column, total: int) -> str:
    counts = column.counts
    if counts.judged < total:
        return rate_text(counts, total)
    low, high = wilson(counts.passed, counts.judged)
    return f"{counts.passed / counts.judged:.0%} [{low:.0%}–{high:.0%}]".replace("%–", "–").replace("%]", "]")


def rate_text(counts: Counts, total: int) -> str:
    """The pass rate, ``48%``; while verdicts are missing, the range that it can still end in, ``40–62%``."""
    if not total or not counts.judged:
        return ""
    missing = total - counts.judged
    if missing <= 0:
        return f"{counts.passed / counts.judged:.0%}"
    low, high = counts.passed / total, (counts.passed + missing) / total
    return f"{low * 100:.0f}–{high:.0%}"


@lru_cache(maxsize=8)
def _chance(flips: Flips) -> str:
    p_value = mcnemar_exact(flips.fixed, flips.broken)
    return ", p < 0.001" if p_value < 0.001 else f", p = {p_value:.2g}"
