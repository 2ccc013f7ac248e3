"""A suite of tests in a JUnit file: its counts, its properties, and its tests, which are kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from synterm.reports.case_words import CaseVerdict
from synterm.reports.spool import Spool
from synterm.reports.xml import element, start


@dataclass(slots=True)
class Suite:
    """A suite; its tests are the texts of group `number` of a spool, or in `own_tests`."""

    name: str
    number: int = -1
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    own_tests: list[str] = field(default_factory=list[str])
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    seconds: float = 0.0
    passed: int = 0
    """Evaluations that passed."""
    judged: int = 0
    cost_usd: float = 0.0

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tests, failures, errors."""
        return self.tests, self.failures, self.errors

    def add(self, verdict: CaseVerdict) -> None:
        """Count a test."""
        self.tests += 1
        self.failures += verdict.passed is False
        self.errors += verdict.passed is None
        passed, judged = verdict.counts
        self.passed += passed
        self.judged += judged
        self.seconds += seconds(verdict)
        self.cost_usd += sum(done.cost_usd or 0.0 for done in verdict.repeats if not done.cached)

    def text(self, timestamp: str, properties: Mapping[str, str], spool: Spool) -> Iterator[str]:
        """The suite as XML, with `properties` of the run and its own."""
        yield "\n" + start(
            "testsuite",
            name=self.name,
            tests=str(self.tests),
            failures=str(self.failures),
            errors=str(self.errors),
            skipped=str(self.skipped),
            time=f"{self.seconds:.3f}",
            timestamp=timestamp,
            hostname="",
        )
        given = {**properties, **self.properties, **self._figures()}
        yield "\n<properties>"
        yield from ("\n" + element("property", name=name, value=value) for name, value in given.items())
        yield "\n</properties>"
        yield from self.own_tests
        yield from spool.of(self.number)
        yield "\n</testsuite>"

    def _figures(self) -> dict[str, str]:
        if self.number < 0:
            return {}
        rate = {"pass_rate": f"{self.passed / self.judged:.4f}"} if self.judged else {}
        return {"passed": str(self.passed), "judged": str(self.judged), **rate, "cost_usd": f"{self.cost_usd:.6f}"}


def seconds(verdict: CaseVerdict) -> float:
    """How long its answers took; those from the project file took nothing."""
    return sum(done.latency_ms or 0.0 for done in verdict.repeats if not done.cached) / 1000
