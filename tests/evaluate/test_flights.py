"""Requests under way: tries, slots, turns, room, and what is left when a sweep is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import aclosing

import pytest

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.request import Request
from synterm.evaluate.events import Event, Halted, Judged, Retrying, Started
from synterm.evaluate.limits import Limits
from synterm.evaluate.traffic import Traffic
from synterm.providers.base import OnText
from tests.evaluate.stage import Actor, Play, Stage, echo, failing, judged, locked, turns, variant

DOWN = failed_call(Outcome.PROVIDER_ERROR, "can't reach it", retry_after_s=0.0)
CUT = Completion(Outcome.MALFORMED, "half an", error="it broke off", retry_after_s=0.0)
NO_KEY = failed_call(Outcome.PROVIDER_ERROR, "no key", "set it")


async def events_of(play: Play, actor: Actor, *messages: str) -> list[Event]:
    return [event async for event in play.sweep(play.tasks(play.cases(*messages)), Stage(actor)).events()]


class TestTries:
    """A call that failed may be made again."""

    @pytest.mark.parametrize("failure", [DOWN, CUT], ids=["down", "cut"])
    async def test_a_failure_that_may_pass_is_told_and_tried_again(self, play: Play, failure: Completion) -> None:
        actor = Actor(failing(failure, times=2))
        events = await events_of(play, actor, "good")
        assert [type(event) for event in events] == [Started, Retrying, Retrying, Judged]
        assert [event.failure.error for event in events if isinstance(event, Retrying)] == [failure.error] * 2
        [done] = judged(events)
        assert (done.passed, done.completion.attempts, actor.asked) == (True, 3, ["good"] * 3)

    async def test_how_often_it_was_tried_is_kept(self, play: Play) -> None:
        cases = play.cases("good")
        await play.made(play.tasks(cases), Stage(Actor(failing(DOWN, times=2))))
        [again] = await play.made(play.tasks(cases), Stage())
        assert (again.completion.cached, again.completion.attempts) == (True, 3)

    async def test_four_tries_are_all(self, play: Play) -> None:
        actor = Actor(lambda _: DOWN)
        events = await events_of(play, actor, "good")
        [done] = judged(events)
        assert (actor.asked, done.completion.attempts) == (["good"] * 4, 4)
        assert (done.passed, done.error) == (None, "can't reach it")
        assert sum(isinstance(event, Retrying) for event in events) == 3

    @pytest.mark.parametrize("outcome", [Outcome.PROVIDER_ERROR, Outcome.RATE_LIMITED, Outcome.MALFORMED])
    async def test_what_would_fail_the_same_is_asked_once(self, play: Play, outcome: Outcome) -> None:
        actor = Actor(lambda _: failed_call(outcome, "no use"))
        [done] = judged(await events_of(play, actor, "good"))
        assert (actor.asked, done.completion.attempts, done.error) == (["good"], 1, "no use")

    async def test_a_slot_is_free_while_a_request_waits_for_its_next_try(self, play: Play) -> None:
        actor = Actor(failing(DOWN, times=1, only="a"), width=1)
        await events_of(play, actor, "a", "b")
        assert (actor.asked, actor.most) == (["a", "b", "a"], 1)

    async def test_every_failed_try_that_came_with_an_answer_is_on_disk(self, play: Play) -> None:
        await events_of(play, Actor(failing(CUT, times=3)), "good")
        assert play.project.responses.count() == 4

    async def test_who_waits_for_the_same_request_hears_of_each_try_and_gets_one_answer(self, play: Play) -> None:
        actor = Actor(failing(DOWN, times=1))
        events = await events_of(play, actor, "good", "good")
        assert actor.asked == ["good", "good"]
        assert len({event.task.case.id for event in events if isinstance(event, Retrying)}) == 2
        assert [done.completion.stored for done in judged(events)] == [1, 1]


class TestTurns:
    """Models share an endpoint, and cases on screen go first."""

    async def test_a_model_does_not_wait_for_the_backlog_of_another(self, play: Play) -> None:
        cases = play.cases(*(f"{number}" for number in range(500)))
        long = play.tasks(cases, variant("long {{ message }}", model="long"))
        short = play.tasks(cases[:20], variant("short {{ message }}", model="short"))
        actor = Actor()
        made = await play.made(long, Stage(actor), Limits(), short, concurrency=2)
        assert len(made) == 520
        of_short = [place for place, message in enumerate(actor.asked) if message.startswith("short")]
        # Two are out before the other comes; from then on each has every second turn.
        assert of_short[-1] <= 2 * 20 + 2

    async def test_at_one_endpoint_all_models_share_its_width(self, play: Play) -> None:
        actor = Actor(width=3, held=True)
        one, other = (play.tasks(play.cases(*"abcdef"), variant(model=name)) for name in ("one", "other"))
        sweep = asyncio.create_task(play.made(one, Stage(actor), Limits(), other))
        await actor.wait_until_asked(3)
        await actor.let_all()
        assert (len(await sweep), actor.most) == (12, 3)

    async def test_a_case_that_no_one_came_to_yet_is_taken_first_when_it_is_on_screen(self, play: Play) -> None:
        cases = play.cases(*(f"{number}" for number in range(2500)))
        actor = Actor(width=1, held=True)
        sweep = play.sweep(play.tasks(cases), Stage(actor))
        async with aclosing(sweep.events()) as events:
            assert isinstance(await anext(events), Started)
            sweep.promote(play.tasks(cases[-1:]))
            await actor.let_all()
            await actor.wait_until_asked(2)
        assert actor.asked[:2] == ["0", "2499"]

    async def test_what_was_promoted_is_judged_once(self, play: Play) -> None:
        cases = play.cases(*"abcdef")
        actor = Actor(width=1, held=True)
        sweep = play.sweep(play.tasks(cases), Stage(actor))
        for _ in range(3):
            sweep.promote(play.tasks(cases[3:]))
        await actor.let_all()
        made = judged([event async for event in sweep.events()])
        assert ("".join(actor.asked), len(made)) == ("defabc", 6)

    async def test_what_was_promoted_and_judged_is_not_left_over(self, play: Play) -> None:
        cases = play.cases(*(f"{number}" for number in range(2500)))
        await play.made(play.tasks(cases[-1:]), Stage(Actor()))
        actor = Actor(width=1, held=True)
        sweep = play.sweep(play.tasks(cases), Stage(actor), Limits(max_seconds=0.2), planned=2500)
        sweep.promote(play.tasks(cases[-1:]))
        events = [event async for event in sweep.events()]
        assert len(judged(events)) == 1
        assert isinstance(events[-1], Halted) and events[-1].left == 2499


class TestRoom:
    """No project is too large."""

    async def test_no_more_than_some_hundreds_are_rendered_ahead(self, play: Play) -> None:
        actor = Actor(width=4)
        ahead: list[int] = []

        def counted(tasks: Iterable[Task]) -> Iterator[Task]:
            for number, task in enumerate(tasks, 1):
                ahead.append(number - len(actor.asked))
                yield task

        cases = play.cases_without_keeping(*(f"{number}" for number in range(3000)))
        made = await play.made(counted(play.tasks(cases)), Stage(actor), concurrency=4)
        assert len(made) == 3000
        assert 700 < max(ahead) <= 900

    async def test_while_the_disk_is_slow_no_more_is_sent_and_then_it_goes_on(self, play: Play) -> None:
        cases = play.cases(*(f"{number}" for number in range(2500)))
        actor = Actor(width=8, held=True)
        async with asyncio.timeout(30):
            with locked(play.project):
                sweep = asyncio.create_task(play.made(play.tasks(cases), Stage(actor), concurrency=8))
                await actor.let("0")
                await actor.wait_until_asked(9)
                await actor.let_all()
                while len(actor.answered) < 2000:  # noqa: ASYNC110 - nothing else tells
                    await asyncio.sleep(0)
                await turns(100)
                assert len(actor.asked) <= 2000 + 8
            assert len(await sweep) == len(actor.asked) == 2500


class TestClosing:
    """Leaving early ends the calls, and nothing else."""

    @pytest.mark.parametrize("turns", range(12))
    async def test_whenever_a_sweep_is_left_its_slots_are_free_for_the_next(self, play: Play, turns: int) -> None:
        actor = Late(turns)
        traffic = Traffic(Stage(actor))
        listening = asyncio.create_task(play.made(play.tasks(play.cases("a", "b")), Stage(), traffic=traffic))
        await actor.wait_until_asked(1)
        listening.cancel()
        await actor.let_all()
        await asyncio.gather(listening, return_exceptions=True)
        assert traffic.route(variant().model).endpoint.under_way == 0
        assert len(await play.made(play.tasks(play.cases("c")), Stage(), traffic=traffic)) == 1

    async def test_after_the_end_nothing_is_sent_any_more(self, play: Play) -> None:
        actor = Actor()
        sweep = play.sweep(play.tasks(play.cases("a")), Stage(actor))
        async with aclosing(sweep.events()) as events:
            assert isinstance(await anext(events), Started)
        sweep.promote(play.tasks(play.cases("b"), variant(model="another")))
        await turns(20)
        assert actor.asked == ["a"]

    async def test_a_call_that_waits_for_its_next_try_is_not_made_any_more(self, play: Play) -> None:
        waits = failed_call(Outcome.PROVIDER_ERROR, "busy", retry_after_s=60.0)
        actor = Actor(lambda message: waits if message == "a" else echo(message))
        async with aclosing(play.sweep(play.tasks(play.cases("a")), Stage(actor)).events()) as events:
            async for event in events:
                if isinstance(event, Retrying):
                    break
        assert actor.asked == ["a"]


class Late(Actor):
    """Answers some turns of the event loop later than it could, one call at a time."""

    def __init__(self, turns: int) -> None:
        super().__init__(width=1, held=True)
        self._turns = turns

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        completion = await super().complete(request, on_text)
        await turns(self._turns)
        return completion
