"""Gates on regressions, and what a report takes from a comparison with a baseline."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from synterm.core.comparison import (
    ChangedCase,
    CompareReport,
    PartComparison,
    PassComparison,
    Side,
    SideOfCase,
    VariantComparison,
    Verdict,
)
from synterm.core.evaluation import Evaluation
from synterm.core.gate import Gate
from synterm.core.report import RunReport
from synterm.core.tree import Node, Tree
from synterm.errors import ExitCode
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import verdict_of
from tests.evaluate.letters import BEHAVIOR, COLUMN, FEATURE, OTHER, SCENARIO, THERE, evaluation

PATHS = {SCENARIO.id: "Routing/Declines/off-topic", THERE.id: "Routing/Routes/plain"}
NO_REGRESSION = Gate(no_regression=True)


def passes(fixed: int, broken: int, compared: int) -> PassComparison:
    p_value = mcnemar_exact(fixed, broken)
    return PassComparison(
        compared=compared,
        roots=compared,
        fixed=fixed,
        broken=broken,
        roots_up=fixed,
        roots_down=broken,
        rate_before=None,
        rate_after=None,
        difference=None,
        difference_ci=None,
        p_value=p_value,
        p_adjusted=min(1.0, 2 * p_value),
        verdict=verdict_of(fixed, broken),
        more_cases_needed=12,
    )


def side(passed: bool) -> SideOfCase:
    return SideOfCase(passed=passed, rate=float(passed), score=None, output="", reason="")


def comparison(made: Sequence[Evaluation], before: str, after: str = COLUMN.name, **changed: object) -> CompareReport:
    """Against a run named main with these verdicts before, p, f or - for a case that it did not have."""
    fixed: list[ChangedCase] = []
    broken: list[ChangedCase] = []
    counts: dict[str, list[int]] = {}
    for done, was in zip(made, before, strict=True):
        case, path = done.task.case, PATHS[done.task.case.scenario_id]
        if was == "-" or done.passed is None:
            continue
        above = path.rpartition("/")[0]
        for part in ("", path.partition("/")[0], above, path):
            count = counts.setdefault(part, [0, 0, 0])
            count[2] += 1
            count[done.passed is False] += done.passed != (was == "p")
        if done.passed != (was == "p"):
            changed_case = ChangedCase(
                case_id=case.id,
                path=path,
                input=case.input,
                expected=None,
                before=side(was == "p"),
                after=side(bool(done.passed)),
            )
            (fixed if done.passed else broken).append(changed_case)
    whole = counts.pop("", [0, 0, 0])
    parts = [PartComparison(path=path, passes=passes(*count)) for path, count in counts.items()]
    found = VariantComparison(
        before="router@v1 · actor",
        after=after,
        whole=PartComparison(path="", passes=passes(*whole)),
        behaviors=[part for part in parts if part.path.count("/") == 1],
        gated=[part for part in parts if part.path.count("/") != 1],
        fixed=fixed,
        broken=broken,
        unpaired=[],
    ).model_copy(update=changed)
    return CompareReport(
        before=Side(name="main", project="p", run_id="1"),
        after=Side(name="run", project="p", run_id="2"),
        comparisons=[found],
    )


def report_of(
    letters: str,
    before: str | None,
    *,
    there: str = "",
    gates: dict[str, Gate] | None = None,
    whole: Sequence[Gate] = (),
    verdict: Verdict | None = None,
    **changed: object,
) -> RunReport:
    """Verdicts in off-topic, and `there` in plain; `before` has those of both, in this order. `verdict`: what the
    comparison says of behaviors."""
    made = [evaluation(letter) for letter in letters] + [evaluation(letter, scenario=THERE) for letter in there]
    nodes = [_gated(node, gates or {}) for node in (FEATURE, BEHAVIOR, OTHER, SCENARIO, THERE)]
    result = RunResult(Tree(nodes), [COLUMN], len(made), gates=whole, fail_on=frozenset(["gate"]))
    for done in made:
        result.add(done)
    against = None if before is None else comparison(made, before, **changed)  # pyright: ignore[reportArgumentType]
    if against and verdict:
        for part in against.comparisons[0].behaviors:
            part.passes.verdict = verdict
    return build_report(result, run_id="2", project="p", comparison=against)


def _gated(node: Node, gates: dict[str, Gate]) -> Node:
    return node.model_copy(update={"gates": (gates[node.name],)}) if node.name in gates else node


def states(report: RunReport) -> dict[str, str]:
    return {row.path.rpartition("/")[2]: row.gate.state for row in report.behaviors if row.gate}


def test_each_behavior_has_its_part_of_the_comparison() -> None:
    report = report_of("ffffff", "pppppp" + "fpp", there="pfp")
    rows = {row.path: row.comparison for row in report.behaviors}
    found = rows["Routing/Declines"]
    assert found is not None
    assert (found.baseline, found.fixed, found.broken, found.verdict) == ("main", 0, 6, "worse")
    assert (found.p_value, found.p_adjusted, found.more_cases_needed) == (0.03125, 0.0625, 12)
    other = rows["Routing/Routes"]
    assert other and (other.fixed, other.broken) == (1, 1)
    assert report.comparison and report.comparison.before.name == "main"


def test_without_a_comparison_rows_have_none() -> None:
    report = report_of("pf", None)
    assert (report.comparison, [row.comparison for row in report.behaviors]) == (None, [None])


@pytest.mark.parametrize(
    ("letters", "before", "state", "code"),
    [
        ("ffffff", "pppppp", "failed", ExitCode.GATE_FAILED),
        ("pppppp", "ffffff", "passed", ExitCode.OK),
        ("pfpfpfpf", "fpfpfpfp", "passed", ExitCode.OK),
        ("pf", "pp", "passed", ExitCode.OK),
        ("pf", None, "open", ExitCode.INCOMPLETE),
        ("pf", "--", "open", ExitCode.INCOMPLETE),
    ],
)
@pytest.mark.parametrize("where", ["Declines", "off-topic", "Routing", ""])
def test_it_fails_where_the_verdict_is_worse_on_every_level(
    where: str, letters: str, before: str | None, state: str, code: ExitCode
) -> None:
    gates = {where: NO_REGRESSION} if where else {}
    report = report_of(letters, before, gates=gates, whole=() if where else [NO_REGRESSION])
    found = report.gates[0].state if not where else states(report)[where]
    assert (found, report.exit_code) == (state, code)


def test_what_is_found_and_what_is_missing_is_said() -> None:
    def gate(letters: str, before: str | None, asked: Gate = NO_REGRESSION) -> tuple[str, str | None]:
        [found] = [row.gate for row in report_of(letters, before, gates={"Declines": asked}).behaviors if row.gate]
        return found.finding, found.why

    assert gate("ffffff", "pppppp") == ("worse, against main: 0 fixed, 6 broken", None)
    assert gate("pf", "pp")[1] == "too few cases changed to tell a regression from chance"
    assert gate("pf", None) == ("no comparison", "the run was held against nothing: synterm run --baseline NAME")
    named = Gate(no_regression=True, baseline="stable")
    assert gate("pf", None, named)[1] == "the run was held against nothing: synterm run --baseline stable"
    assert gate("pf", "pp", named)[1] == "the run was held against main: synterm run --baseline stable"
    assert gate("pf", "pp", Gate(no_regression=True, baseline="main"))[0].startswith("not enough evidence")
    assert gate("pf", "--")[1] == "main says nothing of it: none of its cases were compared"


def test_a_scenario_is_not_blamed_for_its_sibling() -> None:
    gates = {"off-topic": NO_REGRESSION, "plain": NO_REGRESSION, "Routing": NO_REGRESSION}
    report = report_of("ffffffff", "pppppppp" + "pp", there="pp", gates=gates)
    assert states(report) == {"off-topic": "failed", "plain": "passed", "Routing": "failed"}


@pytest.mark.parametrize(
    ("letters", "before", "state"),
    [
        ("ffffff?", "pppppp" + "p", "open"),  # with one fixed, 1 against 6 is no longer worse
        ("f" * 20 + "?", "p" * 21, "failed"),
        ("f" * 5 + "?", "p" * 6, "open"),  # with one more broken it is worse
        ("p" * 20 + "?", "p" * 21, "passed"),
    ],
)
def test_missing_verdicts_leave_it_open_only_where_they_could_turn_it(letters: str, before: str, state: str) -> None:
    assert states(report_of(letters, before, gates={"Declines": NO_REGRESSION})) == {"Declines": state}


def test_another_variant_is_not_held_against_anything() -> None:
    report = report_of("ff", "pp", after="router@v9 · actor", gates={"Declines": NO_REGRESSION})
    [gate] = [row.gate for row in report.behaviors if row.gate]
    assert (gate.state, gate.why) == ("open", "main says nothing of it: no variant there is like it")


def test_verdicts_missing_elsewhere_leave_a_corrected_verdict_open() -> None:
    """Six of six broken have p = 0.031: alone that is worse, and corrected for a second behavior it is not any more."""
    gates = {"Declines": NO_REGRESSION, "off-topic": NO_REGRESSION}
    complete = report_of("ffffff", "pppppp" + "p", there="p", gates=gates, verdict="no difference found")
    assert states(complete) == {"Declines": "passed", "off-topic": "failed"}
    missing = report_of("ffffff", "pppppp" + "p", there="?", gates=gates, verdict="no difference found")
    assert states(missing) == {"Declines": "open", "off-topic": "failed"}
    [gate] = [row.gate for row in missing.behaviors if row.gate and row.path == "Routing/Declines"]
    assert gate.why == "verdicts missing elsewhere in the run could turn it"
    worse = report_of("ffffff", "pppppp" + "p", there="?", gates=gates)
    assert states(worse)["Declines"] == "open", "with a second behavior compared it would not be"
    clear = report_of("f" * 12, "p" * 12 + "p", there="?", gates=gates)
    assert states(clear)["Declines"] == "failed"
    well = report_of("pfpppp", "pppppp" + "p", there="?", gates=gates, verdict="no difference found")
    assert states(well)["Declines"] == "passed"
