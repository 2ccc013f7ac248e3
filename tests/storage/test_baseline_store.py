"""Runs that are pinned under a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.tree import Node
from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.storage.project import Project

RUN_ID = "01KA0B5T7XW4ZQ9Y8V6C2D3E4F"
WRONG = [
    *("", " ", " main", "main ", "x" * 101, "a\nb", "a\tb", "a\x1b[31m", "a\u202eb"),
    *("--main", "router@v2", "@v2", "a/b", "a\\b", "other.db", "./x", "~me", "last", "last-2"),
    *(RUN_ID, RUN_ID.lower(), RUN_ID[-8:]),
]


def begun(project: Project) -> str:
    return project.runs.start({}, who="", git_commit=None).result()


def test_a_run_is_pinned_for_all_scenarios_and_another_for_one(project: Project, scenario_id: str) -> None:
    first, second = begun(project), begun(project)
    project.baselines.set("main", first, who="somebody").result()
    project.baselines.set("main", second, [scenario_id], who="another").result()
    found = project.baselines.get("main")
    assert [(pin.scenario_id, pin.run_id, pin.who) for pin in found] == [
        ("", first, "somebody"),
        (scenario_id, second, "another"),
    ]
    assert all(pin.updated.endswith("Z") for pin in found)
    project.baselines.set("release 1.2", first, who="").result()
    assert project.baselines.all() == [*found, *project.baselines.get("release 1.2")]
    assert project.baselines.names() == ["main", "release 1.2"]
    assert project.baselines.of_run(first) == ["main", "release 1.2"]
    assert project.baselines.of_run(second) == ["main"]


def test_a_later_pin_takes_the_place_of_an_earlier_one(project: Project) -> None:
    first, second = begun(project), begun(project)
    project.baselines.set("main", first, who="").result()
    project.baselines.set("main", second, who="").result()
    assert [pin.run_id for pin in project.baselines.get("main")] == [second]
    assert project.baselines.of_run(first) == []


def test_an_unknown_name_is_told_with_those_that_are_near(project: Project) -> None:
    with pytest.raises(NotFoundError, match="no baseline named 'main'"):
        project.baselines.get("main")
    project.baselines.set("main", begun(project), who="").result()
    with pytest.raises(NotFoundError) as refusal:
        project.baselines.get("mian")
    assert refusal.value.hint == "did you mean main?"
    with pytest.raises(NotFoundError) as refusal:
        project.baselines.remove("mian").result()
    assert refusal.value.hint == "did you mean main?"


def test_pins_go_one_by_one_or_all_at_once(project: Project, scenario_id: str) -> None:
    run = begun(project)
    project.baselines.set("main", run, who="").result()
    project.baselines.set("main", run, [scenario_id], who="").result()
    assert project.baselines.remove("main", [scenario_id]).result() == 1
    with pytest.raises(NotFoundError, match="pins no run of its own there"):
        project.baselines.remove("main", [scenario_id]).result()
    project.baselines.set("main", run, [scenario_id], who="").result()
    assert project.baselines.remove("main").result() == 2
    assert project.baselines.all() == []
    assert project.runs.get(run).id == run


def test_a_pinned_run_can_not_be_removed_until_it_is_unpinned(project: Project) -> None:
    run = begun(project)
    project.baselines.set("release 1.2", run, who="").result()
    with pytest.raises(ProjectError, match=r"can't be removed: it is pinned as the baseline 'release 1\.2'") as refusal:
        project.runs.remove(run).result()
    assert refusal.value.hint and refusal.value.hint.startswith("synterm baseline PROJECT rm 'release 1.2' unpins it")
    project.baselines.remove("release 1.2").result()
    assert project.runs.remove(run).result() == 0


@pytest.mark.parametrize("name", WRONG)
def test_a_name_does_not_look_like_anything_else(project: Project, name: str) -> None:
    with pytest.raises(InputError, match="can't name a baseline"):
        project.baselines.set(name, begun(project), who="")
    assert project.baselines.all() == []


@pytest.mark.parametrize(
    "name", ["main", "master", "x" * 100, "1.2", "v2", "größer 🚀", "2026Q4", "20261128", "lasting"]
)
def test_names_that_people_give(project: Project, name: str) -> None:
    project.baselines.set(name, begun(project), who="").result()
    assert project.baselines.names() == [name]


def test_a_pin_needs_a_run_and_a_scenario_that_are_there(project: Project) -> None:
    with pytest.raises(NotFoundError, match="no run nothing"):
        project.baselines.set("main", "nothing", who="").result()
    [feature] = project.nodes.tree().children(None)
    for wrong in ("nowhere", feature.id):
        with pytest.raises(NotFoundError, match=f"no scenario {wrong}"):
            project.baselines.set("main", begun(project), [wrong], who="").result()
    assert project.baselines.all() == []


def test_a_pin_outlives_its_scenario(project: Project) -> None:
    behavior = project.nodes.tree().scenarios()[0].parent_id
    scenario = Node(level="scenario", name="brief", parent_id=behavior)
    project.nodes.put(scenario).result()
    project.baselines.set("main", begun(project), [scenario.id], who="").result()
    project.nodes.remove(scenario.id).result()
    assert [pin.scenario_id for pin in project.baselines.get("main")] == [scenario.id]


def test_other_windows_learn_of_a_pin(project: Project, path: Path) -> None:
    run = begun(project)
    before = project.marks().result()
    with Project.open(path) as another:
        another.baselines.set("main", run, who="").result()
    after = project.outside().result()
    assert after and after.baselines != before.baselines
    assert after._replace(baselines=before.baselines) == before
