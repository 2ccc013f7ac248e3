"""What other processes do to a project file: ``python processes.py DEED PATH …``. Each tells how far it is."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.recipe import recipe_of
from synterm.core.request import Request
from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.storage.received import Received

_WAVE = 5


def lock(path: Path, how: str) -> None:
    """Hold a lock until stdin ends."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"BEGIN {how}")
    _say("locked")
    sys.stdin.read()
    connection.close()


def try_lock(path: Path) -> None:
    """Tell whether the whole file can be locked."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        _say("locked")
    except sqlite3.OperationalError:
        _say("refused")
    connection.close()


def hold_open(path: Path) -> None:
    """Have the project open until stdin ends."""
    with Project.open(path):
        _say("open")
        sys.stdin.read()


def write(path: Path, name: str, count: str, journal: str) -> None:
    """Write answers, a few in each transaction, once stdin says so; without a log if ``journal`` is not WAL."""
    if journal != "WAL":
        connect.log_is_safe = _no_log
    with Project.open(path) as project:
        _say("ready")
        sys.stdin.readline()
        for start in range(0, int(count), _WAVE):
            tasks = [_task(f"{name} {number}") for number in range(start, start + _WAVE)]
            _keep(project, tasks, name)
            # Reading and writing go on side by side.
            assert len(project.responses.lookup([_key(task) for task in tasks])) == _WAVE


def write_until_killed(path: Path) -> None:
    """Write answers for ever; tell the row and key of each that is acknowledged."""
    project = Project.open(path)
    number = 0
    while True:
        tasks = [_task(f"answer {number + more}") for more in range(_WAVE)]
        for task, pk in zip(tasks, _keep(project, tasks, f"answer {number}"), strict=True):
            _say(f"{pk} {_key(task)}")
        number += _WAVE


def come_and_go(path: Path, name: str, count: str) -> None:
    """Open the project, write a little and close it, again and again."""
    for number in range(int(count)):
        with Project.open(path) as project:
            project.models.put(ModelSpec(name=f"{name} {number}", model="openai/stub")).result()


def open_when_told(path: Path) -> None:
    """Open the project and close it at each line of stdin."""
    for _ in sys.stdin:
        Project.open(path).close()
        _say("closed")


def reserve(path: Path, day: str, count: str) -> None:
    """Reserve a cent at a time, once stdin says so; tell how often it was granted."""
    with Project.open(path) as project:
        _say("ready")
        sys.stdin.readline()
        _say(str(sum(project.spending.reserve(day, 0.01, 1.0).result() for _ in range(int(count)))))


def _no_log(_path: Path, _version: tuple[int, int, int]) -> bool:
    return False


def _keep(project: Project, tasks: list[Task], text: str) -> list[int | ProjectError]:
    received = [Received(task, Completion(Outcome.COMPLETE, text)) for task in tasks]
    return project.responses.add_all(received).result()


def _task(message: str) -> Task:
    spec = ModelSpec(name="stub", model="openai/stub")
    body = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
    case = Case(scenario_id="anywhere", input={"message": message})
    request = Request(spec, (Message(role="user", content=message),))
    return Task(case, Variant("prompt", "draft", body, spec), request=request, recipe=recipe_of(body, spec, None))


def _key(task: Task) -> str:
    return task.request.key if task.request else ""


def _say(line: str) -> None:
    print(line, flush=True)


_DEEDS: dict[str, Callable[..., None]] = {
    deed.__name__: deed
    for deed in (lock, try_lock, hold_open, write, write_until_killed, reserve, come_and_go, open_when_told)
}

if __name__ == "__main__":
    _DEEDS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
