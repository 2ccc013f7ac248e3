from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.errors import InputError, ModelError, ProjectError
from synterm.evaluate.events import Event, Judged, Started, Streamed
from synterm.evaluate.limits import Limits
from synterm.providers.registry import Providers
from tests.evaluate.stage import Actor, Play, Stage, capped, echo, judged, variant

MANY = [f"message {number}" for number in range(250)]


async def test_every_task_is_judged_once(play: Play) -> None:
    cases = play.cases(*MANY, "a good one")
    made = await play.made(play.tasks(cases, repeats=2), Stage(Actor()))
    assert sorted(done.task.cell for done in made) == sorted(task.cell for task in play.tasks(cases, repeats=2))
    assert {done.task.case.title for done in made if done.passed} == {"a good one"}


async def test_an_answer_is_on_disk_before_it_is_told_of(play: Play) -> None:
    async for event in play.sweep(play.tasks(play.cases(*MANY[:20])), Stage(Actor())).events():
        if isinstance(event, Judged):
            request = event.evaluation.task.request
            assert request and request.key in play.project.responses.lookup([request.key])


async def test_what_is_in_the_file_is_told_first_and_not_asked_for_again(play: Play) -> None:
    old = play.cases("old 1", "old 2")
    await play.made(play.tasks(old), Stage(Actor()))
    actor = Actor()
    cases = [*play.cases("new 1"), old[0], *play.cases("new 2"), old[1]]
    made = await play.made(play.tasks(cases), Stage(actor))
    assert [(done.task.case.title, done.completion.cached) for done in made] == [
        ("old 1", True),
        ("old 2", True),
        ("new 1", False),
        ("new 2", False),
    ]
    assert actor.asked == ["new 1", "new 2"]


async def test_everything_in_the_file_needs_no_provider_at_all(play: Play) -> None:
    cases = play.cases(*MANY)
    await play.made(play.tasks(cases), Stage(Actor()))
    made = await play.made(play.tasks(cases), Stage())
    assert [done.task.case for done in made] == cases
    assert all(done.completion.cached for done in made)


async def test_without_the_cache_everything_is_asked_again(play: Play) -> None:
    cases = play.cases("one", "two")
    actor = Actor()
    for _ in range(2):
        made = await play.made(play.tasks(cases), Stage(actor), play.afresh)
        assert not any(done.completion.cached for done in made)
    assert (sorted(actor.asked), play.project.responses.count()) == (["one", "one", "two", "two"], 4)


async def test_equal_requests_under_way_are_one_call(play: Play) -> None:
    cases = play.cases("same", "same", "other", "same")
    actor = Actor()
    made = await play.made(play.tasks(cases), Stage(actor))
    assert sorted(actor.asked) == ["other", "same"]
    same = [done for done in made if done.task.case.title == "same"]
    assert [done.completion.cached for done in same] == [False, True, True]
    assert len({done.completion.stored for done in same}) == 1
    assert {done.task.case.id for done in made} == {case.id for case in cases}


async def test_two_names_for_one_model_are_one_call(play: Play) -> None:
    actor = Actor()
    one, other = variant(model="actor"), variant(model="actor")
    renamed = other.model.model_copy(update={"name": "another"})
    twin = type(other)(other.prompt, other.version, other.body, renamed)
    made = await play.made(play.tasks(play.cases("hello"), one, twin), Stage(actor))
    assert (actor.asked, [done.task.variant.model.name for done in made]) == (["hello"], ["actor", "another"])


async def test_repeats_are_calls_of_their_own(play: Play) -> None:
    actor = Actor()
    made = await play.made(play.tasks(play.cases("hello"), repeats=3), Stage(actor))
    assert (actor.asked, sorted(done.task.repeat for done in made)) == (["hello"] * 3, [0, 1, 2])


@pytest.mark.parametrize(("concurrency", "most"), [(None, 4), (2, 2), (9, 9)])
async def test_as_many_requests_as_allowed_are_under_way(play: Play, concurrency: int | None, most: int) -> None:
    actor = Actor(width=4, held=True)
    sweep = asyncio.create_task(play.made(play.tasks(play.cases(*MANY[:30])), Stage(actor), concurrency=concurrency))
    await actor.wait_until_asked(most)
    await actor.let_all()
    assert (len(await sweep), actor.most) == (30, most)


