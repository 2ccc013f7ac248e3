"""The same run again: what the file serves, what is asked afresh, and how a run that was cut short goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.limits import Limits
from synterm.evaluate.preview import preview
from synterm.evaluate.run import RunPlan, RunProgress, run
from tests.evaluate.stage import Actor, Play, Stage, capped, echo, variant


def cut_off(message: str) -> Completion:
    """An answer that reached its token limit; whole for all messages but ``long``."""
    return replace(echo(message), outcome=Outcome.TRUNCATED) if message == "long" else echo(message)


async def asked_by(play: Play, chosen: RunPlan, actor: Actor | None = None) -> str:
    """What a run asks, in the order of the alphabet."""
    actor = actor or Actor()
    await run(play.project, Stage(actor), chosen)
    return "".join(sorted(actor.asked))


async def interrupted(play: Play, chosen: RunPlan, actor: Actor, after: int) -> None:
    """Make a run, and cancel it once so many cases are judged."""
    heard = asyncio.Semaphore(0)

    def watch(event: Event, _progress: RunProgress) -> None:
        if isinstance(event, Judged):
            heard.release()

    running = asyncio.create_task(run(play.project, Stage(actor), chosen, watch))
    for _ in range(after):
        await heard.acquire()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


class TestWithoutTheCache:
    """`use_cache=False`: every answer afresh, but nothing twice."""

    async def test_a_run_that_was_interrupted_sends_only_the_rest(self, play: Play) -> None:
        cases = play.cases(*"abcdefgh")
        assert await asked_by(play, RunPlan([variant()], cases)) == "abcdefgh"
        chosen = RunPlan([variant()], cases, use_cache=False)
        actor = Actor(width=2, held=True)
        await actor.let("a", "b", "c")
        await interrupted(play, chosen, actor, after=3)
        assert await asked_by(play, chosen) == "defgh"
        assert await asked_by(play, chosen) == "abcdefgh"

    async def test_interrupted_twice_it_still_goes_on_from_its_first_answer(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases(*"abcdef"), use_cache=False, concurrency=1)
        for allowed in ("ab", "cd"):
            actor = Actor(held=True)
            await actor.let(*allowed)
            await interrupted(play, chosen, actor, after=2 if allowed == "ab" else 4)
        assert await asked_by(play, chosen) == "ef"

    async def test_another_run_is_not_the_rest_of_it(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases(*"abc"), use_cache=False)
        actor = Actor(width=1, held=True)
        await actor.let("a")
        await interrupted(play, chosen, actor, after=1)
        assert await asked_by(play, replace(chosen, repeats=2)) == "aabbcc"

    async def test_what_a_limit_cut_short_goes_on_too(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases(*"abcd"), use_cache=False, limits=capped(0.25), concurrency=1)
        assert await asked_by(play, chosen) == "ab"
        assert await asked_by(play, replace(chosen, limits=Limits())) == "cd"

    async def test_errors_of_the_run_are_asked_again_when_it_goes_on(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases("bad", "c"), use_cache=False)

        def fail(message: str) -> Completion:
            return failed_call(Outcome.PROVIDER_ERROR, "down") if message == "bad" else echo(message)

        actor = Actor(fail, width=1, held=True)
        await actor.let("bad")
        await interrupted(play, chosen, actor, after=1)
        assert await asked_by(play, chosen) == "badc"


class TestCutOffAnswers:
    """An answer that ended at the token limit is an answer, but not one to rely on."""

    async def test_it_is_not_served_again(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases("long", "s"))
        assert await asked_by(play, chosen, Actor(cut_off)) == "longs"
        assert await asked_by(play, chosen, Actor(cut_off)) == "long"

    async def test_it_is_where_someone_wants_it_so(self, play: Play) -> None:
        chosen = RunPlan([variant()], play.cases("long", "s"), truncated=True)
        await asked_by(play, chosen, Actor(cut_off))
        assert await asked_by(play, chosen) == ""

    @pytest.mark.parametrize("use_cache", [True, False])
    async def test_it_is_when_the_run_goes_on(self, play: Play, use_cache: bool) -> None:
        chosen = RunPlan([variant()], play.cases("long", "s"), use_cache=use_cache)
        actor = Actor(cut_off, width=1, held=True)
        await actor.let("long")
        await interrupted(play, chosen, actor, after=1)
        assert await asked_by(play, chosen, Actor(cut_off)) == "s"


class TestAfresh:
    """`refresh`: some cases only."""

    async def test_one_case_is_asked_again_and_its_new_answer_is_served_from_then_on(self, play: Play) -> None:
        cases = play.cases(*"abc")
        chosen = RunPlan([variant(), variant("so: {{ message }}")], cases)
        await asked_by(play, chosen)
        again = replace(chosen, limits=Limits(refresh=frozenset((cases[1].id,))))
        actor = Actor(lambda message: replace(echo(message), text="good now"))
        await run(play.project, Stage(actor), again)
        assert sorted(actor.asked) == ["b", "so: b"]
        run_id, result = await run(play.project, Stage(), chosen)
        assert result.sheet.cached == 6
        passed = {done.case_id for done in play.project.runs.recorded(run_id) if done.passed}
        assert passed == {cases[1].id}

    async def test_the_preview_says_what_the_run_then_does(self, play: Play) -> None:
        cases = play.cases(*"abcd", "a")
        await asked_by(play, RunPlan([variant()], cases[:2]))
        plans = [
            RunPlan([variant(), variant("so: {{ message }}")], cases),
            RunPlan([variant()], cases, use_cache=False),
            RunPlan([variant()], cases, limits=Limits(refresh=frozenset((cases[0].id,)))),
        ]
        for chosen in plans:
            foreseen = preview(play.project, chosen)
            actor = Actor()
            _, result = await run(play.project, Stage(actor), chosen)
            assert sum(made.requests for made in foreseen) == len(actor.asked) > 0
            assert sum(made.cached for made in foreseen) + len(actor.asked) <= result.made
