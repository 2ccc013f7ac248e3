"""The words on the frames of the panes."""

from __future__ import annotations

from functools import lru_cache

from synterm.evaluate.statistics import mcnemar_exact, wilson
from synterm.evaluate.verdict import more_needed, verdict_of
from synterm.reports.figures import p_words
from synterm.text import one_line, plural
from synterm.tui.board.arrange import Arrangement
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column, Counts

_SORTS = {
    "failing": "failing first",
    "passing": "passing first",
    "answer": "by answer",
    "flips": "by flips",
    "disagreement": "by disagreement",
    "expected": "by expected",
    "input": "by input",
}


def results_title(board: Board, arrangement: Arrangement) -> str:
    """``Results  108 cases × 3 variants · vs baseline main``, ``Results  12 of 108 cases × 3 variants · failing``."""
    total, shown = len(board.rows), len(board.shown)
    cases = plural(total, "case") if shown == total else f"{shown:,} of {plural(total, 'case')}"
    words = f"Results  {cases} × {plural(sum(not column.recorded for column in board.columns), 'variant')}"
    return " · ".join((words, *_arranged(board, arrangement), *_held(board)))


def counted(shown: int, total: int) -> str:
    """``106``, or ``12 of 106`` where only some are shown."""
    return f"{total:,}" if shown == total else f"{shown:,} of {total:,}"


def _arranged(board: Board, arrangement: Arrangement) -> list[str]:
    words = [] if arrangement.only == "all" else [arrangement.only]
    draft = board.draft.title if board.draft else ""
    if arrangement.only in ("failing", "errors") and arrangement.column != draft:
        words[0] += f" under {arrangement.column}"
    if arrangement.sort:
        words.append(_SORTS[arrangement.sort.by])
    return [*words]


def _held(board: Board) -> list[str]:
    """``vs baseline main``; with what that is of, where it is of another model; or why it is not."""
    baseline, draft = board.baseline, board.draft
    if baseline is None or draft is None:
        return []
    if baseline.absent:
        return [f"{baseline.title} has nothing of {one_line(baseline.prompt, 30)}"]
    if not baseline.known:
        return [f"reading {baseline.title} …"]
    other = baseline.variant.model.name != draft.variant.model.name
    return [f"vs {baseline.title}" + (f" ({one_line(baseline.of, 40)})" if other else "")]


def results_summary(board: Board) -> str:
    """``48% [39–57]   ▲7 fixed ▼2 broken against v1, p = 0.18: not enough evidence (about 40 more cases would tell)``;
    without interval, p-value and verdict until all is known. Of a baseline that lacks cases: ``… of 98 cases against``.

    What failed last is evaluated first, so what is known in between is no fair sample.
    """
    total = len(board.rows)
    draft, reference = board.draft, board.reference
    parts = [_rate(draft, total)] if draft and draft.counts.judged else []
    flips = board.flips()
    if reference and flips.compared:
        fresh = draft.counts.fresh if draft else 0
        # What a run did not record will not come.
        known = fresh if reference.recorded else min(fresh, reference.counts.fresh)
        of = f" of {plural(flips.compared, 'case')}" if reference.recorded and flips.compared < total <= known else ""
        parts.append(f"▲{flips.fixed} fixed ▼{flips.broken} broken{of} against {_name(reference, draft)}")
        parts[-1] += _chance(*board.turned()) if known >= total else " so far"
    return "   ".join(parts)


def _name(reference: Column, draft: Column | None) -> str:
    if reference.recorded:
        return reference.title
    alike = draft is not None and draft.variant.model.name == reference.variant.model.name
    return reference.variant.version if alike else reference.title


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


def earlier_rate(before: Counts) -> str:
    """``48%·``: the pass rate of the text before, where nothing is known of this one yet; the dot as in stale cells."""
    return f"{before.passed / before.judged:.0%}·" if before.judged else ""


@lru_cache(maxsize=8)
def _chance(up: int, down: int, compared: int) -> str:
    p_value, verdict = mcnemar_exact(up, down), verdict_of(up, down)
    more = more_needed(up, down, compared) if verdict == "not enough evidence" else None
    return f", {p_words(p_value)}: {verdict}" + (f" (about {more:,} more cases would tell)" if more else "")