async def test_each_model_has_a_lane_of_its_own(play: Play) -> None:
    slow, quick = Actor(width=1, held=True), Actor(width=1)
    tasks = play.tasks(play.cases("one", "two"), variant(model="slow"), variant(model="quick"))
    done: list[str] = []
    async for event in play.sweep(tasks, Stage(slow=slow, quick=quick)).events():
        if isinstance(event, Judged):
            done.append(event.evaluation.task.variant.model.name)
        if done == ["quick", "quick"]:
            await slow.let_all()
    assert done == ["quick", "quick", "slow", "slow"]


async def test_cases_on_screen_are_taken_before_the_others(play: Play) -> None:
    cases = play.cases(*"abcdef")
    actor = Actor(width=1, held=True)
    sweep = play.sweep(play.tasks(cases), Stage(actor))
    async for event in sweep.events():
        if isinstance(event, Started) and event.task.case.title == "a":
            sweep.promote(play.tasks([cases[3], cases[5]]))
            await actor.let_all()
    assert "".join(actor.asked) == "adfbce"


async def test_columns_that_say_the_same_are_each_told_of_what_is_taken_first(play: Play) -> None:
    cases = play.cases(*"abc")
    columns = [variant(version="draft"), variant(version="v2")]
    actor = Actor(width=1, held=True)
    sweep, done = play.sweep(play.tasks(cases, *columns), Stage(actor)), list[tuple[str, str]]()
    async for event in sweep.events():
        if isinstance(event, Started) and event.task.case.title == "a":
            for column in columns:
                sweep.promote(play.tasks([cases[2]], column))
            await actor.let_all()
        elif isinstance(event, Judged):
            task = event.evaluation.task
            done.append((task.case.title, task.variant.version))
    assert sorted(done) == sorted((title, column.version) for title in "abc" for column in columns)
    assert "".join(actor.asked) == "acb", "what they share is asked for once"


async def test_answers_are_told_of_as_they_stream_in(play: Play) -> None:
    sweep = play.sweep(play.tasks(play.cases("a good one")), Stage(Actor(word_s=0.06)), Limits(stream=True))
    events = [event async for event in sweep.events()]
    assert [event.text for event in events if isinstance(event, Streamed)] == ["a ", "a good ", "a good one "]
    assert [type(event) for event in events] == [Started, Streamed, Streamed, Streamed, Judged]


async def test_an_answer_of_many_pieces_is_told_of_a_few_times(play: Play) -> None:
    sweep = play.sweep(play.tasks(play.cases("good " * 20_000)), Stage(Actor()), Limits(stream=True))
    events = [event async for event in sweep.events()]
    told = [event.text for event in events if isinstance(event, Streamed)]
    assert told[0] == "good "
    assert len(told) < 1000
    [evaluation] = judged(events)
    assert evaluation.completion.text == "good " * 20_000


async def test_leaving_early_cancels_what_is_under_way_and_keeps_what_came_in(play: Play) -> None:
    actor = Actor(width=3, held=True)
    await actor.let("a", "c")
    seen: list[Event] = []
    async with aclosing(play.sweep(play.tasks(play.cases(*"abcdefgh")), Stage(actor)).events()) as events:
        async for event in events:
            seen.append(event)
            if len(judged(seen)) == 2:
                await actor.wait_until_asked(5)
                break
    assert (sorted(actor.asked), sorted(actor.cancelled)) == (list("abcde"), list("bde"))
    again = Actor()
    made = await play.made(play.tasks(play.cases(*"abcdefgh")), Stage(again))
    assert (sorted(again.asked), len(made)) == (list("bdefgh"), 8)


async def test_cancelling_who_listens_cancels_what_is_under_way(play: Play) -> None:
    actor = Actor(width=2, held=True)
    listening = asyncio.create_task(play.made(play.tasks(play.cases(*"abc")), Stage(actor)))
    await actor.wait_until_asked(2)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert sorted(actor.cancelled) == ["a", "b"]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.answered])
