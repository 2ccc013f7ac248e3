"""Calls of an app in production, as tests put them into a project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from synterm.core.completion import Outcome
from synterm.core.traffic import LoggedCall, call_id
from synterm.storage.project import Project

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def call(number: int, given: str | dict[str, Any], output: str, at: datetime = NOON, **known: Any) -> LoggedCall:
    """A call that was answered so many seconds after `at`; one with an error has no answer."""
    served = at + timedelta(seconds=number)
    if known.get("error"):
        known.setdefault("outcome", Outcome.TIMED_OUT)
    made = LoggedCall(
        id=call_id(int(served.timestamp() * 1000), f"{number} {given} {output}".encode()),
        served=served.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        input={"message": given} if isinstance(given, str) else given,
        output=output,
        model="gpt",
    )
    return replace(made, **known)


def log(path: Path, scenario: str, calls: Iterable[LoggedCall], confidence: float | None = 0.9) -> list[str]:
    """Put calls into the project, placed in the scenario of that name; gives their ids."""
    with Project.open(path) as project:
        (node,) = [node for node in project.nodes.tree().scenarios() if node.name == scenario]
        placed = [replace(one, placing="placed", scenario_id=node.id, confidence=confidence) for one in calls]
        project.traffic.add(placed).result()
        return [one.id for one in placed]


def log_unplaced(path: Path, calls: Iterable[LoggedCall]) -> None:
    """Put calls into the project as they are."""
    with Project.open(path) as project:
        project.traffic.add(calls).result()
