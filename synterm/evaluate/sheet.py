"""A run's verdicts as numbers: what its report needs, in about a hundred bytes for each case and each evaluation.

A sheet has a row for each case and a column for each variant. It counts, and holds neither inputs nor answers: those
are in the project file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation, Variant
from synterm.evaluate.column import Column
from synterm.evaluate.failing import Failures, Reasons
from synterm.evaluate.repeating import ONCE, Repeating
from synterm.evaluate.statistics import wilson
from synterm.evaluate.tally import Tally
from synterm.evaluate.weighted import weighted_rate

MOST_TAGS = 2000
"""So many tags are counted, those that came up first."""


class Sheet:
    """The verdicts of a run, and what it took to get them.

    Cases and their roots have numbers, in the order in which they came up.
    """

    def __init__(self, variants: Sequence[Variant], repeating: Repeating = ONCE, *, logged: bool = False) -> None:
        """`logged`: whether answers were given in production, so that those that are missing will never come."""
        self.variants = variants
        self.repeating = repeating
        self.made = 0
        self.further = 0
        """Of those made, the ones that count for no rate: see `Repeating.counts`."""
        self.cached = 0
        self.requests = 0
        """Requests that were sent, further attempts included."""
        self.cost_usd = 0.0
        """What the requests cost, as far as it is known."""
        self.cost_unknown = 0
        """Fresh answers whose cost is not known."""
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.roots = array("i")
        """The number of each case's root; -1 for a root that is no case of the run."""
        self.reasons = Reasons()
        """Why evaluations have no verdict."""
        self.failures = Failures()
        """What failed under the last variant."""
        self.lost: set[int] = set()
        """The numbers of logged calls that were never answered."""
        self._weights: array[float] | None = None
        self._logged = logged
        self._numbers: dict[str, int] = {}
        self._by_scenario: dict[str, array[int]] = {}
        self._by_tag: dict[str, array[int]] = {}
        self._columns = {variant.key: Column(repeated=repeating.repeated) for variant in variants}
        self._first, self._last = _compared(variants)

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation. Raises KeyError for a variant that the sheet has no column for."""
        task, completion = evaluation.task, evaluation.completion
        key = task.variant.key
        number = self._number_of(task.case)
        counts = self.repeating.counts(task.repeat)
        self._columns[key].add(number, evaluation, counts=counts)
        self.made += 1
        self.further += not counts
        self.cached += completion.cached
        if evaluation.others or not completion.cached:
            for call in evaluation.calls:
                self._count(call)
        if evaluation.passed is None:
            self.reasons.add(evaluation)
            if self._logged and not completion.outcome.answered:
                self.lost.add(number)
        elif not evaluation.passed and counts and key == self._last:
            self.failures.add(evaluation, passed_before=self._passed_before(number))

    def retried(self, failure: Completion) -> None:
        """Count what a try cost that was made again; the try itself is counted with the last one."""
        self.cost_usd += failure.cost_usd or 0.0
        self.cost_unknown += failure.charged_usd is None

    def cases(self, scenario_ids: Iterable[str] | None = None) -> array[int]:
        """The numbers of the cases in these scenarios; of all for None."""
        numbers = array("i")
        for scenario_id in self._by_scenario if scenario_ids is None else scenario_ids:
            numbers += self._by_scenario.get(scenario_id, array("i"))
        return numbers

    @property
    def by_scenario(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the cases of each scenario, by its id."""
        return self._by_scenario

    @property
    def by_tag(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the cases of each tag, for at most two thousand tags."""
        return self._by_tag

    def names(self) -> list[str]:
        """The ids of cases and roots, by their numbers."""
        return list(self._numbers)

    def column(self, variant: Variant) -> Column:
        """A variant's verdicts, with room for all cases. Raises KeyError for a variant that the sheet does not have."""
        column = self._columns[variant.key]
        column.reach(len(self.roots))
        return column

    def tally(self) -> Tally:
        """The verdicts of all variants."""
        whole = Tally()
        for column in self._columns.values():
            passed, judged = sum(column.passed), sum(column.judged)
            whole.passed += passed
            whole.failed += judged - passed
            whole.errors += sum(column.errors)
        return whole

    @property
    def is_weighted(self) -> bool:
        """Whether cases stand for more than others: see `weigh`."""
        return self._weights is not None

    def weigh(self, case: Case, weight: float) -> None:
        """Say that a case that was added stands for so many, as a call of a sample of production's traffic does."""
        if self._weights is None:
            self._weights = array("d")
        number = self._number_of(case)
        self._weights.extend([1.0] * (number + 1 - len(self._weights)))
        self._weights[number] = weight

    def weight(self, case: int) -> float:
        """For how many a case stands, by its number."""
        return 1.0 if self._weights is None or case >= len(self._weights) else self._weights[case]

    def rate(self, column: Column, cases: Sequence[int]) -> float | None:
        """The share of verdicts that are passes, 0 to 1; of all that a weighted sample stands for. None without any."""
        if self._weights is None:
            return column.tally(cases).rate
        judged = fsum(self.weight(case) * column.judged[case] for case in cases)
        passed = fsum(self.weight(case) * column.passed[case] for case in cases)
        return min(passed / judged, 1.0) if judged else None

    def interval(self, column: Column, cases: Iterable[int]) -> tuple[float, float] | None:
        """95 % Wilson interval of the pass rate over independent roots; None when nothing was judged.

        Each root counts once, with the share of its evaluations that passed: ten variations of a seed, or ten
        repeats of a case, are not ten data points. Of a weighted sample over its effective number of roots.
        """
        if self._weights is not None:
            return weighted_rate(column, cases, self.roots, self.weight).bounds
        shares = column.shares(cases, self.roots)
        # Exact in whatever order the answers came.
        return wilson(fsum(shares.values()), len(shares)) if shares else None

    @property
    def has_judges(self) -> bool:
        """Whether a check that asks a judge gave verdicts."""
        return any(column.judges for column in self._columns.values())

    def _count(self, completion: Completion) -> None:
        if not completion.cached and completion.outcome is not Outcome.NOT_SENT:
            self.requests += completion.attempts
            self.cost_usd += completion.cost_usd or 0.0
            self.cost_unknown += completion.charged_usd is None
            self.prompt_tokens += completion.usage.prompt or 0
            self.completion_tokens += completion.usage.completion or 0

    def _number_of(self, case: Case) -> int:
        number = self._numbers.get(case.id)
        if number is None or self.roots[number] < 0:
            number = self._number(case.id)
            self.roots[number] = self._number(case.root_id)
            self._by_scenario.setdefault(case.scenario_id, array("i")).append(number)
            for tag in case.tags:
                if tag in self._by_tag or len(self._by_tag) < MOST_TAGS:
                    self._by_tag.setdefault(tag, array("i")).append(number)
        return number

    def _number(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self.roots))
        if number == len(self.roots):
            self.roots.append(-1)
        return number

    def _passed_before(self, case: int) -> bool:
        before = self._columns[self._first].passed if self._first else ()
        return case < len(before) and before[case] > 0


_Key = tuple[str, str]


def _compared(variants: Sequence[Variant]) -> tuple[_Key | None, _Key | None]:
    """The last variant, and before it the first version of the same prompt under the same model, if it is another."""
    if not variants:
        return None, None
    last = variants[-1]
    first = next(each for each in variants if (each.prompt, each.model.name) == (last.prompt, last.model.name))
    return None if first.key == last.key else first.key, last.key
