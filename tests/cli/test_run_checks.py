"""`synterm run` with sets of checks and named metrics, and again after the checks were changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

PROJECT = """\
synterm: 1
name: replies
models:
  - {{name: stub, model: openai/stub, api_base: "{url}", params: {{max_tokens: 40}}}}
prompts:
  - name: reply
    messages: [{{role: user, content: "{{{{ message }}}}"}}]
tree:
  - feature: Replies
    checks:
      - {{type: latency, threshold: 60000, weight: 0}}
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: plain
            checks:
              - &polite
                type: assert-set
                metric: polite
                threshold: 0.5
                assert:
                  - {{type: icontains, value: please}}
                  - {{type: not-icontains, value: stupid, metric: no insults}}
            cases: [{{input: refund 1}}, {{input: refund 2}}, {{input: refund 3}}]
      - behavior: Invoices
        scenarios:
          - scenario: plain
            checks:
              - *polite
              - {{type: similar, value: "Your invoice is on its way, please wait.", metric: meaning}}
            cases: [{{input: invoice 1}}, {{input: invoice 2, expected: x}}]
"""
ANSWERS = {
    "refund 1": "Please wait.",
    "refund 2": "Stupid question.",
    "refund 3": "Soon.",
    "invoice 1": "Your invoice is on its way, please wait.",
    "invoice 2": "The cat, please.",
}


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project whose scenarios name one set of checks by an alias, and which was run once."""
    stub.reply(lambda messages: ANSWERS[messages[-1]["content"]])
    return make_project(PROJECT.format(url=stub.url))


def verdicts(report: dict[str, Any]) -> dict[str, bool | None]:
    return {done["input"]["message"]: done["passed"] for done in report["evaluations"]}


class TestMetrics:
    """`metric` on checks."""

    def test_scores_are_summed_up_by_name_for_each_variant(self, synterm: Synterm, path: Path) -> None:
        report = synterm("run", path, "--quiet", "--json", "-").json
        [variant] = report["variants"]
        assert list(variant["metrics"]) == ["meaning", "no insults", "polite"]
        assert variant["metrics"]["polite"] | {"ci": 0} == {"n": 5, "mean": 0.7, "pass_rate": 0.8, "ci": 0}
        assert variant["metrics"]["no insults"] | {"ci": 0} == {"n": 5, "mean": 0.8, "pass_rate": 0.8, "ci": 0}
        low, high = variant["metrics"]["polite"]["ci"]
        assert 0 < low < 0.7 < high < 1
        assert variant["metrics"]["meaning"]["n"] == 2

    def test_a_set_stands_in_the_report_with_its_checks(self, synterm: Synterm, path: Path) -> None:
        report = synterm("run", path, "--quiet", "--json", "-").json
        assert verdicts(report) == {
            "refund 1": True,
            "refund 2": False,
            "refund 3": True,
            "invoice 1": True,
            "invoice 2": False,
        }
        done = next(done for done in report["evaluations"] if done["input"]["message"] == "refund 2")
        latency, polite = done["checks"]
        assert (latency["type"], latency["metric"], latency["checks"]) == ("latency", None, [])
        assert (polite["metric"], polite["passed"], polite["score"]) == ("polite", False, 0.0)
        assert polite["reason"].startswith("0.00, needs 0.5; fails: icontains (does not contain")
        assert [(part["type"], part["passed"], part["metric"]) for part in polite["checks"]] == [
            ("icontains", False, None),
            ("not-icontains", False, "no insults"),
        ]

    def test_people_see_a_table_of_them(self, synterm: Synterm, path: Path) -> None:
        lines = synterm("run", path).out.splitlines()
        [heading] = [index for index, line in enumerate(lines) if line.startswith("metric ")]
        assert "reply@" in lines[heading]
        assert [line.split()[0] for line in lines[heading + 1 : heading + 4]] == ["meaning", "no", "polite"]
        assert lines[heading + 3].split()[1] == "0.70"

    def test_a_project_without_metrics_has_no_such_table(self, synterm: Synterm, make_project: MakeProject) -> None:
        assert "metric " not in synterm("run", make_project()).out


class TestScoringAgain:
    """Checks are changed, and the same answers judged anew: nothing is sent."""

    def run(self, synterm: Synterm, path: Path) -> dict[str, Any]:
        return synterm("run", path, "--quiet", "--json", "-").json

    def change(self, synterm: Synterm, path: Path, node: str, *checks: dict[str, Any]) -> None:
        words = [word for check in checks for word in ("--check", json.dumps(check))]
        done = synterm("edit", path, "node", node, *words)
        assert done.code == 0, done.err

    def test_another_threshold_gives_other_verdicts_and_sends_nothing(
        self, synterm: Synterm, path: Path, stub: Stub
    ) -> None:
        first = self.run(synterm, path)
        assert len(stub.calls) == first["totals"]["requests"] == 5
        polite = {"type": "assert-set", "threshold": 1, "assert": [{"type": "icontains", "value": "please"}]}
        self.change(synterm, path, "Replies/Refunds/plain", polite)
        second = self.run(synterm, path)
        assert len(stub.calls) == 5
        assert second["totals"] | {"cached": 5, "requests": 0} == second["totals"]
        assert verdicts(second) == {**verdicts(first), "refund 3": False}
        assert "0 requests" in synterm("run", path, "--dry-run").out

    def test_a_check_that_is_added_taken_away_or_negated_sends_nothing(
        self, synterm: Synterm, path: Path, stub: Stub
    ) -> None:
        self.run(synterm, path)
        for kind, passed in (("no-pii", True), ("icontains", False), ("not-icontains", True)):
            value = {} if kind == "no-pii" else {"value": "word that is not there"}
            self.change(synterm, path, "Replies", {"type": kind, **value})
            self.change(synterm, path, "Replies/Refunds/plain", {"type": "similar", "value": "Soon.", "threshold": 0})
            report = self.run(synterm, path)
            assert {verdicts(report)[f"refund {number}"] for number in (1, 2, 3)} == {passed}
        self.change(synterm, path, "Replies/Refunds/plain", {"type": "label", "labels": ["soon", "later"]})
        self.run(synterm, path)
        assert len(stub.calls) == 5

    def test_what_had_no_answer_is_all_that_is_asked_again(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        def answer(messages: Messages) -> Reply | str:
            message = messages[-1]["content"]
            return Reply(status=400) if message == "refund 3" else ANSWERS[message]

        stub.reply(answer)
        assert self.run(synterm, path)["totals"]["errors"] == 1
        stub.calls.clear()
        self.change(synterm, path, "Replies", {"type": "icontains", "value": "please"})
        self.run(synterm, path)
        assert [call.messages[-1]["content"] for call in stub.calls] == ["refund 3"]
