from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import synterm
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.request import Request
from synterm.core.tree import Node
from synterm.storage.project import Project
from synterm.storage.received import Received

MakeBody = Callable[..., PromptBody]
MakeCase = Callable[..., Case]
MakeTask = Callable[..., Task]
Files = Callable[[], list[str]]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the project file goes: in a folder that holds nothing else."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "project.db"


@pytest.fixture
def files(path: Path) -> Files:
    """The names of all files in the project's folder."""
    return lambda: sorted(file.name for file in path.parent.iterdir())


@pytest.fixture
def project(path: Path) -> Iterator[Project]:
    """A new project with one scenario."""
    with Project.create(path, "a project") as made:
        made.nodes.put(*_branch()).result()
        yield made


@pytest.fixture
def scenario_id(project: Project) -> str:
    """The id of the project's scenario."""
    return project.nodes.tree().scenarios()[0].id


@pytest.fixture
def make_case(scenario_id: str) -> MakeCase:
    """A case of the scenario: ``make_case("hello", tags=("a",))``."""

    def make(message: Any = "hello", **fields: Any) -> Case:
        return Case.model_validate({"scenario_id": scenario_id, "input": {"message": message}, **fields})

    return make


@pytest.fixture
def make_body() -> MakeBody:
    """What a prompt says: ``make_body("{{ message }}")``."""

    def make(text: str = "{{ message }}", **fields: Any) -> PromptBody:
        return PromptBody(messages=(Message(role="user", content=text),), **fields)

    return make


@pytest.fixture
def make_task() -> MakeTask:
    """A rendered request: ``make_task("hello")``; requests with other words have other keys."""

    return rendered_task


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts another process on a project file: ``start("lock", path, "EXCLUSIVE")``. It is over when the test is."""
    program = Path(__file__).with_name("processes.py")
    environment = {**os.environ, "PYTHONPATH": str(Path(synterm.__file__).parents[1])}
    with ExitStack() as ends:

        def begin(deed: str, path: Path, *words: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, program, deed, path, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            ends.enter_context(process)
            ends.callback(process.kill)
            return process

        yield begin


def rendered_task(message: str = "hello", model: str = "stub") -> Task:
    """A task with its request and no recipe."""
    case = Case(scenario_id="anywhere", input={"message": message})
    body = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
    spec = ModelSpec(name=model, model=f"openai/{model}")
    request = Request(spec, (Message(role="user", content=message),))
    return Task(case, Variant("prompt", "draft", body, spec), request=request)


def put(project: Project, task: Task, completion: Completion) -> int:
    """Keep one answer; its row."""
    [pk] = project.responses.add_all([Received(task, completion)]).result()
    assert isinstance(pk, int)
    return pk


def _branch() -> list[Node]:
    feature = Node(level="feature", name="Routing")
    behavior = Node(level="behavior", name="Out of scope", parent_id=feature.id)
    return [feature, behavior, Node(level="scenario", name="off-topic", parent_id=behavior.id)]
