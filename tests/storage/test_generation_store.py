"""Generations in the project file, and in the merge of two files."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.case import Case, Origin
from synterm.core.generation import Funnel, fingerprint
from synterm.errors import NotFoundError
from synterm.storage.project import Project
from tests.conftest import MakeProject


def made(project: Project, generation_id: str, text: str, **detail: object) -> Case:
    """A case that a generation made."""
    scenario = project.nodes.tree().scenarios()[0].id
    case = Case(scenario_id=scenario, input={"message": text}, status="draft")
    kept = {"generation": generation_id, "as_made": fingerprint(case), **detail}
    return case.model_copy(update={"origin": Origin(kind="generated", detail=kept)})


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project file."""
    return make_project()


def test_a_generation_is_read_as_it_was_noted(path: Path) -> None:
    with Project.open(path) as project:
        name = project.generations.start("plan", {"count": 3}, who="somebody").result()
        funnel = Funnel(wanted=3, made=5, kept=3)
        funnel.drop("length", "too long")
        project.generations.note(name, "complete", funnel).result()
    with Project.open(path) as project:
        found = project.generations.last_like("plan")
        assert found == project.generations.find(name[-8:].lower()) == project.generations.find("last")
        assert found is not None
        assert (found.status, found.funnel, found.config, found.who) == ("complete", funnel, {"count": 3}, "somebody")
        assert found.ended is not None
        assert project.generations.last_like("another") is None
        with pytest.raises(NotFoundError, match="no generation"):
            project.generations.find("7777777")


def test_what_filters_dropped_and_its_own_cases_are_not_known(path: Path) -> None:
    with Project.open(path) as project:
        before = project.cases.count()
        mine, other = "mine", "other"
        cases = [made(project, mine, "one"), made(project, other, "two")]
        dropped = made(project, other, "three", dropped={"filter": "length"}).model_copy(update={"status": "rejected"})
        turned_down = made(project, other, "four").model_copy(update={"status": "rejected"})
        project.cases.put([*cases, dropped, turned_down]).result()
        known = {case.title for case in project.generations.known(mine)}
        assert len(known) == before + 2
        assert {"two", "four"} <= known


def test_undo_removes_only_its_own_untouched_cases(path: Path) -> None:
    with Project.open(path) as project:
        name = project.generations.start("plan", {}, who="").result()
        before = project.cases.count()
        mine = [made(project, name, "one"), made(project, name, "two")]
        project.cases.put([*mine, made(project, "other", "three")]).result()
        project.cases.put([mine[0].model_copy(update={"status": "accepted"})]).result()
        undone = project.generations.undo(name).result()
        assert (undone.removed, undone.changed, project.cases.count()) == (1, 1, before + 2)
        assert project.generations.find(name).status == "undone"
        with pytest.raises(NotFoundError):
            project.generations.undo("01HZZZZZZZZZZZZZZZZZZZZZZZ").result()


def test_undo_leaves_what_was_changed_a_moment_before(path: Path) -> None:
    with Project.open(path) as project, Project.open(path) as other:
        name = project.generations.start("plan", {}, who="").result()
        mine = [made(project, name, text) for text in ("one", "two", "three")]
        project.cases.put(mine).result()
        # From another window; and from here, on its way to the file behind much else when it is taken back.
        other.cases.put([mine[1].model_copy(update={"input": {"message": "mended"}})]).result()
        project.cases.put([made(project, "other", f"more {at}") for at in range(2000)])
        project.cases.put([mine[0].model_copy(update={"status": "accepted"})])
        undone = project.generations.undo(name).result()
        assert (undone.removed, undone.changed) == (1, 2)
        assert {case.title for case in project.generations.cases(name)} == {"one", "mended"}
