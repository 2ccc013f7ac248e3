"""Changing the tree in the workbench, and taking it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, Select, Static

from synterm.core.gate import Gate, MetricFloor
from synterm.core.tree import Node
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import LABELS, Bench, MakeProject, OpenBench


def names(bench: Bench) -> list[str]:
    """The paths of all nodes on disk, in their order."""
    tree = bench.project.nodes.tree()
    return [tree.path(node.id) for node in tree.walk()]


def node(bench: Bench, name: str) -> Node:
    return next(node for node in bench.project.nodes.tree().walk() if node.name == name)


def rows(path: Path) -> list[list[tuple[object, ...]]]:
    """Nodes and cases as the file holds them."""
    db = connect.connect(path, read_only=True)
    try:
        return [db.conn.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in ("nodes", "cases")]
    finally:
        db.conn.close()


async def at(bench: Bench, name: str | None) -> None:
    """Put the cursor on a node."""
    bench.screen.behaviors.focus()
    bench.screen.behaviors.choose(None if name is None else node(bench, name).id)
    await bench.settle()


async def press(bench: Bench, *keys: str) -> None:
    """Press keys, each when what the one before began is done; a form or a question stays open."""
    for key in keys:
        await bench.pilot.press(key)
        await bench.pilot.pause()


def form(bench: Bench) -> FormScreen:
    screen = bench.app.screen
    assert isinstance(screen, FormScreen)
    return screen


def fill(bench: Bench, **values: str) -> None:
    """Put texts into the fields of the form that is open."""
    for name, text in values.items():
        widget = form(bench).query_one(f"#field-{name}")
        if isinstance(widget, PromptArea):
            widget.text = text
        elif isinstance(widget, Select):
            widget.value = text
        else:
            assert isinstance(widget, Input)
            widget.value = text


async def save(bench: Bench) -> None:
    await bench.pilot.press("ctrl+s")
    await bench.settle()


async def saved_with_errors(bench: Bench) -> dict[str, str]:
    """Save a form that can't be: what it says, by field."""
    shown = form(bench)
    await bench.pilot.press("ctrl+s")
    await bench.until(lambda: shown.query(".-wrong") or bench.app.screen is not shown)
    assert bench.app.screen is shown, "it stays open"
    wrong = list(shown.query(".-wrong").results(Static))
    return {(line.id or "").removeprefix("wrong").removeprefix("-"): str(line.content) for line in wrong}


