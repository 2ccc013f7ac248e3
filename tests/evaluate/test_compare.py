"""Recorded runs held against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.comparison import CompareReport, VariantComparison
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Task, Variant
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Node
from synterm.evaluate.compare.chosen import Chosen, chosen_run
from synterm.evaluate.compare.outcome import exit_code, insufficient, regressions
from synterm.evaluate.compare.pairing import pair_cases
from synterm.evaluate.compare.report import GONE, compare
from synterm.storage.comparing import CaseVerdict
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord, RunStatus


class Stand:
    """A project with two behaviors of one scenario each, and runs that are written as letters."""

    def __init__(self, path: Path, name: str = "a project") -> None:
        self.project = Project.create(path, name)
        feature = Node(level="feature", name="Routing")
        behaviors = [Node(level="behavior", name=name, parent_id=feature.id) for name in ("Greets", "Declines")]
        self.scenarios = [Node(level="scenario", name="one", parent_id=behavior.id) for behavior in behaviors]
        self.project.nodes.put(feature, *behaviors, *self.scenarios).result()

    def cases(self, count: int, scenario: int = 0, root: str = "", words: str = "message") -> list[Case]:
        made = [
            Case(
                scenario_id=self.scenarios[scenario].id,
                input={"message": f"{words} {scenario} {number}"},
                expected="a",
                root_id=root,
            )
            for number in range(count)
        ]
        self.project.cases.put(made).result()
        return made

    def run(
        self,
        cases: list[Case],
        letters: str,
        version: str = "v1",
        model: str = "m",
        prompt: str = "router",
        status: RunStatus = "complete",
        judge: str | None = None,
        **config: object,
    ) -> RunRecord:
        """Record a run: of each case in turn, and then of their repeats, ``p`` passes, ``f`` fails, ``?`` errs, and a
        digit passes or fails with a score of so many tenths."""
        body = PromptBody(messages=(Message(role="user", content=f"{version}: {{{{ message }}}}"),))
        variant = Variant(prompt, version, body, ModelSpec(name=model, model="scripted/rules"))
        repeats = max(len(letters) // len(cases), 1)
        run_id = self.project.runs.start({"repeats": repeats, **config}, who="", git_commit=None).result()
        done = [
            judged(Task(cases[at % len(cases)], variant, at // len(cases)), letter, judge)
            for at, letter in enumerate(letters)
        ]
        self.project.runs.add(run_id, done).result()
        self.project.runs.finish(run_id, status, {}).result()
        return self.project.runs.get(run_id)

    def side(self, run: RunRecord) -> Chosen:
        return chosen_run(self.project, run, "a run")

    def compare(self, before: RunRecord, after: RunRecord) -> CompareReport:
        return compare(self.side(before), self.side(after))


def judged(task: Task, letter: str, judge: str | None) -> Evaluation:
    if letter == "?":
        return Evaluation(task, Completion(Outcome.TIMED_OUT, error="no answer"))
    score = float(letter == "p") if letter in "pf" else int(letter) / 10
    passed = score >= 0.5
    check = CheckResult("label", passed, score, "as it is", judge=judge)
    return Evaluation(task, Completion(Outcome.COMPLETE, "a" if passed else "b"), (check,), passed, score)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    made = Stand(tmp_path / "one.db")
    with made.project:
        yield made


def only(report: CompareReport) -> VariantComparison:
    [one] = report.comparisons
    return one


def test_what_was_fixed_and_what_broke(stand: Stand) -> None:
    cases = stand.cases(10)
    before = stand.run(cases, "ppppffff??")
    after = stand.run(cases, "pppfpppp?p", version="v2")
    report = stand.compare(before, after)
    one = only(report)
    passes = one.whole.passes
    assert (one.before, one.after) == ("router@v1 · m", "router@v2 · m")
    assert (passes.compared, passes.fixed, passes.broken) == (8, 4, 1)
    assert (passes.rate_before, passes.rate_after, passes.difference) == (0.5, 0.875, 0.375)
    assert (passes.p_value, passes.verdict) == (0.375, "not enough evidence")
    assert [case.case_id for case in one.fixed] == [case.id for case in cases[4:8]]
    [broken] = one.broken
    assert (broken.case_id, broken.path, broken.input, broken.expected) == (
        cases[3].id,
        "Routing/Greets/one",
        cases[3].input,
        "a",
    )
    assert (broken.before.passed, broken.before.reason) == (True, "")
    assert (broken.after.passed, broken.after.reason, broken.after.rate) == (False, "as it is", 0.0)
    assert one.unpaired_counts == {"no verdict before": 1, "no verdict": 1}
    assert [(case.case_id, case.why) for case in one.unpaired] == [
        (cases[9].id, "no verdict before"),
        (cases[8].id, "no verdict"),
    ]


def test_swapping_the_sides_swaps_fixed_and_broken(stand: Stand) -> None:
    cases = [*stand.cases(8), *stand.cases(8, scenario=1)]
    first, second = stand.run(cases, "p7f3pppf5ffff012"), stand.run(cases, "fp42ppfpp4pppp90")
    there, back = only(stand.compare(first, second)), only(stand.compare(second, first))
    for one, other in zip((there.whole, *there.behaviors), (back.whole, *back.behaviors), strict=True):
        a, b = one.passes, other.passes
        assert (a.fixed, a.broken, a.p_value, a.p_adjusted) == (b.broken, b.fixed, b.p_value, b.p_adjusted)
        assert (a.rate_before, a.rate_after) == (b.rate_after, b.rate_before)
        assert a.difference == pytest.approx(-(b.difference or 0))
        assert a.difference_ci == pytest.approx([-bound for bound in (b.difference_ci or (0, 0))[::-1]])
        assert one.scores and other.scores
        assert one.scores.difference == -other.scores.difference
        assert one.scores.p_value == other.scores.p_value


def test_better_here_and_worse_there(stand: Stand) -> None:
    cases = [*stand.cases(9), *stand.cases(9, scenario=1)]
    report = stand.compare(stand.run(cases, "p" * 9 + "f" * 9), stand.run(cases, "f" * 9 + "p" * 9))
    one = only(report)
    assert [(part.path, part.passes.verdict) for part in one.behaviors] == [
        ("Routing/Greets", "worse"),
        ("Routing/Declines", "better"),
    ]
    assert one.whole.passes.verdict == "no difference found"
    # Each by itself comes to 2/512; the two are adjusted for each other.
    assert [part.passes.p_adjusted for part in one.behaviors] == [2 / 512, 2 / 512]
    assert regressions(report) == ["router@v1 · m: Routing/Greets"]
    assert exit_code(report, {"regression", "insufficient"})[0] == 1
    assert exit_code(report, ())[0] == 0


def test_by_other_parts_of_the_tree(stand: Stand) -> None:
    cases = [*stand.cases(3), *stand.cases(3, scenario=1)]
    before, after = stand.run(cases, "pppppp"), stand.run(cases, "ppfppp")
    found = {
        by: [part.path for part in only(compare(stand.side(before), stand.side(after), by)).behaviors]
        for by in ("feature", "scenario")
    }
    assert found == {"feature": ["Routing"], "scenario": ["Routing/Greets/one", "Routing/Declines/one"]}


def test_variations_of_a_seed_count_once(stand: Stand) -> None:
    seeds = stand.cases(3)
    variations = [case for seed in seeds for case in stand.cases(4, root=seed.id, words=f"like {seed.id}")]
    cases = [*seeds, *variations]
    passes = only(stand.compare(stand.run(cases, "f" * 15), stand.run(cases, "p" * 15))).whole.passes
    assert (passes.compared, passes.roots, passes.fixed, passes.p_value) == (15, 3, 15, 0.25)
    assert passes.verdict == "not enough evidence"
    assert passes.more_cases_needed == 3


def test_repeats_are_taken_together(stand: Stand) -> None:
    cases = stand.cases(3)
    before = stand.run(cases, "ppf" + "pfp" + "ppf")
    after = stand.run(cases, "ppf" + "pff" + "pff")
    one = only(stand.compare(before, after))
    assert (one.whole.passes.fixed, one.whole.passes.broken, one.whole.passes.compared) == (0, 2, 3)
    shown = {case.case_id: case for case in one.broken}
    case = shown[cases[1].id]
    assert (case.before.rate, case.after.rate) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert (case.before.passed, case.after.passed) == (False, False)


def test_of_runs_that_stop_early_only_what_every_case_got_counts(stand: Stand) -> None:
    cases = stand.cases(1)
    before = stand.run(cases, "pf" + "pp", stop_early=True)
    after = stand.run(cases, "pf" + "ff", stop_early=True)
    passes = only(stand.compare(before, after)).whole.passes
    assert (passes.rate_before, passes.rate_after, passes.broken) == (0.5, 0.5, 0)


def test_scores_are_compared_where_both_sides_have_one(stand: Stand) -> None:
    cases = stand.cases(8)
    scores = only(stand.compare(stand.run(cases, "66666666"), stand.run(cases, "7777789?"))).whole.scores
    assert scores and (scores.compared, scores.verdict) == (7, "better")
    assert scores.mean_before == pytest.approx(0.6) and scores.p_value == 2 / 2**7


def test_an_edited_case_is_compared_on_neither_side_and_said(stand: Stand) -> None:
    cases = stand.cases(2)
    before = stand.run(cases, "pp")
    edited = cases[1].model_copy(update={"input": {"message": "other words"}})
    stand.project.cases.put([edited]).result()
    report = stand.compare(before, stand.run([cases[0], edited], "pp"))
    assert only(report).unpaired_counts == {"only after": 1, "only before": 1}
    assert [case.input for case in only(report).unpaired] == [edited.input, cases[1].input]
    assert any("1 case was edited in between" in note for note in report.notes)


def test_cases_of_another_file_are_paired_by_content_and_path(stand: Stand, tmp_path: Path) -> None:
    mine = [*stand.cases(2), *stand.cases(2, scenario=1)]
    after = stand.run(mine, "pppp")
    other = Stand(tmp_path / "two.db", "another")
    with other.project:
        theirs = [*other.cases(2), *other.cases(1, scenario=1), *other.cases(1, scenario=1, words="only there")]
        before = other.run(theirs, "fppp")
        report = compare(other.side(before), stand.side(after))
    one = only(report)
    assert (one.whole.passes.compared, one.whole.passes.fixed) == (3, 1)
    assert one.unpaired_counts == {"only after": 1, "only before": 1}
    assert (report.before.project, report.after.project) == ("another", "a project")


def test_of_cases_that_say_the_same_each_goes_with_that_of_its_scenario() -> None:
    def verdict(case_id: str, scenario: str, content: bytes = b"same") -> CaseVerdict:
        return CaseVerdict(case_id, case_id, scenario, content, 1, 1, None)

    before = [verdict("a", "s1"), verdict("b", "s2"), verdict("c", "s2"), verdict("d", "gone")]
    after = [verdict("1", "s2"), verdict("2", "s1"), verdict("3", "s3"), verdict("4", "s3", b"new")]
    paired = pair_cases(before, after, (str, str))
    assert {(pair.before.case_id, pair.after.case_id) for pair in paired.pairs} == {("b", "1"), ("a", "2"), ("c", "3")}
    assert [one.case_id for one in paired.only_before] == ["d"]
    assert [one.case_id for one in paired.only_after] == ["4"]


VERDICTS = st.lists(
    st.builds(
        CaseVerdict,
        case_id=st.sampled_from("abcdefgh"),
        root_id=st.just("r"),
        scenario_id=st.sampled_from(["s1", "s2"]),
        content_id=st.sampled_from([b"1", b"2", b"3"]),
        passed=st.just(1),
        judged=st.just(1),
        score=st.none(),
    ),
    unique_by=lambda one: one.case_id,
)


@given(VERDICTS, VERDICTS, st.randoms(use_true_random=False))
def test_every_case_is_in_one_place_whatever_the_order(
    before: list[CaseVerdict], after: list[CaseVerdict], chance: Callable[[], float]
) -> None:
    paired = pair_cases(before, after, (str, str))
    assert sorted([pair.before for pair in paired.pairs] + paired.only_before) == sorted(before)
    assert sorted([pair.after for pair in paired.pairs] + paired.only_after) == sorted(after)
    assert all(pair.before.content_id == pair.after.content_id for pair in paired.pairs)
    again = pair_cases(before[::-1], after[::-1], (str, str))
    assert sorted(again.pairs) == sorted(paired.pairs)
    turned = pair_cases(after, before, (str, str))
    assert sorted((pair.after, pair.before) for pair in turned.pairs) == sorted(map(tuple, paired.pairs))


def test_a_baseline_takes_scenarios_from_runs_of_their_own(stand: Stand) -> None:
    cases = [*stand.cases(2), *stand.cases(2, scenario=1)]
    old, newer = stand.run(cases, "ffff"), stand.run(cases, "pppp", version="v2")
    after = stand.run(cases, "pppp", version="v3")
    before = Chosen(stand.project, {"": old, stand.scenarios[1].id: newer}, None, "main")
    report = compare(before, stand.side(after))
    one = only(report)
    assert one.before == "router@v1 · m, router@v2 · m"
    assert [(part.passes.fixed, part.passes.compared) for part in one.behaviors] == [(2, 2), (0, 2)]
    assert report.before.run_id == old.id
    assert "before: 1 scenario of main taken from runs of their own" in report.notes
    narrow = compare(Chosen(stand.project, {stand.scenarios[1].id: newer}, None, "main"), stand.side(after))
    assert only(narrow).unpaired_counts == {"only after": 2}


def test_variants_stand_against_those_of_the_same_prompt_and_model(stand: Stand) -> None:
    cases = stand.cases(2)
    before, after = stand.run(cases, "pf", model="old"), stand.run(cases, "pp", model="new")
    report = stand.compare(before, after)
    assert (only(report).before, only(report).after) == ("router@v1 · old", "router@v1 · new")
    other = stand.run(cases, "pp", model="new", prompt="another")
    report = stand.compare(before, other)
    assert only(report).after == "another@v1 · new"
    assert any("no counterpart" in note for note in report.notes)


def test_nothing_to_compare_is_no_verdict(stand: Stand) -> None:
    cases = stand.cases(2)
    empty = stand.run(cases[:1], "")
    report = stand.compare(empty, stand.run(cases, "pp"))
    assert report.comparisons == [] and report.variants_unpaired == ["router@v1 · m"]
    assert insufficient(report) == ["nothing was compared"]
    erred = only(stand.compare(stand.run(cases, "??"), stand.run(cases, "pp"))).whole.passes
    assert (erred.compared, erred.difference, erred.verdict) == (0, None, "not enough evidence")


def test_what_to_know_before_one_believes_it(stand: Stand) -> None:
    cases = stand.cases(2)
    before = stand.run(cases, "pf", status="interrupted", checks={stand.scenarios[0].id: "one"})
    after = stand.run(cases, "pp", checks={stand.scenarios[0].id: "another"})
    notes = stand.compare(before, after).notes
    assert notes == [
        f"before: run {before.id} was interrupted",
        "the checks changed in between: Routing/Greets/one",
    ]
    assert stand.compare(after, after).notes == ["both sides are the same run"]


def test_another_judge_or_another_kind_of_check_is_told(stand: Stand) -> None:
    cases = stand.cases(2)
    before, after = stand.run(cases, "pf", judge="openai/a · 1f"), stand.run(cases, "pp", judge="openai/a · 2e")
    assert stand.compare(before, after).notes == ["judged by openai/a · 1f before, by openai/a · 2e after"]
    assert stand.compare(before, stand.run(cases, "pp")).notes == []


def test_cases_of_a_scenario_that_is_gone_are_still_compared(stand: Stand) -> None:
    cases = stand.cases(7)
    before, after = stand.run(cases, "fffffff"), stand.run(cases, "ppppppp")
    stand.project.nodes.remove(stand.scenarios[0].id).result()
    one = only(stand.compare(before, after))
    assert [(part.path, part.passes.verdict) for part in one.behaviors] == [(GONE, "better")]
    assert {case.path for case in one.fixed} == {""}


def test_at_most_two_hundred_cases_are_listed_the_largest_changes_first(stand: Stand) -> None:
    cases = stand.cases(230)
    one = only(stand.compare(stand.run(cases, "3" * 230), stand.run(cases, "6" * 229 + "9")))
    assert (one.whole.passes.fixed, len(one.fixed)) == (230, 200)
    assert one.fixed[0].case_id == cases[-1].id


def test_cases_of_a_part_that_got_worse_come_first(stand: Stand) -> None:
    one, other = stand.cases(20), stand.cases(12, scenario=1)
    before = stand.run([*one, *other], "p" * 32)
    after = stand.run([*one, *other], "fff" + "p" * 17 + "f" * 12, version="v2")
    found = only(stand.compare(before, after))
    assert [part.passes.verdict for part in found.behaviors] == ["not enough evidence", "worse"]
    assert [case.path for case in found.broken] == ["Routing/Declines/one"] * 12 + ["Routing/Greets/one"] * 3


@pytest.mark.parametrize(("count", "verdict"), [(5, "not enough evidence"), (6, "no difference found")])
def test_too_few_cases_tell_nothing_by_not_changing(stand: Stand, count: int, verdict: str) -> None:
    cases = stand.cases(count)
    report = stand.compare(stand.run(cases, "p" * count), stand.run(cases, "p" * count, version="v2"))
    assert only(report).whole.passes.verdict == verdict


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("pf?"), st.sampled_from("pf?")), min_size=1, max_size=12))
def test_nothing_is_dropped(tmp_path_factory: pytest.TempPathFactory, letters: list[tuple[str, str]]) -> None:
    stand = Stand(tmp_path_factory.mktemp("some") / "one.db")
    with stand.project:
        cases = stand.cases(len(letters))
        before, after = (stand.run(cases, "".join(side)) for side in zip(*letters, strict=True))
        one = only(stand.compare(before, after))
    passes = one.whole.passes
    assert passes.compared + sum(one.unpaired_counts.values()) == len(cases)
    assert passes.fixed == letters.count(("f", "p")) and passes.broken == letters.count(("p", "f"))


def gated(node: Node) -> Node:
    return node.model_copy(update={"gates": (Gate(no_regression=True),)})


def test_parts_with_a_gate_on_regressions_are_compared_whole_however_many_cases_broke(stand: Stand) -> None:
    feature, *_ = stand.project.nodes.tree().walk()
    stand.project.nodes.put(*map(gated, (feature, stand.scenarios[0]))).result()
    cases = [*stand.cases(300), *stand.cases(2, scenario=1)]
    before = stand.run(cases, "p" * 302)
    one = only(stand.compare(before, stand.run(cases, "f" * 300 + "pf", version="v2")))
    assert len(one.broken) == 200
    assert [(part.path, part.passes.roots_down, part.passes.verdict) for part in one.gated] == [
        ("Routing", 301, "worse"),
        ("Routing/Greets/one", 300, "worse"),
    ]
    assert [(part.path, part.passes.roots_up, part.passes.roots_down) for part in one.behaviors] == [
        ("Routing/Greets", 0, 300),
        ("Routing/Declines", 0, 1),
    ]


def test_of_a_gated_part_lineages_count_once_and_rounding_is_no_turn(stand: Stand) -> None:
    stand.project.nodes.put(gated(stand.scenarios[0])).result()
    cases = stand.cases(3, root="seed")
    # Of ten repeats 0, 0, 3 pass before, and 1, 2, 0 after: + 0.1 + 0.2 - 0.3 is nothing.
    before = stand.run(cases, "ffp" * 3 + "fff" * 7)
    after = stand.run(cases, "ppf" + "fpf" + "fff" * 8, version="v2")
    [part] = only(stand.compare(before, after)).gated
    assert (part.passes.fixed, part.passes.broken) == (2, 1)
    assert (part.passes.roots, part.passes.roots_up, part.passes.roots_down) == (1, 0, 0)
    assert part.scores is None
