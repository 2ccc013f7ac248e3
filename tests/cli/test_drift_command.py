"""From a log with a failure that nobody knew to Distill, all by commands."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.drift import DriftReport
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject

TREE = """\
synterm: 1
name: router
models: [{name: rules, model: scripted/rules, params: {default: out_of_scope}}]
prompts: [{name: router, versions: [{messages: [{role: user, content: "{{ message }}"}]}]}]
tree:
  - feature: Routing
    checks: [{type: label, labels: [schedule, summarize, out_of_scope]}]
    behaviors:
"""
KNOWN = {
    "schedule": [
        "book a meeting room for four",
        "reserve a room for friday",
        "book the big room for the team",
        "is a room free for a meeting",
    ],
    "summarize": [
        "summarize the notes of the meeting",
        "sum up the notes from the call",
        "give me a summary of the notes",
        "what do the notes say",
    ],
}
NEW = [
    "summarize the notes of the meeting as bullet points",
    "sum up the notes from the call as bullet points",
    "give me a summary of the notes in bullet points",
    "summarize the notes as a list of bullet points",
]


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with two behaviors; under its own prompt half of the cases fail, in a way that is known then."""
    behaviors = [
        {
            "behavior": name,
            "description": f"The app is to {name}.",
            "scenarios": [
                {"scenario": f"{name} it", "cases": [{"input": text, "expected": name} for text in KNOWN[name]]}
            ],
        }
        for name in KNOWN
    ]
    return make_project(TREE + f"      {json.dumps(behaviors)}\n")


def log(target: Path, *, since: int, days: int, planted: int = 99) -> Path:
    """A log of the app, some days of it; from the day `planted` on, it takes bullet points for leave to answer without
    a label."""
    chance, rows = random.Random(since), list[dict[str, object]]()
    for day in range(since, since + days):
        asked = [(chance.choice(texts), label) for label, texts in KNOWN.items() for _ in range(15)]
        if day >= planted:
            asked += [(text, "• rooms are short\n• lunch is late") for text in NEW]
        for at, (text, answer) in enumerate(asked):
            rows.append(
                {
                    "message": f"{text} {chance.choice(('please', 'now', 'today', 'thanks'))} {day}{at}",
                    "output": answer,
                    "model": "app",
                    "timestamp": f"2026-03-{day:02}T09:{at:02}:00Z",
                }
            )
    target.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return target


def report_of(path: Path, *options: str) -> DriftReport:
    target = path.with_suffix(".drift.json")
    assert main(["inbox", str(path), "--drift", "--json", str(target), *options]) == 0
    return DriftReport.model_validate_json(target.read_bytes())


def imported_and_judged(path: Path, file: Path, *options: str) -> None:
    assert main(["import", str(path), str(file), "--as", "production"]) == 0
    assert main(["run", str(path), "--source", "production", "--min-confidence", "0", *options]) == 0


def test_a_new_failure_goes_from_the_log_to_distill(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported_and_judged(path, log(path.with_name("first.jsonl"), since=2, days=6), "--quiet")
    assert report_of(path).new_failures == ()
    imported_and_judged(path, log(path.with_name("second.jsonl"), since=8, days=4, planted=8), "--since", "2026-03-08")
    assert "drift: " in capsys.readouterr().err
    report = report_of(path)
    [found] = report.new_failures
    assert found.inputs == found.calls == 16
    assert "bullet" in found.name
    assert 0.05 < found.share < 0.2
    assert {one.got for one in found.examples} == {"• rooms are short\n• lunch is late"}
    assert not found.kept
    assert main(["inbox", str(path), "--drift", "--fail-on", "new-failures"]) == 1
    assert "★" in capsys.readouterr().out

    kept = report_of(path, "--keep")
    assert [one.kept for one in kept.new_failures] == [True]
    assert "handed over: 1 failure type" in capsys.readouterr().err
    with Project.open(path) as project:
        drafts = [*project.cases.select(CaseFilter(status="draft"))]
        assert 2 <= len(drafts) <= 16
        assert {case.origin.kind for case in drafts} == {"production"}
        names = {one.subject[0]: one.body["name"] for one in project.findings.all("cluster")}
        assert len(names) == 2
        assert names[found.cluster] == found.name
    assert main(["distill", str(path), "--run", report.failures_run]) == 0
    assert found.cluster in capsys.readouterr().out

    # Accepted, these cases fail under the project's own prompt as well: Distill knows what they are.
    with Project.open(path) as project:
        ids = [case.id for case in drafts]
        project.cases.put(
            case.model_copy(update={"status": "accepted", "expected": "summarize"}) for case in drafts
        ).result()
    assert main(["run", str(path), "--quiet", "--fail-on", ""]) == 0
    target = path.with_suffix(".distill.json")
    assert main(["distill", str(path), "--json", str(target)]) == 0
    clusters = json.loads(target.read_text())["clusters"]
    assert any(one["id"] in names and {*ids} <= {*one["case_ids"]} for one in clusters)
    # It is handed over, and so no longer new.
    assert report_of(path).new_failures == ()


def test_what_was_known_before_is_no_new_failure(path: Path) -> None:
    imported_and_judged(path, log(path.with_name("first.jsonl"), since=2, days=6, planted=5), "--quiet")
    [found] = report_of(path).new_failures
    # Judged again, the same calls are as new as they were.
    assert main(["run", str(path), "--source", "production", "--quiet"]) == 0
    assert [one.cluster for one in report_of(path).new_failures] == [found.cluster]
    # Other calls of that kind are known by then.
    imported_and_judged(
        path, log(path.with_name("second.jsonl"), since=8, days=4, planted=8), "--quiet", "--since", "2026-03-08"
    )
    assert report_of(path).new_failures == ()


def test_distill_says_what_came_from_production_and_does_not_fail_here(path: Path) -> None:
    imported_and_judged(path, log(path.with_name("first.jsonl"), since=2, days=6, planted=5), "--quiet")
    report_of(path, "--keep")
    assert main(["run", str(path), "--quiet", "--fail-on", ""]) == 0
    target = path.with_suffix(".distill.json")
    assert main(["distill", str(path), "--run", "last", "--json", str(target)]) == 0
    assert any("from production" in note for note in json.loads(target.read_text())["notes"])
