"""Which cases keep failing over recorded runs, and trying inputs out, on real project files."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.distill import Triage
from synterm.core.evaluation import Variant
from synterm.core.finding import Finding
from synterm.core.tree import CheckConfig, Node
from synterm.distill.clusters.clusters import clusters_of
from synterm.distill.failures import failures
from synterm.distill.probing import Prober, variation
from synterm.errors import ProjectError
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject


def ran(path: Path, *options: str) -> None:
    assert main(["run", str(path), "--quiet", "--fail-on", "", *options]) in (0, 3)


@contextlib.contextmanager
def sqlite(path: Path) -> Generator[sqlite3.Connection]:
    """Another program at work in the file."""
    db = sqlite3.connect(path)
    with contextlib.closing(db), db:
        yield db


def named(project: Project, title: str) -> str:
    return next(case.id for case in project.cases.select() if case.title == title)


def test_what_fails_in_each_of_the_last_runs_keeps_failing(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v1")  # 3 of 4 fail
    ran(path, "--prompt", "router@v2")  # 1 of 4 fails
    with Project.open(path) as project:
        found = failures(project)
        [one] = found.failing
        assert (one.input, one.expected, one.got) == ("book a room", "schedule", "clarify")
        assert (one.behavior, one.prompt, one.version, one.model) == ("Routing/Ambiguous", "router", "v2", "rules")
        assert (one.runs, one.judged, one.failed, one.errors) == (2, 2, 2, 0)
        assert (found.runs, found.evaluated, found.passing_now, found.flaky) == (2, 4, 2, 0)
        # Only the newest run: the same one. Up to the run before it: all three.
        assert [each.case_id for each in failures(project, runs=1).failing] == [one.case_id]
        assert len(failures(project, "last-1").failing) == 3


def test_a_case_that_was_edited_since_starts_anew(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v1")
    with Project.open(path) as project:
        case = project.cases.get(named(project, "notes from the thing"))
        project.cases.put([case.model_copy(update={"input": {"message": "minutes of the thing"}})]).result()
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        [edited] = [one for one in failures(project).failing if one.input == "minutes of the thing"]
        assert (edited.runs, edited.failed) == (1, 1)


def test_what_never_has_a_verdict_is_an_error_that_stays(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        case = project.cases.get(named(project, "do it"))
        project.cases.put([case.model_copy(update={"input": {"message": "flood"}})]).result()
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        found = failures(project)
        [one] = [one for one in found.failing if one.input == "flood"]
        assert (one.judged, one.failed, one.errors, one.output_id) == (0, 0, 1, "")
        assert one.got
        assert found.evaluated == 3


def test_a_run_of_several_versions_counts_once(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v2")  # book a room fails
    for _ in range(2):
        ran(path, "--prompt", "router@v1", "--prompt", "router@v2")
    with Project.open(path) as project:
        found = failures(project, variants={("v2", "rules")})
        [one] = [one for one in found.failing if one.input == "book a room"]
        # v2, then v1 and v2, and again: five columns of three runs.
        assert (found.runs, one.runs, one.failed) == (3, 3, 4)
        assert failures(project, runs=2, variants={("v2", "rules")}).failing[0].failed == 3


def test_findings_that_another_program_wrote_are_left_out(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        [one] = failures(project).failing
        strange = {"type": "a type of the next version", "more": [1]}
        project.findings.put(Finding("triage", one.subject, strange), Finding("cluster", ("c",), strange)).result()
        [again] = failures(project).failing
        assert again.triage is None
        assert clusters_of(project, [again])[0] == []
    with sqlite(path) as db:
        db.execute("UPDATE findings SET subject = '[[1]]' WHERE kind = 'cluster'")
    with Project.open(path) as project, pytest.raises(ProjectError, match="a finding"):
        project.findings.all("cluster")


def test_a_triage_that_is_kept_comes_with_the_failure(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        [one] = failures(project).failing
        kept = Triage(type="model error", reason="a room is booked by the scheduler", by="ann", confirmed=True)
        project.findings.put(Finding("triage", one.subject, kept.model_dump(mode="json"), who="ann")).result()
        [again] = failures(project).failing
        assert again.triage == kept
        assert project.findings.remove(*project.findings.all("triage")).result() == 1
        assert failures(project).failing == [one]


async def test_inputs_are_tried_out_and_nothing_becomes_a_case(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        prompt = project.prompts.all()[0]
        [model] = project.models.all()
        variant = Variant(prompt.name, "v2", prompt.versions[1].body, model)
        case = project.cases.get(named(project, "notes from the thing"))
        before = len([*project.cases.select(CaseFilter(split=None, status=None))])
        tries = [variation(case, {"message": text}) for text in ("the notes", "the thing", "the notes", "flood")]
        async with Providers() as providers:
            prober = Prober(project, Traffic(providers), variant)
            found = await prober.judge(tries, repeats=2)
            assert [(one.passed, one.failed, one.errors) for one in found] == [
                (2, 0, 0),
                (0, 2, 0),
                (2, 0, 0),
                (0, 0, 2),
            ]
            assert found[1].tried.got == "clarify"
            sent = prober.requests
            assert (sent, prober.cached) == (6, 0), "what says the same is tried once"
            await prober.judge(tries[:2], repeats=3)
            assert (prober.requests, prober.cached) == (sent + 2, 4)
        assert len([*project.cases.select(CaseFilter(split=None, status=None))]) == before
        assert project.runs.all() == []


async def test_the_same_input_in_another_scenario_is_judged_by_the_checks_there(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        prompt = project.prompts.all()[0]
        [model] = project.models.all()
        case = project.cases.get(named(project, "notes from the thing"))
        place = project.nodes.tree()[case.scenario_id]
        checks: tuple[CheckConfig, ...] = ({"type": "contains", "value": "nowhere"},)
        other = Node(level="scenario", parent_id=place.parent_id, name="other", checks=checks)
        project.nodes.put(other).result()
        async with Providers() as providers:
            variant = Variant(prompt.name, "v2", prompt.versions[1].body, model)
            prober = Prober(project, Traffic(providers), variant)
            here = variation(case, {"message": "the notes"})
            there = here.model_copy(update={"scenario_id": other.id})
            found = await prober.judge([here, there, here])
        assert [one.passed for one in found] == [1, 0, 1]
