"""Which case of one side is which case of the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from synterm.storage.comparing import CaseVerdict


class Pair(NamedTuple):
    """The same case on both sides."""

    before: CaseVerdict
    after: CaseVerdict

    @property
    def judged(self) -> bool:
        """Whether both sides have a verdict on it."""
        return bool(self.before.judged and self.after.judged)

    @property
    def turn(self) -> float:
        """How much the share of passes rose, −1 to 1; exactly 0 where it stayed."""
        before, after = self.before, self.after
        return (after.passed * before.judged - before.passed * after.judged) / (before.judged * after.judged)


class Paired(NamedTuple):
    """All cases of both sides."""

    pairs: list[Pair]
    only_before: list[CaseVerdict]
    only_after: list[CaseVerdict]

    @property
    def edited(self) -> int:
        """Cases that stand on both sides with another content, and are compared on neither."""
        return len({one.case_id for one in self.only_before} & {one.case_id for one in self.only_after})


PathOf = Callable[[str], str]
"""Gives the path of a scenario by its id; a scenario that is gone is known by its id."""


def pair_cases(before: Iterable[CaseVerdict], after: Iterable[CaseVerdict], paths: tuple[PathOf, PathOf]) -> Paired:
    """Each case with itself: by id, where its content stayed the same; else by content within the scenario of the same
    path; else by content. Of several that say the same, the first by id go together."""
    waiting: dict[str, CaseVerdict] = {}
    old: list[CaseVerdict] = []
    for one in before:
        if waiting.setdefault(one.case_id, one) is not one:
            old.append(one)  # it was moved between scenarios that are taken from different runs
    pairs: list[Pair] = []
    new: list[CaseVerdict] = []
    for one in after:
        other = waiting.get(one.case_id)
        if other is not None and other.content_id == one.content_id:
            pairs.append(Pair(waiting.pop(one.case_id), one))
        else:
            new.append(one)
    old += waiting.values()
    if old and new:
        old, new = _match(old, new, _placed(paths[0]), _placed(paths[1]), pairs)
        old, new = _match(old, new, _content, _content, pairs)
    return Paired(pairs, old, new)


_Key = Callable[[CaseVerdict], Hashable]


def _content(one: CaseVerdict) -> Hashable:
    return one.content_id


def _placed(path: PathOf) -> _Key:
    return lambda one: (one.content_id, path(one.scenario_id))


def _match(
    old: list[CaseVerdict], new: list[CaseVerdict], old_key: _Key, new_key: _Key, pairs: list[Pair]
) -> tuple[list[CaseVerdict], list[CaseVerdict]]:
    """Add to `pairs` those whose keys are equal, and give the rest."""
    waiting: dict[Hashable, deque[CaseVerdict]] = {}
    for one in sorted(old, key=_id):
        waiting.setdefault(old_key(one), deque()).append(one)
    left: list[CaseVerdict] = []
    for one in sorted(new, key=_id):
        if found := waiting.get(new_key(one)):
            pairs.append(Pair(found.popleft(), one))
        else:
            left.append(one)
    return [one for some in waiting.values() for one in some], left


def _id(one: CaseVerdict) -> str:
    return one.case_id
