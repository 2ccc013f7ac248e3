"""When requests are sent again, paused and given up; in a loop whose seconds are short."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from itertools import pairwise

import pytest

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Evaluation, Variant
from synterm.evaluate.events import Retrying
from synterm.evaluate.limits import Limits
from synterm.evaluate.traffic import Traffic
from tests.evaluate.fast_time import clock, hurried
from tests.evaluate.stage import Actor, Play, Stage, echo, variant

GONE = failed_call(Outcome.PROVIDER_ERROR, "can't reach it: refused", "check that it runs", retry_after_s=0.0)
NO_KEY = failed_call(Outcome.PROVIDER_ERROR, "401: wrong key", "see to the key")
MANY = [f"message {number}" for number in range(300)]


def busy(retry_after_s: float | None) -> Completion:
    return failed_call(Outcome.RATE_LIMITED, "too many requests", retry_after_s=retry_after_s)


class Clocked(Actor):
    """Notes when it was asked, in seconds of the loop."""

    def __init__(self, *failures: Completion, width: int = 4) -> None:
        """Gives the failures first, whoever asks, and then echoes."""
        super().__init__(self._answer, width=width)
        self.times: list[float] = []
        self._failures = list(failures)

    def _answer(self, message: str) -> Completion:
        self.times.append(clock())
        return self._failures.pop(0) if self._failures else echo(message)


async def made(play: Play, *variants: Variant, messages: list[str], **actors: Actor) -> list[Evaluation]:
    """Evaluations of all variants beside each other, with the waits that there are outside of tests."""
    cases = play.cases(*messages)
    first, *others = [play.tasks(cases, chosen) for chosen in variants]
    traffic = Traffic(Stage(**actors), clock=clock)
    async with asyncio.timeout(10_000):
        return await play.made(first, Stage(), Limits(), *others, traffic=traffic)


class TestRetries:
    """Never earlier than the endpoint allows."""

    @pytest.mark.parametrize("asked_s", [0.25, 7.0, 119.0])
    def test_a_try_is_never_earlier_than_the_endpoint_asked_for(self, play: Play, asked_s: float) -> None:
        actor = Clocked(busy(asked_s), busy(asked_s))
        [done] = hurried(made(play, variant(), messages=["good"], actor=actor))
        assert (done.passed, done.completion.attempts) == (True, 3)
        assert all(later - earlier >= asked_s for earlier, later in pairwise(actor.times))

    @pytest.mark.parametrize("asked_s", [121.0, 86_400.0])
    def test_a_wait_that_no_one_would_take_on_is_an_error_at_once(self, play: Play, asked_s: float) -> None:
        actor = Clocked(busy(asked_s))
        [done] = hurried(made(play, variant(), messages=["good"], actor=actor))
        assert (len(actor.times), done.completion.outcome, done.passed) == (1, Outcome.RATE_LIMITED, None)

    def test_what_is_told_of_a_retry_is_how_long_it_waits(self, play: Play) -> None:
        async def told() -> list[float]:
            sweep = play.sweep(
                play.tasks(play.cases("good")), Stage(), traffic=Traffic(Stage(Clocked(busy(3.0))), clock=clock)
            )
            async with aclosing(sweep.events()) as events:
                return [event.wait_s async for event in events if isinstance(event, Retrying)]

        [wait_s] = hurried(told())
        assert 3.0 <= wait_s <= 3.75


class TestPause:
    """Ten rate-limited answers in a row are no chance."""

    def test_the_whole_endpoint_waits_also_other_models(self, play: Play) -> None:
        actor = Clocked(*[busy(20.0)] * 10, width=1)
        columns = [variant(model="one"), variant("other {{ message }}", model="other")]
        everything = hurried(made(play, *columns, messages=list("abcdefgh"), one=actor, other=actor))
        assert len(everything) == 16
        assert actor.times[10] - actor.times[9] >= 20.0

    def test_two_in_a_row_do_not_keep_the_others_waiting(self, play: Play) -> None:
        actor = Clocked(busy(60.0), busy(60.0), width=1)
        hurried(made(play, variant(), messages=list("abcdef"), actor=actor))
        assert actor.asked[2:6] == list("cdef")

    def test_a_pause_of_unknown_length_is_half_a_second_at_least(self, play: Play) -> None:
        actor = Clocked(*[busy(0.0)] * 10, width=1)
        hurried(made(play, variant(), messages=list("abcdefghijkl"), actor=actor))
        assert actor.times[10] - actor.times[9] >= 0.5

    def test_an_endpoint_that_wants_a_day_is_given_up_and_not_waited_for(self, play: Play) -> None:
        actor = Actor(lambda _: busy(86_400.0), width=4)
        everything = hurried(made(play, variant(), messages=MANY, actor=actor))
        outcomes = Counter(done.completion.outcome for done in everything)
        assert len(actor.asked) <= 20
        assert outcomes == {Outcome.RATE_LIMITED: len(actor.asked), Outcome.NOT_SENT: 300 - len(actor.asked)}


class TestBreaker:
    """A model that is dead costs a few requests, and no neighbour anything."""

    @pytest.mark.parametrize(("failure", "most"), [(GONE, 60), (NO_KEY, 20)], ids=["gone", "no key"])
    def test_a_dead_model_ends_soon_and_the_other_goes_on(self, play: Play, failure: Completion, most: int) -> None:
        dead = Actor(lambda _: failure)
        columns = [variant(model="dead"), variant("other {{ message }}", model="live")]
        everything = hurried(made(play, *columns, messages=MANY, dead=dead, live=Actor()))
        by_model = Counter((done.task.variant.model.name, done.completion.outcome) for done in everything)
        assert by_model["live", Outcome.COMPLETE] == 300
        assert sum(count for (name, _), count in by_model.items() if name == "dead") == 300
        assert len(dead.asked) <= most
        unsent = [done.completion for done in everything if done.completion.outcome is Outcome.NOT_SENT]
        assert len(unsent) >= 300 - most
        assert all(
            "dead" in (one.error or "") and failure.error in (one.error or "") for one in unsent if failure.error
        )
        assert {one.hint for one in unsent} == {failure.hint}

    def test_at_one_endpoint_a_dead_model_does_not_stop_its_neighbour(self, play: Play) -> None:
        actor = Actor(lambda message: echo(message) if message.startswith("live") else NO_KEY)
        columns = [variant(model="dead"), variant("live {{ message }}", model="live")]
        everything = hurried(made(play, *columns, messages=MANY, dead=actor, live=actor))
        assert sum(done.completion.outcome is Outcome.COMPLETE for done in everything) == 300

    def test_what_comes_back_after_a_pause_answers_the_rest(self, play: Play) -> None:
        actor = Clocked(*[GONE] * 12, width=1)
        everything = hurried(made(play, variant(), messages=MANY, actor=actor))
        assert sum(done.completion.outcome is Outcome.COMPLETE for done in everything) >= 297
        waits = [later - earlier for earlier, later in pairwise(actor.times)]
        assert [waits[9] >= 1.0, waits[10] >= 2.0, waits[11] >= 4.0] == [True] * 3

    def test_what_was_not_sent_is_not_in_the_file_and_is_sent_the_next_time(self, play: Play) -> None:
        hurried(made(play, variant(), messages=MANY, actor=Actor(lambda _: NO_KEY)))
        assert play.project.responses.count() <= 20
        good = Actor()
        everything = hurried(made(play, variant(), messages=MANY, actor=good))
        assert (len(everything), len(good.asked)) == (300, 300)
