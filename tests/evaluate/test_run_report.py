from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome, Usage
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.evaluate.statistics import wilson
from tests.evaluate.letters import HALTED, SCENARIO, THERE, evaluation, report_of
from tests.evaluate.stage import variant


class TestTotals:
    def test_counts_add_up(self) -> None:
        made = [
            evaluation("p", cost_usd=0.25, usage=Usage(10, 2)),
            evaluation("p", cached=True, cost_usd=0.5, usage=Usage(100, 20)),
            evaluation("f", cost_usd=None, usage=Usage(5, None)),
            evaluation("?", usage=Usage(1, 0)),
            evaluation("?", outcome=Outcome.NOT_SENT, usage=Usage()),
        ]
        totals = report_of(made, planned=8).totals
        assert (totals.cases, totals.evaluations, totals.not_made) == (5, 5, 3)
        assert (totals.passed, totals.failed, totals.errors) == (2, 1, 2)
        assert (totals.cached, totals.requests, totals.cost_usd, totals.cost_unknown) == (1, 3, 0.25, 2)
        assert (totals.tokens.prompt, totals.tokens.completion) == (16, 2)

    def test_each_attempt_is_a_request(self) -> None:
        made = [
            evaluation("p", attempts=3),
            evaluation("?", attempts=2),
            evaluation("p", attempts=4, cached=True),
            evaluation("?", outcome=Outcome.NOT_SENT),
        ]
        assert report_of(made).totals.requests == 5

    @given(st.text("pf?", max_size=30))
    def test_every_evaluation_is_passed_or_failed_or_an_error(self, letters: str) -> None:
        report = report_of(letters)
        totals, [column] = report.totals, report.variants
        assert totals.evaluations == totals.passed + totals.failed + totals.errors == len(letters)
        assert (column.n, column.passed, column.errors) == (totals.passed + totals.failed, totals.passed, totals.errors)
        assert column.pass_rate == (column.passed / column.n if column.n else None)
        assert (column.pass_rate_ci is None) == (column.n == 0)

    def test_each_variant_has_figures_of_its_own(self) -> None:
        second = variant("v2 {{ message }}", version="v2")
        made = [evaluation("p"), evaluation("f"), evaluation("p", column=second, cost_usd=0.5, latency_ms=30.0)]
        one, two = report_of(made).variants
        assert (one.name, one.n, one.pass_rate, one.cost_usd, one.latency_ms.p50) == (
            "prompt@draft · actor",
            2,
            0.5,
            0,
            10,
        )
        assert (two.name, two.n, two.pass_rate, two.cost_usd, two.latency_ms.p50) == (
            "prompt@v2 · actor",
            1,
            1,
            0.5,
            30,
        )
        assert (two.prompt, two.prompt_version, two.model, two.constrained) == ("prompt", "v2", "actor", False)

    def test_a_variant_without_evaluations_has_no_figures(self) -> None:
        [column] = report_of("").variants
        assert (column.n, column.pass_rate, column.pass_rate_ci, column.latency_ms.p95) == (0, None, None, None)
        assert column.classification is None

    def test_behaviors_count_what_stands_below_them(self) -> None:
        made = [evaluation("p"), evaluation("f"), evaluation("p", scenario=THERE), evaluation("?", scenario=THERE)]
        report = report_of(made, gates={"Routing": 0.5, "plain": 0.5})
        assert [(row.path, row.level, row.n, row.passed, row.errors) for row in report.behaviors] == [
            ("Routing", "feature", 3, 2, 1),
            ("Routing/Declines", "behavior", 2, 1, 0),
            ("Routing/Routes", "behavior", 1, 1, 1),
            ("Routing/Routes/plain", "scenario", 1, 1, 1),
        ]

    def test_a_gate_that_the_run_never_came_to_is_open(self) -> None:
        gates = {"Declines": 0.5, "Routes": 0.5}
        planned = {SCENARIO.id: 2}
        report = report_of("", gates=gates, planned=2, planned_in=planned, halted=HALTED)
        assert [(row.path, row.gate.state if row.gate else None) for row in report.behaviors] == [
            ("Routing/Declines", "open")
        ]


