"""All that is found about the failures of a run, on a project that was really run."""

from __future__ import annotations

from pathlib import Path

from synterm.cli.main import main
from synterm.core.case import Case
from synterm.core.distill import DistillReport, Shrunk, Tried
from synterm.core.finding import Finding
from synterm.distill.report import distill_report
from synterm.storage.project import Project
from tests.conftest import MakeProject

ROOMS = [f"book a meeting room for {who}" for who in ("the sales team", "Ines and Nils", "our new people", "everyone")]


def ran(path: Path, *options: str) -> None:
    assert main(["run", str(path), "--quiet", "--fail-on", "", *options]) in (0, 3)


def test_failures_come_with_types_clusters_triggers_and_what_was_found_before(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        scenario = project.nodes.find("borderline").id
        rooms = [Case(scenario_id=scenario, input={"message": text}, expected="schedule") for text in ROOMS]
        rest = [Case(scenario_id=scenario, input={"message": f"do it {at}"}, expected="clarify") for at in range(20)]
        project.cases.put([*rooms, *rest]).result()
    ran(path, "--prompt", "router@v1")
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        report = distill_report(project)
        assert (report.runs, report.evaluated, len(report.failing), report.passing_now) == (2, 28, 5, 2)
        assert {one.triage.type for one in report.failing if one.triage} == {"spec gap"}
        assert all(one.triage and one.triage.by == "rules" for one in report.failing)
        [cluster] = report.clusters
        assert set(cluster.case_ids) >= {case.id for case in rooms}
        assert cluster.pattern == "clarify instead of schedule"
        assert [count for _, count in cluster.trend] == [5, 5]
        assert {(one.attribute, one.value) for one in report.triggers} >= {("expected", "schedule")}
        tried = Tried(input={"message": "book"}, passed=0, failed=1)
        found = Shrunk(
            case_id=report.failing[0].case_id,
            prompt="router",
            version="v2",
            model="rules",
            before=tried,
            smallest=tried,
            passing=None,
            change="",
            requests=3,
            cached=0,
            ended="nothing more can be left out",
        )
        broken = Finding("boundary", (report.failing[0].case_id, "x"), {"of": "another version"})
        project.findings.put(
            Finding("shrink", (found.case_id, "body", "rules"), found.model_dump(mode="json")), broken
        ).result()
        again = distill_report(project)
        assert (again.shrunk, again.boundaries) == ((found,), ())
        assert DistillReport.model_validate_json(again.model_dump_json()) == again
        assert distill_report(project, scenarios=[project.nodes.find("off-topic").id]).failing == ()


def test_what_cases_were_changed_to_since_goes_with_nothing(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        scenario = project.nodes.find("borderline").id
        made = [
            Case(scenario_id=scenario, input={"message": f"the {at}th"}, expected="schedule" if at < 12 else "clarify")
            for at in range(40)
        ]
        project.cases.put(made).result()
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        project.cases.put([one.model_copy(update={"input": {"message": "do not?"}}) for one in made[:12]]).result()
        assert [one.words for one in distill_report(project).triggers if one.attribute == "negation"] == []


def test_a_run_without_failures_says_so(make_project: MakeProject) -> None:
    path = make_project()
    ran(path, "--prompt", "router@v2", "--behavior", "Out of scope")
    with Project.open(path) as project:
        report = distill_report(project)
        assert (report.failing, report.clusters, report.triggers, report.evaluated) == ((), (), (), 1)
