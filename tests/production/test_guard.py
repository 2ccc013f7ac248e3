"""The guard in a program: what it says of answers, by which checks, from threads and tasks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm import Guard
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.errors import InputError, NotFoundError, ProjectError, UsageError
from synterm.evaluate.checklist import Checklist
from synterm.production.guard_checks import GuardedProject
from synterm.storage.project import Project
from tests.conftest import SMALL, MakeProject
from tests.support.guarded import DESK, desk_with


def test_the_checks_of_a_behavior_decide_whether_an_answer_may_be_given(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Desk/Routing") as guard:
        good = guard.check("Schedule.", input={"message": "when do we meet?"})
        bad = guard.check("I would say so")
    assert (good.allowed, good.passed, good.reason) == (True, True, "")
    assert (good.behavior, good.project, good.checks[0].label) == ("Desk/Routing", "help desk", "schedule")
    assert (bad.allowed, bad.passed, bad.reason) == (False, False, "no label in the answer")
    assert good.id < bad.id


def test_what_should_have_been_answered_is_held_against_it_where_it_is_known(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Routing") as guard:
        assert guard.check("schedule", expected="schedule").allowed
        assert guard.check("schedule", expected="clarify").reason == "schedule, expected clarify"


def test_json_is_judged_as_text_or_as_a_value(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Tickets") as guard:
        assert guard.check('{"title": "black screen", "urgency": 2}').allowed
        assert guard.check({"title": "black screen", "urgency": 2}).allowed  # type: ignore[arg-type]
        assert guard.check('{"title": "black screen", "urgency": "high"}').reason.startswith("$.urgency")


def test_the_checks_of_all_scenarios_of_a_behavior_judge_together(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Replies") as guard:
        found = [check.type for check in guard.check("Your ticket #12 is open.").checks]
        assert found == ["not-icontains", "word-count", "no-secrets", "no-pii", "brevity", "regex"]
        assert guard.check("It is open.").passed is False
        assert guard.check("It is open.", behavior="Desk/Replies/short").passed is True


def test_a_check_of_weight_0_is_shown_and_counts_for_nothing(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Desk/Replies/short") as guard:
        verdict = guard.check("word " * 100)
    assert verdict.allowed
    assert [check.passed for check in verdict.checks if check.type == "brevity"] == [False]


def test_reasons_do_not_repeat_what_must_not_be_said(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Replies") as guard:
        verdict = guard.check("Ticket #1: mail jane.roe@corp-mail.com, key AKIAQ7TZ5XWPL2MNB3KD, 4111 1111 1111 1111")
    assert verdict.passed is False
    for secret in ("jane.roe", "AKIAQ7TZ", "4111 1111", "41111111"):
        assert secret not in verdict.model_dump_json()


def test_a_project_with_the_same_checks_for_all_needs_no_name(make_project: MakeProject) -> None:
    with Guard(make_project(SMALL)) as guard:
        assert guard.check("clarify").behavior == "Routing"


def test_a_project_with_different_checks_says_which_there_are(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with pytest.raises(InputError, match="different checks") as raised:
        Guard(path)
    assert "Desk/Routing, Desk/Tickets, Desk/Replies, Tone/Politeness" in str(raised.value.hint)
    with Guard(path, per_call=True) as guard:
        assert guard.check("clarify", behavior="Routing").allowed
        with pytest.raises(InputError, match="different checks"):
            guard.check("clarify")


def test_several_names_and_globs_unite_and_a_call_picks_one_of_them(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior=["Routing", "desk/tick*"]) as guard:
        assert guard.check("clarify").behavior == "Desk/Routing, Desk/Tickets"
        assert [check.passed for check in guard.check("clarify").checks] == [True, False]
        assert guard.check("clarify", behavior="Routing").allowed
        with pytest.raises(NotFoundError, match="is not what this guard judges"):
            guard.check("clarify", behavior="Replies")


def test_a_name_that_is_not_there_says_what_is_near(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with pytest.raises(NotFoundError) as raised:
        Guard(path, behavior="Desk/Rooting")
    assert "Desk/Routing" in str(raised.value.hint)
    with Guard(path, behavior="Desk") as guard, pytest.raises(NotFoundError, match="nothing in the tree matches"):
        guard.check("x", behavior="x" * 2000)


def test_the_checks_have_the_name_that_runs_record_for_them(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with Project.open(path) as project:
        tree = project.nodes.tree()
    with Guard(path, per_call=True) as guard:
        for scenario in tree.scenarios():
            assert guard.behavior(tree.path(scenario.id)).checks_id == tree.checks_id(scenario.id)


def test_what_can_not_be_a_guard_is_said_at_once(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with pytest.raises(ProjectError, match="no such project"):
        Guard(path.with_name("nope.db"), behavior="x")
    with pytest.raises(UsageError, match="'open' or 'closed'"):
        Guard(path, behavior="Routing", fail="ajar")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="budget"):
        Guard(path, behavior="Routing", budget_ms=0)
    empty = make_project(
        DESK.replace("checks: [{type: label, labels: [schedule, summarize, clarify]}]", ""), "empty.db"
    )
    with pytest.raises(InputError, match="Desk/Routing has no checks"):
        Guard(empty, behavior="Routing")


def test_what_can_not_be_an_answer_is_an_error_of_the_caller(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Routing") as guard:
        with pytest.raises(InputError, match="must be text, not NoneType"):
            guard.check(None)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="the input must be text or named values"):
            guard.check("clarify", input=7)  # type: ignore[arg-type]


def test_checks_that_lack_something_are_left_out_and_say_what(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Politeness") as guard:
        verdict = guard.check("Hello!")
        known = guard.check("Hello!", expected="Hello!")
    assert verdict.allowed
    assert {check.type: check.skipped for check in verdict.checks} == {
        "not-icontains": None,
        "llm-rubric": "asks a model, and judges are off",
        "latency": "needs to know how long the answer took",
        "equals": "needs an expected result",
    }
    assert {check.type: check.passed for check in known.checks}["equals"] is True


@pytest.mark.parametrize(("fail", "allowed"), [("closed", False), ("open", True)])
def test_where_nothing_can_judge_there_is_no_verdict(make_project: MakeProject, fail: str, allowed: bool) -> None:
    path = make_project(desk_with("{type: equals}"))
    with Guard(path, fail=fail) as guard:  # type: ignore[arg-type]
        verdict = guard.check("Hello!")
    assert (verdict.passed, verdict.allowed) == (None, allowed)
    assert verdict.reason == "no check judges it: equals needs an expected result"


def test_what_is_left_out_of_a_set_is_told(make_project: MakeProject) -> None:
    members = "{type: icontains, value: please}, {type: equals}, {type: llm-rubric, model: judge, value: polite}"
    with Guard(make_project(desk_with(f"{{type: assert-set, assert: [{members}]}}"))) as guard:
        verdict = guard.check("please")
    assert [(check.type, check.passed, check.skipped) for check in verdict.checks] == [
        ("assert-set", True, None),
        ("equals", None, "in assert-set: needs an expected result"),
        ("llm-rubric", None, "in assert-set: asks a model, and judges are off"),
    ]


def test_an_empty_answer_fails_whatever_the_checks_say(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Desk/Replies/short", fail="open") as guard:
        verdict = guard.check(" \n")
    assert (verdict.passed, verdict.allowed, verdict.reason) == (False, False, "the answer is empty")


@pytest.mark.parametrize("fail", ["closed", "open"])
def test_an_answer_that_is_too_long_gets_no_verdict(make_project: MakeProject, fail: str) -> None:
    with Guard(make_project(DESK), behavior="Routing", longest=100, fail=fail) as guard:  # type: ignore[arg-type]
        assert guard.check("clarify" + " " * 93).allowed
        verdict = guard.check("clarify" + " " * 94)
    assert (verdict.passed, verdict.allowed) == (None, fail == "open")
    assert verdict.reason == "the answer is over 100 characters long"


def test_half_a_character_is_judged_and_not_stumbled_over(make_project: MakeProject) -> None:
    with Guard(make_project(DESK), behavior="Desk/Replies/short") as guard:
        verdict = guard.check("so \ud83d it is", input="half \udc00")
    assert verdict.allowed
    assert verdict.model_dump_json()


async def test_the_async_door_says_the_same(make_project: MakeProject) -> None:
    async with Guard(make_project(DESK), behavior="*", per_call=True) as guard:
        for output in ("clarify", '{"title": "x", "urgency": 1}', "Ticket #5", ""):
            sync, apart = guard.check(output), await guard.acheck(output)
            assert (sync.passed, sync.reason) == (apart.passed, apart.reason)
            assert [check.passed for check in sync.checks] == [check.passed for check in apart.checks]


def test_threads_and_tasks_share_one_guard(make_project: MakeProject) -> None:
    outputs = ["schedule", "no idea", "clarify", "what?"] * 50
    with Guard(make_project(DESK), behavior="Routing") as guard:
        with ThreadPoolExecutor(8) as pool:
            from_threads = [verdict.passed for verdict in pool.map(guard.check, outputs)]

        async def all_at_once() -> list[bool | None]:
            return [verdict.passed for verdict in await asyncio.gather(*map(guard.acheck, outputs))]

        from_tasks = asyncio.run(all_at_once())
        ids = {verdict.id for verdict in map(guard.check, outputs)}
    assert from_threads == from_tasks == [True, False] * 100
    assert len(ids) == 200


def test_threads_that_begin_together_see_the_same_checks(make_project: MakeProject) -> None:
    """The forms of checks are made for the first who asks."""
    gate = threading.Barrier(8)
    with Guard(make_project(DESK), per_call=True) as guard:

        def first(_: int) -> tuple[str, ...]:
            gate.wait(10)
            return tuple(check.type for check in guard.check("Ticket #5", behavior="Replies").checks)

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(first, range(8)))) == 1


def test_a_closed_guard_may_be_closed_again(make_project: MakeProject) -> None:
    guard = Guard(make_project(DESK), behavior="Routing")
    guard.close()
    guard.close()


TEXTS = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["schedule", "clarify!", "As an AI", "ticket #4", '{"title": 1, "urgency": 2}', "a@b.co", ""]),
    st.lists(st.sampled_from("please whatever schedule sk-aaaaaaaaaaaaaaaaaaaaaaaa 4111111111111111 no".split())).map(
        " ".join
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outputs=st.lists(TEXTS, min_size=1, max_size=5))
def test_where_a_case_expects_nothing_a_run_and_the_guard_say_the_same(
    outputs: list[str], same_desk: tuple[Guard, GuardedProject]
) -> None:
    guard, project = same_desk
    checklist = Checklist(project.tree)
    body = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
    variant = Variant("desk", "v1", body, ModelSpec(name="rules", model="scripted/rules"))
    for scenario in project.tree.scenarios():
        path = project.tree.path(scenario.id)
        if "Tone" in path or "Routing" in path:
            continue
        case = Case(scenario_id=scenario.id, input={"message": "hi"})
        for output in outputs:
            outcome = Outcome.COMPLETE if output.strip() else Outcome.EMPTY
            run = checklist.judge(Task(case, variant), Completion(outcome, output))
            verdict = guard.check(output, input={"message": "hi"}, behavior=path)
            assert verdict.passed is run.passed, verdict
            assert [(check.type, check.passed, check.score) for check in verdict.checks] == [
                (check.type, check.passed, check.score) for check in run.checks
            ]


@pytest.fixture
def same_desk(make_project: MakeProject) -> tuple[Guard, GuardedProject]:
    """A guard over the whole project, and what it read."""
    path = make_project(DESK)
    return Guard(path, per_call=True, budget_ms=60_000), GuardedProject.read(path)


def test_the_package_gives_the_guard_and_loads_nothing_for_it_before_it_is_asked() -> None:
    code = (
        "import sys, synterm; before = len(sys.modules); assert 'pydantic' not in sys.modules; "
        "from synterm import Guard; assert Guard.__module__ == 'synterm.production.guard'; "
        "assert not {'litellm', 'textual', 'tiktoken', 'numpy', 'aiohttp', 'jinja2'} & set(sys.modules), sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no attribute 'Gard'"):
        __import__("synterm").Gard  # noqa: B018
