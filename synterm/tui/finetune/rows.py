"""Behaviors, examples, refusals and tunings as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synterm.core.case import input_text
from synterm.core.training import BehaviorTraining, Guard, Refusal, TrainingExample
from synterm.core.tuning import Tuning
from synterm.reports.figures import percent
from synterm.text import one_line
from synterm.tui.widgets.table import Cell, TableColumn

_BARS = "▁▂▃▄▅▆▇█"
_LONGEST = 300
_MOST_LABELS = 10
"""Bars of labels in a row; more than so many say nothing."""

GUARDS: Mapping[Guard, str] = {
    "split": "kept for evaluation",
    "lineage": "kin of evaluation cases",
    "near-duplicate": "much like evaluation cases",
    "prompt-leak": "evaluation text in the prompt",
    "no-answer": "no right answer",
    "same-answer": "right and wrong the same",
    "tie": "a tie",
    "too-long": "too long",
    "private": "private data or a key",
}
"""What each guard refuses, in words."""

BEHAVIOR_COLUMNS = (
    TableColumn("behavior"),
    TableColumn("cases", 5, right=True, rank=4),
    TableColumn("learn", 5, right=True),
    TableColumn("lineages", 8, right=True, rank=3),
    TableColumn("right answers", 34, rank=6),
    TableColumn("avoid", 5, right=True, rank=1),
    TableColumn("pairs", 5, right=True, rank=5),
    TableColumn("hard", 5, right=True, rank=2),
    TableColumn("labels", _MOST_LABELS, rank=1),
)
EXAMPLE_COLUMNS = (
    TableColumn("#", 6, right=True, rank=4),
    TableColumn("request"),
    TableColumn("learns", 16),
    TableColumn("from", 8, rank=2),
    TableColumn("avoids", 14, rank=1),
    TableColumn("fails", 5, right=True, rank=1),
    TableColumn("tokens", 6, right=True, rank=3),
    TableColumn("behavior", 26, rank=5),
)
REFUSAL_COLUMNS = (
    TableColumn("refused for", 26),
    TableColumn("request", 30, rank=1),
    TableColumn("why"),
    TableColumn("leaks", 10, rank=2),
    TableColumn("behavior", 26, rank=3),
)
TUNING_COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("model"),
    TableColumn("of", 28, rank=2),
    TableColumn("method", 6, rank=3),
    TableColumn("rows", 7, right=True, rank=1),
    TableColumn("loss", 14, rank=2),
    TableColumn("cost", 12, rank=4),
    TableColumn("when", 16, rank=3),
)


def behavior_cells(one: BehaviorTraining, labels: Sequence[str]) -> Sequence[Cell]:
    """One behavior; `labels`: all that there are, in the order in which bars stand."""
    return [
        (one.path, "" if one.examples else "dim"),
        (f"{one.cases:,}", "dim"),
        (f"{one.examples:,}", "" if one.examples else "fail"),
        (f"{one.roots:,}", "dim"),
        (" ".join(f"{count:,} {source}" for source, count in one.positives.items() if count), "dim"),
        (f"{one.negatives:,}", "dim"),
        (f"{one.pairs:,}", "dim"),
        (f"{one.hard:,}" if one.hard else "", "accent"),
        (bars(one.labels, labels), "accent"),
    ]


def bars(counts: Mapping[str, int], labels: Sequence[str]) -> str:
    """A bar for each label, the highest for the one that has most."""
    most = max(counts.values(), default=0)
    if not most or len(labels) > _MOST_LABELS:
        return ""
    return "".join(_bar(counts.get(label, 0), most) for label in labels)


def _bar(count: int, most: int) -> str:
    return _BARS[count * (len(_BARS) - 1) // most] if count else "·"


def example_cells(at: int, one: TrainingExample) -> Sequence[Cell]:
    """One example, the `at`-th of those shown."""
    watched = one.part == "validation"
    answer = one.positives[0] if one.positives else None
    avoid = one.negatives[0].text if one.negatives else ""
    more = f" +{len(one.negatives) - 1}" if len(one.negatives) > 1 else ""
    return [
        (f"{at + 1:,}", "dim"),
        (f"◇ {input_text(one.case.input)}" if watched else input_text(one.case.input), "dim" if watched else ""),
        (one_line(answer.text, _LONGEST) if answer else "–", "pass"),
        (answer.source if answer else "", "dim"),
        (one_line(avoid, 60) + more, "fail"),
        (percent(one.difficulty) if one.difficulty is not None else "", _ink(one.difficulty)),
        (f"{one.tokens:,}", "dim"),
        (one.behavior, "dim"),
    ]


def _ink(difficulty: float | None) -> str:
    return "accent" if difficulty is not None and difficulty > 0.5 else "dim"


def refusal_cells(one: Refusal) -> Sequence[Cell]:
    """One refusal."""
    what = "" if one.what == "example" else f" ({one.what})"
    return [
        (f"{GUARDS[one.guard]}{what}", "fail" if one.what == "example" else "error"),
        (one_line(one.input, _LONGEST), ""),
        (one_line(one.reason, _LONGEST), ""),
        (one.other[-8:], "dim"),
        (one.behavior, "dim"),
    ]


_MARKS = {"running": ("⠶", "accent"), "done": ("✓", "pass"), "failed": ("✗", "fail"), "cancelled": ("–", "dim")}


def tuning_cells(one: Tuning) -> Sequence[Cell]:
    """One tuning."""
    name = one.model_name or one.result
    return [
        _MARKS[one.status],
        (name or one.error or f"{one.status} …", "" if name else "dim"),
        (f"{one.base} · {one.trainer}", "dim"),
        (one.method, "dim"),
        (f"{one.rows:,}", "dim"),
        (losses_words(one), "dim"),
        (_cost(one), "dim"),
        (one.started[:16].replace("T", " "), "dim"),
    ]


def losses_words(one: Tuning) -> str:
    """``2.31 → 0.04``: the first loss and the last."""
    return f"{one.losses[0][1]:.2f} → {one.losses[-1][1]:.2f}" if one.losses else ""


def _cost(one: Tuning) -> str:
    if one.cost_usd is not None:
        return f"${one.cost_usd:,.2f}"
    return f"{one.cpu_s:,.0f} CPU-s" if one.cpu_s is not None else ""
