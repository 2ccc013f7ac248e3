"""Checks are changed while the workbench is open: the answers that are there are judged anew, and nothing is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synterm.core.tree import Node
from synterm.storage.project import Project
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.workbench import sharing, watching
from synterm.tui.widgets.prompt.area import PromptArea
from tests.support.http_stub import Messages, Stub
from tests.tui.conftest import Bench, MakeProject, OpenBench, stubbed

POLITE: dict[str, Any] = {
    "type": "assert-set",
    "metric": "polite",
    "threshold": 0.5,
    "assert": [{"type": "contains", "value": "schedule"}, {"type": "similar", "value": "schedule", "threshold": 0.9}],
}


def by_message(messages: Messages) -> str:
    return "schedule" if "meet" in messages[-1]["content"] else "clarify"


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    monkeypatch.setattr(sharing, "_TYPING_S", 0.0)


async def until(bench: Bench, true: Callable[[], bool]) -> None:
    await bench.until(true)
    await bench.settle()


async def test_an_edit_in_the_tree_s_form_judges_the_answers_that_are_there(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply(by_message)
    async with open_bench(make_project(stubbed(stub)), approved_endpoints=(stub.origin,)) as bench:
        asked = len(stub.calls)
        assert (bench.verdicts(), asked > 0) == ([True, True, False, True, False], True)
        feature = next(node for node in bench.screen.session.tree.walk() if node.level == "feature")
        bench.screen.behaviors.focus()
        bench.screen.behaviors.choose(feature.id)
        await bench.settle()
        await bench.pilot.press("e")
        await bench.pilot.pause()
        area = bench.app.screen.query_one("#field-checks", PromptArea)
        area.text = "{type: contains, value: clarify}\n{type: no-pii}"
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert bench.verdicts() == [False, False, True, True, True]
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.verdicts() == [True, True, False, True, False]
        assert len(stub.calls) == asked


async def test_an_edit_by_another_process_does_too_and_the_reasons_are_shown(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply(by_message)
    path = make_project(stubbed(stub))
    async with open_bench(path, size=(140, 60), approved_endpoints=(stub.origin,)) as bench:
        asked = len(stub.calls)
        with Project.open(path) as other:
            feature: Node = next(node for node in other.nodes.tree().walk() if node.level == "feature")
            other.nodes.put(feature.model_copy(update={"checks": (POLITE,)})).result()
        await until(bench, lambda: bench.verdicts() == [True, True, False, False, False])
        assert len(stub.calls) == asked
        bench.screen.grid.focus()
        await bench.pilot.press("down", "down", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, InspectScreen)
        shown = bench.text()
        assert "✗ 0.00, needs 0.5; fails: contains" in shown
        assert "(polite)" in shown
        assert '└ ✗ does not contain "schedule"' in shown
