"""Sweeps of several processes over one project file, under the day's cap: ``capped_process.py PATH NAME COUNT …``."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from synterm.core.completion import Completion, Outcome
from synterm.core.request import Request
from synterm.core.tree import Node
from synterm.evaluate.limits import Limits
from synterm.providers.base import OnText
from synterm.storage.project import Project
from tests.evaluate.stage import Actor, Play, Stage

DEAR = 0.1
"""What a call can cost at most, in US dollars. They cost 0.02 to 0.1; of some nobody knows what they cost."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the processes said they spent."""

    day: str
    costs: list[float]


class Priced(Actor):
    """Answers after a moment, each for another price."""

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        completion = await super().complete(request, on_text)
        await asyncio.sleep(int(completion.text.split()[-1]) % 7 / 1000)
        return completion


def priced(message: str) -> Completion:
    """The message, at a price that its number says."""
    number = int(message.split()[-1])
    return Completion(Outcome.COMPLETE, message, cost_usd=None if number % 9 == 0 else 0.02 + number % 5 * 0.02)


def run_in_processes(path: Path, *, processes: int, cases: int, width: int, cap_usd: float) -> Told:
    """Make a project, and have so many processes sweep so many cases each, so many at a time, under one cap."""
    with Project.create(path, "a project") as project:
        project.nodes.put(*_NODES).result()
    day = time.strftime("%Y-%m-%d")
    words = [str(path), str(cases), str(width), str(cap_usd)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.evaluate.capped_process", f"process{number}", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for number in range(processes)
    ]
    for process in started:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    costs: list[float] = []
    for process in started:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        costs += json.loads(said)
    return Told(day, costs)


async def _sweep(name: str, path: Path, cases: int, width: int, cap_usd: float) -> list[float]:
    with Project.open(path) as project:
        play = Play(project, _NODES[-1])
        tasks = play.tasks(play.cases_without_keeping(*(f"{name} {number}" for number in range(cases))))
        print("ready", flush=True)
        sys.stdin.readline()
        made = await play.made(tasks, Stage(Priced(priced)), Limits(day_cap_usd=cap_usd), concurrency=width)
    unknown = (done.completion.cost_usd for done in made)
    return [DEAR if cost is None else cost for cost in unknown]


def _nodes() -> list[Node]:
    feature = Node(level="feature", name="Routing")
    behavior = Node(level="behavior", name="Out of scope", parent_id=feature.id)
    scenario = Node(
        level="scenario", name="off-topic", parent_id=behavior.id, checks=({"type": "contains", "value": "1"},)
    )
    return [feature, behavior, scenario]


_NODES = _nodes()

if __name__ == "__main__":
    name, place, *numbers = sys.argv[1:]
    spent = asyncio.run(_sweep(name, Path(place), int(numbers[0]), int(numbers[1]), float(numbers[2])))
    print(json.dumps(spent))
