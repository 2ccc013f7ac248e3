from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.gate import Gate
from synterm.core.tree import Tree
from synterm.errors import ExitCode
from synterm.evaluate.report import RunResult, build_report
from tests.evaluate.letters import BEHAVIOR, COLUMN, FEATURE, HALTED, SCENARIO, THERE, evaluation, report_of, row
from tests.evaluate.stage import variant


class TestGates:
    @pytest.mark.parametrize(
        ("letters", "rate", "state", "code"),
        [
            ("pppp", 1.0, "passed", 0),
            ("pppf", 0.75, "passed", 0),
            ("pppf", 0.76, "failed", 1),
            ("f", 0.0, "passed", 0),
            ("ppp?", 0.75, "passed", 3),  # it holds whatever the missing one says
            ("ppp?", 1.0, "open", 3),
            ("ff??", 0.5, "open", 3),
            ("ff??", 0.51, "failed", 1),  # it fails whatever the missing ones say
            ("fff?", 0.5, "failed", 1),
            ("????", 0.5, "open", 3),
            ("????", 0.0, "passed", 3),
            ("pppppppfff", 0.7, "passed", 0),
            ("p" * 29 + "f" * 71, 0.29, "passed", 0),  # 0.29 * 100 is 28.999999999999996
            ("p" * 7 + "f" * 93, 0.07, "passed", 0),  # 0.07 * 100 is 7.000000000000001
            ("p" * 6 + "f" * 93 + "?", 0.07, "open", 3),
        ],
    )
    def test_a_gate_is_decided_when_no_missing_verdict_could_turn_it(
        self, letters: str, rate: float, state: str, code: int
    ) -> None:
        report = report_of(letters, gates={"Declines": rate})
        gate = row(report, "Routing/Declines").gate
        assert gate and (gate.state, gate.min_pass_rate, report.exit_code) == (state, rate, code)

    @given(st.text("pf?", min_size=1, max_size=8), st.sampled_from([0.0, 0.25, 0.5, 0.7, 0.9, 1.0]))
    def test_the_state_is_what_all_completions_of_the_run_agree_on(self, letters: str, rate: float) -> None:
        gate = row(report_of(letters, gates={"Declines": rate}), "Routing/Declines").gate
        worst, best = letters.replace("?", "f"), letters.replace("?", "p")
        holds = [whole.count("p") / len(whole) >= rate for whole in (worst, best)]
        assert gate and gate.state == {(True, True): "passed", (False, False): "failed"}.get(
            (holds[0], holds[1]), "open"
        )

    def test_what_was_not_made_keeps_a_gate_open(self) -> None:
        for letters, state in (("pp", "open"), ("ff", "open"), ("fffffff", "failed"), ("ppppppp", "passed")):
            report = report_of(
                letters, gates={"Declines": 0.5}, planned=10, planned_in={SCENARIO.id: 10}, halted=HALTED
            )
            gate = row(report, "Routing/Declines").gate
            assert gate and (gate.state, report.exit_code) == (state, 1 if state == "failed" else 3)

    def test_a_gate_whose_evaluations_are_all_there_is_decided_though_others_are_missing(self) -> None:
        report = report_of(
            "fp",
            gates={"Declines": 0.9, "Routing": 0.9, "off-topic": 0.5},
            planned=4,
            planned_in={SCENARIO.id: 2, THERE.id: 2},
            halted=HALTED,
        )
        states = {row.path: row.gate.state for row in report.behaviors if row.gate}
        assert states == {"Routing/Declines": "failed", "Routing": "failed", "Routing/Declines/off-topic": "passed"}

    def test_an_error_is_no_evaluation_that_was_not_made(self) -> None:
        counts = {SCENARIO.id: 4, THERE.id: 1}
        report = report_of("pp?f", gates={"Declines": 0.5}, planned=5, planned_in=counts, halted=HALTED)
        gate = row(report, "Routing/Declines").gate
        assert gate and gate.state == "passed"

    def test_where_nobody_knows_which_are_missing_they_might_be_any(self) -> None:
        for letters in ("pp", "ff"):
            gate = row(report_of(letters, gates={"Declines": 0.5}, planned=5, halted=HALTED), "Routing/Declines").gate
            assert gate and gate.state == "open"

    def test_a_gate_over_the_run_holds_for_each_variant(self) -> None:
        second = variant("v2 {{ message }}", version="v2")
        made = [evaluation("p"), evaluation("p"), evaluation("p", column=second), evaluation("f", column=second)]
        report = report_of(made, min_pass_rate=0.9)
        assert ([gate.state for gate in report.gates], report.exit_code) == (["passed", "failed"], ExitCode.GATE_FAILED)
        assert report_of(made, min_pass_rate=0.5).exit_code == ExitCode.OK
        assert report_of(made).gates == []

    def test_several_gates_of_a_node_have_a_row_each(self) -> None:
        node = BEHAVIOR.model_copy(update={"gates": (Gate(min_pass_rate=0.5), Gate(min_pass_rate=0.9))})
        result = RunResult(Tree([FEATURE, node, SCENARIO]), [COLUMN], planned=2)
        for letter in "pf":
            result.add(evaluation(letter))
        report = build_report(result, run_id="", project="")
        assert [found.gate.state for found in report.behaviors if found.gate] == ["passed", "failed"]


class TestExitCode:
    @pytest.mark.parametrize(
        ("letters", "changed", "code"),
        [
            ("pf", {}, ExitCode.OK),
            ("p?", {}, ExitCode.INCOMPLETE),
            ("p?", {"fail_on": frozenset(["gate"])}, ExitCode.OK),
            ("pp", {"halted": HALTED}, ExitCode.INCOMPLETE),
            ("pp", {"halted": HALTED, "fail_on": frozenset[str]()}, ExitCode.INCOMPLETE),
            ("pp", {"planned": 3}, ExitCode.INCOMPLETE),
            ("ff", {"min_pass_rate": 0.5}, ExitCode.GATE_FAILED),
            ("ff?", {"min_pass_rate": 0.5}, ExitCode.GATE_FAILED),
            ("ff", {"min_pass_rate": 0.5, "fail_on": frozenset(["error"])}, ExitCode.OK),
            ("p?", {"min_pass_rate": 0.9, "fail_on": frozenset(["gate"])}, ExitCode.INCOMPLETE),
            ("p?", {"min_pass_rate": 0.5, "fail_on": frozenset(["gate"])}, ExitCode.OK),
            ("p?", {"min_pass_rate": 0.9, "fail_on": frozenset[str]()}, ExitCode.OK),
        ],
    )
    def test_it_says_what_came_of_the_run(self, letters: str, changed: dict[str, Any], code: ExitCode) -> None:
        assert report_of(letters, **changed).exit_code == code
