"""What is taken out of the file can be put back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.case import Case
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import HalfTyped
from synterm.core.tree import Node
from synterm.errors import InputError
from synterm.storage import connect
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.storage.conftest import MakeBody, MakeCase

EVERYTHING = CaseFilter(status=None)


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that people edit."""
    db = connect.connect(path, read_only=True)
    try:
        tables = ("nodes", "cases", "contents", "prompts", "prompt_versions", "models")
        return {table: sorted(db.conn.execute(f"SELECT * FROM {table}").fetchall(), key=str) for table in tables}
    finally:
        db.conn.close()


def test_a_branch_comes_back_with_its_cases_row_by_row(project: Project, make_case: MakeCase, path: Path) -> None:
    feature = project.nodes.tree().children(None)[0]
    behavior = Node(level="behavior", name="second", parent_id=feature.id, position=3, gates=(Gate(min_pass_rate=0.9),))
    scenario = Node(level="scenario", name="below", parent_id=behavior.id, checks=({"type": "is-json"},))
    project.nodes.put(behavior, scenario).result()
    mine = Case(scenario_id=scenario.id, input={"message": "c"}, expected=1, tags=("t",), split="train")
    project.cases.put([make_case("a"), make_case("b", status="rejected"), mine]).result()
    before = contents(path)
    taken = project.nodes.take(feature.id).result()
    assert (taken.count("nodes"), taken.count("cases")) == (5, 3)
    assert len(project.nodes.tree()) == 0
    assert project.cases.keys(EVERYTHING) == []
    project.nodes.put_back(taken).result()
    assert contents(path) == before


def test_a_case_whose_row_number_is_used_by_now_gets_another(project: Project, make_case: MakeCase) -> None:
    feature, behavior, _ = project.nodes.tree().walk()
    other = Node(level="scenario", name="other", parent_id=behavior.id)
    project.nodes.put(other).result()
    project.cases.put([make_case("first"), Case(scenario_id=other.id, input={"message": "gone"})]).result()
    taken = project.nodes.take(other.id).result()
    project.cases.put([make_case("in its place")]).result()
    project.nodes.put_back(taken).result()
    assert sorted(case.title for case in project.cases.select()) == ["first", "gone", "in its place"]
    assert feature.id in project.nodes.tree()


def test_nothing_comes_back_where_a_sibling_has_the_name_by_now(project: Project) -> None:
    feature = project.nodes.tree().children(None)[0]
    taken = project.nodes.take(feature.id).result()
    project.nodes.put(Node(level="feature", name=feature.name)).result()
    with pytest.raises(InputError, match="of that name stands there"):
        project.nodes.put_back(taken).result()
    assert len(project.nodes.tree()) == 1


def test_nothing_comes_back_where_its_parent_is_gone(project: Project, scenario_id: str) -> None:
    feature = project.nodes.tree().children(None)[0]
    taken = project.nodes.take(scenario_id).result()
    project.nodes.remove(feature.id).result()
    with pytest.raises(InputError, match="is gone"):
        project.nodes.put_back(taken).result()


def test_a_prompt_comes_back_with_its_history(project: Project, make_body: MakeBody, path: Path) -> None:
    prompt_id = project.prompts.add("router", [("one", make_body("a")), ("two", make_body("b"))]).result()
    project.prompts.save_draft(prompt_id, make_body("c"), HalfTyped("half")).result()
    before = contents(path)
    taken = project.prompts.take(prompt_id).result()
    assert project.prompts.all() == []
    project.prompts.put_back(taken).result()
    assert contents(path) == before
    project.prompts.take(prompt_id).result()
    project.prompts.add("router", [("", make_body("d"))]).result()
    with pytest.raises(InputError, match="by now"):
        project.prompts.put_back(taken).result()


def test_a_model_is_replaced_in_its_place_and_comes_back(project: Project, path: Path) -> None:
    one, two = (ModelSpec(name=name, model=f"openai/{name}") for name in ("one", "two"))
    project.models.put(one, two).result()
    renamed = one.model_copy(update={"name": "first", "params": {"temperature": 0}})
    project.models.replace("one", renamed).result()
    assert project.models.all() == [renamed, two]
    with pytest.raises(InputError, match="named 'two' already"):
        project.models.replace("first", two).result()
    before = contents(path)
    taken = project.models.take("first").result()
    assert project.models.all() == [two]
    project.models.put_back(taken).result()
    assert contents(path) == before


def test_cases_of_one_lineage_count_as_one_root(project: Project, make_case: MakeCase, scenario_id: str) -> None:
    seed, alone, draft = make_case("seed"), make_case("alone"), make_case("draft", status="draft")
    copies = [make_case(f"copy {number}", root_id=seed.id) for number in range(4)]
    project.cases.put([seed, alone, draft, *copies]).result()
    assert project.cases.roots() == {scenario_id: 2}
    assert project.cases.roots(EVERYTHING) == {scenario_id: 3}
