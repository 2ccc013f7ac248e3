"""A failure that keeps failing, as tests make one up."""

from __future__ import annotations

from synterm.core.distill import Failing


def failing(text: str, number: int = 0, **more: object) -> Failing:
    """A case that expects schedule and gets clarify; with other values where they are given."""
    values: dict[str, object] = {
        "case_id": f"case{number}",
        "content_id": f"{number}",
        "output_id": "o",
        "root_id": f"root{number}",
        "scenario_id": "s",
        "behavior": "Routing/All",
        "prompt": "router",
        "version": "v1",
        "model": "m",
        "input": text,
        "expected": "schedule",
        "got": "clarify",
        "reason": "expected schedule, got clarify",
        "runs": 1,
        "judged": 1,
        "failed": 1,
        "errors": 0,
    }
    return Failing.model_validate(values | more)
