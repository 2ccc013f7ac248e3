from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest

from synterm import __version__
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.model import ModelSpec
from synterm.core.tree import Node
from synterm.errors import InputError, ProjectError
from synterm.evaluate.events import Event, Halted, Judged
from synterm.evaluate.run import RunPlan, RunProgress, run
from synterm.evaluate.statistics import wilson
from synterm.providers.registry import Providers
from synterm.storage.runs import RunRecord
from tests.evaluate.stage import Actor, Play, Stage, capped, echo, judged, variant


def recorded(play: Play, run_id: str) -> list[tuple[Any, ...]]:
    """Case, repeat, verdict and whether it was cached, of a run's evaluations in the file."""
    found = play.project.runs.recorded(run_id)
    return [(done.case_id, done.repeat, done.passed, done.cached) for done in found]


def last_run(play: Play) -> RunRecord:
    return play.project.runs.all()[-1]


def plan_of(play: Play, *messages: str, **changed: Any) -> RunPlan:
    return RunPlan([variant()], play.cases(*messages), **changed)


async def test_a_run_is_recorded_with_all_its_evaluations(play: Play) -> None:
    chosen = plan_of(play, "good", "bad", repeats=2, who="somebody", git_commit="0123abc")
    run_id, result = await run(play.project, Stage(Actor()), chosen)
    record = last_run(play)
    assert (record.id, record.status, record.who, record.git_commit) == (run_id, "complete", "somebody", "0123abc")
    versions = record.config.pop("versions")
    assert (versions["synterm"], versions["documents"]) == (__version__, None)
    assert record.config == {
        "variants": [{"prompt": "prompt", "version": "draft", "body": chosen.variants[0].body.id, "model": "actor"}],
        "cases": 2,
        "repeats": 2,
        "plan": chosen.digest,
        "since": 0,
        "host": gethostname(),
        "pid": os.getpid(),
        "checks": {play.scenario.id: play.project.nodes.tree().checks_id(play.scenario.id)},
    }
    assert record.totals == {
        "evaluations": 4,
        "passed": 2,
        "failed": 2,
        "errors": 0,
        "not_made": 0,
        "wall_s": record.totals["wall_s"],
        "cost_usd": pytest.approx(0.4),
        "variants": [{"name": "prompt@draft · actor", "passed": 2, "judged": 4, "interval": list(wilson(1, 2))}],
    }
    rows = recorded(play, run_id)
    assert sorted(rows) == sorted(
        (case.id, repeat, int(case.title == "good"), 0) for case in chosen.cases for repeat in range(2)
    )
    assert (result.not_made, result.made, result.halted) == (0, 4, None)


async def test_more_evaluations_than_are_written_at_once_are_all_recorded(play: Play) -> None:
    messages = [f"message {number}" for number in range(450)]
    run_id, result = await run(play.project, Stage(Actor(width=64)), plan_of(play, *messages))
    assert (len(recorded(play, run_id)), result.made) == (450, 450)


async def test_what_a_run_gathered_is_not_spelled_out(play: Play) -> None:
    # asyncio.run makes the repr of what it returns: with many evaluations that took longer than to judge them.
    _, result = await run(play.project, Stage(Actor()), plan_of(play, "good", "bad"))
    assert "good" not in repr(result)


async def test_who_watches_sees_every_event_and_how_far_the_run_is(play: Play) -> None:
    play.cases("good")
    seen: list[tuple[Event, int, int, int, float]] = []

    def watch(event: Event, progress: RunProgress) -> None:
        seen.append((event, progress.planned, progress.done, progress.cached, progress.cost_usd))

    cases = play.cases("good", "bad", "good")
    await run(play.project, Stage(Actor(width=1)), RunPlan([variant()], cases), watch)
    steps = [
        (planned, done, cached, round(cost, 3))
        for event, planned, done, cached, cost in seen
        if isinstance(event, Judged)
    ]
    assert steps == [(3, 1, 0, 0.1), (3, 2, 1, 0.1), (3, 3, 1, 0.2)]


async def test_a_failed_call_leaves_the_run_complete_and_is_tried_again_by_the_next(play: Play) -> None:
    def fail(message: str) -> Completion:
        return failed_call(Outcome.RATE_LIMITED, "slow down") if message == "bad" else echo(message)

    chosen = plan_of(play, "good", "bad")
    await run(play.project, Stage(Actor(fail)), chosen)
    assert (last_run(play).status, last_run(play).totals["errors"]) == ("complete", 1)
    actor = Actor()
    await run(play.project, Stage(actor), chosen)
    assert actor.asked == ["bad"]


async def test_a_run_that_a_limit_ended_is_incomplete(play: Play) -> None:
    chosen = plan_of(play, *"abcdef", limits=capped(0.25), concurrency=1)
    run_id, result = await run(play.project, Stage(Actor()), chosen)
    assert (last_run(play).status, last_run(play).totals["not_made"]) == ("incomplete", 4)
    assert (len(recorded(play, run_id)), result.not_made) == (2, 4)
    assert isinstance(result.halted, Halted) and result.halted.left == 4