class TestIntervals:
    def test_variations_of_one_seed_count_as_one(self) -> None:
        alone = report_of([evaluation("p"), evaluation("f")]).variants[0]
        varied = report_of(
            [evaluation("p", root="a") for _ in range(10)] + [evaluation("f", root="b") for _ in range(10)]
        ).variants[0]
        assert (varied.n, varied.pass_rate, varied.pass_rate_ci) == (20, 0.5, alone.pass_rate_ci)
        assert alone.pass_rate_ci == wilson(1, 2)

    def test_repeats_of_one_case_count_as_one(self) -> None:
        made = [evaluation(letter, root="a", repeat=number) for number, letter in enumerate("ppf?")]
        [column] = report_of(made).variants
        assert (column.n, column.pass_rate_ci) == (3, wilson(2 / 3, 1))

    def test_shares_add_up_without_rounding(self) -> None:
        made = [evaluation("p" if at % 10 == 0 else "f", root=str(at // 10)) for at in range(1000)]
        assert report_of(made).variants[0].pass_rate_ci == wilson(10, 100)

    def test_many_variations_do_not_make_one_surer(self) -> None:
        few, many = ([evaluation("p", root=str(number % 3)) for number in range(count)] for count in (3, 300))
        assert report_of(few).variants[0].pass_rate_ci == report_of(many).variants[0].pass_rate_ci


class TestClassification:
    def labelled(self, expected: str, found: str | None, *, passed: bool | None = None) -> Evaluation:
        right = expected == found
        check = CheckResult("label", right, float(right), "", label=found, expected_label=expected)
        return replace(evaluation("p"), checks=(check,), passed=right if passed is None else passed)

    def test_it_is_that_of_the_confusion_made_by_hand(self) -> None:
        pairs = [("a", "a")] * 3 + [("a", "b")] + [("b", "b")] * 2 + [("b", None)] + [("c", "a")]
        report = report_of([self.labelled(*pair) for pair in pairs], labels=["c", "b", "a", "unused"])
        found = report.variants[0].classification
        assert found
        assert found.labels == ("c", "b", "a", "(none)")
        assert found.confusion == ((0, 0, 1, 0), (0, 2, 0, 1), (0, 1, 3, 0), (0, 0, 0, 0))
        by_label = {metrics.label: metrics for metrics in found.per_label}
        assert (by_label["a"].precision, by_label["a"].recall, by_label["a"].f1) == (0.75, 0.75, 0.75)
        assert (by_label["b"].precision, by_label["b"].recall, by_label["b"].support) == (2 / 3, 2 / 3, 3)
        assert (by_label["c"].precision, by_label["c"].recall, by_label["c"].f1) == (0, 0, 0)
        assert found.accuracy == 5 / 8
        assert found.macro_f1 == pytest.approx((0.75 + 2 / 3 + 0) / 3)
        assert found.micro_f1 == pytest.approx(10 / 15)

    def test_an_answer_whose_label_could_not_be_judged_is_left_out(self) -> None:
        abstained = replace(evaluation("f"), checks=(CheckResult.abstain("label", "the case expects no label"),))
        found = report_of([self.labelled("a", "a"), abstained, evaluation("?")]).variants[0].classification
        assert found and found.confusion == ((1,),)

    def test_without_label_checks_there_is_none(self) -> None:
        assert report_of("pf").variants[0].classification is None


class TestJson:
    def test_it_holds_what_the_contract_promises(self) -> None:
        report = json.loads(report_of("pf?", gates={"Declines": 0.9}).model_dump_json())
        assert set(report) >= {"schema", "run_id", "project", "exit_code", "wall_s", "totals", "variants", "behaviors"}
        assert set(report["totals"]) >= set(
            "cases evaluations passed failed errors cached requests cost_usd tokens".split()
        )
        assert set(report["variants"][0]) >= set(
            "name prompt prompt_version model n passed pass_rate pass_rate_ci latency_ms cost_usd "
            "classification".split()
        )
        assert set(report["behaviors"][0]) >= set(
            "path variant n passed pass_rate pass_rate_ci gate comparison".split()
        )
        gate = report["behaviors"][0]["gate"]
        assert (gate["kind"], gate["min_pass_rate"], gate["state"], gate["note"]) == (
            "min_pass_rate",
            0.9,
            "failed",
            None,
        )
        assert (gate["words"], gate["finding"]) == ("at least 90 % pass", "50 % pass, 1 of 2")