async def test_a_call_that_failed_is_an_error_and_no_failure(play: Play, outcome: Outcome) -> None:
    def fail(message: str) -> Completion:
        return failed_call(outcome, "went wrong", "try later") if message == "bad" else echo(message)

    cases = play.cases("bad", "a good one")
    for _ in range(2):
        actor = Actor(fail)
        made = {done.task.case.title: done for done in await play.made(play.tasks(cases), Stage(actor))}
        assert (made["bad"].passed, made["bad"].score, made["bad"].error) == (None, None, "went wrong")
        assert made["a good one"].passed
        assert "bad" in actor.asked


async def test_a_case_that_can_not_be_rendered_is_not_sent(play: Play) -> None:
    actor = Actor()
    case = Case(scenario_id=play.scenario.id, input={"text": "hello"})
    [done] = await play.made(play.tasks([case]), Stage(actor))
    assert (done.completion.outcome, done.passed, actor.asked) == (Outcome.NOT_SENT, None, [])
    assert "no value for message" in (done.error or "")
    assert play.project.responses.count() == 0


async def test_what_json_can_not_hold_is_not_sent(play: Play) -> None:
    actor = Actor()
    odd = variant('{{ "\\ud800" }} {{ message }}')
    [done] = await play.made(play.tasks(play.cases("hello"), odd), Stage(actor))
    assert (done.completion.outcome, actor.asked) == (Outcome.NOT_SENT, [])
    assert "JSON" in (done.error or "")


async def test_half_a_surrogate_pair_costs_no_answer(play: Play) -> None:
    actor = Actor(lambda _: Completion(Outcome.COMPLETE, "good \ud83d"))
    cases = play.cases("hello")
    [fresh] = await play.made(play.tasks(cases), Stage(actor))
    [cached] = await play.made(play.tasks(cases), Stage())
    assert fresh.passed and cached.passed
    assert fresh.completion.text == cached.completion.text == "good \ufffd"


class TestErrors:
    """What goes wrong inside comes out as itself, and nobody waits for ever."""

    async def test_a_closed_project_is_told_as_such(self, play: Play) -> None:
        play.project._writer.close()
        with pytest.raises(ProjectError, match="the project is closed"):
            await play.made(play.tasks(play.cases_without_keeping(*MANY)), Stage(Actor()))

    async def test_what_a_provider_should_not_raise_ends_the_sweep(self, play: Play) -> None:
        def crash(message: str) -> Completion:
            raise ZeroDivisionError(message)

        with pytest.raises(ZeroDivisionError):
            await play.made(play.tasks(play.cases(*MANY)), Stage(Actor(crash)))

    async def test_an_error_keeps_its_own_cause(self, play: Play) -> None:
        def crash(_message: str) -> Completion:
            raise ModelError("no") from OSError("the cause")

        with pytest.raises(ModelError) as raised:
            await play.made(play.tasks(play.cases("hello")), Stage(Actor(crash)))
        assert isinstance(raised.value.__cause__, OSError)

    async def test_a_prompt_that_does_not_compile_is_told_as_such(self, play: Play) -> None:
        with pytest.raises(InputError, match="line 1"):
            await play.made(play.tasks(play.cases("hello"), variant("{{ message")), Stage(Actor()))

    async def test_a_prompt_that_does_not_compile_is_told_of_also_by_a_halted_sweep(self, play: Play) -> None:
        tasks = play.tasks(play.cases(*MANY), variant(), variant("{{ message"))
        with pytest.raises(InputError, match="line 1"):
            await play.made(tasks, Stage(Actor()), capped(0))

    async def test_others_under_way_are_cancelled(self, play: Play) -> None:
        actor = Actor(width=2, held=True)
        actor.answer = _raise
        sweep = asyncio.create_task(play.made(play.tasks(play.cases("a", "b")), Stage(actor)))
        await actor.wait_until_asked(2)
        await actor.let("a")
        with pytest.raises(ZeroDivisionError):
            await sweep
        assert actor.cancelled == ["b"]

    async def test_a_model_that_nobody_knows_is_told_as_such(self, play: Play) -> None:
        class Nobody(Providers):
            def for_model(self, spec: Any) -> Any:
                raise ModelError(f"nobody plays {spec.name}")

        with pytest.raises(ModelError, match="nobody plays actor"):
            await play.made(play.tasks(play.cases("hello")), Nobody())


def _raise(_message: str) -> Completion:
    raise ZeroDivisionError
