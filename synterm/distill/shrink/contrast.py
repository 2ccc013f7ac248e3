"""The smallest pair of inputs of which one fails and one passes: a contrast set, kept as two cases."""

from __future__ import annotations

from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.distill import Shrunk, Tried
from synterm.core.evaluation import Variant
from synterm.core.finding import Finding
from synterm.core.ids import content_id

TAG = "contrast"


def shrunk_finding(shrunk: Shrunk, variant: Variant, who: str) -> Finding:
    """What is kept of a shrinking: one for each case and variant."""
    subject = (shrunk.case_id, *variant.key)
    return Finding("shrink", subject, shrunk.model_dump(mode="json"), who=who)


def contrast_set(case: Case, shrunk: Shrunk, scenario_id: str | None = None) -> list[Case]:
    """The pair as two drafts beside the case, or in another scenario; none where nothing that passes was found.

    Both expect what the case expects, are of its lineage and split, and name the pair: ``detail.contrast`` is the same
    in both, ``detail.side`` is ``fails`` or ``passes``. Whether the expected result holds for them is for a reviewer to
    say. The same pair makes cases of the same ids: `put_new` adds nothing twice.
    """
    if shrunk.passing is None:
        return []
    pair = content_id("contrast", [case.id, shrunk.smallest.input, shrunk.passing.input])[:12]
    sides = (("fails", shrunk.smallest), ("passes", shrunk.passing))
    return [_side(case, shrunk, scenario_id or case.scenario_id, pair, side, tried) for side, tried in sides]


def _side(case: Case, shrunk: Shrunk, scenario_id: str, pair: str, side: str, tried: Tried) -> Case:
    detail: dict[str, Any] = {
        "how": "shrink",
        "contrast": pair,
        "side": side,
        "prompt": shrunk.prompt,
        "version": shrunk.version,
        "model": shrunk.model,
        "change": shrunk.change,
    }
    return Case(
        id=content_id("contrast case", [pair, side])[:26].upper(),
        scenario_id=scenario_id,
        input=tried.input,
        expected=case.expected,
        tags=(*(tag for tag in case.tags if tag != TAG), TAG),
        split=case.split,
        status="draft",
        origin=Origin(kind="distilled", seed_id=case.id, detail=detail),
        root_id=case.root_id,
    )