async def test_a_cancelled_run_is_interrupted_and_the_next_sends_only_the_rest(play: Play) -> None:
    chosen = plan_of(play, *"abcdefgh")
    actor = Actor(width=2, held=True)
    heard: asyncio.Queue[Event] = asyncio.Queue()
    running = asyncio.create_task(
        run(play.project, Stage(actor), chosen, lambda event, _progress: heard.put_nowait(event))
    )
    await actor.let("a", "b", "c")
    judged = 0
    while judged < 3:
        judged += isinstance(await heard.get(), Judged)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    record = last_run(play)
    assert (record.status, record.totals["evaluations"], record.totals["not_made"]) == ("interrupted", 3, 5)
    assert [row[0] for row in recorded(play, record.id)] == [case.id for case in chosen.cases[:3]]

    again = Actor()
    run_id, _ = await run(play.project, Stage(again), chosen)
    assert (sorted(again.asked), last_run(play).status) == (list("defgh"), "complete")
    assert sum(row[3] for row in recorded(play, run_id)) == 3


async def test_an_answer_that_came_in_while_the_run_was_cancelled_is_not_asked_for_again(play: Play) -> None:
    chosen = plan_of(play, "a")
    running: asyncio.Task[Any] | None = None

    def answer(message: str) -> Completion:
        assert running
        running.cancel()
        return echo(message)

    running = asyncio.create_task(run(play.project, Stage(Actor(answer)), chosen))
    with pytest.raises(asyncio.CancelledError):
        await running
    _, result = await run(play.project, Stage(), chosen)
    assert (result.made, result.sheet.cached) == (1, 1)


async def test_what_fails_inside_comes_out_as_itself_and_the_run_is_interrupted(play: Play) -> None:
    def crash(message: str) -> Completion:
        if message == "bad":
            raise ZeroDivisionError
        return echo(message)

    chosen = plan_of(play, "good", "bad")
    with pytest.raises(ZeroDivisionError):
        await run(play.project, Stage(Actor(crash, width=1)), chosen)
    assert (last_run(play).status, last_run(play).totals["evaluations"]) == ("interrupted", 1)


async def test_who_watches_and_fails_ends_the_run_and_all_calls(play: Play) -> None:
    actor = Actor(width=3, held=True)
    await actor.let("a")

    def watch(event: Event, _progress: RunProgress) -> None:
        if isinstance(event, Judged):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(play.project, Stage(actor), plan_of(play, *"abcdef"), watch)
    assert sorted([*actor.answered, *actor.cancelled]) == sorted(actor.asked)
    assert last_run(play).status == "interrupted"


async def test_a_project_that_is_closed_meanwhile_is_told_as_such(play: Play) -> None:
    actor = Actor(held=True)
    running = asyncio.create_task(run(play.project, Stage(actor), plan_of(play, "a", "b")))
    await actor.wait_until_asked(2)
    play.project.close()
    await actor.let_all()
    with pytest.raises(ProjectError, match="the project is closed"):
        await running


async def test_a_prompt_that_does_not_compile_shows_before_anything_is_sent(play: Play) -> None:
    actor = Actor()
    chosen = RunPlan([variant(), variant("{{ message", version="v2")], play.cases("hello"))
    with pytest.raises(InputError, match="line 1"):
        await run(play.project, Stage(actor), chosen)
    assert (actor.asked, play.project.runs.all()) == ([], [])


async def test_a_check_that_can_not_be_made_shows_before_anything_is_sent(play: Play) -> None:
    play.project.nodes.put(play.scenario.model_copy(update={"checks": ({"type": "contain"},)})).result()
    play.project.trust.grant()  # it may be a plugin's, for all that the project knows
    actor = Actor()
    with pytest.raises(InputError, match="contain") as refusal:
        await run(play.project, Stage(actor), plan_of(play, "hello"))
    assert refusal.value.where == "checks of Routing/Out of scope/off-topic"
    assert (actor.asked, play.project.runs.all()) == ([], [])


async def test_how_many_are_planned_is_known_by_scenario(play: Play) -> None:
    other = Node(level="scenario", name="other", parent_id=play.scenario.parent_id)
    play.project.nodes.put(other).result()
    there = [case.model_copy(update={"scenario_id": other.id}) for case in play.cases_without_keeping("x")]
    chosen = RunPlan([variant(), variant("v2 {{ message }}")], [*play.cases("a", "b"), *there], repeats=3)
    assert (chosen.size, chosen.size_in) == (18, {play.scenario.id: 6, other.id: 3})


async def test_a_scripted_model_makes_a_whole_run(play: Play) -> None:
    rules = [{"match": "peru", "in": "user", "answer": "good"}, {"match": "flood", "outcome": "rate limited"}]
    spec = ModelSpec(name="rules", model="scripted/rules", params={"rules": rules, "default": "bad"})
    column = replace(variant(), model=spec)
    seen: list[Event] = []
    async with Providers() as providers:
        chosen = RunPlan([column], play.cases("peru", "flood", "other"))
        await run(play.project, providers, chosen, lambda event, _progress: seen.append(event))
    verdicts = [(done.task.case.title, done.passed) for done in judged(seen)]
    assert verdicts == [("peru", True), ("flood", None), ("other", False)]


async def test_a_run_that_was_killed_stays_running_and_costs_nothing_twice(play: Play, tmp_path: Path) -> None:
    chosen = plan_of(play, "a", "b")
    play.project.runs.start({}, who="", git_commit=None).result()
    await play.made(play.tasks(chosen.cases[:1]), Stage(Actor()))
    actor = Actor()
    await run(play.project, Stage(actor), chosen)
    assert actor.asked == ["b"]
    assert [record.status for record in play.project.runs.all()] == ["running", "complete"]
