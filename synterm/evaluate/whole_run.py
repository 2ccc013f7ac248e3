"""What a run came to that was made of the runs of its shards."""

from __future__ import annotations

from math import fsum
from typing import Any

from synterm.core.evaluation import Variant
from synterm.evaluate.recount import repeating_of, variants_of
from synterm.evaluate.repeating import LEAD
from synterm.evaluate.statistics import wilson
from synterm.evaluate.tally import Tally
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord


def whole_totals(project: Project, run: RunRecord) -> dict[str, Any]:
    """The totals of a run, counted from its evaluations: what `RunResult.summary` says of a run that was never divided.

    Time, cost and rounds are taken from those that the run has: what failed tries cost is recorded nowhere else.
    """
    how, variants = repeating_of(run), variants_of(project, run)
    pks = {(body_id, model): pk for pk, _, _, body_id, model in project.runs.columns(run.id)}
    counted = [
        _variant(project, variant, pks[key], LEAD if how.stop_early else None) for key, variant in variants.items()
    ]
    whole = Tally(*(sum(getattr(tally, name) for tally, _, _ in counted) for name in ("passed", "failed", "errors")))
    return {
        "evaluations": sum(made for _, made, _ in counted),
        "passed": whole.passed,
        "failed": whole.failed,
        "errors": whole.errors,
        "not_made": 0,
        **({"rounds": int(run.totals.get("rounds", 0))} if how.stop_early else {}),
        "wall_s": run.totals.get("wall_s", 0.0),
        "cost_usd": run.totals.get("cost_usd", 0.0),
        "variants": [summary for _, _, summary in counted],
    }


def _variant(project: Project, variant: Variant, pk: int, before: int | None) -> tuple[Tally, int, dict[str, Any]]:
    """Its verdicts, how many evaluations were made, and what the history keeps of it. `before`: which repeats count."""
    tally, made, shares = Tally(), 0, list[float]()
    for root in project.runs.by_root(pk, before):
        made += root.made
        tally.passed += root.passed
        tally.failed += root.judged - root.passed
        tally.errors += root.errors
        if root.judged:
            shares.append(root.passed / root.judged)
    interval = wilson(fsum(shares), len(shares)) if shares else None
    return tally, made, {"name": variant.name, "passed": tally.passed, "judged": tally.judged, "interval": interval}
