from __future__ import annotations

import pytest

from synterm.core.case import Case
from synterm.core.gate import Gate
from synterm.core.tree import Node
from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.storage.nodes import child_level
from synterm.storage.project import Project


@pytest.fixture
def branch(project: Project) -> tuple[Node, Node, Node]:
    """The feature, the behavior and the scenario of the project."""
    feature, behavior, scenario = project.nodes.tree().walk()
    return feature, behavior, scenario


def test_nodes_come_back_as_they_were_in_the_order_of_their_positions(
    project: Project, branch: tuple[Node, Node, Node]
) -> None:
    checks = ({"type": "label", "labels": ["a", "b"]}, {"type": "contains", "value": 'a "quoted" ü'})
    late = Node(
        level="behavior",
        name="late",
        parent_id=branch[0].id,
        position=2,
        description="why",
        checks=checks,
        gates=(Gate(min_pass_rate=0.9),),
    )
    early = Node(level="behavior", name="early", parent_id=branch[0].id, position=1)
    project.nodes.put(late, early).result()
    tree = project.nodes.tree()
    assert tree.children(branch[0].id) == [branch[1], early, late]
    assert tree.checks(branch[2].id) == ()


def test_a_node_that_changes_keeps_what_stands_below(project: Project, branch: tuple[Node, Node, Node]) -> None:
    renamed = branch[1].model_copy(update={"name": "Declines", "description": "politely"})
    project.nodes.put(renamed).result()
    assert project.nodes.tree().path(branch[2].id) == "Routing/Declines/off-topic"


def test_siblings_have_names_of_their_own(project: Project, branch: tuple[Node, Node, Node]) -> None:
    with pytest.raises(InputError, match="already") as refusal:
        project.nodes.put(Node(level="feature", name="Routing")).result()
    assert refusal.value.where == "name"
    other = Node(level="behavior", name="Other", parent_id=branch[0].id)
    project.nodes.put(other, Node(level="scenario", name="off-topic", parent_id=other.id)).result()
    assert len(project.nodes.tree()) == 5


def test_nodes_stand_below_the_level_above_theirs(project: Project, branch: tuple[Node, Node, Node]) -> None:
    feature, behavior, scenario = branch
    for misplaced in (
        Node(level="scenario", name="x"),
        Node(level="behavior", name="x", parent_id=behavior.id),
        Node(level="feature", name="x", parent_id=feature.id),
        feature.model_copy(update={"parent_id": scenario.id}),
        behavior.model_copy(update={"level": "scenario"}),
    ):
        with pytest.raises(InputError, match="scenarios stand in behaviors"):
            project.nodes.put(misplaced).result()
    assert list(project.nodes.tree().walk()) == [feature, behavior, scenario]


def test_a_parent_that_is_not_there_is_refused(project: Project) -> None:
    with pytest.raises(ProjectError, match="does not have"):
        project.nodes.put(Node(level="behavior", name="x", parent_id="nowhere")).result()


def test_checks_that_json_can_not_hold_are_refused(project: Project, branch: tuple[Node, Node, Node]) -> None:
    with pytest.raises(InputError, match="JSON"):
        project.nodes.put(branch[2].model_copy(update={"checks": ({"type": "contains", "value": "\ud800"},)}))


def test_removing_a_node_removes_what_stands_below(project: Project, branch: tuple[Node, Node, Node]) -> None:
    project.cases.put([Case(scenario_id=branch[2].id, input={})]).result()
    project.nodes.remove(branch[0].id).result()
    assert (len(project.nodes.tree()), project.cases.keys()) == (0, [])


def test_a_node_is_found_by_its_path_or_by_its_name(project: Project, branch: tuple[Node, Node, Node]) -> None:
    assert project.nodes.find("Routing/Out of scope") == branch[1]
    assert project.nodes.find("off-topic") == branch[2]
    with pytest.raises(NotFoundError, match="nothing at") as refusal:
        project.nodes.find("Routing/Out of scop")
    assert "Routing/Out of scope" in (refusal.value.hint or "")
    other = Node(level="behavior", name="Other", parent_id=branch[0].id)
    project.nodes.put(other, Node(level="scenario", name="off-topic", parent_id=other.id)).result()
    with pytest.raises(NotFoundError, match="several"):
        project.nodes.find("off-topic")


def test_each_level_has_one_below(branch: tuple[Node, Node, Node]) -> None:
    assert [child_level(parent) for parent in (None, *branch[:2])] == ["feature", "behavior", "scenario"]
    with pytest.raises(InputError, match="cases stand below it"):
        child_level(branch[2])
