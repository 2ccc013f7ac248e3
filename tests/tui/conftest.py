"""The real app on a real project file, with a scripted model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from synterm.core.case import Case
from synterm.core.model import ModelSpec, Price
from synterm.core.prompt import Example, Message, PromptBody
from synterm.core.tree import Node
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.board.column import Column
from synterm.tui.guard import guard_terminal
from synterm.tui.prompt import tokens
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.support.http_stub import Stub, stub
from tests.support.kept import Kept
from tests.support.trusting import trusted

LABELS = ["schedule", "summarize", "clarify"]
RULES: list[dict[str, Any]] = [
    {"match": "always clarify", "in": "system", "answer": "clarify"},
    {"match": "meet", "in": "user", "answer": "schedule"},
    {"match": "notes", "in": "user", "answer": "summarize"},
]
INPUTS = [
    ("can we meet tmrw", "schedule", "terse"),
    ("meet w/ Dana on friday", "schedule", "typo"),
    ("send the notes", "summarize", "terse"),
    ("asdf??", "clarify", "cryptic"),
    ("what did they say", "summarize", "borderline"),
]


def scripted(**params: Any) -> ModelSpec:
    return ModelSpec(name="script", model="scripted/rules", params={"rules": RULES, "default": "clarify", **params})


def stubbed(stub: Stub, price: Price | None = None) -> ModelSpec:
    """The model behind a stub; it costs nothing unless a price is given, but is treated as one that may."""
    price = price or Price(input=0, output=0)
    return ModelSpec(name="stub", model="openai/stub", api_base=stub.url, params={"max_tokens": 10}, price=price)


def body(system: str = "Route the message.", examples: tuple[Example, ...] = ()) -> PromptBody:
    messages = (Message(role="system", content=system), Message(role="user", content="{{ message }}"))
    return PromptBody(messages=messages, examples=examples)


MakeProject = Callable[..., Path]


@pytest.fixture
def make_project(tmp_path: Path, kept: Kept) -> MakeProject:
    """Builds a project file: two behaviors, five dev cases and one held out, one prompt with two versions.

    Its user trusts it.
    """
    made: list[Path] = []

    def make(model: ModelSpec | None = None, inputs: list[tuple[str, str, str]] | None = None, **options: Any) -> Path:
        path = tmp_path / options.pop("name", "router.db")
        if model is None and inputs is None and not options and not made:
            kept.copy("the workbench's", path, _build)
        else:
            _build(path, model, inputs, **options)
        made.append(path)
        return trusted(path)

    return make


def _build(
    path: Path, model: ModelSpec | None = None, inputs: list[tuple[str, str, str]] | None = None, **options: Any
) -> None:
    with Project.create(path, "router") as project:
        checks = ({"type": "label", "labels": LABELS},)
        feature = Node(level="feature", name=options.get("feature", "Routing"), checks=checks)
        first = Node(level="behavior", name="Clear", parent_id=feature.id)
        second = Node(level="behavior", name="Unclear", parent_id=feature.id, position=1)
        clear = Node(level="scenario", name="plain", parent_id=first.id)
        unclear = Node(level="scenario", name="cryptic", parent_id=second.id)
        project.nodes.put(feature, first, second, clear, unclear).result()
        cases = [
            Case(
                scenario_id=(clear if index < 3 else unclear).id,
                input={"message": text},
                expected=expected,
                tags=(tag,),
            )
            for index, (text, expected, tag) in enumerate(inputs or INPUTS)
        ]
        held = Case(scenario_id=clear.id, input={"message": "meet later"}, expected="schedule", split="holdout")
        project.cases.put([*cases, held]).result()
        versions = options.get("versions", [("first", body("always clarify")), ("second", body())])
        project.prompts.add("router", versions).result()
        project.models.put(model or scripted()).result()


class Bench:
    """The running workbench, with words for what tests do to it."""

    def __init__(self, app: WorkbenchApp, pilot: Pilot[None], project: Project) -> None:
        self.app = app
        self.pilot = pilot
        self.project = project

    @property
    def screen(self) -> WorkbenchScreen:
        screen = self.app.screen_stack[1]
        assert isinstance(screen, WorkbenchScreen)
        return screen

    @property
    def draft(self) -> Column:
        draft = self.screen.session.board.draft
        assert draft is not None
        return draft

    async def settle(self) -> None:
        """Wait until nothing is typed, evaluated or drawn any more."""
        await self.pilot.pause()
        async with asyncio.timeout(120):
            while True:
                try:
                    await self.app.workers.wait_for_complete()
                    break
                except WorkerCancelled:
                    # Another one took its place, which is waited for as well.
                    await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, true: Callable[[], object], within_s: float = 60) -> None:
        """Wait for what comes by itself; where it does not, the screen is told."""
        ends = time.monotonic() + within_s
        while not true():
            assert time.monotonic() < ends, f"it did not come within {within_s:g} s:\n{self.text()}"
            await self.pilot.pause(0.01)

    async def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        names = {" ": "space", ".": "full_stop", "{": "left_curly_bracket", "}": "right_curly_bracket"}
        for letter in text:
            await self.pilot.press(names.get(letter, letter))

    def verdicts(self, column: int = 0) -> list[bool | None]:
        """The fresh verdicts of a column, by row."""
        board = self.screen.session.board
        return [board.columns[column].verdict(case.id) for case in board.rows]

    def text(self) -> str:
        """What is on the screen, line by line."""
        width, _ = self.app.size
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip)[:width] for strip in strips)

    def responses(self) -> int:
        """How many answers the project file holds."""
        return self.project.responses.count()


@pytest.fixture(autouse=True)
def sizes_for_tokens(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that counts tokens for every test costs a second each; the tests of counting have the real one."""
    if request.path.name != "test_tokens.py":
        monkeypatch.setattr(tokens, "encoding_file", lambda name: None)  # pyright: ignore[reportUnknownLambdaType]


@pytest.fixture(autouse=True)
def toasts_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was told is still there when a busy machine comes to look at it."""
    monkeypatch.setattr(WorkbenchApp, "NOTIFICATION_TIMEOUT", 600.0)


OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def open_bench() -> OpenBench:
    guard_terminal()

    @asynccontextmanager
    async def run(
        path: Path, size: tuple[int, int] = (130, 40), *, trusted: bool = True, **settings: Any
    ) -> AsyncGenerator[Bench]:
        with Project.open(path) as project:
            project.trust.follow_edits()
            if trusted:
                project.trust.grant()
            quick = {"debounce_ms": 20, "debounce_priced_ms": 20, "animations": False}
            chosen = Settings.model_validate({**quick, **settings})
            app = WorkbenchApp(project, chosen, Providers(approved_endpoints=chosen.approved_endpoints))
            async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
                bench = Bench(app, pilot, project)
                await bench.settle()
                yield bench

    return run


__all__ = ["Bench", "MakeProject", "OpenBench", "body", "make_project", "open_bench", "scripted", "stub", "stubbed"]
