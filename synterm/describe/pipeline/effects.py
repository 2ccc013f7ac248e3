"""What other thresholds would have kept of a generation, by the scores that its filters gave; and taking one up.

Each case keeps what every filter said of it until one dropped it. So of those that a filter dropped, the filters after
it have not judged any; and of a filter that compares with what was kept before, another threshold would also have left
others to compare with. The counts are close rather than exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

from synterm.core.case import Case
from synterm.core.generation import Generation, untouched
from synterm.describe.filters.base import Filter
from synterm.describe.filters.effect import effect
from synterm.describe.filters.registry import load_filter
from synterm.describe.pipeline.keeping import judged_anew
from synterm.describe.pipeline.label_check import NAME
from synterm.errors import InputError

Side = Literal["below", "from"]
_STEPS = 20
"""About so many thresholds are offered."""
_NEAR = 1e-9


class Scored(NamedTuple):
    """A case whose fate hangs on a threshold."""

    case: Case
    score: float
    kept: bool
    """Whether it is kept now."""


@dataclass(frozen=True, slots=True)
class FilterEffect:
    """One filter of a generation, with the cases that its threshold decides on."""

    name: str
    threshold: float
    """That of the generation."""
    side: Side
    """Which scores are kept: those below the threshold, or those from it on."""
    low: float
    high: float
    """Between which thresholds the scores tell what is kept."""
    scored: Sequence[Scored]
    """By score, the lowest first."""
    others: int
    """Kept ones that it has no say in: without a score, or decided on by a person."""

    def kept(self, threshold: float) -> int:
        """How many would be kept."""
        return self.others + effect([one.score for one in self.scored], [threshold], self.side)[0]

    @property
    def kept_now(self) -> int:
        """How many are kept as things are."""
        return self.others + sum(one.kept for one in self.scored)

    def keeps(self, score: float, threshold: float) -> bool:
        """Whether a threshold keeps this score."""
        return score < threshold if self.side == "below" else score >= threshold

    def thresholds(self) -> list[float]:
        """Those one can choose from, in steps of a round number; the generation's own among them."""
        step = self.step
        first, last = math.ceil(self.low / step - _NEAR), math.floor(self.high / step + _NEAR)
        steps = (round(number * step, 6) for number in range(first, last + 1))
        ends = (end for end in (self.low, self.high) if round(end, 6) == end)
        return sorted({self.threshold, *(one for one in (*steps, *ends) if self.low <= one <= self.high)})

    @property
    def step(self) -> float:
        """How far apart they are."""
        rough = max((self.high - self.low) / _STEPS, 1e-3)
        size = 10.0 ** math.floor(math.log10(rough) + _NEAR)
        return next(size * by for by in (1, 2, 5, 10) if size * by >= rough * (1 - 1e-6))

    def changes(self, threshold: float) -> tuple[list[Case], list[Case]]:
        """The cases that another threshold would bring back, and those that it would drop."""
        back = [one.case for one in self.scored if not one.kept and self.keeps(one.score, threshold)]
        gone = [one.case for one in self.scored if one.kept and not self.keeps(one.score, threshold)]
        return back, gone

    def border(self, threshold: float, most: int) -> list[Scored]:
        """The cases whose scores are nearest to a threshold, the lowest score first."""
        near = sorted(self.scored, key=lambda one: abs(one.score - threshold))[:most]
        return sorted(near, key=lambda one: one.score)


def effects_of(generation: Generation, cases: Iterable[Case]) -> list[FilterEffect]:
    """The filters of a generation that have a threshold, in their order; the check of labels last.

    Those that choose among all together tell no score of what they keep, and are left out.
    """
    made = list(cases)
    return [
        effect_of
        for name, side, threshold, reach in _filters(generation)
        if (effect_of := _effect(name, side, threshold, reach, made)).scored
    ]


def find_effect(effects: Sequence[FilterEffect], name: str) -> FilterEffect:
    """The one of that name. Raises InputError."""
    for one in effects:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in effects) or "none"
    raise InputError(f"no threshold of {name!r} decides on a case here", hint=f"those that do: {known}")


def moved(found: FilterEffect, threshold: float) -> dict[str, tuple[Case, Case]]:
    """What a threshold changes, by case id: as it is, and as it is to be.

    Cases that somebody changed or decided on are not among them. Raises InputError for a threshold of which the scores
    tell nothing.
    """
    if not found.low - _NEAR <= threshold <= found.high + _NEAR:
        reach = f"{found.low:g} to {found.high:g}"
        raise InputError(f"{found.name} can be moved from {reach}: what {threshold:g} keeps, its scores don't tell")
    back, gone = found.changes(threshold)
    scores = {one.case.id: one.score for one in found.scored}
    changes = {case.id: (case, judged_anew(case, found.name, threshold, None)) for case in back}
    for case in gone:
        reason = f"{scores[case.id]:.2f}, and the threshold was moved to {threshold:g}"
        why = {"filter": found.name, "score": scores[case.id], "reason": reason}
        changes[case.id] = (case, judged_anew(case, found.name, threshold, why))
    return changes


def _filters(generation: Generation) -> Iterator[tuple[str, Side, float, tuple[float, float]]]:
    for config in _dicts(generation.config.get("filters")):
        try:
            one: Filter = load_filter(config)
        except InputError:
            continue  # of a plugin that is not installed here any more
        threshold: Any = getattr(one, "threshold", None)
        if one.side and not one.whole and isinstance(threshold, int | float):
            yield one.type, one.side, float(threshold), one.reach()
    for check in _dicts([generation.config.get("label_check")]):
        threshold = check.get("threshold", 0.5)
        if isinstance(threshold, int | float):
            yield NAME, "from", float(threshold), (0.0, 1.0)


def _effect(name: str, side: Side, threshold: float, reach: tuple[float, float], cases: Sequence[Case]) -> FilterEffect:
    scored: list[Scored] = []
    others = 0
    for case in cases:
        kept = case.status != "rejected"
        score = _score(case, name)
        decided = kept or _named(case, "dropped") == name
        if score is not None and decided and untouched(case) and _by_score(case, name, score, side, threshold):
            scored.append(Scored(case, score, kept))
        else:
            others += kept
    scored.sort(key=lambda one: one.score)
    low, high = reach
    if math.isinf(high):
        high = max([threshold, *(one.score for one in scored)]) * 1.25
    return FilterEffect(name, threshold, side, low, high, scored, others)


def _score(case: Case, name: str) -> float | None:
    """What a filter said of a case."""
    detail = case.origin.detail
    for one in (*_dicts(detail.get("filters")), *_dicts([detail.get("label_check"), detail.get("dropped")])):
        if one.get("filter") == name:
            score = one.get("score")
            return float(score) if isinstance(score, int | float) else None
    return None


def _by_score(case: Case, name: str, score: float, side: Side, threshold: float) -> bool:
    """Whether it was the score that decided: a filter may keep or drop for other reasons as well."""
    if _named(case, "moved") == name:
        return True
    return (_named(case, "dropped") == name) != (score < threshold if side == "below" else score >= threshold)


def _named(case: Case, what: str) -> str | None:
    """The filter of a note in the case's origin."""
    return next((one.get("filter") for one in _dicts([case.origin.detail.get(what)])), None)


def _dicts(listed: object) -> list[dict[str, Any]]:
    """The objects of a list: what a project file says may come from anywhere."""
    found = cast("list[Any]", listed) if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, dict) and one]
