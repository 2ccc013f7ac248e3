"""How long it takes to open a project, to filter its cases and to look up answers: ``looking.py PATH ANSWERS``."""

from __future__ import annotations

import random
import resource
import statistics
import sys
import time
from pathlib import Path

import orjson

from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.writing import answer


def main() -> None:
    """Look, and print what it took."""
    path, answers = Path(sys.argv[1]), int(sys.argv[2])
    opened: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        Project.open(path).close()
        opened.append(time.perf_counter() - began)
    with Project.open(path) as project:
        chance = random.Random(7)
        one = [_looked_up(project, [chance.randrange(answers)]) for _ in range(2000)]
        hundred = [_looked_up(project, chance.sample(range(answers), 100)) / 100 for _ in range(20)]
        scenarios = tuple(node.id for node in project.nodes.tree().scenarios())
        filtered = [_filtered(project, scenarios, f"topic {number}") for number in range(7)]
    found = {
        "open_s": statistics.median(opened),
        "lookup_p50_ms": statistics.median(one),
        "lookup_p95_ms": statistics.quantiles(one, n=20)[-1],
        "lookup_100_ms": statistics.median(hundred),
        "filter_ms": statistics.median(filtered),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(orjson.dumps(found).decode())


def _looked_up(project: Project, numbers: list[int]) -> float:
    """Milliseconds that looking these answers up takes."""
    tasks = [answer(f"message {number}").task for number in numbers]
    keys = [task.request.key for task in tasks if task.request]
    began = time.perf_counter()
    found = project.responses.lookup(keys)
    took = (time.perf_counter() - began) * 1000
    if len(found) != len(keys):
        raise RuntimeError("an answer is missing")
    return took


def _filtered(project: Project, scenarios: tuple[str, ...], text: str) -> float:
    """Milliseconds that finding the cases with a text takes."""
    began = time.perf_counter()
    project.cases.find(CaseFilter(scenarios, text=text), ids=False)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
