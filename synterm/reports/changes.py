"""What changed from one variant of a run to another: which cases were fixed, which broke, and whether it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from synterm.core.comparison import Verdict
from synterm.core.evaluation import Variant
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import verdict_of


@dataclass(frozen=True, slots=True)
class Change:
    """The cases that both variants have a verdict on, compared in pairs."""

    before: Variant
    after: Variant
    fixed: tuple[str, ...]
    """Ids of the cases that came out better."""
    broken: tuple[str, ...]
    """Ids of the cases that came out worse."""
    p_value: float
    """Exact McNemar over lineage roots, of which each counts once: variations of a seed are not independent."""
    changed_roots: int
    verdict: Verdict
    """By the same roots."""


def changes(sheet: Sheet) -> list[Change]:
    """For every prompt and model with several versions: the change from its first version to its last."""
    groups: dict[tuple[str, str], list[Variant]] = defaultdict(list)
    for variant in sheet.variants:
        groups[variant.prompt, variant.model.name].append(variant)
    return [change(sheet, group[0], group[-1]) for group in groups.values() if len(group) > 1]


def change(sheet: Sheet, before: Variant, after: Variant) -> Change:
    """The change between two variants of a run. Repeats of a case are taken together."""
    cases, names = sheet.cases(), sheet.names()
    old, new = sheet.column(before), sheet.column(after)
    fixed, broken = _turned(*(column.shares(cases, range(len(names))) for column in (old, new)))
    up, down = _turned(*(column.shares(cases, sheet.roots) for column in (old, new)))
    return Change(
        before,
        after,
        fixed=tuple(names[case] for case in fixed),
        broken=tuple(names[case] for case in broken),
        p_value=mcnemar_exact(len(up), len(down)),
        changed_roots=len(up) + len(down),
        verdict=verdict_of(len(up), len(down)),
    )


def _turned(before: Mapping[int, float], after: Mapping[int, float]) -> tuple[list[int], list[int]]:
    """Of what both sides judged: where the share of passes rose, and where it fell."""
    pairs = [(key, share, after[key]) for key, share in before.items() if key in after]
    return [key for key, old, new in pairs if new > old], [key for key, old, new in pairs if new < old]
