"""Whether a recorded run can be a baseline."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import plural


def why_not_done(record: RunRecord) -> str:
    """Why a run is no good baseline: it was cut short, and what it lacks could not be compared; empty where it is."""
    if record.status == "complete":
        return ""
    missing = record.totals.get("not_made")
    left = f": {_not_made(missing)}" if isinstance(missing, int) and missing else ""
    return f"run {record.id[-8:]} is {record.status}{left}. What it lacks, nothing could be compared with"


def why_nothing_to_compare(project: Project, record: RunRecord, scenarios: Sequence[str] = ()) -> str:
    """Why nothing can be compared with a run, or with what it has of these scenarios, by id; empty where it can.

    Raises ProjectError.
    """
    found = project.trends.of([record.id])
    if not found:
        return f"run {record.id[-8:]} has no verdict: there is nothing to compare with"
    missing = [scenario for scenario in scenarios if scenario not in found]
    if not missing:
        return ""
    more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
    return f"run {record.id[-8:]} has no verdict in {project.nodes.tree().path(missing[0])!r}{more}"


def _not_made(missing: int) -> str:
    return f"{plural(missing, 'evaluation')} {'was' if missing == 1 else 'were'} not made"
