from __future__ import annotations

from synterm.core.completion import Completion, Outcome
from synterm.evaluate.events import Halted
from synterm.evaluate.limits import Limits
from tests.evaluate.stage import Actor, Play, Stage, capped, judged

MANY = [f"message {number}" for number in range(250)]


async def test_what_could_pass_the_cap_is_not_sent(play: Play) -> None:
    actor = Actor(width=1)
    cases = play.cases(*MANY)
    events = [event async for event in play.sweep(play.tasks(cases), Stage(actor), capped(0.95)).events()]
    assert (len(actor.asked), len(judged(events))) == (9, 9)
    [halted] = [event for event in events if isinstance(event, Halted)]
    assert events[-1] == halted == Halted("the spending cap of $0.95 is reached", halted.hint, 241)
    assert "--max-cost" in halted.hint


async def test_what_is_in_the_file_costs_nothing(play: Play) -> None:
    old = play.cases(*MANY)
    await play.made(play.tasks(old), Stage(Actor()))
    cases = [*play.cases("new 1"), *old, *play.cases("new 2")]
    events = [event async for event in play.sweep(play.tasks(cases), Stage(Actor()), capped(0)).events()]
    assert len(judged(events)) == 250
    assert isinstance(events[-1], Halted) and events[-1].left == 2


async def test_a_cap_that_is_not_reached_halts_nothing(play: Play) -> None:
    limits = capped(1.01, max_seconds=3600)
    events = [
        event async for event in play.sweep(play.tasks(play.cases(*"abcdefghij")), Stage(Actor()), limits).events()
    ]
    assert len(judged(events)) == 10
    assert not any(isinstance(event, Halted) for event in events)


async def test_an_answer_whose_cost_is_unknown_counts_as_the_dearest(play: Play) -> None:
    actor = Actor(lambda message: Completion(Outcome.COMPLETE, message), width=1)
    made = await play.made(play.tasks(play.cases(*"abcdef")), Stage(actor), capped(0.35))
    assert len(made) == 3


async def test_equal_requests_that_wait_are_left_together(play: Play) -> None:
    cases = play.cases("a", "b", "b", "b")
    events = [event async for event in play.sweep(play.tasks(cases), Stage(Actor(width=1)), capped(0.15)).events()]
    assert isinstance(events[-1], Halted) and events[-1].left == 3


async def test_the_time_limit_stops_what_is_under_way(play: Play) -> None:
    cases = play.cases(*"abcdef")
    await play.made(play.tasks(cases[:2]), Stage(Actor()))
    actor = Actor(width=2, held=True)
    sweep = play.sweep(play.tasks(cases), Stage(actor), Limits(max_seconds=0.1), planned=6)
    events = [event async for event in sweep.events()]
    assert [done.task.case.title for done in judged(events)] == ["a", "b"]
    assert sorted(actor.cancelled) == sorted(actor.asked)
    assert events[-1] == Halted(
        "the time limit of 0.1 s is reached", "raise --max-seconds; what was received is kept", 4
    )


async def test_no_time_at_all_leaves_everything(play: Play) -> None:
    limits = Limits(max_seconds=0)
    events = [
        event
        async for event in play.sweep(
            play.tasks(play.cases(*MANY)), Stage(Actor(held=True)), limits, planned=250
        ).events()
    ]
    assert isinstance(events[-1], Halted) and events[-1].left == 250
