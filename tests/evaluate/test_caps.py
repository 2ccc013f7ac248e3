"""No cap is ever passed: not by one run, and not by all that use one project file in a day."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.events import Event, Halted
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from synterm.storage.project import Project
from synterm.storage.spending import Spent
from tests.evaluate.capped_process import DEAR, run_in_processes
from tests.evaluate.stage import Actor, Play, Stage, capped, echo, failing, judged, locked, turns, variant

CENTS = st.integers(0, 50)
DOWN = failed_call(Outcome.PROVIDER_ERROR, "can't reach it", retry_after_s=0.0)
CUT = Completion(Outcome.MALFORMED, "half an", error="it broke off", retry_after_s=0.0)


def today(play: Play) -> Spent:
    """What the file says of the day, once all that waits is written."""
    day = time.strftime("%Y-%m-%d")
    play.project.spending.release(day, 0.0).result()
    return play.project.spending.on(day)


async def collected(sweep: Sweep) -> list[Event]:
    """All that happens."""
    return [event async for event in sweep.events()]


def daily(usd: float) -> Limits:
    return Limits(day_cap_usd=usd)


@given(
    cap=CENTS,
    calls=st.lists(st.tuples(CENTS, st.none() | st.floats(0, 1)), max_size=60),
    width=st.integers(1, 8),
    seed=st.randoms(use_true_random=False),
)
def test_what_is_spent_never_passes_the_cap(
    cap: int, calls: list[tuple[int, float | None]], width: int, seed: random.Random
) -> None:
    """Each call costs at most its worst; which of those under way ends first is anyone's guess."""
    purse = Purse(cap / 100, "raise it")
    under_way: list[tuple[float, float | None]] = []
    expected = 0.0
    waiting = [(worst / 100, None if share is None else share * worst / 100) for worst, share in calls]
    while waiting or under_way:
        if waiting and len(under_way) < width and purse.fits(waiting[0][0]):
            under_way.append(waiting.pop(0))
            purse.reserve(under_way[-1][0])
        elif under_way:
            worst, cost = under_way.pop(seed.randrange(len(under_way)))
            purse.settle(worst, cost)
            expected += worst if cost is None else cost
        else:
            waiting.pop(0)
        assert purse.spent <= purse.spent + purse.reserved <= purse.cap_usd + 1e-6
    assert purse.spent == pytest.approx(expected)
    assert purse.reserved == 0


class TestTheRunsCap:
    """`Purse`, as sweeps use it."""

    async def test_the_tries_of_a_broken_answer_each_count(self, play: Play) -> None:
        limits = capped(0.35)
        events = [
            e
            async for e in play.sweep(
                play.tasks(play.cases(*"abc")), Stage(Actor(failing(CUT, times=1), width=1)), limits
            ).events()
        ]
        assert limits.purse and limits.purse.spent <= 0.35 + 1e-9
        assert isinstance(events[-1], Halted) and len(judged(events)) + events[-1].left == 3

    async def test_who_has_no_money_does_not_stand_before_who_has(self, play: Play) -> None:
        """``a`` is to be tried again and keeps its money; ``b`` is too, but needs new money, which only ``a`` frees."""
        fails = {"a": [DOWN], "b": [CUT]}
        actor = Actor(lambda message: fails[message].pop() if fails.get(message) else echo(message), held=True)
        traffic = Traffic(Stage(actor), 2, uniform=lambda _low, _high: 0.05)
        limits = capped(0.45)
        async with asyncio.timeout(20):
            sweep = play.sweep(play.tasks(play.cases(*"abcd")), Stage(), limits, traffic=traffic)
            making = asyncio.create_task(collected(sweep))
            await actor.let("a", "b")
            await actor.wait_until_asked(4)
            await asyncio.sleep(0.1)  # as a rule both are back in the queue now; what is asserted holds anyway
            await actor.let_all()
            events = await making
        assert limits.purse and limits.purse.spent <= 0.45 + 1e-9
        assert isinstance(events[-1], Halted) and len(judged(events)) + events[-1].left == 4

    async def test_a_refusal_costs_nothing(self, play: Play) -> None:
        limits = capped(0.1)
        [done] = await play.made(play.tasks(play.cases("good")), Stage(Actor(failing(DOWN, times=2))), limits)
        assert limits.purse and (done.passed, limits.purse.spent, limits.purse.reserved) == (True, 0.1, 0.0)

    async def test_a_model_of_unknown_price_is_not_asked_under_a_cap(self, play: Play) -> None:
        unpriced = variant().model.model_copy(update={"price": None, "model": "openai/no-such-model"})
        column = type(variant())("prompt", "draft", variant().body, unpriced)
        actor = Actor()
        for limits in (capped(1.0), daily(1.0)):
            [done] = await play.made(play.tasks(play.cases("good"), column), Stage(actor), limits)
            assert (done.completion.outcome, done.passed) == (Outcome.NOT_SENT, None)
            assert "price of the model 'actor' is not known" in (done.error or "")
            assert "--price" in (done.completion.hint or "")
        assert actor.asked == []

    async def test_an_answer_without_bound_is_not_asked_for_under_a_cap(self, play: Play) -> None:
        unbound = variant().model.model_copy(update={"params": {}})
        column = type(variant())("prompt", "draft", variant().body, unbound)
        actor = Actor()
        [done] = await play.made(play.tasks(play.cases("good"), column), Stage(actor), capped(1.0))
        assert (done.completion.outcome, actor.asked) == (Outcome.NOT_SENT, [])
        assert "max_tokens" in (done.completion.hint or "")


