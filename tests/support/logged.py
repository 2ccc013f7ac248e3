"""Traffic for tests: logged calls of an app, over minutes or days, and runs that judged them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.production import PRODUCTION
from synterm.core.prompt import Message, PromptBody
from synterm.core.request import Request
from synterm.core.traffic import LoggedCall, call_id
from synterm.storage.project import Project
from synterm.storage.received import Received

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


START = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""


def called(
    text: str, minutes: float, scenario_id: str = "", *, output: str = "clarify", at: int = 0, **fields: object
) -> LoggedCall:
    """A call, so many minutes after `START`; placed where a scenario is given, uncovered for ``"?"``."""
    moment = START + timedelta(minutes=minutes)
    served = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    placing = "uncovered" if scenario_id == "?" else "placed" if scenario_id else "unplaced"
    call = LoggedCall(
        id=call_id(int(moment.timestamp() * 1000), f"{text}\0{at}".encode()),
        served=served,
        input={"message": text},
        output=output,
        latency_ms=400.0,
        model="app",
        placing=placing,
        scenario_id="" if scenario_id == "?" else scenario_id,
    )
    return replace(call, **fields)  # pyright: ignore[reportArgumentType]


def days_of(
    shares: Sequence[Mapping[str, float]], calls: int, seed: int = 1, texts: Mapping[str, Sequence[str]] | None = None
) -> list[LoggedCall]:
    """So many calls a day, placed by the shares of each day; no two ask the same."""
    chance = random.Random(seed)
    made: list[LoggedCall] = []
    for day, mix in enumerate(shares):
        places = chance.choices([*mix], weights=[*mix.values()], k=calls)
        for at, place in enumerate(places):
            words = chance.choice((texts or {}).get(place, ["please do it"]))
            number = chance.randrange(10**6)
            text = f"{words} {number} {' '.join(['again'] * chance.randrange(6))}".strip()
            made.append(
                called(text, day * 1440 + at * 600 / calls, place, at=at, latency_ms=chance.lognormvariate(6, 0.5))
            )
    return made


def judged(project: Project, calls: Iterable[LoggedCall], fails: Mapping[str, str] | Sequence[str] = ()) -> str:
    """Record a run that judged these calls; those of `fails`, by id, failed, for the reason that stands there."""
    reasons = fails if isinstance(fails, Mapping) else dict.fromkeys(fails, "not what was wanted")
    variant = Variant(
        PRODUCTION,
        "logged",
        PromptBody(messages=(Message(role="user", content="{{ message }}"),)),
        ModelSpec(name="app", model="app"),
    )
    tasks = [(_task(call, variant), call) for call in calls]
    stored = project.responses.add_all([Received(task, _completion(call)) for task, call in tasks]).result()
    run_id = project.runs.start({"cases": len(tasks), PRODUCTION: {}}, who="tests", git_commit=None).result()
    done = [
        Evaluation(
            task,
            replace(_completion(call), stored=pk),
            (_found(reasons.get(call.id), call),),
            call.id not in reasons,
            float(call.id not in reasons),
        )
        for (task, call), pk in zip(tasks, stored, strict=True)
    ]
    project.runs.add(run_id, done).result()
    project.runs.finish(run_id, "complete", {}).result()
    return run_id


def filled(path: Path, calls: Iterable[LoggedCall]) -> None:
    """Put calls into a project file."""
    with Project.open(path) as project:
        project.traffic.add([*calls]).result()


def scenario_ids(path: Path) -> dict[str, str]:
    """The scenarios of a project by name."""
    with Project.open(path) as project:
        return {node.name: node.id for node in project.nodes.tree().scenarios()}


def _task(call: LoggedCall, variant: Variant) -> Task:
    case = Case(id=call.id, scenario_id=call.scenario_id or "none", input=call.input, expected=call.expected)
    request = Request(variant.model, (Message(role="user", content=call.id),))
    return Task(case, variant, request=request)


def _completion(call: LoggedCall) -> Completion:
    return Completion(Outcome.COMPLETE, call.output, latency_ms=call.latency_ms)


def _found(reason: str | None, call: LoggedCall) -> CheckResult:
    return CheckResult("label", reason is None, float(reason is None), reason or "", label=call.output)
