"""All that is asked of traffic at one look, each with its p-value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from synterm.core.drift import AlarmKind
from synterm.production.drift.anytime import NOTHING, Moved, Seen, moved
from synterm.production.drift.mixes import same_mix, spent
from synterm.production.drift.reference import Held, Window, passes_of
from synterm.production.drift.tally import Tally, limit_of

UPPER = 0.75
"""Inputs are long, and answers slow, that are above this share of those of the reference."""
_RARE = 5
"""What fewer inputs are of, in all windows together, is not asked about: nothing could be said of it."""
SMALLEST = 12
"""With fewer calls on one side nothing is called a change of a rate, however they differ."""
FEWEST = 30
"""With fewer different inputs on one side a mix or a meaning is not asked about."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that may have changed."""

    kind: AlarmKind
    behavior: str
    """Empty for all calls."""
    before: Seen
    windows: Sequence[Seen]
    """One for each window after the reference; none where no rate tells of it."""
    names: Sequence[str]
    """What these windows are called."""
    p_value: float
    is_up: bool = True
    since: int = -1
    """The place of the window in which the change most likely began."""
    limit: float | None = None
    """Above what an input is long (characters), or an answer slow (milliseconds)."""
    few: int = 0
    """So many different inputs it takes until it is asked at all; 0 where there are enough."""
    moved: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def after(self) -> Seen:
        """What was seen since the change most likely began."""
        return pooled(self.windows[self.since :]) if self.windows else NOTHING

    @property
    def last(self) -> Seen:
        """What was seen in the last window that has anything to see."""
        return next((one for one in reversed(self.windows) if one.n), NOTHING)


def pooled(windows: Iterable[Seen]) -> Seen:
    """Several windows as one."""
    every = [*windows]
    n = fsum(one.n for one in every)
    return Seen(n, min(1.0, fsum(one.hits for one in every) / n)) if n else NOTHING


def rate_questions(held: Held) -> Iterator[Question]:
    """What is asked of rates: it may be asked after each window, and within one."""
    if held.tally is not None:
        yield from _of_inputs(held, held.tally)
    seen = [passes_of(one.tally) for one in held.judged]
    names = [one.stretch.name for one in held.judged]
    for path, before in held.passes.items():
        yield _asked(held, "pass rate", path, before, [one.get(path, NOTHING) for one in seen], names)


def mix_question(held: Held, window: Window, look: int) -> Question | None:
    """Whether the calls of one whole window spread over behaviors otherwise; None where there is but one."""
    before, after = (_counts(one, covered_only=held.covered_only) for one in (held.tally, window.tally))
    if len({*before, *after}) < 3:
        return None
    few = FEWEST if min(sum(before.values()), sum(after.values())) < FEWEST else 0
    p_value = 1.0 if few else spent(same_mix(before, after), look)
    return Question(
        "input mix", "", NOTHING, [], [window.stretch.name], p_value, few=few, moved=_most_moved(before, after)
    )


def _of_inputs(held: Held, reference: Tally) -> Iterator[Question]:
    tallies = [one.tally for one in held.current]
    names = [one.stretch.name for one in held.current]

    def asked(kind: AlarmKind, path: str, share: Callable[[Tally], Seen], limit: float | None = None) -> Question:
        return _asked(held, kind, path, share(reference), [share(one) for one in tallies], names, limit)

    every = [reference, *tallies]
    if any(one.looked_at for one in every):
        for path in dict.fromkeys(path for one in every for path in one.behaviors):
            if sum(one.behaviors[path].inputs for one in every if path in one.behaviors) >= _RARE:
                yield asked(
                    "input mix",
                    path,
                    lambda one, path=path: one.share_of(one.behaviors.get(path), covered_only=held.covered_only),
                )
        if not held.covered_only:
            yield asked("uncovered", "", lambda one: one.share_of(one.uncovered))
    if not held.covered_only:
        yield asked("errors", "", lambda one: one.whole.unanswered.seen)
    for kind, values in (("length", reference.lengths), ("latency", reference.latencies)):
        limit = limit_of(values, UPPER)
        if limit is not None and kind == "length":
            yield asked("length", "", lambda one, limit=limit: one.longer_than(limit), limit)
        elif limit is not None:
            yield asked("latency", "", lambda one, limit=limit: one.slower_than(limit), limit)


def _asked(
    held: Held,
    kind: AlarmKind,
    path: str,
    before: Seen,
    windows: Sequence[Seen],
    names: Sequence[str],
    limit: float | None = None,
) -> Question:
    found = moved(before, windows) if min(before.n, pooled(windows).n) >= SMALLEST else Moved(1.0, True, 0)
    # Held against the window before, each look asks anew: what one may say of it is less from look to look.
    p_value = spent(found.p_value, held.look) if held.is_previous else found.p_value
    return Question(kind, path, before, windows, names, p_value, found.is_up, found.since, limit)


def _counts(found: Tally | None, *, covered_only: bool) -> dict[str, float]:
    """How many independent calls each behavior has, and none of them."""
    if found is None:
        return {}
    parts = {**found.behaviors, **({} if covered_only else {"uncovered": found.uncovered})}
    shares = {path: found.share_of(part, covered_only=covered_only) for path, part in parts.items()}
    return {path: seen.hits for path, seen in shares.items() if seen.hits}


def _most_moved(before: Mapping[str, float], after: Mapping[str, float], most: int = 3) -> tuple[str, ...]:
    """The kinds whose share changed most, the most first: ``Routing/Billing 9 % → 21 %``."""
    from synterm.reports.figures import percent

    n, m = sum(before.values()) or 1.0, sum(after.values()) or 1.0
    shares = {path: (before.get(path, 0.0) / n, after.get(path, 0.0) / m) for path in {*before, *after}}
    ranked = sorted(shares, key=lambda path: (-abs(shares[path][1] - shares[path][0]), path))
    return tuple(f"{path} {percent(shares[path][0])} → {percent(shares[path][1])}" for path in ranked[:most])
