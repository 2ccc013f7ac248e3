"""Pictures of the workbench, to see at a glance what a change did to its looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.support.traffic import logged, placed, with_traffic
from tests.tui.conftest import MakeProject

SnapCompare = Callable[..., bool]


async def settle(pilot: Pilot[Any]) -> None:
    """Everything evaluated and drawn, and no blinking cursor."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    screen = pilot.app.screen_stack[1]
    assert isinstance(screen, WorkbenchScreen)
    screen.grid.focus()
    screen.painter.settled()
    screen.painter.draw()
    await pilot.pause()


@pytest.mark.parametrize("theme", ["synterm-dark", "synterm-light"])
def test_the_workbench(
    theme: str, make_project: MakeProject, snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    with Project.open(make_project()) as project:
        app = WorkbenchApp(project, Settings(theme=theme), Providers())
        assert snap_compare(app, run_before=settle, terminal_size=(120, 36))


async def open_coverage(pilot: Pilot[Any]) -> None:
    """What the cases cover, once it is found out, with the cursor on the map."""
    await settle(pilot)
    await pilot.press("O")
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.press("right_square_bracket", "3")
    await pilot.pause()


@pytest.mark.parametrize("theme", ["synterm-dark", "synterm-light"])
def test_what_cases_cover(
    theme: str, make_project: MakeProject, snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    with Project.open(make_project()) as project:
        app = WorkbenchApp(project, Settings(theme=theme), Providers())
        assert snap_compare(app, run_before=open_coverage, terminal_size=(120, 36))


async def open_inbox(pilot: Pilot[Any]) -> None:
    """Traffic by behavior, with the cursor on a call."""
    await settle(pilot)
    await pilot.press("P")
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.press("down")
    await pilot.app.workers.wait_for_complete()
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.parametrize("theme", ["synterm-dark", "synterm-light"])
def test_production_traffic(
    theme: str, make_project: MakeProject, snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    path = make_project()
    with Project.open(path) as project:
        told = placed(project, "Routing/Clear/plain")
    texts = ("book a room for four", "meet the dentist", "a cab to work, please")
    with_traffic(path, *(logged(text, "schedule", n, **told) for n, text in enumerate(texts)), logged("hello"))
    with Project.open(path) as project:
        app = WorkbenchApp(project, Settings(theme=theme), Providers())
        assert snap_compare(app, run_before=open_inbox, terminal_size=(120, 36))
