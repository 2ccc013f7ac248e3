"""Which lineages are set aside to watch a training."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from synterm.core.training import TrainingExample


def divided(examples: Sequence[TrainingExample], share: float, seed: int) -> list[TrainingExample]:
    """`examples`, in their order, each told which part it is in: `share` of the lineages, of every behavior as far as
    that goes, are for validation.

    No lineage is in both parts; nor are lineages that ask the very same. Every behavior keeps a lineage to train on. A
    set too small for that has no validation. The same lineages, share and seed give the same parts.
    """
    groups = _groups(examples)
    aside = _aside(groups, share, seed)
    return [replace(one, part="validation" if groups.of[one.case.root_id] in aside else "train") for one in examples]


class _Groups:
    """Lineages that stand together."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        """The group's name, by root id: the smallest of its root ids."""
        self.behaviors: dict[str, str] = {}
        """The behavior of a group's first example."""

    def find(self, root: str) -> str:
        while self.of[root] != root:
            self.of[root] = self.of[self.of[root]]
            root = self.of[root]
        return root

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self.of[second] = first


def _groups(examples: Sequence[TrainingExample]) -> _Groups:
    groups = _Groups()
    asked: dict[object, str] = {}
    for one in examples:
        root = one.case.root_id
        groups.of.setdefault(root, root)
        groups.join(root, asked.setdefault(one.prompt, root))
    groups.of = {root: groups.find(root) for root in groups.of}
    for one in examples:
        groups.behaviors.setdefault(groups.of[one.case.root_id], one.behavior)
    return groups


def _aside(groups: _Groups, share: float, seed: int) -> set[str]:
    by_behavior: dict[str, list[str]] = {}
    for group, behavior in groups.behaviors.items():
        by_behavior.setdefault(behavior, []).append(group)
    wanted = _wanted({behavior: len(members) for behavior, members in by_behavior.items()}, share)
    aside: set[str] = set()
    for behavior, members in by_behavior.items():
        aside.update(sorted(members, key=lambda group: _drawn(seed, group))[: wanted[behavior]])
    return aside


def _wanted(counts: Mapping[str, int], share: float) -> dict[str, int]:
    """How many of each behavior: its share rounded down, and one more where most is left over, up to the whole share.

    (The method of the largest remainder.)
    """
    total = round(share * sum(counts.values()))
    exact = {name: share * count for name, count in counts.items()}
    found = {name: min(int(exact[name]), counts[name] - 1) for name in counts}
    for name in sorted(counts, key=lambda name: (int(exact[name]) - exact[name], -counts[name], name)):
        if sum(found.values()) < total and found[name] < counts[name] - 1:
            found[name] += 1
    return found


def _drawn(seed: int, group: str) -> bytes:
    return hashlib.sha256(f"{seed}:{group}".encode()).digest()
