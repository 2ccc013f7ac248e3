"""A window of traffic, counted: by behavior, by different inputs, by what they stand for."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from synterm.core.drift import Bounds, DriftPart, DriftRate, DriftWindow
from synterm.core.tree import Tree
from synterm.evaluate.statistics import percentile, wilson
from synterm.production.drift.anytime import NOTHING, Seen
from synterm.storage.drift import InputRow

GONE = "(no longer in the tree)"


@dataclass(slots=True)
class Share:
    """A weighted mean of numbers from 0 to 1, and for how many independent ones it stands."""

    weight: float = 0.0
    squares: float = 0.0
    sum: float = 0.0

    def add(self, weight: float, value: float) -> None:
        """One more, for as many as `weight` says."""
        self.weight += weight
        self.squares += weight * weight
        self.sum += weight * value

    @property
    def seen(self) -> Seen:
        """As tests take it: n is (Σw)²/Σw², L. Kish's effective sample size (Survey Sampling, 1965, §11.7)."""
        if not self.squares:
            return NOTHING
        return Seen(self.weight**2 / self.squares, min(1.0, self.sum / self.weight))


@dataclass(slots=True)
class Part:
    """The calls of one behavior in a window."""

    calls: int = 0
    inputs: int = 0
    passed: int = 0
    judged: int = 0
    characters: float = 0.0
    volume: Share = field(default_factory=Share)
    """Each input by all the calls that it stands for: of the traffic as it is."""
    kept: Share = field(default_factory=Share)
    """Each input once, by what one call of it stands for: what is tested."""
    unanswered: Share = field(default_factory=Share)
    passes: Share = field(default_factory=Share)
    latencies: array[float] = field(default_factory=lambda: array("d"))
    """Milliseconds."""

    def add(self, row: InputRow) -> None:
        """One more input."""
        each = row.stands_for / row.calls
        self.calls += row.calls
        self.inputs += 1
        self.passed += row.passed
        self.judged += row.judged
        self.characters += row.stands_for * row.length
        self.volume.add(row.stands_for, 1.0)
        self.kept.add(each, 1.0)
        self.unanswered.add(each, row.unanswered)
        if row.judged:
            self.passes.add(each, row.passed / row.judged)
        if row.latency_ms is not None:
            self.latencies.append(row.latency_ms)


@dataclass(slots=True)
class Tally:
    """All calls of a window."""

    whole: Part = field(default_factory=Part)
    uncovered: Part = field(default_factory=Part)
    unplaced: int = 0
    behaviors: dict[str, Part] = field(default_factory=dict[str, Part])
    lengths: array[float] = field(default_factory=lambda: array("d"))
    """Of each input: its length and a fraction that is drawn by lot, so that no two are equal; its weight follows."""
    latencies: array[float] = field(default_factory=lambda: array("d"))

    @property
    def looked_at(self) -> float:
        """The calls that were looked for a behavior for, by weights, all of them."""
        return self.uncovered.volume.weight + fsum(one.volume.weight for one in self.behaviors.values())

    def share_of(self, part: Part | None, *, covered_only: bool = False) -> Seen:
        """The share of a part among the different inputs that were looked for a behavior for, or that have one."""
        every = [*self.behaviors.values()] if covered_only else [self.uncovered, *self.behaviors.values()]
        weight, squares = fsum(one.kept.weight for one in every), fsum(one.kept.squares for one in every)
        return Seen(weight**2 / squares, min(1.0, part.kept.weight / weight if part else 0.0)) if squares else NOTHING

    def longer_than(self, limit: float) -> Seen:
        """The share of inputs that are longer."""
        return _above(self.lengths, limit)

    def slower_than(self, limit: float) -> Seen:
        """The share of inputs that took longer to answer, of those of which it is known."""
        return _above(self.latencies, limit)


def tally(rows: Iterable[InputRow], tree: Tree) -> Tally:
    """Count a window."""
    found, lots = Tally(), random.Random(1)  # noqa: S311
    paths: dict[str, str] = {}
    for row in rows:
        found.whole.add(row)
        each = row.stands_for / row.calls
        found.lengths.extend((row.length + lots.random(), each))
        if row.latency_ms is not None:
            found.latencies.extend((row.latency_ms + lots.random(), each))
        if row.placing == "unplaced":
            found.unplaced += row.calls
        elif row.placing == "uncovered":
            found.uncovered.add(row)
        else:
            path = paths.get(row.scenario_id)
            if path is None:
                path = paths[row.scenario_id] = behavior_of(row.scenario_id, tree)
            found.behaviors.setdefault(path, Part()).add(row)
    return found


def behavior_of(scenario_id: str, tree: Tree) -> str:
    """The path of the behavior above a scenario."""
    return tree.path(scenario_id).rpartition("/")[0] if scenario_id in tree else GONE


def limit_of(values: array[float], share: float) -> float | None:
    """The value that so many of these, by weights, do not exceed; None without any."""
    pairs = sorted(zip(values[::2], values[1::2], strict=True))
    total = fsum(values[1::2])
    sum_so_far = 0.0
    for value, weight in pairs:
        sum_so_far += weight
        if sum_so_far >= share * total:
            return value
    return None


def described(
    name: str, since: str, until: str, found: Tally, order: Mapping[str, int], *, is_complete: bool = True
) -> DriftWindow:
    """A window for the report. `order`: where the behaviors stand in the tree."""
    paths = sorted(found.behaviors, key=lambda path: (order.get(path, len(order)), path))
    return DriftWindow(
        name=name,
        since=since,
        until=until,
        is_complete=is_complete,
        whole=_part("", found.whole, None),
        uncovered=_part("uncovered", found.uncovered, found),
        unplaced=found.unplaced,
        behaviors=tuple(_part(path, found.behaviors[path], found) for path in paths),
    )


def rate_of(seen: Seen) -> DriftRate | None:
    """A share with its interval; None of nothing."""
    return DriftRate(rate=seen.share, ci=wilson_of(seen), n=seen.n) if seen.n else None


def wilson_of(seen: Seen) -> Bounds:
    """The interval of a share, 95 %."""
    return wilson(seen.hits, seen.n) if seen.n else (0.0, 1.0)  # pyright: ignore[reportArgumentType]


def _part(path: str, part: Part, within: Tally | None) -> DriftPart:
    share = share_ci = None
    if within is not None and (total := within.looked_at):
        share = min(1.0, part.volume.weight / total)
        every = fsum(one.volume.squares for one in (within.uncovered, *within.behaviors.values()))
        share_ci = wilson_of(Seen(total**2 / every, share))
    return DriftPart(
        behavior=path,
        calls=part.calls,
        stands_for=part.volume.weight,
        inputs=part.inputs,
        share=share,
        share_ci=share_ci,
        passed=part.passed,
        judged=part.judged,
        pass_rate=rate_of(part.passes.seen),
        errors=rate_of(part.unanswered.seen),
        latency_ms=percentile(part.latencies, 0.5),
        length=part.characters / part.volume.weight if part.volume.weight else 0.0,
    )


def _above(values: array[float], limit: float) -> Seen:
    found = Share()
    for value, weight in zip(values[::2], values[1::2], strict=True):
        found.add(weight, float(value > limit))
    return found.seen
