"""One variant's verdicts as numbers."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

from synterm.core.evaluation import CheckResult, Evaluation
from synterm.evaluate.scores import Scores
from synterm.evaluate.tally import Tally


class Column:
    """One variant's verdicts, counted for each case by its number in the sheet: repeats add up."""

    __slots__ = ("cost_usd", "errors", "judged", "labels", "latencies", "metrics", "passed")

    def __init__(self) -> None:
        self.passed = array("i")
        self.judged = array("i")
        self.errors = array("i")
        self.latencies = array("d")
        """Milliseconds, where they are known, in the order they came."""
        self.cost_usd = 0.0
        """What its fresh answers cost, as far as it is known."""
        self.labels: Counter[tuple[str, str | None]] = Counter()
        """Expected labels with those that were read."""
        self.metrics: dict[str, Scores] = {}
        """The scores of checks that name a metric, by its name."""

    def add(self, case: int, evaluation: Evaluation) -> None:
        """Count one evaluation of a case."""
        if case >= len(self.judged):
            self.reach(case + 1)
        if evaluation.passed is None:
            self.errors[case] += 1
        else:
            self.judged[case] += 1
            self.passed[case] += evaluation.passed
        completion = evaluation.completion
        if completion.latency_ms is not None:
            self.latencies.append(completion.latency_ms)
        if completion.cost_usd and not completion.cached:
            self.cost_usd += completion.cost_usd
        for check in evaluation.checks:
            if check.expected_label and (reading := check.reading):
                self.labels[reading] += 1
            if check.metric or check.parts:
                self._add_scores(case, check)

    def _add_scores(self, case: int, check: CheckResult) -> None:
        if check.metric and check.score is not None:
            scores = self.metrics.get(check.metric)
            if scores is None:
                scores = self.metrics[check.metric] = Scores()
            scores.add(case, check)
        for part in check.parts:
            self._add_scores(case, part)

    def reach(self, cases: int) -> None:
        """Have room for so many cases."""
        if (missing := cases - len(self.judged)) > 0:
            for counts in (self.passed, self.judged, self.errors):
                counts.extend(bytes(missing))

    def tally(self, cases: Sequence[int]) -> Tally:
        """The verdicts on some cases."""
        passed, judged, errors = (
            sum(map(counts.__getitem__, cases)) for counts in (self.passed, self.judged, self.errors)
        )
        return Tally(passed, judged - passed, errors)

    def shares(self, cases: Iterable[int], groups: Sequence[int]) -> dict[int, float]:
        """The share of passes among the verdicts of each group, 0 to 1; `groups` has each case's, by its number."""
        passed: dict[int, float] = {}
        judged: dict[int, int] = {}
        for case in cases:
            if count := self.judged[case]:
                group = groups[case]
                judged[group] = judged.get(group, 0) + count
                passed[group] = passed.get(group, 0) + self.passed[case]
        for group, count in judged.items():
            passed[group] /= count
        return passed
