"""Gates of a project: written, shown, and decided by runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synterm.core.gate import Gate
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.http_stub import Reply, Stub

FLOODED = SMALL + '              - {input: "flood", expected: clarify, tags: [flaky]}\n'
PRICED = """\
synterm: 1
name: priced
models: [{name: far, model: openai/stub, api_base: "%s", price: {input: 100, output: 0}}]
prompts: [{name: p, messages: [{role: user, content: "{{ message }}"}]}]
tree:
  - feature: F
    gates: [{max_cost_usd_per_case: 0.0011}, {max_cost_usd: 0.0021}, {max_cost_usd: 0.0022}]
    behaviors:
      - behavior: B
        scenarios:
          - scenario: S
            checks: [{type: contains, value: o}]
            cases: [{input: one}, {input: two}]
"""


def gated(gates: str, text: str = SMALL) -> str:
    """The behavior Ambiguous, of which 2 of 3 pass, with these gates."""
    return text.replace("behavior: Ambiguous", f"behavior: Ambiguous\n        gates: [{gates}]")


def states(report: Any) -> list[str]:
    return [row["gate"]["state"] for row in report["behaviors"] if row["gate"]]


@pytest.mark.parametrize(
    ("gate", "state"),
    [
        ("{min_pass_rate: 0.6}", "passed"),
        ("{min_pass_rate: 0.7}", "failed"),
        ("{min_pass_rate: 0.2, bound: lower}", "passed"),
        ("{min_pass_rate: 0.5, bound: lower}", "failed"),
        ("{no_regression: true}", "open"),
        ("{max_cost_usd_per_case: 0}", "passed"),
        ("{max_cost_usd: 0}", "passed"),
        ("{max_latency_ms: 60000}", "passed"),
        ("{max_latency_ms: 0.0000001, percentile: 100}", "failed"),
        ("{must_pass: all}", "failed"),
        ("{must_pass: [NOTHERE]}", "open"),
        ("{must_pass_tag: terse}", "passed"),
        ("{must_pass_tag: nope}", "open"),
        ("{min_score: 0.6}", "passed"),
        ("{min_score: 0.7}", "failed"),
        ("{min_metric: {name: nope, at_least: 0.5}}", "open"),
    ],
)
def test_a_gate_in_a_text_form_decides_the_exit_code(
    synterm: Synterm, make_project: MakeProject, gate: str, state: str
) -> None:
    done = synterm("run", make_project(gated(gate)), "--json", "-")
    assert (states(done.json), done.code) == ([state], {"passed": 0, "failed": 1, "open": 3}[state])
    if state == "open":
        assert "exit 3: a gate is not decided" in done.err


@pytest.mark.parametrize(
    ("gate", "state"),
    [
        ("{min_pass_rate: 0.5}", "passed"),
        ("{min_pass_rate: 0.6}", "open"),
        ("{min_pass_rate: 0.16, bound: lower}", "open"),
        ("{max_cost_usd: 0}", "open"),
        ("{max_latency_ms: 60000}", "open"),
        ("{must_pass_tag: flaky}", "open"),
        ("{must_pass: all}", "failed"),
        ("{min_score: 0.6}", "open"),
    ],
)
def test_an_error_leaves_open_what_it_could_turn(
    synterm: Synterm, make_project: MakeProject, gate: str, state: str
) -> None:
    report = synterm("run", make_project(gated(gate, FLOODED)), "--json", "-").json
    assert states(report) == [state]


def test_what_broke_a_gate_is_said_in_a_line(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(gated("{min_pass_rate: 0.9}, {must_pass: all}, {must_pass_tag: nope}, {min_score: 0.1}"))
    done = synterm("run", path)
    case = next(
        case
        for case in synterm("ls", path, "cases", "--json").json["cases"]
        if case["input"]["message"] == "book a room"
    )
    assert "✗ Routing/Ambiguous: at least 90 % pass; 66.7 % pass, 2 of 3\n" in done.out
    assert f"✗ Routing/Ambiguous: no case may fail; 1 of 3 cases fails: …{case['id'][-8:]}\n" in done.out
    assert "? Routing/Ambiguous: no case tagged nope may fail; no cases (no case of this run" in done.out
    assert "Gates: ✓ 1 hold  ✗ 2 fail  ? 1 not decided" in done.out
    gate = synterm("run", path, "--json", "-").json["behaviors"][2]["gate"]
    assert (gate["kind"], gate["failing"], gate["found"]) == ("must_pass", [case["id"]], 1)


def test_costs_count_whether_they_are_cached_or_fresh(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(PRICED % stub.url)
    for cached in (0, 2):
        report = synterm("run", path, "--json", "-").json
        assert (report["totals"]["cached"], states(report)) == (cached, ["passed", "failed", "passed"])
    assert report["totals"]["cost_usd"] == 0, "the gates look at what the answers cost when they were made"
    assert report["behaviors"][1]["gate"]["finding"] == "it is $0.0022, of 2 answers"


def test_a_cost_that_is_not_known_leaves_a_gate_on_cost_open(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(Reply(usage=None))
    path = make_project(PRICED % stub.url)
    report = synterm("run", path, "--json", "-").json
    assert states(report) == ["open"] * 3
    assert report["behaviors"][0]["gate"]["why"] == "the cost of 2 answers is not known"


def test_gates_of_the_project_hold_for_each_variant(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(SMALL.replace("models:", "gates: [{min_pass_rate: 0.5}, {must_pass_tag: trivia}]\nmodels:"))
    report = synterm("run", path, "--prompt", "router@all", "--min-pass-rate", "0.1", "--json", "-").json
    found = [(gate["words"], gate["variant"], gate["state"]) for gate in report["gates"]]
    one, two = "router@v1 · rules", "router@v2 · rules"
    assert found == [
        ("at least 10 % pass", one, "passed"),
        ("at least 10 % pass", two, "passed"),
        ("at least 50 % pass", one, "failed"),
        ("at least 50 % pass", two, "passed"),
        ("no case tagged trivia may fail", one, "failed"),
        ("no case tagged trivia may fail", two, "passed"),
    ]
    shown = synterm("run", path, "--prompt", "router@all")
    assert shown.code == 1
    assert "✗ router@v1: the gate over the whole run (at least 50 % pass) fails: 25 % pass," in shown.out
    assert "✓ router@v2: the gate over the whole run (at least 50 % pass) holds" in shown.out


def test_gates_are_edited_and_listed(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    named = f"must pass {case[-8:].lower()}"
    assert synterm("edit", path, "node", "Ambiguous", "--gate", "90% lower", "--gate", named).code == 0
    done = synterm("edit", path, "project", "--gate", "p95 1500 ms", "--min-pass-rate", "0.5")
    assert (done.code, done.err) == (
        0,
        "changed project small router: 2 gates over the whole\n  gates new: 50%, p95 1500 ms\n",
    )
    listing = synterm("ls", path, "gates", "--json").json
    assert [(row["path"], row["gate"]) for row in listing["gates"]] == [
        ("", {"min_pass_rate": 0.5}),
        ("", {"max_latency_ms": 1500.0, "percentile": 95.0}),
        ("Routing/Ambiguous", {"min_pass_rate": 0.9, "bound": "lower"}),
        ("Routing/Ambiguous", {"must_pass": [case]}),
    ]
    assert "(the whole run)\t95 % of answers within 1,500 ms\t" in synterm("ls", path, "gates").out
    assert f"≥ 90 % (lower end), case …{case[-8:]} must pass" in synterm("ls", path).out
    assert "gate: at least 90 % pass, on the interval's lower end\n" in synterm("show", path, "node", "Ambiguous").out
    synterm("edit", path, "node", "Ambiguous", "--min-pass-rate", "0.5")
    synterm("edit", path, "project", "--no-gates")
    assert [row["gate"] for row in synterm("ls", path, "gates", "--json").json["gates"]] == [{"min_pass_rate": 0.5}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["node", "Ambiguous", "--gate", "much"], "--gate 1: 'much' is no gate"),
        (["node", "Ambiguous", "--gate", "90%", "--gate", '{"min_pass": 1}'], "--gate 2: min_pass: is not a field"),
        (["node", "Ambiguous", "--gate", "must pass NOTHERE"], "no case named 'NOTHERE'"),
        (["project", "--gate", '{"max_cost_usd": -1}'], "--gate 1: max_cost_usd: must be at least 0"),
        (["project"], "nothing to change was named"),
    ],
)
def test_a_gate_that_can_not_be_is_refused(
    synterm: Synterm, make_project: MakeProject, words: list[str], said: str
) -> None:
    path = make_project()
    done = synterm("edit", path, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert synterm("ls", path, "gates", "--json").json["gates"] == []


def test_a_wrong_gate_in_a_text_form_is_told_with_its_line(synterm: Synterm, tmp_path: Path) -> None:
    source = tmp_path / "p.yaml"
    source.write_text(gated("{min_pass_rate: 0.9, percentile: 5}").replace("models:", "gates: [{}]\nmodels:"))
    done = synterm("new", tmp_path / "p.db", "--from", source)
    assert done.code == 2
    assert "p.yaml line 3: gates[0]: needs a condition, one of min_pass_rate" in done.err
    assert "gates[0]: has percentile, which goes with max_latency_ms only" in done.err


def test_project_files_of_before_are_read_and_written_as_they_were(make_project: MakeProject) -> None:
    path = make_project()
    old = json.dumps([{"min_pass_rate": 0.9}])
    db = connect(path)
    with db.conn:
        db.conn.execute("UPDATE nodes SET gates = ? WHERE name = 'Ambiguous'", [old])
    db.conn.close()
    with Project.open(path) as project:
        node = project.nodes.find("Ambiguous")
        assert (node.gates, project.gates) == ((Gate(min_pass_rate=0.9),), ())
        project.nodes.put(node).result()
        project.set_gates([Gate(must_pass="all")]).result()
    db = connect(path)
    assert json.loads(db.execute("SELECT gates FROM nodes WHERE name = 'Ambiguous'").fetchone()[0]) == json.loads(old)
    db.conn.close()
    with Project.open(path) as project:
        assert project.gates == (Gate(must_pass="all"),)
