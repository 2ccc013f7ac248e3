"""The leaderboard's columns: what stands in them, what they are sorted by, and which value is the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from synterm.core.tree import Tree
from synterm.evaluate.statistics import wilson
from synterm.evaluate.tally import Tally
from synterm.reports.figures import dollars, interval, milliseconds, percent
from synterm.reports.leaderboard import Standing, with_front
from synterm.text import one_line
from synterm.tui.board.column import Column as BoardColumn
from synterm.tui.board.column import Counts
from synterm.tui.widgets.table import Cell, TableColumn

Figure = Callable[[Standing], float | None]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One column of figures."""

    column: TableColumn
    figure: Figure
    text: Callable[[Standing], str]
    less_is_better: bool = False

    def order(self, standing: Standing) -> tuple[bool, float]:
        """What sorts the best first, and what is not known last."""
        value = self.figure(standing)
        return value is None, 0.0 if value is None else value if self.less_is_better else -value


def ranked_columns(found: Sequence[Standing]) -> list[Ranked]:
    """The columns for these variants: those of which nothing is known are left out."""
    quality = Ranked(TableColumn("quality", 14, right=True), lambda each: each.tally.rate, _quality)
    columns = [quality, *_rest(), *_behaviors(found)]
    return [each for each in columns if each is quality or any(each.figure(one) is not None for one in found)]


def _rest() -> Iterable[Ranked]:
    def number(title: str, width: int, rank: int, figure: Figure, text: Callable[[float], str], *, less: bool = True):
        return Ranked(
            TableColumn(title, width, right=True, rank=rank),
            figure,
            lambda each: "–" if (value := figure(each)) is None else text(value),
            less,
        )

    yield number("$/1000", 7, 1, lambda each: each.cost, dollars)
    yield number("p50", 7, 2, lambda each: each.p50, milliseconds)
    yield number("p95", 7, 7, lambda each: each.p95, milliseconds)
    yield number("tokens", 6, 8, lambda each: each.tokens, lambda value: f"{value:,.0f}")
    yield number("stable", 6, 6, lambda each: each.stability, percent, less=False)
    yield number("errors", 6, 4, lambda each: float(each.tally.errors), _errors)


def _errors(count: float) -> str:
    return f"! {count:.0f}" if count else "–"


def _behaviors(found: Sequence[Standing]) -> Iterable[Ranked]:
    paths = dict.fromkeys(path for standing in found for path in standing.behaviors or {})
    for path in paths:
        name = one_line(path.rpartition("/")[2], 12)

        def rate(each: Standing, path: str = path) -> float | None:
            tally = (each.behaviors or {}).get(path)
            return tally.rate if tally else None

        def text(each: Standing, path: str = path) -> str:
            tally = (each.behaviors or {}).get(path)
            return f"{percent(tally.rate)} /{tally.judged}" if tally and tally.judged else "–"

        yield Ranked(TableColumn(name, max(len(name), 9), right=True, rank=5), rate, text)


def _quality(standing: Standing) -> str:
    bounds = interval(standing.interval)
    return f"{percent(standing.tally.rate)} [{bounds}]" if bounds else percent(standing.tally.rate)


def table_columns(ranked: Sequence[Ranked], sorted_by: int) -> list[TableColumn]:
    """The columns of the table: the front's mark, the name, the figures, and the verdict."""
    figures = [
        TableColumn(f"{each.column.title}↓", max(each.column.width or 0, len(each.column.title) + 1), True, 0)
        if index == sorted_by
        else each.column
        for index, each in enumerate(ranked)
    ]
    return [TableColumn("", 1), TableColumn("variant"), *figures, TableColumn("against reference", 26, rank=3)]


def cells(standing: Standing, ranked: Sequence[Ranked], best: Sequence[float | None]) -> list[Cell]:
    """One row of the table."""
    figures = [
        (each.text(standing), "best" if value is not None and each.figure(standing) == value else "")
        for each, value in zip(ranked, best, strict=True)
    ]
    return [("★" if standing.front else " ", "accent"), (standing.name, ""), *figures, _verdict(standing)]


def best_values(found: Sequence[Standing], ranked: Sequence[Ranked]) -> list[float | None]:
    """The best value of each column; None where all are equal, or unknown."""
    values: list[float | None] = []
    for each in ranked:
        known = [value for standing in found if (value := each.figure(standing)) is not None]
        best = (min if each.less_is_better else max)(known) if len(set(known)) > 1 else None
        values.append(best)
    return values


def _verdict(standing: Standing) -> Cell:
    change = standing.change
    if change is None:
        return "reference", "dim"
    words = f"{change.verdict} ▲{len(change.fixed)} ▼{len(change.broken)}"
    short = words if len(words) <= 26 else f"{_SHORT[change.verdict]} ▲{len(change.fixed)} ▼{len(change.broken)}"
    return short, {"better": "pass", "worse": "fail"}.get(change.verdict, "dim")


_SHORT = {
    "no difference found": "no difference",
    "not enough evidence": "too little",
    "better": "better",
    "worse": "worse",
}


def board_standings(columns: Sequence[BoardColumn], tree: Tree) -> list[Standing]:
    """The columns of the workbench as they are now. Their intervals take each case as independent."""
    return with_front([_of_board(column, tree) for column in columns])


def _of_board(column: BoardColumn, tree: Tree) -> Standing:
    counts = column.counts
    behaviors: dict[str, Tally] = {}
    for scenario_id, found in column.by_scenario.items():
        if scenario_id in tree and (column.scope is None or scenario_id in column.scope):
            tally = behaviors.setdefault(tree.path(scenario_id).rpartition("/")[0], Tally())
            _add(tally, found)
    return Standing(
        column.variant.name,
        column.variant.key,
        Tally(counts.passed, counts.failed, counts.errors),
        wilson(counts.passed, counts.judged) if counts.judged else None,
        behaviors,
    )


def _add(tally: Tally, counts: Counts) -> None:
    tally.passed += counts.passed
    tally.failed += counts.failed
    tally.errors += counts.errors
