"""Editing cases in place: each edit is in the file at once, and can be taken back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widgets import Checkbox, Input, Select, Static, TextArea

from synterm.core.case import Case, Origin
from synterm.core.tree import Node
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.tui.cases.changes import adding, assigning, removing, replacing, retagging, variation
from synterm.tui.edits import Edit, EditLog
from synterm.tui.screens.case_form import CaseForm
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.tags import TagsScreen
from synterm.tui.widgets.tree import BehaviorTree
from tests.tui.conftest import Bench, MakeProject, OpenBench


async def press(bench: Bench, *keys: str) -> None:
    """Keys for the list of cases, and all that follows from them."""
    bench.screen.cases.list.focus()
    await bench.pilot.press(*keys)
    await bench.settle()


async def open_form(bench: Bench, key: str) -> CaseForm:
    bench.screen.cases.list.focus()
    await bench.pilot.press(key)
    await bench.pilot.pause()
    await bench.until(lambda: isinstance(bench.app.screen, CaseForm))
    await bench.pilot.pause()
    assert isinstance(bench.app.screen, CaseForm)
    return bench.app.screen


def choice(form: CaseForm, name: str) -> Select[str]:
    return cast("Select[str]", form.query_one(f"#{name}"))


async def dialog(bench: Bench, key: str, kind: type[Any]) -> Any:
    bench.screen.cases.list.focus()
    await bench.pilot.press(key)
    await bench.until(lambda: isinstance(bench.app.screen, kind))
    await bench.pilot.pause()
    return bench.app.screen


def stored(bench: Bench) -> list[Case]:
    return bench.project.cases.page(range(1, 50))


async def test_accept_and_reject_act_on_the_selection_or_the_cursor(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await press(bench, "space", "space", "x")
        assert [case.status for case in stored(bench)[:3]] == ["rejected", "rejected", "accepted"]
        assert len(bench.screen.session.rows) == 3, "rejected cases are out of scope"
        assert "2 cases rejected" in bench.text()
        await press(bench, "x")
        assert [case.status for case in stored(bench)].count("rejected") == 3
        await press(bench, "u")
        await press(bench, "u")
        assert stored(bench) == before
        assert bench.verdicts() == [True, True, True, True, False]
        await press(bench, "U")
        assert [case.status for case in stored(bench)[:3]] == ["rejected", "rejected", "accepted"]
        await press(bench, "slash")
        await bench.type("status:rejected")
        await bench.settle()
        await press(bench, "a")
        assert [case.status for case in stored(bench)[:3]] == ["accepted", "rejected", "accepted"]


async def test_an_edit_leaves_the_scope_and_the_cursor_where_they_were(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(BehaviorTree).focus()
        await bench.pilot.press("down", "down", "down")
        await bench.settle()
        node = bench.screen.session.node_id
        assert node is not None and len(bench.screen.session.rows) == 3
        await press(bench, "down", "x")
        assert (bench.screen.session.node_id, len(bench.screen.session.rows)) == (node, 2)
        await press(bench, "u")
        assert bench.screen.session.node_id == node
        case = bench.screen.cases.list.case
        assert case is not None and case.title == "meet w/ Dana on friday"


async def test_the_form_changes_every_part_of_a_case(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        form = await open_form(bench, "e")
        form.query_one("ValueField TextArea", TextArea).text = "two\nlines"
        choice(form, "labels").value = "summarize"
        await bench.pilot.pause()
        form.query_one("#tags", Input).value = "long typo long"
        form.query_one("#new-name", Input).value = "context"
        await bench.pilot.press("ctrl+n")
        await bench.type("more")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        case = stored(bench)[0]
        assert case.input == {"message": "two\nlines", "context": "more"}
        assert (case.expected, case.tags, case.id) == ("summarize", ("long", "typo"), before[0].id)
        assert bench.screen.session.rows[0] == case, "the screen shows it"
        await press(bench, "u")
        assert stored(bench) == before


async def test_what_is_no_json_is_said_at_its_field(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        form = await open_form(bench, "enter")
        form.query_one("#expected", TextArea).text = '{"route": '
        form.query_one("#is-json", Checkbox).toggle()
        await bench.pilot.press("ctrl+s")
        await bench.pilot.pause()
        assert bench.app.screen is form
        assert "not JSON" in bench.text() and "[x] is JSON" in bench.text()
        form.query_one("#expected", TextArea).text = '{"route": "clarify"}'
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert stored(bench)[0].expected == {"route": "clarify"}


async def test_escape_asks_before_it_throws_away_what_was_typed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await open_form(bench, "e")
        await bench.type("xyz")
        await bench.pilot.press("escape")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        await bench.pilot.press("escape")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, CaseForm)
        await bench.pilot.press("escape")
        await bench.pilot.pause()
        await bench.pilot.press("y")
        await bench.settle()
        assert bench.app.screen is bench.screen
        assert stored(bench) == before


async def test_a_form_stays_with_what_was_typed_when_it_can_not_be_saved(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        for key in ("e", "n", "D"):
            form = await open_form(bench, key)
            await bench.type(f"xyz{key}")
            scenario = bench.screen.session.tree[str(choice(form, "scenario").value)]
            bench.project.nodes.remove(scenario.id).result()
            await bench.pilot.press("ctrl+s")
            said = form.query_one("#problem", Static)
            await bench.until(lambda said=said, form=form: said.content or bench.app.screen is not form)
            assert bench.app.screen is form, f"it stays open: {key}"
            assert "it belongs to something that the project does not have" in str(said.content), key
            bench.project.nodes.put(scenario).result()
            await bench.pilot.press("ctrl+s")
            await bench.settle()
            assert bench.app.screen is bench.screen, key
            assert any(f"xyz{key}" in case.title for case in stored(bench)), key


ODD = "one\u2028two\x0cthree\r\nfour\nfive\x85\r"


async def test_leaving_synterm_asks_where_a_case_is_not_saved(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        form = await open_form(bench, "e")
        await bench.type("xyz")
        await bench.pilot.press("ctrl+q")
        await bench.pilot.pause()
        assert "Case c1: what you changed is not saved" in bench.text()
        await bench.pilot.press("n", "ctrl+s")
        await bench.settle()
        assert not form.is_attached and "xyz" in stored(bench)[0].title
        await bench.pilot.press("ctrl+q")
        assert bench.app.return_code == 0


async def test_what_nobody_touched_in_a_form_stays_to_the_letter(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        scenario = project.cases.page([1])[0].scenario_id
        odd = Case(scenario_id=scenario, input={"message": ODD, "list": [1, 1.0]}, expected="")
        project.cases.put([odd]).result()
    async with open_bench(path) as bench:
        await press(bench, "end")
        form = await open_form(bench, "e")
        form.query_one("#tags", Input).value = "other"
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        after = stored(bench)[-1]
        assert (after.tags, after.content_id) == (("other",), odd.content_id)
        form = await open_form(bench, "e")
        form.query_one("ValueField TextArea", TextArea).focus()
        await bench.pilot.press("home", "x")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert stored(bench)[-1].input["message"] == f"x{ODD}", "and so does the rest of a text that was typed in"


async def test_one_and_true_are_not_the_same(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        [case] = project.cases.page([1])
        project.cases.put([case.model_copy(update={"expected": 1})]).result()
    async with open_bench(path) as bench:
        form = await open_form(bench, "e")
        form.query_one("#expected", TextArea).text = "true"
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert stored(bench)[0].expected is True


async def test_a_form_that_nobody_changed_closes_at_once(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_form(bench, "e")
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is bench.screen


async def test_a_new_case_has_the_names_of_its_scenario_and_is_asked_about(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        form = await open_form(bench, "n")
        assert isinstance(bench.app.focused, TextArea)
        await bench.type("meet me")
        choice(form, "labels").value = "schedule"
        await bench.pilot.pause()
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        made = stored(bench)[-1]
        assert (made.input, made.expected, made.status, made.origin) == (
            {"message": "meet me"},
            "schedule",
            "accepted",
            Origin(),
        )
        assert bench.screen.cases.list.case == made
        assert bench.verdicts()[-1] is True
        await press(bench, "u")
        assert stored(bench) == before
        await press(bench, "U")
        assert stored(bench) == [*before, made]


async def test_a_variation_stays_in_the_lineage_and_the_split_of_its_seed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        form = await open_form(bench, "D")
        assert choice(form, "split").disabled
        await bench.type("really ")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        seed, made = stored(bench)[0], stored(bench)[-1]
        assert made.input == {"message": "really can we meet tmrw"}
        assert (made.root_id, made.origin.seed_id, made.split) == (seed.id, seed.id, "dev")
        assert made.id != seed.id


async def test_a_split_takes_along_what_was_made_from_a_case(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        seed = project.cases.page([1])[0]
        project.cases.put([variation(seed), variation(seed)]).result()
    async with open_bench(path) as bench:
        before = stored(bench)
        await dialog(bench, "S", ChooseScreen)
        assert "2 cases made from these will move too" in bench.text()
        await bench.type("hold")
        await bench.pilot.press("enter")
        await bench.settle()
        assert [case.split for case in stored(bench) if case.root_id == seed.id] == ["holdout"] * 3
        await press(bench, "u")
        assert stored(bench) == before
        await press(bench, "end", "S")
        assert "Nothing to move" in bench.text()
        assert stored(bench) == before


async def test_moving_and_tagging(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await press(bench, "ctrl+a")
        await dialog(bench, "M", ChooseScreen)
        await bench.type("cryptic")
        await bench.pilot.press("enter")
        await bench.settle()
        assert len({case.scenario_id for case in stored(bench)[:5]}) == 1
        await press(bench, "ctrl+a")
        await dialog(bench, "t", TagsScreen)
        await bench.type("new -terse")
        await bench.pilot.press("enter")
        await bench.settle()
        assert [case.tags for case in stored(bench)[:3]] == [("new",), ("typo", "new"), ("new",)]
        assert "new" in (bench.screen.session.tags or ())
        await press(bench, "u")
        await press(bench, "u")
        assert stored(bench) == before


async def test_removing_asks_once_and_can_be_taken_back(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await press(bench, "space", "space")
        await dialog(bench, "delete", ConfirmScreen)
        assert "Remove 2 cases" in bench.text() and "What runs recorded about them stays" in bench.text()
        await bench.pilot.press("escape")
        await bench.settle()
        assert stored(bench) == before
        await dialog(bench, "delete", ConfirmScreen)
        await bench.pilot.press("y")
        await bench.settle()
        assert stored(bench) == before[2:]
        await press(bench, "u")
        assert stored(bench) == before
        assert [bench.screen.session.rows.name(index) for index in range(3)] == ["c1", "c2", "c3"]


async def test_a_project_to_look_at_is_not_edited(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_project()

    def may_write(place: Path) -> bool:
        return place != path.resolve()

    monkeypatch.setattr(connect, "may_write", may_write)
    async with open_bench(path) as bench:
        before = stored(bench)
        await press(bench, "x")
        assert "read-only" in bench.text()
        assert stored(bench) == before


def rows(path: Path) -> list[Any]:
    """All that the file says about its cases but when they were changed."""
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
        found = db.execute(
            "SELECT pk, cases.id, scenario_id, content_id, tags, split, status, origin, root_id, input, expected "
            "FROM cases JOIN contents ON contents.id = content_id ORDER BY pk"
        ).fetchall()
    db.close()
    return found


Step = tuple[str, list[int], int]
STEPS = st.tuples(
    st.sampled_from(["accept", "reject", "move", "tag", "split", "remove", "add", "vary", "replace"]),
    st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True),
    st.integers(0, 2),
)


def edit_of(project: Project, step: Step, scenarios: Sequence[str]) -> Edit | None:
    what, places, choice = step
    store = project.cases
    present = store.keys_of([case.id for case in store.page(range(1, 200))])
    keys = sorted({present[place % len(present)] for place in places}) if present else []
    cases = store.page(keys)
    split = ("dev", "holdout", "train")[choice]
    match what:
        case "accept" | "reject":
            return assigning(store, what, "status", f"{what}ed", keys)
        case "move":
            return assigning(store, what, "scenario_id", scenarios[choice % 2], keys)
        case "tag":
            return retagging(store, what, keys, ["a", f"t{choice}"], ["b", f"t{choice + 1}"])
        case "split":
            return assigning(store, what, "split", split, store.families(keys).keys)
        case "remove":
            return removing(store, what, keys)
        case "add":
            return adding(store, what, [Case(scenario_id=scenarios[0], input={"x": n}) for n in places])
        case "vary":
            return adding(store, what, [variation(case) for case in cases])
        case _:
            changed = {"input": {"x": f"new {choice}"}, "split": split}
            roots = [case for case in cases if case.root_id == case.id]
            return replacing(store, what, {case.id: (case, case.model_copy(update=changed)) for case in roots})


@settings(max_examples=25)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_undoing_all_edits_leaves_the_file_as_it_was(steps: list[Step]) -> None:
    async def run(project: Project, scenarios: Sequence[str]) -> None:
        log = EditLog()
        for step in steps:
            if edit := edit_of(project, step, scenarios):
                await log.do(edit)
        after = project.cases.page(range(1, 200))
        while await log.undo():
            pass
        while await log.redo():
            pass
        assert project.cases.page(range(1, 200)) == after, "doing all again gives the same"
        while await log.undo():
            pass

    with TemporaryDirectory() as folder:
        path = Path(folder) / "project.db"
        with Project.create(path, "p") as project:
            feature = Node(level="feature", name="f")
            behavior = Node(level="behavior", name="b", parent_id=feature.id)
            scenarios = [Node(level="scenario", name=name, parent_id=behavior.id) for name in "st"]
            project.nodes.put(feature, behavior, *scenarios).result()
            first = [Case(scenario_id=scenarios[n % 2].id, input={"x": n}, tags=("b",)) for n in range(6)]
            project.cases.put([*first, variation(first[0]), variation(first[1])]).result()
        before = rows(path)
        with Project.open(path) as project:
            asyncio.run(run(project, [node.id for node in scenarios]))
        assert rows(path) == before


async def test_a_removed_case_comes_back_where_another_has_its_row_number(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        project.cases.remove([project.cases.page([6])[0].id]).result()
    async with open_bench(path) as bench:
        before = stored(bench)
        await press(bench, "end", "x")
        await press(bench, "slash")
        await bench.type("status:rejected")
        await bench.settle()
        await dialog(bench, "delete", ConfirmScreen)
        await bench.pilot.press("y")
        await bench.settle()
        other = Case(scenario_id=before[0].scenario_id, input={"message": "other"}, status="rejected")
        bench.project.cases.put([other]).result()
        assert bench.project.cases.keys_of([other.id])[0] == 5, "the number of the one that was removed"
        for _ in range(2):
            await press(bench, "u")
            found = {case.id: case for case in stored(bench)}
            back = found.pop(before[4].id)
            # Who rejected it stands in its origin.
            assert back == before[4].model_copy(update={"status": "rejected", "origin": back.origin})
            assert back.origin.detail["review"]
            assert found == {case.id: case for case in (*before[:4], other)}
            await press(bench, "U")
            assert stored(bench) == [*before[:4], other], "done again, it is the same case that goes"
        await press(bench, "u", "u")
        assert stored(bench) == [*before[:4], other, before[4]], "and what was done to it before is taken back from it"


async def test_what_can_not_be_taken_back_does_not_stand_before_the_rest(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await press(bench, "x")
        await dialog(bench, "delete", ConfirmScreen)
        await bench.pilot.press("y")
        await bench.settle()
        bench.project.cases.put([before[1]]).result()
        await press(bench, "u", "u")
        told = [toast.message for toast in bench.app._notifications if toast.severity == "error"]
        assert "not undone: 1 case removed" in told[0]
        assert "the next time the one before it comes" in told[1]
        await press(bench, "u")
        assert [case.status for case in stored(bench)] == ["accepted"] * 6


async def test_one_edit_is_made_or_taken_back_at_a_time() -> None:
    log, said = EditLog(), list[str]()
    may_end = asyncio.Event()

    def edit(name: str) -> Edit:
        async def step(what: str) -> None:
            await may_end.wait()
            said.append(f"{what} {name}")

        return Edit(name, lambda: step("do"), lambda: step("undo"))

    steps = [asyncio.ensure_future(step) for step in (log.do(edit("a")), log.do(edit("b")), log.undo(), log.redo())]
    await asyncio.sleep(0)
    may_end.set()
    await asyncio.gather(*steps)
    assert said == ["do a", "do b", "undo b", "do b"]
