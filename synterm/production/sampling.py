"""Which calls of a log are kept, by rule, and for how many each of them stands.

A call's place in the draw is a number from 0 to 1 that its own content gives, so that the same call is decided in the
same way whenever it is read, and a lower rate keeps a part of what a higher one keeps. It is kept where that number is
below the rate of the first rule that fits, and stands for 1/rate calls: every sum over the kept calls, each times its
weight, is an unbiased estimate of the sum over all of them (Horvitz and Thompson 1952).

With at most N calls to be kept, those with the smallest number/rate are: priority sampling (Duffield, Lund, Thorup
2007). The smallest quotient that was left out is what each of them was held against, so that its weight is
1/(rate × quotient): still unbiased, and rules keep their proportions.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from synterm.core.traffic import LoggedCall
from synterm.core.tree import Tree
from synterm.errors import InputError, UsageError
from synterm.evaluate.scenarios import scenario_ids
from synterm.formats.fields import read_share

What = Literal["all", "errors", "uncovered", "behavior", "model", "tag"]
_WITH_NAME: tuple[What, ...] = ("behavior", "model", "tag")
_AFTER_PLACING = ("uncovered", "behavior")
_HINT = "0.1, errors=1, uncovered=1, 'behavior Routing/*=0.2', 'model gpt-*=0.5', 'tag beta=1'"


@dataclass(frozen=True, slots=True)
class Rule:
    """So many of the calls that fit are kept."""

    what: What
    rate: float
    name: str = ""
    """A pattern with ``*`` for behaviors, models and tags, whatever its case."""
    scenario_ids: frozenset[str] = frozenset()
    """The scenarios of the behaviors that the name fits."""

    @property
    def needs_place(self) -> bool:
        """Whether it asks for the behavior of a call."""
        return self.what in _AFTER_PLACING

    @property
    def words(self) -> str:
        """``errors=1``."""
        if self.what == "all":
            return f"{self.rate:g} of all"
        return " ".join(filter(None, (self.what, self.name))) + f"={self.rate:g}"

    def fits(self, call: LoggedCall) -> bool:
        """Whether the rule is for this call."""
        match self.what:
            case "errors":
                return not call.outcome.answered
            case "uncovered":
                return call.placing == "uncovered"
            case "behavior":
                return call.scenario_id in self.scenario_ids
            case "model":
                return self._like(call.model)
            case "tag":
                tags: Sequence[str] = (call.detail or {}).get("tags", ())
                return any(self._like(tag) for tag in tags)
            case "all":
                return True

    def _like(self, text: str) -> bool:
        return fnmatchcase(text.casefold(), self.name.casefold())


@dataclass(frozen=True, slots=True)
class Sampling:
    """Rules in order, the first that fits decides; what none fits is kept."""

    rules: tuple[Rule, ...] = ()

    @property
    def words(self) -> str:
        """As `TrafficLog.sampling` has it; empty where all are kept."""
        return ", ".join(rule.words for rule in self.rules)

    @property
    def needs_place(self) -> bool:
        """Whether calls must be placed before all of them can be decided."""
        return any(rule.needs_place for rule in self.rules)

    def rate(self, call: LoggedCall) -> float:
        """The rate of a call that is placed, if it can be."""
        return next((rule.rate for rule in self.rules if rule.fits(call)), 1.0)

    def most(self, call: LoggedCall) -> float:
        """The highest rate that a call may yet have, wherever it is placed."""
        rates: list[float] = []
        for rule in self.rules:
            if rule.needs_place:
                rates.append(rule.rate)
            elif rule.fits(call):
                return max(*rates, rule.rate) if rates else rule.rate
        return 1.0


def read_sampling(texts: Sequence[str], tree: Tree) -> Sampling:
    """Rules as they are written: a rate for all, or WHAT=RATE. Raises UsageError, NotFoundError for behaviors that are
    not in the tree."""
    rules = [_placed(_rule(text), tree) for text in texts]
    plain = [rule for rule in rules if rule.what == "all"]
    if len(plain) > 1:
        raise UsageError("--sample says the rate of all calls twice", hint=_HINT)
    return Sampling((*(rule for rule in rules if rule.what != "all"), *plain))


def draw(identity: bytes) -> float:
    """The place of a call in the draw: above 0 and below 1, evenly spread whatever identities look like.

    The middle of one of 2^48 equal parts: a place of 0 would stand for infinitely many calls, and one of 1 for none.
    """
    return (int.from_bytes(hashlib.sha256(b"sample\0" + identity).digest()[:6], "big") + 0.5) / (1 << 48)


class AtMost:
    """Keeps at most `count` calls of however many; memory for that many.

    A call of the same id again is counted in `duplicates`.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._heap: list[tuple[float, str, float, LoggedCall]] = []
        """Of what is kept, and the one that was nearest to being kept; the largest quotient is at the top."""
        self._ids: set[str] = set()
        self.duplicates = 0

    def add(self, call: LoggedCall, place: float, rate: float) -> None:
        """Take in a call whose `place` in the draw is below its `rate`."""
        if call.id in self._ids:
            self.duplicates += 1
            return
        entry = (-place / rate, call.id, rate, call)
        self._ids.add(call.id)
        if len(self._heap) <= self._count:
            heapq.heappush(self._heap, entry)
        else:
            self._ids.discard(heapq.heappushpop(self._heap, entry)[1])

    def kept(self) -> Iterator[LoggedCall]:
        """What is kept, each with its weight, in the order of their ids."""
        entries = sorted(self._heap, key=lambda entry: -entry[0])
        limit = -entries[self._count][0] if len(entries) > self._count else 1.0
        for _, _, rate, call in sorted(entries[: self._count], key=lambda entry: entry[1]):
            yield replace(call, weight=1 / min(1.0, rate * limit))


def _placed(rule: Rule, tree: Tree) -> Rule:
    if rule.what != "behavior":
        return rule
    return replace(rule, scenario_ids=frozenset(scenario_ids(tree, [rule.name]) or ()))


def _rule(text: str) -> Rule:
    query, equals, rate = text.rpartition("=")
    try:
        share = read_share(rate, "--sample")
    except InputError as error:
        raise UsageError(f"--sample {text!r}: {error.message}", hint=_HINT) from error
    if not equals:
        return Rule("all", share)
    what, _, name = query.strip().partition(" ")
    for known in ("errors", "uncovered"):
        if what == known and not name:
            return Rule(known, share)
    for known in _WITH_NAME:
        if what == known and name.strip():
            return Rule(known, share, name.strip())
    raise UsageError(f"--sample {text!r}: {query.strip()!r} says no kind of calls", hint=_HINT)
