"""The smallest input that still fails in the same way, and the nearest that passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from synterm.core.case import Case
from synterm.core.distill import Shrunk
from synterm.core.evaluation import Variant
from synterm.distill.probing import Probe, Prober, variation
from synterm.distill.shrink.change import change_words, distance, has_common_word
from synterm.distill.shrink.parts import LEVELS, Part, is_empty, only, parts_of
from synterm.distill.shrink.reduce import Holds, smallest
from synterm.distill.shrink.sense import Sense
from synterm.text import plural

REQUESTS = 60
"""How many answers are asked for at most, unless one says otherwise."""
REPEATS = 3
"""How often an input is evaluated, where the same question may be answered in two ways."""
_LOOKED_AT = 5
"""Passing cases that are tried, when nothing on the way passes."""

Watch = Callable[[Shrunk], None]


def repeats_for(variant: Variant) -> int:
    """How often each input is to be evaluated: once by a script or where the temperature is 0, else `REPEATS` times."""
    params = {**variant.model.params, **variant.body.params}
    is_same = variant.model.provider == "scripted" or params.get("temperature") == 0
    return 1 if is_same else REPEATS


async def shrink(
    prober: Prober,
    case: Case,
    *,
    repeats: int | None = None,
    most: int = REQUESTS,
    passing: Sequence[Case] = (),
    watch: Watch | None = None,
    sense: Callable[[str | None], Sense] | None = None,
) -> Shrunk:
    """Leave out turns, then sentences, then words of the input, as long as it fails with the same label.

    An input still fails when its first repeat does and more than half of `repeats` do (None: as often as the variant
    needs). At most `most` answers are asked for; what the project file has is free. `passing`: cases that pass; where
    nothing that was tried on the way does, the nearest of those that expect the same and have a word in common is
    taken. `watch` is told of each smaller input. Raises InputError and ProjectError as the prober does.

    `sense`: what tells, for the label that was answered, whether what is left still asks for what is expected; what
    does not is not tried. Without it, or where it can't tell, that is for people to say.
    """
    work = _Shrinking(prober, case, repeats or repeats_for(prober.variant), most, watch)
    before = await work.fully(case)
    if before.failed * 2 <= len(before.evaluations) or not before.failed:
        return work.told(before, _not_failing(before))
    work.label = next(one.label for one in before.evaluations if one.passed is False)
    work.sense = sense(work.label) if sense else None
    ended = await work.down()
    passes = await work.nearest(passing)
    return work.told(before, ended, passes)


def _not_failing(before: Probe) -> str:
    if not before.evaluations:
        return "nothing could be asked"
    if before.errors == len(before.evaluations):
        return f"it has no verdict: {before.evaluations[-1].error}"
    return f"it does not fail: {before.passed} of {plural(len(before.evaluations), 'repeat')} passed"


class _Shrinking:
    def __init__(self, prober: Prober, case: Case, repeats: int, most: int, watch: Watch | None) -> None:
        self.label: str | None = None
        """The label that was read from the answer that failed: another one would be another failure."""
        self.sense: Sense | None = None
        self._prober = prober
        self._case = case
        self._repeats = repeats
        self._most = most
        self._watch = watch
        self._asked, self._cached, self._cost = prober.requests, prober.cached, prober.cost_usd
        self._smallest: Probe | None = None
        self._before: Probe | None = None
        self._passing: list[Probe] = []
        self._flaky = False

    @property
    def _over(self) -> bool:
        return self._prober.halted is not None or self._prober.requests - self._asked >= self._most

    async def fully(self, case: Case) -> Probe:
        """All repeats of an input."""
        [probe] = await self._prober.judge([case], self._repeats)
        self._flaky = self._flaky or bool(probe.passed and probe.failed)
        if self._before is None:
            self._before = self._smallest = probe
        return probe

    async def down(self) -> str:
        """Leave out what can be left out, level by level; gives why it ended."""
        for level in LEVELS:
            while True:
                values = self._at.case.input
                parts = parts_of(values, level)
                if len(parts) < 2:
                    break
                left, whole = await smallest(parts, self._holds_of(values))
                if not whole:
                    return self._why_over()
                # Where neighbours hung together, what is left is cut finer.
                if len(left) == len(parts) or len(parts_of(self._at.case.input, level)) == len(left):
                    break
        return "nothing more can be left out"

    def _holds_of(self, values: dict[str, Any]) -> Holds[Part]:
        async def holds(kept: Sequence[Part]) -> bool | None:
            return await self._still_fails(variation(self._case, only(values, kept)))

        return holds

    async def _still_fails(self, case: Case) -> bool | None:
        if is_empty(case.input) or (self.sense and not self.sense.holds(case.input)):
            return False
        if self._over:
            return None
        [probe] = await self._prober.judge([case], 1)
        if not self._same_failure(probe):
            if probe.passed:
                self._passing.append(probe)
            return None if self._prober.halted and not probe.evaluations else False
        if self._repeats > 1:
            [probe] = await self._prober.judge([case], self._repeats)
            self._flaky = self._flaky or bool(probe.passed and probe.failed)
            if 2 * probe.failed <= self._repeats:
                return False
        self._smallest = probe
        if self._watch and self._before:
            self._watch(self.told(self._before, "shrinking"))
        return True

    def _same_failure(self, probe: Probe) -> bool:
        """Whether the first repeat fails as the input that it began with."""
        first = probe.evaluations[0] if probe.evaluations else None
        return first is not None and first.passed is False and (self.label is None or first.label == self.label)

    async def nearest(self, others: Sequence[Case]) -> Probe | None:
        """The input nearest to the smallest that passes in each repeat; of others only where none on the way does."""
        here = self._at.case
        for probe in sorted(self._passing, key=lambda one: distance(one.case.input, here.input)):
            if self._repeats == 1 or self._over:
                return probe
            [again] = await self._prober.judge([probe.case], self._repeats)
            if again.passed == self._repeats:
                return again
            self._flaky = True
        alike = [
            one for one in others if one.expected == self._case.expected and has_common_word(one.input, here.input)
        ]
        for case in sorted(alike, key=lambda one: distance(one.input, here.input))[:_LOOKED_AT]:
            if self._over:
                return None
            [probe] = await self._prober.judge([case], self._repeats)
            if probe.passed == self._repeats:
                return probe
        return None

    @property
    def _at(self) -> Probe:
        assert self._smallest, "the whole input is tried first"
        return self._smallest

    def _why_over(self) -> str:
        if self._prober.halted:
            return f"{self._prober.halted.reason}; {self._prober.halted.hint}"
        return f"{plural(self._prober.requests - self._asked, 'request')} were made"

    def told(self, before: Probe, ended: str, passing: Probe | None = None) -> Shrunk:
        """What came of it so far."""
        variant, here = self._prober.variant, self._at
        return Shrunk(
            case_id=self._case.id,
            prompt=variant.prompt,
            version=variant.version,
            model=variant.model.name,
            expected=self._case.expected,
            before=before.tried,
            smallest=here.tried,
            passing=passing.tried if passing else None,
            change=change_words(here.case.input, passing.case.input) if passing else "",
            requests=self._prober.requests - self._asked,
            cached=self._prober.cached - self._cached,
            cost_usd=self._prober.cost_usd - self._cost,
            ended=ended,
            flaky=self._flaky,
            sense=self.sense is not None and not self.sense.problem,
        )
