"""Which places a behavior wants cases in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from synterm.checks.registry import load_check
from synterm.core.coverage import Axis
from synterm.core.tree import Tree
from synterm.describe.coverage.length import LENGTHS
from synterm.describe.coverage.looks import FOREIGN, Look
from synterm.describe.coverage.noise import NOISES, can_spell
from synterm.describe.coverage.tone import TONES

AXES: tuple[Axis, ...] = ("label", "split", "length", "noise", "tone")
"""What counts for the score, the weightiest first."""
SPLITS = ("dev", "holdout")
"""Cases to iterate on, and cases for the final word. To train on some is a choice."""

_TONES = tuple(tone for tone in TONES if tone != "enthusiastic")
"""Tones that every behavior meets with: hardly anybody is enthusiastic about resetting a password."""


def wanted(looks: Sequence[Look], known: Sequence[str], own: Collection[str]) -> dict[Axis, tuple[str, ...]]:
    """The values of each axis that want cases, in order.

    `known`: the labels that all checks know that hold for the behavior, of which `own` are named by checks of its own.
    A label that only stands above it counts once one of its cases expects it: a behavior about declining need not book
    anything. Tone and noise, which are told of English only, want nothing where all cases are in other languages.
    """
    used = {look.at["label"] for look in looks if "label" in look.at}
    english = not looks or any(look.at["tone"] != FOREIGN for look in looks)
    return {
        "label": tuple(label for label in known if label in own or label in used),
        "split": SPLITS,
        "length": tuple(LENGTHS),
        "tone": _TONES if english else (),
        "noise": tuple(noise for noise in NOISES if noise != "misspelt" or can_spell()) if english else (),
    }


def own_labels(tree: Tree, scenario_ids: Iterable[str]) -> Iterator[str]:
    """The labels that checks of the behavior, or of its scenarios, name: not those of checks that stand above it."""
    for scenario_id in scenario_ids:
        for node in tree.lineage(scenario_id)[1:]:
            for config in node.checks:
                yield from labels_of(config)


def labels_of(config: Mapping[str, Any]) -> Iterator[str]:
    """The labels that a check knows, itself or as a set of checks. Raises InputError for one that can't be made."""
    for part in load_check(dict(config)).parts():
        yield from getattr(part, "labels", ())
