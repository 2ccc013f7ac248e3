"""The part that watches the training: whole lineages, so that no variation of a seed stands in both parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from synterm.core.training import TrainingExample


def divided(examples: Sequence[TrainingExample], share: float, seed: int) -> list[TrainingExample]:
    """The examples with their part, in the same order.

    Of each behavior's lineages about `share` go to validation, drawn by `seed`; all of them together come as near to it
    as whole lineages do. A set of which that is less than one lineage has no validation part.
    """
    groups: dict[str, dict[str, None]] = {}
    for one in examples:
        groups.setdefault(one.behavior, {}).setdefault(one.case.root_id)
    taken: set[str] = set()
    seen: set[str] = set()
    wanted = 0.0
    for behavior in sorted(groups):
        roots = [root for root in groups[behavior] if root not in seen]
        seen.update(roots)
        wanted += share * len(roots)
        # What rounding leaves of one behavior goes over to the next.
        count = min(max(round(wanted - len(taken)), 0), max(len(roots) - 1, 0))
        taken.update(sorted(roots, key=lambda root: _draw(root, seed))[:count])
    return [replace(one, part="validation" if one.case.root_id in taken else "train") for one in examples]


def _draw(root: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{root}".encode()).digest()