async def test_a_new_node_stands_below_the_chosen_one(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        for chosen, title, path in (
            (None, "New feature", "new"),
            ("Routing", "New behavior in Routing", "Routing/new"),
            ("Clear", "New scenario in Clear", "Routing/Clear/new"),
            ("plain", "New scenario in Clear", "Routing/Clear/new"),
        ):
            before = names(bench)
            await at(bench, chosen)
            await press(bench, "n")
            assert title in bench.text(), chosen
            await press(bench, *"new")
            await save(bench)
            assert path in names(bench), chosen
            assert bench.screen.behaviors.chosen == node(bench, "new").id, chosen
            assert "new" in bench.text(), chosen
            await press(bench, "u")
            await bench.settle()
            assert names(bench) == before, chosen
            await press(bench, "U")
            await bench.settle()
            assert path in names(bench), chosen
            await press(bench, "u")
            await bench.settle()


async def test_a_node_is_edited_in_a_form(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = node(bench, "Unclear")
        await at(bench, "Unclear")
        await press(bench, "e")
        checks = '{"type": "is-json"}\n{type: contains, value: "yes"}\n\nis-json'
        fill(bench, name="Not clear", description="asks back\n", checks=checks, gates="90%, 0.5")
        await save(bench)
        after = node(bench, "Not clear")
        assert after == before.model_copy(
            update={
                "name": "Not clear",
                "description": "asks back",
                "checks": ({"type": "is-json"}, {"type": "contains", "value": "yes"}, {"type": "is-json"}),
                "gates": (Gate(min_pass_rate=0.9), Gate(min_pass_rate=0.5)),
            }
        )
        assert bench.verdicts() == [False, False], "the new checks hold at once"
        await press(bench, "u")
        await bench.settle()
        assert node(bench, "Unclear") == before
        assert bench.verdicts() == [True, False]


async def test_an_edit_keeps_gates_of_every_kind_and_takes_new_ones(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    gates = (
        Gate(min_pass_rate=0.9, bound="lower"),
        Gate(no_regression=True, baseline="main, of old"),
        Gate(must_pass_tag="critical"),
        Gate(min_metric=MetricFloor(name="polite", at_least=0.5)),
    )
    with Project.open(path) as project:
        project.nodes.put(project.nodes.find("Unclear").model_copy(update={"gates": gates})).result()
    async with open_bench(path) as bench:
        await at(bench, "Unclear")
        await press(bench, "e")
        assert form(bench).values["gates"].startswith("90% lower, {")
        fill(bench, description="asks back")
        await save(bench)
        assert (node(bench, "Unclear").description, node(bench, "Unclear").gates) == ("asks back", gates)
        await press(bench, "e")
        fill(bench, gates="90%, must pass, p95 1500 ms, $0.002 a case")
        await save(bench)
        assert node(bench, "Unclear").gates == (
            Gate(min_pass_rate=0.9),
            Gate(must_pass="all"),
            Gate(max_latency_ms=1500, percentile=95),
            Gate(max_cost_usd_per_case=0.002),
        )


async def test_an_unchanged_form_changes_nothing_of_a_node(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = node(bench, "Routing")
        await at(bench, "Routing")
        await press(bench, "e")
        assert form(bench).values["checks"] == f'{{"type": "label", "labels": {LABELS!s}}}'.replace("'", '"')
        await save(bench)
        assert node(bench, "Routing") == before


async def test_what_is_wrong_stands_under_its_field(make_project: MakeProject, open_bench: OpenBench) -> None:
    wrongs: tuple[tuple[dict[str, str], str, str], ...] = (
        ({"name": ""}, "name", "must not be empty"),
        ({"name": "a/b"}, "name", "can't hold a /"),
        ({"name": "Unclear"}, "name", "named 'Unclear' here already"),
        ({"checks": "is-json\nlable"}, "checks", "line 2: "),
        ({"checks": '{"type": "label"}'}, "checks", "labels: is missing"),
        ({"checks": "{type: [}"}, "checks", "line 1"),
        ({"checks": "42"}, "checks", "is no check"),
        ({"gates": "much"}, "gates", "no gate"),
        ({"gates": "120%"}, "gates", "from 0 to 1"),
    )
    async with open_bench(make_project()) as bench:
        before = names(bench)
        for values, field, words in wrongs:
            await at(bench, "Clear")
            await press(bench, "e")
            fill(bench, **values)
            wrong = await saved_with_errors(bench)
            assert list(wrong) == [field], values
            assert words in wrong[field], values
            assert bench.app.focused is form(bench).query_one(f"#field-{field}"), values
            assert names(bench) == before
            await press(bench, "escape", "y")
            await bench.settle()
            assert bench.app.screen is bench.screen, values


async def test_removing_says_what_goes_and_undo_brings_all_of_it_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        before, verdicts = rows(path), bench.verdicts()
        await at(bench, "Routing")
        await press(bench, "delete")
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "goes with 2 behaviors, 2 scenarios and 6 cases" in str(bench.app.screen.query_one(Static).content)
        await press(bench, "escape")
        assert rows(path) == before
        await press(bench, "delete", "y")
        await bench.settle()
        assert rows(path) == [[], []]
        assert bench.screen.session.node_id is None
        await press(bench, "u")
        await bench.settle()
        assert rows(path) == before
        assert bench.verdicts() == verdicts
        await press(bench, "U")
        await bench.settle()
        assert rows(path) == [[], []]


async def test_siblings_change_places(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = names(bench)
        await at(bench, "Unclear")
        await press(bench, "K")
        await bench.settle()
        moved = ["Routing", "Routing/Unclear", "Routing/Unclear/cryptic", "Routing/Clear", "Routing/Clear/plain"]
        assert names(bench) == moved
        assert bench.screen.behaviors.chosen == node(bench, "Unclear").id
        await press(bench, "K")
        await bench.settle()
        assert names(bench) == moved, "it is the first already"
        await press(bench, "J")
        await bench.settle()
        assert names(bench) == before
        await press(bench, "u", "u")
        await bench.settle()
        assert names(bench) == before


async def test_a_scenario_moves_to_another_behavior(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = names(bench)
        await at(bench, "plain")
        await press(bench, "M")
        fill(bench, to=node(bench, "Unclear").id)
        await save(bench)
        assert names(bench)[-2:] == ["Routing/Unclear/cryptic", "Routing/Unclear/plain"]
        assert bench.screen.behaviors.chosen == node(bench, "plain").id
        assert len(bench.screen.session.rows) == 3
        await press(bench, "u")
        await bench.settle()
        assert names(bench) == before


async def test_a_place_where_the_name_is_taken_refuses_a_move(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        twin = Node(level="scenario", name="plain", parent_id=node(bench, "Unclear").id)
        bench.project.nodes.put(twin).result()
        bench.screen.project_edited()
        before = names(bench)
        await at(bench, "Clear")
        await press(bench, "down", "M")
        fill(bench, to=node(bench, "Unclear").id)
        assert "named 'plain' here already" in (await saved_with_errors(bench))[""]
        assert names(bench) == before


async def test_leaving_a_changed_form_asks_first(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await at(bench, "Clear")
        await press(bench, "e", "escape")
        assert bench.app.screen is bench.screen, "nothing was changed, nothing is asked"
        await press(bench, "e", "x", "escape")
        assert "Leave without saving" in bench.text()
        await press(bench, "escape")
        assert form(bench).values["name"] == "Clearx"
        await press(bench, "escape", "y")
        assert bench.app.screen is bench.screen
        assert "Clear" in [found.name for found in bench.project.nodes.tree().walk()]


async def test_a_form_works_with_the_mouse_alone(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        await at(bench, "Clear")
        await press(bench, "e")
        fill(bench, name="Plain")
        form(bench).query_one("#save").scroll_visible(animate=False, immediate=True)
        await bench.pilot.pause()
        await bench.pilot.click("#save")
        await bench.settle()
        assert "Routing/Plain" in names(bench)


async def test_a_project_that_cannot_be_written_refuses_edits(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_project()

    # The user who runs the tests may be one who may write everywhere.
    def may_write(_: Path) -> bool:
        return False

    monkeypatch.setattr(connect, "may_write", may_write)
    async with open_bench(path) as bench:
        await at(bench, "Clear")
        await press(bench, "n")
        assert bench.app.screen is bench.screen
        assert any("read-only" in toast.message for toast in bench.app._notifications)
