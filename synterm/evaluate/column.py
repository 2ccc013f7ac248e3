"""One variant's verdicts as numbers."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

from synterm.core.dialog import FINISH
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.evaluate.noise import Noise
from synterm.evaluate.scores import Scores
from synterm.evaluate.series import Figures, Series
from synterm.evaluate.tally import Tally


class JudgeCount:
    """What one check said under one judge."""

    __slots__ = ("judged", "passed", "seen")

    def __init__(self) -> None:
        self.passed = 0
        self.judged = 0
        self.seen = bytearray()
        """By a case's number in the sheet: 1 where it gave a verdict."""

    def add(self, case: int, passed: bool | None) -> None:
        """Count one of its verdicts, if it is one."""
        if passed is not None:
            self.passed += passed
            self.judged += 1
            if case >= len(self.seen):
                self.seen.extend(bytes(case + 1 - len(self.seen)))
            self.seen[case] = 1

    def saw(self, case: int) -> bool:
        """Whether it gave a verdict on a case."""
        return case < len(self.seen) and bool(self.seen[case])


class Column:
    """One variant's verdicts, counted for each case by its number in the sheet: repeats add up."""

    __slots__ = (
        "_numbers",
        "_repeated",
        "cost_usd",
        "errors",
        "figures",
        "judged",
        "judges",
        "metrics",
        "noise",
        "pairs",
        "passed",
    )

    def __init__(self, *, repeated: bool = False) -> None:
        """`repeated`: whether cases have several evaluations, which are to be held against each other."""
        self.passed = array("i")
        self.judged = array("i")
        self.errors = array("i")
        self.figures = Figures()
        self.noise = Noise()
        """What repeats say, and judges of several judgements."""
        self.cost_usd = 0.0
        """What its fresh answers cost, as far as it is known."""
        self.pairs: list[tuple[str, str | None]] = []
        """Expected labels with those that were read: what the numbers in `figures.labels` stand for."""
        self.metrics: dict[str, Scores] = {}
        """The scores of checks that name a metric, by its name."""
        self.judges: dict[tuple[str, str], JudgeCount] = {}
        """What judges said, by type of check and judge."""
        self._numbers: dict[tuple[str, str | None], int] = {}
        self._repeated = repeated

    def add(self, case: int, evaluation: Evaluation, *, counts: bool = True) -> None:
        """Count one evaluation of a case; where it does not count, only for what it cost, and for the noise."""
        completion = evaluation.completion
        if case >= len(self.judged):
            self.reach(case + 1)
        if completion.cost_usd and not completion.cached:
            self.cost_usd += completion.cost_usd
        if counts:
            self._count(case, evaluation)
        several = self._repeated
        for check in evaluation.checks:
            several = several or check.agreed is not None or bool(check.parts and check.agreements)
            if counts:
                if check.expected_label and (reading := check.reading):
                    self.figures.labels.add(case, self._number(*reading))
                if check.metric or check.parts or check.judge:
                    self._add_check(case, check)
        if several and evaluation.passed is not None:
            self.noise.add(case, evaluation)
            if 0 < self.passed[case] < self.judged[case]:
                self.noise.name(case, evaluation)

    def reach(self, cases: int) -> None:
        """Have room for so many cases."""
        if (missing := cases - len(self.judged)) > 0:
            missing = max(missing, len(self.judged) // 8)
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

    def labels(self, series: Series | None = None) -> Counter[tuple[str, str | None]]:
        """How often which label was read where which was expected, among all or those of a series."""
        counts = Counter((series or self.figures.labels).values)
        return Counter({self.pairs[int(number)]: count for number, count in counts.items()})

    def _count(self, case: int, evaluation: Evaluation) -> None:
        if evaluation.passed is None:
            self.errors[case] += 1
        else:
            self.judged[case] += 1
            self.passed[case] += evaluation.passed
        completion, figures = evaluation.completion, self.figures
        if evaluation.score is not None:
            figures.scores.add(case, evaluation.score)
        if completion.latency_ms is not None:
            figures.latencies.add(case, completion.latency_ms)
        if completion.cost_usd is not None:
            figures.costs.add(case, completion.cost_usd)
        usage = completion.usage
        if usage.prompt is not None and usage.completion is not None:
            figures.tokens.add(case, usage.prompt + usage.completion)
        if completion.finish_reason and completion.finish_reason.startswith(FINISH) and completion.transcript:
            figures.turns.add(case, len(completion.transcript.answers))

    def _add_check(self, case: int, check: CheckResult) -> None:
        if check.metric and check.score is not None:
            scores = self.metrics.get(check.metric)
            if scores is None:
                scores = self.metrics[check.metric] = Scores()
            scores.add(case, check)
        if check.judge is not None:
            self.judges.setdefault((check.type, check.judge), JudgeCount()).add(case, check.passed)
        for part in check.parts:
            self._add_check(case, part)

    def _number(self, expected: str, read: str | None) -> int:
        number = self._numbers.setdefault((expected, read), len(self.pairs))
        if number == len(self.pairs):
            self.pairs.append((expected, read))
        return number
