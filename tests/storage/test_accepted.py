"""The accepted cases as what traffic is compared with, and what tells them from others."""

from __future__ import annotations

import pytest

from synterm.core.case import Case
from synterm.errors import ProjectError
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.traffic import UNCOVERED, logged


def test_all_accepted_cases_are_read_in_the_order_they_were_added(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synterm.storage.accepted._PAGE", 2)
    with Project.open(make_project()) as project:
        cases = project.cases.page(project.cases.keys())
        project.cases.put([cases[1].model_copy(update={"status": "rejected"})]).result()
        read = [*project.accepted.each()]
    kept = [cases[0], *cases[2:]]
    assert [(one.id, one.scenario_id, one.root_id, one.input) for one in read] == [
        (one.id, one.scenario_id, one.root_id, one.input) for one in kept
    ]
    assert len(read) == 4


def test_the_fingerprint_tells_what_is_accepted_where_and_of_which_lineage(make_project: MakeProject) -> None:
    with Project.open(make_project()) as project:
        cases = project.cases.page(project.cases.keys())
        first = project.accepted.fingerprint()

        def after(case: Case) -> str:
            project.cases.put([case]).result()
            found = project.accepted.fingerprint()
            project.cases.put(cases).result()
            assert project.accepted.fingerprint() == first
            return found

        one, other = cases[0], cases[-1]
        changed = [
            after(one.model_copy(update={"input": {"message": "something else"}})),
            after(one.model_copy(update={"status": "draft"})),
            after(one.model_copy(update={"root_id": other.id})),
            after(one.model_copy(update={"scenario_id": other.scenario_id})),
        ]
        assert len({first, *changed}) == 5
        assert after(one.model_copy(update={"tags": ("new",)})) == first
        assert after(one.model_copy(update={"split": "train"})) == first
        assert after(Case(scenario_id=one.scenario_id, input={"message": "x"}, status="draft", id=other.id)) != first


def test_a_case_whose_input_synterm_never_wrote_is_told(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        project._writer.submit(lambda db: db.conn.execute("UPDATE contents SET input = '[1]'").rowcount).result()
        with pytest.raises(ProjectError, match="a case"):
            list(project.accepted.each())


def test_weights_of_traffic_are_added_up(make_project: MakeProject) -> None:
    with Project.open(make_project()) as project:
        assert project.traffic.weights() == (0, 0.0, 0.0)
        project.traffic.add([logged("a", weight=20.0, **UNCOVERED), logged("b", weight=2.0), logged("c")]).result()
        assert project.traffic.weights() == (3, 23.0, 405.0)
