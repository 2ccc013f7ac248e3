"""In which order people are asked about answers: the same in the workbench and in the terminal, and each time.

**Telling** (`telling`), for finding out fast what is wrong with answers and checks:

1. what nobody judged yet, then what others judged;
2. what is most in doubt: a point each where the checks of an answer disagree (or a judge says otherwise the second
   time), where other variants or repeats got another verdict on the case, and where the score is within a tenth of the
   line between passes and fails;
3. one answer of each lineage, then a second one of each: variations of one seed tell less than another seed does;
4. in turns: of each scenario one that the checks pass and one that they fail, then the next two, the lowest margin
   first;
5. last by a hash, which is as good as random.

The line is half way between the worst score that passed in the scenario and the best one that failed; ½ where one of
them is missing.

**Random** (`random_order`), for figures: what nobody judged yet, then by hash. Whoever is asked in the telling order
sees more of what checks get wrong than there is, so a check looks worse than it is; agreement, sensitivity and
specificity are fair only of answers that were picked without looking at the verdicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

from synterm.core.review import Subject
from synterm.evaluate.review.candidate import Candidate

Order = Literal["telling", "random"]
ORDERS: tuple[Order, ...] = ("telling", "random")

_CLOSE = 0.1
"""A score this near to the line is in doubt."""


def ordered(order: Order, candidates: Iterable[Candidate], others: Mapping[Subject, int]) -> list[Candidate]:
    """Candidates in an order; `others` says how many people judged one."""
    return {"telling": telling, "random": random_order}[order](candidates, others)


def random_order(candidates: Iterable[Candidate], others: Mapping[Subject, int]) -> list[Candidate]:
    """Without looking at what checks say."""
    return sorted(candidates, key=lambda one: (others.get(one.subject, 0) > 0, _lot(one.subject)))


def telling(candidates: Iterable[Candidate], others: Mapping[Subject, int]) -> list[Candidate]:
    """The most telling first."""
    listed = list(candidates)
    margins = _margins(listed)
    doubts = {one.subject: one.torn + one.disputed + (margins[one.subject] < _CLOSE) for one in listed}

    def tier(one: Candidate) -> tuple[bool, int]:
        return others.get(one.subject, 0) > 0, -doubts[one.subject]

    listed.sort(key=lambda one: (tier(one), margins[one.subject], _lot(one.subject)))
    of_root = _nth(listed, lambda one: (tier(one), one.root_id))
    in_turn = _nth(
        sorted(listed, key=lambda one: of_root[one.subject]),
        lambda one: (tier(one), of_root[one.subject], one.scenario_id, one.passed),
    )
    listed.sort(key=lambda one: (tier(one), of_root[one.subject], in_turn[one.subject]))
    return listed


def _lot(subject: Subject) -> bytes:
    """As good as random, and the same each time. Not the subject itself: its answers to one case stand together."""
    return sha256("".join(subject).encode()).digest()


def _margins(candidates: Sequence[Candidate]) -> dict[Subject, float]:
    """How far each score is from the line of its scenario; 1 without a score."""
    passes: defaultdict[str, float] = defaultdict(lambda: 1.0)
    fails: defaultdict[str, float] = defaultdict(float)
    both: defaultdict[str, set[bool]] = defaultdict(set)
    for one in candidates:
        if one.score is not None and one.passed is not None:
            both[one.scenario_id].add(one.passed)
            if one.passed:
                passes[one.scenario_id] = min(passes[one.scenario_id], one.score)
            else:
                fails[one.scenario_id] = max(fails[one.scenario_id], one.score)
    lines = {name: (passes[name] + fails[name]) / 2 if len(seen) == 2 else 0.5 for name, seen in both.items()}
    return {
        one.subject: 1.0 if one.score is None else abs(one.score - lines.get(one.scenario_id, 0.5))
        for one in candidates
    }


def _nth(candidates: Iterable[Candidate], group: Callable[[Candidate], Any]) -> dict[Subject, int]:
    """How many of its group come before each."""
    counts: defaultdict[Any, int] = defaultdict(int)
    found: dict[Subject, int] = {}
    for one in candidates:
        key = group(one)
        found[one.subject] = counts[key]
        counts[key] += 1
    return found
