"""What the repeats of a run come to: which cells are flaky, through whom, and the chances of several tries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from typing import Literal

from synterm.core.evaluation import Variant
from synterm.core.metrics import Bounds, FlakyReport, RepeatsReport, StoppedEarly
from synterm.core.tree import Tree
from synterm.evaluate.estimates import pass_at, pass_hat
from synterm.evaluate.noise import Cell, Stability
from synterm.evaluate.repeating import LEAD
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.statistics import wilson

_MOST = 200
_ALL_K = 10
"""Beyond it only some k are reported."""


class Steadiness:
    """The cells of a sheet that have several verdicts, or a judge of several judgements."""

    def __init__(self, sheet: Sheet, tree: Tree) -> None:
        self._sheet = sheet
        self._tree = tree
        counts = sheet.repeating.counts
        self._cells = {variant.key: list(sheet.column(variant).noise.cells(counts)) for variant in sheet.variants}
        self._flaky = {
            key: {cell.case: cell for cell in cells if cell.model or cell.judge} for key, cells in self._cells.items()
        }

    def report(self, variant: Variant) -> RepeatsReport | None:
        """What repeats say of a variant; None where nothing was judged more than once."""
        cells, how = self._cells[variant.key], self._sheet.repeating
        if not cells:
            return None
        counts = Counter(cell.stability for cell in cells)
        both = counts["flaky:model+judge"]
        at = hat = _NOTHING
        if how.judgings == 1:
            at, hat = (self._chances(variant, estimate) for estimate in (pass_at, pass_hat))
        return RepeatsReport(
            k=how.k,
            judgings=how.judgings,
            cells=len(cells),
            stable=counts["stable"],
            flaky_model=counts["flaky:model"] + both,
            flaky_judge=counts["flaky:judge"] + both,
            flaky_both=both,
            pass_at_k={k: chance for k, (chance, _) in at.items()},
            pass_hat_k={k: chance for k, (chance, _) in hat.items()},
            intervals=_intervals(at, hat),
            verdicts_differ=_mean(cell.differ for cell in cells),
            same_answer_differ=_mean(cell.same_differ for cell in cells),
            judge_share=judge_share(cells),
        )

    def count(self, variant: Variant, cases: Iterable[int]) -> tuple[int, int] | None:
        """How many of these cases are flaky, through the model and through the judge; None without repeats."""
        if not self._cells[variant.key]:
            return None
        flaky = self._flaky[variant.key]
        found = [flaky[case] for case in cases if case in flaky] if flaky else []
        return sum(cell.model for cell in found), sum(cell.judge for cell in found)

    def flaky(self) -> list[FlakyReport]:
        """The cells that are not stable, those nearest to as many passes as failures first; at most 200."""
        scenarios = {case: scenario for scenario, cases in self._sheet.by_scenario.items() for case in cases}
        names = self._sheet.names()
        found = [
            (-cell.unsteadiness, -cell.n, number, names[cell.case], cell)
            for number, variant in enumerate(self._sheet.variants)
            for cell in self._flaky[variant.key].values()
        ]
        found.sort(key=lambda one: one[:4])
        return [self._flaky_report(number, name, cell, scenarios) for _, _, number, name, cell in found[:_MOST]]

    def of(self) -> Callable[[tuple[str, str], str], Stability | None]:
        """How the verdicts of a cell agree, by variant key and case id; None where nothing was judged twice."""
        names = {name: number for number, name in enumerate(self._sheet.names())}
        known = {key: {cell.case: cell for cell in cells} for key, cells in self._cells.items()}

        def stability(key: tuple[str, str], case_id: str) -> Stability | None:
            cell = known.get(key, {}).get(names.get(case_id, -1))
            return cell and cell.stability

        return stability

    def stopped_early(self, rounds: int, not_made: int) -> StoppedEarly | None:
        """What was spared; None for a run that makes all repeats."""
        sheet = self._sheet
        if not sheet.repeating.stop_early:
            return None
        every = len(sheet.cases()) * len(sheet.variants)
        settled = sum(
            2 * max(cell.passed, cell.n - cell.passed) - cell.n >= LEAD
            for cells in self._cells.values()
            for cell in cells
        )
        spared = every * sheet.repeating.most - sheet.made - not_made
        return StoppedEarly(lead=LEAD, rounds=rounds, settled=settled, open=every - settled, spared=max(spared, 0))

    def _chances(self, variant: Variant, estimate: Callable[[int, int, int], float]) -> _Chances:
        """By k, the mean estimate of the cells that have k verdicts, and its interval over independent roots.

        Only of verdicts that every cell gets: how many more one gets depends on them where a run stops early.
        """
        column, roots = self._sheet.column(variant), self._sheet.roots
        counts = [(case, column.judged[case], column.passed[case]) for case in self._sheet.cases()]
        how = self._sheet.repeating
        chances: _Chances = {}
        for k in _ks(how.each):
            known = {(n, c): estimate(n, c, k) for n, c in {(n, c) for _, n, c in counts} if n >= k}
            by_root: dict[int, list[float]] = {}
            for case, n, c in counts:
                if n >= k:
                    by_root.setdefault(roots[case], []).append(known[n, c])
            if by_root:
                shares = [fsum(values) / len(values) for values in by_root.values()]
                chances[k] = (
                    fsum(map(fsum, by_root.values())) / sum(map(len, by_root.values())),
                    wilson(min(fsum(shares), len(shares)), len(shares)),
                )
        return chances

    def _flaky_report(self, number: int, name: str, cell: Cell, scenarios: Mapping[int, str]) -> FlakyReport:
        variant = self._sheet.variants[number]
        scenario = scenarios.get(cell.case, "")
        stability = cell.stability
        assert stability != "stable"
        return FlakyReport(
            case_id=name,
            behavior=self._tree.path(scenario) if scenario in self._tree else "",
            variant=variant.name,
            stability=stability,
            n=cell.n,
            passed=cell.passed,
            answers=cell.answers,
            input=self._sheet.column(variant).noise.heads.get(cell.case, ""),
        )


_Chances = dict[int, tuple[float, Bounds]]
_NOTHING: _Chances = {}


def judge_share(cells: Iterable[Cell]) -> float | None:
    """How much of the noise is the judge's, 0 to 1; None where no verdict ever differs, or nothing can tell.

    The variance of a verdict is that between answers and that within one (law of total variance), and two verdicts
    differ with twice the chance of their variance. Over the cells that have both kinds of pairs.
    """
    pairs = [(cell.differ, cell.same_differ) for cell in cells]
    known = [(differ, same) for differ, same in pairs if differ is not None and same is not None]
    whole, judges = fsum(differ for differ, _ in known), fsum(same for _, same in known)
    return min(judges / whole, 1.0) if whole else None


def _ks(most: int) -> Sequence[int]:
    """All up to 10; beyond, powers of two and the last."""
    if most <= _ALL_K:
        return range(1, most + 1)
    powers = [2**power for power in range(most.bit_length()) if 2**power < most]
    return [*powers, most]


def _intervals(at: _Chances, hat: _Chances) -> dict[Literal["pass_at_k", "pass_hat_k"], dict[int, Bounds]]:
    if not at:
        return {}
    return {
        "pass_at_k": {k: bounds for k, (_, bounds) in at.items()},
        "pass_hat_k": {k: bounds for k, (_, bounds) in hat.items()},
    }


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return fsum(known) / len(known) if known else None
