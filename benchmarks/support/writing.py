"""Writes answers into a project file, each in a transaction of its own: ``writing.py PATH COUNT NAME``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import orjson

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.recipe import recipe_of
from synterm.core.request import Request
from synterm.storage.project import Project
from synterm.storage.received import Received

SPEC = ModelSpec(name="stub", model="openai/stub")
BODY = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
RECIPE = recipe_of(BODY, SPEC, None)
VARIANT = Variant("prompt", "draft", BODY, SPEC)


def answer(message: str) -> Received:
    """An answer to a message: the message itself."""
    case = Case(scenario_id="anywhere", input={"message": message})
    task = Task(case, VARIANT, request=Request(SPEC, (Message(role="user", content=message),)), recipe=RECIPE)
    raw = orjson.dumps({"choices": [{"message": {"content": message}}]})
    return Received(task, Completion(Outcome.COMPLETE, message, "stop", latency_ms=1.0, raw=raw))


def main() -> None:
    """Write them, and print how long it took."""
    path, count, name = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    began, longest = time.monotonic(), 0.0
    with Project.open(path) as project:
        for number in range(count):
            start = time.monotonic()
            project.responses.add_all([answer(f"{name}, message {number}")]).result()
            longest = max(longest, time.monotonic() - start)
    print(orjson.dumps({"longest_s": longest, "wall_s": time.monotonic() - began}).decode())


if __name__ == "__main__":
    main()
