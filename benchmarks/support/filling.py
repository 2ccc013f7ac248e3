"""Makes a project, or fills it with answers: ``filling.py empty PATH 0``, ``filling.py answers PATH COUNT``."""

from __future__ import annotations

import sys
import time
from itertools import islice
from pathlib import Path

import orjson

from synterm.core.tree import Node
from synterm.storage.project import Project

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.writing import BODY, SPEC, answer

_TOGETHER = 2000


def empty(path: Path, _count: int) -> None:
    """A project with a scenario, a prompt and a model."""
    with Project.create(path, "sizes") as project:
        feature = Node(level="feature", name="Feature", checks=({"type": "equals"},))
        behavior = Node(level="behavior", name="Behavior", parent_id=feature.id)
        scenario = Node(level="scenario", name="scenario", parent_id=behavior.id)
        project.nodes.put(feature, behavior, scenario).result()
        project.prompts.add("prompt", [("first", BODY)]).result()
        project.models.put(SPEC).result()


def answers(path: Path, count: int) -> None:
    """Answers to messages that are numbered."""
    made = (answer(f"message {number}") for number in range(count))
    with Project.open(path) as project:
        while some := list(islice(made, _TOGETHER)):
            project.responses.add_all(some).result()


if __name__ == "__main__":
    began = time.monotonic()
    {"empty": empty, "answers": answers}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    print(orjson.dumps({"wall_s": time.monotonic() - began}).decode())
