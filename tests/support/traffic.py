"""Traffic for tests: calls of the app, placed or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from synterm.core.traffic import LoggedCall, TrafficLog, call_id
from synterm.storage.project import Project

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFF_TOPIC = "Routing/Out of scope/off-topic"
BORDERLINE = "Routing/Ambiguous/borderline"


def logged(text: str, output: str = "", minutes: float = 0, **told: Any) -> LoggedCall:
    """A call that asked `text` so many minutes after noon of 20 November 2026; `told`: what else is known of it."""
    at = NOON + timedelta(minutes=minutes)
    served = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = call_id(int(at.timestamp() * 1000), f"{text}\0{output}".encode())
    values: dict[str, Any] = {"model": "gpt-x", **told}
    return LoggedCall(id=name, served=served, input={"message": text}, output=output, **values)


def placed(project: Project, path: str, confidence: float = 0.9, **told: Any) -> dict[str, Any]:
    """What a call that is placed at `path` has beside its text."""
    scenario = project.nodes.find(path)
    return {"placing": "placed", "scenario_id": scenario.id, "confidence": confidence, **told}


UNCOVERED: dict[str, Any] = {"placing": "uncovered", "confidence": 0.8}


def with_traffic(path: Path, *calls: LoggedCall) -> list[LoggedCall]:
    """Have a project hold calls; without any, fifteen: 8 out of scope, 3 ambiguous, 3 uncovered, 1 unplaced."""
    with Project.open(path) as project:
        found = [*(calls or some_traffic(project))]
        project.traffic.add(found).result()
    return found


def some_traffic(project: Project) -> list[LoggedCall]:
    """Fifteen calls of one log, which the project gets with them."""
    log = TrafficLog(
        id="01K0000000000000000000LOGS",
        file="support.jsonl",
        format="openai",
        read=30,
        kept=15,
        left_out=15,
        sampling="1 in 2",
        masking=("e-mail",),
        masked={"e-mail": 4},
    )
    project.traffic.put_log(log).result()
    told: dict[str, Any] = {"log_id": log.id, "weight": 2.0}
    off = placed(project, OFF_TOPIC, **told)
    return [
        *(logged(f"capital of country {n}", "That is out of scope.", n, **off) for n in range(7)),
        logged("who won the cup", "summarize", 7, **{**off, "confidence": 0.31}),
        *(logged(f"that thing {n}", "clarify", 10 + n, **placed(project, BORDERLINE, 0.7, **told)) for n in range(3)),
        *(logged(f"refund order {n} please", "I can't do that.", 20 + n, **UNCOVERED, **told) for n in range(3)),
        logged("hello", "clarify", 30, **told),
    ]
