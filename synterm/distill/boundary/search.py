"""Finding where a verdict flips: some values first, then between neighbours that differ, halving the gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from synterm.core.case import Case
from synterm.core.distill import Boundary, Step, Tried
from synterm.core.evaluation import Variant
from synterm.core.finding import Finding
from synterm.distill.boundary.dimensions import Dimension
from synterm.distill.boundary.words import boundary_words
from synterm.distill.probing import Prober
from synterm.distill.shrink.shrink import REPEATS, repeats_for
from synterm.text import plural

REQUESTS = 100
"""How many answers are asked for at most, unless one says otherwise."""

Watch = Callable[[Boundary], None]


async def find_boundary(
    probers: Callable[[Variant], Prober],
    variant: Variant,
    case: Case,
    dimension: Dimension,
    *,
    repeats: int | None = None,
    most: int = REQUESTS,
    watch: Watch | None = None,
) -> Boundary:
    """Try values of a dimension, and find between which of them the verdict turns.

    At each value every input is evaluated `repeats` times (None: as often as the variant needs; `REPEATS` times for
    temperatures). It passes where at least half of all that have a verdict do. At most `most` answers are asked for,
    but for those of the value that is being tried; `watch` is told after each. Raises InputError where the case can't
    be varied so.
    """
    needed = REPEATS if dimension.name == "temperature" else repeats_for(variant)
    work = _Search(probers, variant, case, dimension, repeats or needed, most, watch)
    return await work.run()


def boundary_finding(found: Boundary, variant: Variant, who: str) -> Finding:
    """What is kept of a boundary: one for each case, variant and dimension."""
    subject = (found.case_id, *variant.key, found.dimension)
    return Finding("boundary", subject, found.model_dump(mode="json"), who=who)


@dataclass(slots=True)
class _Costs:
    requests: int = 0
    cached: int = 0
    cost_usd: float = 0.0


class _Search:
    def __init__(
        self,
        probers: Callable[[Variant], Prober],
        variant: Variant,
        case: Case,
        dimension: Dimension,
        repeats: int,
        most: int,
        watch: Watch | None,
    ) -> None:
        self._probers = probers
        self._variant = variant
        self._case = case
        self._dimension = dimension
        self._repeats = repeats
        self._most = most
        self._watch = watch
        self._costs = _Costs()
        self._steps: dict[float, Step] = {}
        self._stopped = ""

    async def run(self) -> Boundary:
        for value in self._dimension.values:
            await self._try(value)
        while not self._stopped and (gap := self._widest()):
            await self._try(self._between(*gap))
        return self._told(self._stopped or "each turn is found as closely as it can be")

    async def _try(self, value: float) -> None:
        if self._stopped:
            return
        if self._costs.requests >= self._most:
            self._stopped = f"{plural(self._costs.requests, 'request')} were made"
            return
        prober = self._probers(self._dimension.variant(self._variant, value))
        asked, cached, cost = prober.requests, prober.cached, prober.cost_usd
        probes = await prober.judge(self._dimension.inputs(self._case, value), self._repeats)
        self._costs.requests += prober.requests - asked
        self._costs.cached += prober.cached - cached
        self._costs.cost_usd += prober.cost_usd - cost
        if prober.halted:
            self._stopped = f"{prober.halted.reason}; {prober.halted.hint}"
        if not any(probe.evaluations for probe in probes):
            return
        tried = [probe.tried for probe in probes]
        # The input that failed is the one to look at.
        shown = max(tried, key=lambda one: (one.failed, one.errors))
        together = Tried(
            input=shown.input,
            passed=sum(one.passed for one in tried),
            failed=sum(one.failed for one in tried),
            errors=sum(one.errors for one in tried),
            got=shown.got,
        )
        self._steps[value] = Step(value=value, label=self._dimension.label(value), tried=together)
        if self._watch:
            self._watch(self._told("looking"))

    def _widest(self) -> tuple[float, float] | None:
        """The widest gap between neighbours of different verdicts that can still be halved."""
        finest = self._dimension.finest
        gaps = [(low, high) for low, high in self._flips() if high - low > finest * 1.001]
        return max(gaps, key=lambda gap: gap[1] - gap[0]) if gaps else None

    def _between(self, low: float, high: float) -> float:
        middle = (low + high) / 2
        return float(int(middle)) if self._dimension.finest == 1 else middle

    def _flips(self) -> Iterator[tuple[float, float]]:
        known = [step for _, step in sorted(self._steps.items()) if passes(step) is not None]
        return ((one.value, other.value) for one, other in pairwise(known) if passes(one) != passes(other))

    def _told(self, ended: str) -> Boundary:
        variant = self._variant
        steps = tuple(step for _, step in sorted(self._steps.items()))
        flips = tuple(self._flips())
        return Boundary(
            case_id=self._case.id,
            prompt=variant.prompt,
            version=variant.version,
            model=variant.model.name,
            dimension=self._dimension.name,
            steps=steps,
            flips=flips,
            words=boundary_words(steps, flips),
            requests=self._costs.requests,
            cached=self._costs.cached,
            cost_usd=self._costs.cost_usd,
            ended=ended,
        )


def passes(step: Step) -> bool | None:
    """Whether at least half of what has a verdict passes; None where nothing has one."""
    judged = step.tried.passed + step.tried.failed
    return None if not judged else 2 * step.tried.passed >= judged