class TestTheDaysCap:
    """Kept in the project file."""

    async def test_what_the_day_has_left_is_spent_and_no_more(self, play: Play) -> None:
        actor = Actor()
        events = [e async for e in play.sweep(play.tasks(play.cases(*"abcdefgh")), Stage(actor), daily(0.55)).events()]
        assert len(judged(events)) == 5
        assert (today(play).spent_usd, today(play).reserved_usd) == pytest.approx((0.5, 0.0))
        assert isinstance(events[-1], Halted) and events[-1].left == 3
        assert "day_cap_usd" in events[-1].hint
        assert len(await play.made(play.tasks(play.cases("more")), Stage(actor), daily(0.55))) == 0
        assert len(actor.asked) == 5

    @pytest.mark.parametrize("width", [1, 2, 4])
    async def test_a_request_that_waits_for_its_next_try_keeps_what_was_set_aside(self, play: Play, width: int) -> None:
        actor = Actor(failing(DOWN, times=1, only="a"), width=width)
        async with asyncio.timeout(20):
            events = [e async for e in play.sweep(play.tasks(play.cases(*"abc")), Stage(actor), daily(0.15)).events()]
        assert len(judged(events)) == 1
        assert today(play).spent_usd == pytest.approx(0.1)

    async def test_the_tries_of_a_broken_answer_each_count(self, play: Play) -> None:
        actor = Actor(failing(CUT, times=2))
        async with asyncio.timeout(20):
            await play.made(play.tasks(play.cases("good")), Stage(actor), daily(1.0))
        assert (today(play).spent_usd, today(play).reserved_usd) == pytest.approx((0.3, 0.0))

    async def test_a_refusal_costs_nothing(self, play: Play) -> None:
        await play.made(play.tasks(play.cases(*"abc")), Stage(Actor(lambda _: DOWN)), daily(1.0))
        assert (today(play).spent_usd, today(play).reserved_usd) == pytest.approx((0.0, 0.0))

    async def test_a_call_that_was_stopped_counts_as_its_worst(self, play: Play) -> None:
        actor = Actor(width=2, held=True)
        listening = asyncio.create_task(play.made(play.tasks(play.cases(*"abcd")), Stage(actor), daily(1.0)))
        await actor.wait_until_asked(2)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        assert sum((today(play).spent_usd, today(play).reserved_usd)) == pytest.approx(0.2)

    async def test_what_was_being_set_aside_when_it_was_stopped_is_given_back(self, play: Play) -> None:
        actor = Actor()
        tasks = play.tasks(play.cases(*"abcd"))
        with locked(play.project):
            listening = asyncio.create_task(play.made(tasks, Stage(actor), daily(1.0)))
            while play.project.pending < 4:
                await asyncio.to_thread(int)  # lets the thread that writes begin
            listening.cancel()
            await turns(20)
        await asyncio.gather(listening, return_exceptions=True)
        assert (actor.asked, today(play).reserved_usd) == ([], pytest.approx(0.0))

    def test_two_processes_with_fifty_requests_each_keep_to_one_cap(self, tmp_path: Path) -> None:
        told = run_in_processes(tmp_path / "project.db", processes=2, cases=200, width=50, cap_usd=5.0)
        with Project.open(tmp_path / "project.db") as project:
            spent = project.spending.on(told.day)
            costs = told.costs
        assert sum(costs) == pytest.approx(spent.spent_usd)
        assert spent.spent_usd <= 5.0 + 1e-9 and spent.reserved_usd == pytest.approx(0)
        # Fifty would fit if each cost its worst; most cost less, so that there was room for more.
        assert len(costs) > 50 == round(5.0 / DEAR)
