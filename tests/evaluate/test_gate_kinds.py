"""Gates of each kind: they hold, fail, or are open; and no missing verdict could have turned what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import CheckResult, Evaluation, Task
from synterm.core.gate import Gate
from synterm.core.report import GateReport
from synterm.core.tree import Tree
from synterm.errors import ExitCode
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.sheet import MOST_TAGS
from synterm.evaluate.statistics import wilson
from tests.evaluate.letters import BEHAVIOR, COLUMN, FEATURE, SCENARIO

CHECK = {"type": "contains", "value": "x", "metric": "polite"}
IDS = [f"CASE{number:04}" for number in range(1, 13)]


@dataclass(frozen=True)
class Made:
    """An evaluation that was made, or an error where `passed` is None."""

    case: int
    root: int
    passed: bool | None
    score: float = 1.0
    cost: float | None = 0.0
    latency: float | None = 10.0
    repeat: int = 0
    tags: tuple[str, ...] = ()

    @property
    def evaluation(self) -> Evaluation:
        case = Case(
            id=IDS[self.case], scenario_id=SCENARIO.id, input={"message": "m"}, root_id=IDS[self.root], tags=self.tags
        )
        task = Task(case, COLUMN, self.repeat)
        if self.passed is None:
            return Evaluation(task, failed_call(Outcome.TIMED_OUT, "no answer", "try later", latency_ms=self.latency))
        done = Completion(Outcome.COMPLETE, "m", latency_ms=self.latency, cost_usd=self.cost)
        check = CheckResult("contains", self.passed, self.score, "", metric="polite")
        return Evaluation(task, done, (check,), self.passed, self.score)


def decided(form: dict[str, Any], made: Sequence[Made], planned: int | None = None, **changed: Any) -> GateReport:
    """The report of a gate on the scenario that all cases are in."""
    scenario = SCENARIO.model_copy(update={"gates": (Gate.model_validate(form),), "checks": (CHECK,)})
    planned = len(made) if planned is None else planned
    result = RunResult(Tree([FEATURE, BEHAVIOR, scenario]), [COLUMN], planned, {SCENARIO.id: planned}, **changed)
    for one in made:
        result.add(one.evaluation)
    report = build_report(result, run_id="run", project="a project")
    [gate] = [row.gate for row in report.behaviors if row.gate]
    if gate.state == "failed":
        assert report.exit_code == ExitCode.GATE_FAILED
    if gate.state == "open":
        assert report.exit_code == ExitCode.INCOMPLETE
    return gate


def letters(text: str, **changed: Any) -> list[Made]:
    """p passed, f failed, ? no verdict; each a case of its own."""
    return [
        Made(at, at, {"p": True, "f": False, "?": None}[one], float(one == "p"), **changed)
        for at, one in enumerate(text)
    ]


class TestLowerEnd:
    @pytest.mark.parametrize(
        ("text", "limit", "state"),
        [
            ("pppppppppp", 0.72, "passed"),  # Wilson's lower end of 10 of 10 is 0.7225
            ("pppppppppp", 0.73, "failed"),
            ("ppppppppp?", 0.72, "open"),
            ("ppppppppp?", 0.59, "passed"),  # of 9 of 10 it is 0.5958
            ("ppppppppp?", 0.73, "failed"),
            ("ffffffffff", 0.0, "passed"),
        ],
    )
    def test_it_is_the_interval_that_must_reach_the_limit(self, text: str, limit: float, state: str) -> None:
        gate = decided({"min_pass_rate": limit, "bound": "lower"}, letters(text))
        assert (gate.state, gate.kind, gate.limit) == (state, "min_pass_rate", limit)
        judged = text.replace("?", "")
        assert gate.found == pytest.approx(wilson(judged.count("p"), len(judged))[0])

    def test_repeats_and_variations_make_no_one_surer(self) -> None:
        form = {"min_pass_rate": 0.6, "bound": "lower"}
        assert decided(form, letters("pppppp")).state == "passed"
        varied = [Made(at, at % 3, passed=True) for at in range(12)]
        repeated = [Made(at % 3, at % 3, passed=True, repeat=at // 3) for at in range(12)]
        assert decided(form, varied).state == decided(form, repeated).state == "failed"

    def test_a_missing_repeat_of_a_case_that_passed_could_still_break_it(self) -> None:
        # Of ten cases one passes: were its second answer wrong, half of it would be left.
        limit = (wilson(0.5, 10)[0] + wilson(1, 11)[0]) / 2
        form, made = {"min_pass_rate": limit, "bound": "lower"}, letters("p" + "f" * 9)
        assert decided(form, made, planned=11).state == "open"
        assert decided(form, [*made, Made(0, 0, passed=False, repeat=1)]).state == "failed"
        assert decided(form, [*made, Made(10, 10, passed=False)]).state == "passed"

    def test_a_missing_repeat_of_a_case_that_failed_could_still_mend_it(self) -> None:
        # Of ten cases one fails: were its second answer right, half of it would count.
        limit = (wilson(9.5, 10)[0] + wilson(10, 11)[0]) / 2
        form, made = {"min_pass_rate": limit, "bound": "lower"}, letters("p" * 9 + "f")
        assert decided(form, made, planned=11).state == "open"
        assert decided(form, [*made, Made(9, 9, passed=True, repeat=1)]).state == "passed"
        assert decided(form, [*made, Made(10, 10, passed=True)]).state == "failed"

    def test_too_few_cases_are_told_how_many_it_takes(self) -> None:
        gate = decided({"min_pass_rate": 0.9, "bound": "lower"}, letters("ppp"))
        assert gate.why == "3 independent cases can't show it even if all pass: that takes 35"
        assert wilson(35, 35)[0] >= 0.9 > wilson(34, 34)[0]
        assert gate.finding == "that goes from 43.9 % to 100 %: 3 of 3 pass, 3 independent cases"


class TestCost:
    def test_the_mean_of_answers_is_held_to_the_limit_fresh_or_not(self) -> None:
        made = [Made(at, at, passed=True, cost=cost) for at, cost in enumerate((0.001, 0.003))]
        for limit, state in ((0.002, "passed"), (0.0019, "failed")):
            gate = decided({"max_cost_usd_per_case": limit}, made)
            assert (gate.state, gate.found, gate.limit) == (state, 0.002, limit)
        assert gate.finding == "it is $0.002, of 2 answers"

    def test_the_sum_is_held_to_the_limit(self) -> None:
        made = [Made(at, at, passed=True, cost=0.1) for at in range(3)]
        assert decided({"max_cost_usd": 0.3}, made).state == "passed"
        assert decided({"max_cost_usd": 0.29}, made).state == "failed"

    def test_a_cost_that_is_not_known_leaves_it_open_and_says_so(self) -> None:
        made = [Made(0, 0, passed=True, cost=0.1), Made(1, 1, passed=True, cost=None)]
        for form in ({"max_cost_usd": 0.3}, {"max_cost_usd_per_case": 0.3}):
            gate = decided(form, made)
            assert (gate.state, gate.why, gate.note) == ("open", "the cost of 1 answer is not known", gate.why)
        assert decided({"max_cost_usd": 0.09}, made).state == "failed", "whatever the other cost"
        assert decided({"max_cost_usd_per_case": 0.06}, made).state == "open", "it may have been free"
        assert decided({"max_cost_usd_per_case": 0.04}, made).state == "failed"


class TestLatency:
    def test_the_percentile_is_held_to_the_limit(self) -> None:
        made = [Made(at, at, passed=True, latency=100.0 * (at + 1)) for at in range(11)]
        assert decided({"max_latency_ms": 600, "percentile": 50}, made).state == "passed"
        gate = decided({"max_latency_ms": 599, "percentile": 50}, made)
        assert (gate.state, gate.found, gate.finding) == ("failed", 600.0, "p50 is 600 ms, of 11 answers")
        assert decided({"max_latency_ms": 1050}, made).state == "passed"
        assert decided({"max_latency_ms": 1049}, made).state == "failed"

    def test_the_time_of_a_call_that_failed_is_none_of_an_answer(self) -> None:
        made = [Made(0, 0, passed=True, latency=10.0), Made(1, 1, passed=None, latency=90_000.0)]
        gate = decided({"max_latency_ms": 100}, made)
        assert (gate.state, gate.found, gate.why) == ("open", 10.0, "the time of 1 answer is not known")

    def test_many_fast_answers_decide_it_whatever_one_more_takes(self) -> None:
        made = [Made(at, at, passed=True, latency=10.0) for at in range(11)]
        half = {"max_latency_ms": 100, "percentile": 50}
        assert decided(half, [*made, Made(11, 11, passed=None)]).state == "passed"
        slow = [replace(one, latency=500.0) for one in made]
        assert decided(half, [*slow, Made(11, 11, passed=None)]).state == "failed"


class TestMustPass:
    @pytest.mark.parametrize(("text", "state"), [("pp", "passed"), ("pf", "failed"), ("p?", "open"), ("f?", "failed")])
    def test_none_may_fail_and_an_error_is_no_failure(self, text: str, state: str) -> None:
        gate = decided({"must_pass": "all"}, letters(text))
        assert gate.state == state
        assert gate.failing == [IDS[at] for at, one in enumerate(text) if one == "f"]

    def test_only_the_named_cases_count_by_id_or_by_its_end(self) -> None:
        made = letters("pfp?")
        for named, state in (
            ([IDS[0], IDS[2][-6:].lower()], "passed"),
            ([IDS[0], IDS[1]], "failed"),
            ([IDS[3]], "open"),
            ([IDS[1], IDS[3]], "failed"),
        ):
            gate = decided({"must_pass": named}, made)
            assert gate.state == state, named
            assert gate.failing == ([IDS[1]] if state == "failed" else [])

    def test_a_named_case_that_is_not_there_leaves_it_open(self) -> None:
        gate = decided({"must_pass": [IDS[0], "NOTHERE"]}, letters("p"))
        assert (gate.state, gate.why) == ("open", "NOTHERE is not in this run")
        assert decided({"must_pass": [IDS[1], "NOTHERE"]}, letters("pf")).state == "failed"

    def test_one_failing_repeat_is_a_failure(self) -> None:
        made = [Made(0, 0, passed=repeat != 3, repeat=repeat) for repeat in range(5)]
        assert decided({"must_pass": [IDS[0]]}, made).state == "failed"

    def test_a_tag_names_cases_too(self) -> None:
        made = [Made(0, 0, passed=True, tags=("critical",)), Made(1, 1, passed=False), Made(2, 2, passed=None)]
        assert decided({"must_pass_tag": "critical"}, made).state == "passed"
        assert decided({"must_pass_tag": "critical"}, made, planned=4).state == "open", "one not made may have the tag"
        gate = decided({"must_pass_tag": "critical"}, [*made, replace(made[1], case=3, tags=("critical",))])
        assert (gate.state, gate.failing) == ("failed", [IDS[3]])
        assert gate.finding == "1 of 2 cases fails"
        gate = decided({"must_pass_tag": "critcal"}, made)
        assert (gate.state, gate.why) == ("open", "no case of this run has the tag")

    def test_a_tag_that_is_not_counted_decides_nothing(self) -> None:
        made = [Made(0, 0, passed=True, tags=tuple(map(str, range(MOST_TAGS)))), Made(1, 1, passed=False, tags=("x",))]
        gate = decided({"must_pass_tag": "x"}, made)
        assert (gate.state, gate.why) == ("open", "there are more tags than are counted")

    def test_so_many_failing_cases_are_named(self) -> None:
        made = letters("ffffffffffff")
        assert len(decided({"must_pass": "all"}, made).failing) == 12


class TestMeans:
    @pytest.mark.parametrize("form", [{"min_score": 0.5}, {"min_metric": {"name": "polite", "at_least": 0.5}}])
    @pytest.mark.parametrize(
        ("text", "state"),
        [("pf", "passed"), ("ppff?", "open"), ("ff", "failed"), ("fff?", "failed"), ("ppp?", "passed")],
    )
    def test_the_mean_is_held_to_the_limit(self, form: dict[str, Any], text: str, state: str) -> None:
        assert decided(form, letters(text)).state == state

    def test_a_metric_that_no_check_names_leaves_it_open(self) -> None:
        gate = decided({"min_metric": {"name": "polit", "at_least": 0.5}}, letters("pp"))
        assert (gate.state, gate.why) == ("open", "no check here names the metric polit")


FORMS: list[dict[str, Any]] = [
    {"min_pass_rate": 0.5},
    {"min_pass_rate": 0.4, "bound": "lower"},
    {"min_pass_rate": 0.2, "bound": "lower"},
    {"max_cost_usd_per_case": 0.5},
    {"max_cost_usd": 1.0},
    {"max_latency_ms": 50.0},
    {"max_latency_ms": 50.0, "percentile": 50},
    {"must_pass": "all"},
    {"must_pass": IDS[:2]},
    {"must_pass_tag": "t"},
    {"min_score": 0.5},
    {"min_metric": {"name": "polite", "at_least": 0.5}},
]
COMPLETE = st.builds(
    Made,
    case=st.integers(0, 11),
    root=st.integers(0, 3),
    passed=st.booleans(),
    score=st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]),
    cost=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    latency=st.sampled_from([10.0, 50.0, 51.0, 90.0]),
    tags=st.sampled_from([(), ("t",)]),
)
RUNS = st.lists(COMPLETE, min_size=1, max_size=12, unique_by=lambda made: made.case)


@given(whole=RUNS, data=st.data())
def test_what_is_decided_no_missing_verdict_could_have_turned(whole: list[Made], data: st.DataObject) -> None:
    fate = st.lists(st.sampled_from(["made", "made", "error", "not made"]), min_size=len(whole), max_size=len(whole))
    fates = data.draw(fate.filter(lambda fates: set(fates) != {"not made"}))
    kept = [
        one if how == "made" else replace(one, passed=None)
        for one, how in zip(whole, fates, strict=True)
        if how != "not made"
    ]
    for form in FORMS:
        before, after = decided(form, kept, planned=len(whole)), decided(form, whole)
        if before.state != "open":
            assert before.state == after.state, form
        if set(fates) == {"made"} and after.state == "open":
            assert after.why, f"what is open with nothing missing says why: {form}"


@given(RUNS, st.sampled_from([0.1, 0.2, 0.4, 0.6]), st.data())
def test_the_lower_end_is_open_only_where_errors_could_turn_it(
    whole: list[Made], limit: float, data: st.DataObject
) -> None:
    errors = data.draw(st.lists(st.booleans(), min_size=len(whole), max_size=len(whole)))
    partly = [replace(one, passed=None if error else one.passed) for one, error in zip(whole, errors, strict=True)]
    form = {"min_pass_rate": limit, "bound": "lower"}
    ends = {
        decided(form, [replace(one, passed=end if one.passed is None else one.passed) for one in partly]).state
        for end in (True, False)
    }
    assert decided(form, partly).state == (ends.pop() if len(ends) == 1 else "open")
