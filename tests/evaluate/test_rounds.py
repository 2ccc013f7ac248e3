"""Runs that stop early: who is asked again, and that limits, interruption and the record hold over rounds."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.compare.chosen import chosen_run
from synterm.evaluate.compare.report import compare
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.limits import Limits
from synterm.evaluate.preview import preview
from synterm.evaluate.recount import recount
from synterm.evaluate.report import build_report
from synterm.evaluate.run import RunPlan, RunProgress, run
from tests.evaluate.stage import Actor, Play, Stage, capped, echo, variant


class Wavering(Actor):
    """Answers each message with one verdict after another: ``pfp``, and then over again; ``?`` is a failure."""

    def __init__(self, *, held: bool = False, width: int = 4) -> None:
        super().__init__(self._next, held=held, width=width)
        self._answered: Counter[str] = Counter()

    def _next(self, message: str) -> Completion:
        letters = message.partition(":")[2]
        letter = letters[self._answered[message] % len(letters)]
        self._answered[message] += 1
        if letter == "?":
            return failed_call(Outcome.PROVIDER_ERROR, "no such thing")
        return replace(echo(message), text="good" if letter == "p" else f"bad {self._answered[message]}")


def plan_of(play: Play, verdicts: Sequence[str], repeats: int = 6, **changed: object) -> RunPlan:
    """Cases whose answers get these verdicts, one after the other."""
    messages = [f"{number}:{letters}" for number, letters in enumerate(verdicts)]
    plan = RunPlan([variant()], play.cases(*messages), repeats=repeats, stop_early=True, concurrency=1)
    return replace(plan, **changed)


async def test_only_cells_that_waver_are_asked_again(play: Play) -> None:
    actor = Wavering()
    chosen = plan_of(play, ["p", "f", "pf", "pfpp", "fpfffff"])
    run_id, result = await run(play.project, Stage(actor), chosen)
    # A lead of two: at once, at once, never, after four, after four.
    assert Counter(message[0] for message in actor.asked) == {"0": 2, "1": 2, "2": 6, "3": 4, "4": 4}
    report = build_report(result, run_id=run_id, project="p")
    assert (report.totals.evaluations, report.totals.further, report.totals.not_made) == (18, 8, 0)
    assert (report.totals.passed, report.totals.failed) == (5, 5)
    stopped = report.stopped_early
    assert stopped
    assert (stopped.rounds, stopped.settled, stopped.open, stopped.spared) == (5, 4, 1, 30 - 18)
    assert [(flaky.passed, flaky.n) for flaky in report.flaky] == [(3, 6), (3, 4), (1, 4)]
    assert report.exit_code == 0
    assert play.project.runs.get(run_id).status == "complete"


async def test_the_record_counts_as_the_run_did(play: Play) -> None:
    _, result = await run(play.project, Stage(Wavering()), plan_of(play, ["p", "pf", "pfpp"]))
    record = play.project.runs.all()[-1]
    again = recount(play.project, record).result
    fresh, recorded = (
        build_report(one, run_id=record.id, project="p", groups=True).model_dump(exclude={"wall_s", "totals"})
        for one in (result, again)
    )
    # What fresh answers cost is not what they cost when they are read again.
    assert recorded == fresh
    assert again.not_made == 0
    # Trends and comparisons of runs count the same repeats.
    [[trend]] = play.project.trends.recent().values()
    assert (trend.passed, trend.judged) == (fresh["variants"][0]["passed"], fresh["variants"][0]["n"]) == (4, 6)
    [found] = compare(chosen_run(play.project, record, "a"), chosen_run(play.project, record, "b")).comparisons
    assert (found.fixed, found.broken, found.whole.passes.compared) == ([], [], 3)


async def test_the_same_command_again_asks_nothing_and_finds_the_same(play: Play) -> None:
    actor = Wavering()
    chosen = plan_of(play, ["p", "pf", "pfpp"])
    _, first = await run(play.project, Stage(actor), chosen)
    asked = len(actor.asked)
    _, again = await run(play.project, Stage(actor), chosen)
    assert len(actor.asked) == asked
    assert again.summary["variants"] == first.summary["variants"]
    # More repeats go on where it stopped.
    await run(play.project, Stage(actor), replace(chosen, repeats=8))
    assert len(actor.asked) == asked + 2


async def test_progress_knows_how_much_is_planned_so_far(play: Play) -> None:
    seen: list[tuple[int, int]] = []

    def watch(event: Event, progress: RunProgress) -> None:
        if isinstance(event, Judged):
            seen.append((progress.done, progress.planned))

    await run(play.project, Stage(Wavering()), plan_of(play, ["p", "pf"], repeats=4), watch)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4), (5, 5), (6, 6)]


async def test_interrupted_in_a_later_round_it_goes_on_there(play: Play) -> None:
    actor = Wavering(width=1)
    chosen = plan_of(play, ["p", "pf", "fp"], use_cache=False)
    heard = asyncio.Semaphore(0)

    def watch(event: Event, _progress: RunProgress) -> None:
        if isinstance(event, Judged):
            heard.release()

    running = asyncio.create_task(run(play.project, Stage(actor), chosen, watch))
    for _ in range(7):
        await heard.acquire()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert play.project.runs.all()[-1].status == "interrupted"
    _, result = await run(play.project, Stage(actor), chosen)
    assert (result.made, result.not_made) == (2 + 6 + 6, 0)
    # A request that was under way is sent once more, at most.
    assert len(actor.answered) - 14 in (0, 1)


async def test_what_failed_is_not_asked_again_and_again(play: Play) -> None:
    actor = Wavering()
    _, result = await run(play.project, Stage(actor), plan_of(play, ["?", "pf??????"]))
    assert Counter(message[0] for message in actor.asked) == {"0": 2, "1": 3}
    report = build_report(result, run_id="r", project="p")
    assert report.totals.errors == 2
    assert report.exit_code == 3


async def test_a_cap_holds_over_all_rounds(play: Play) -> None:
    actor = Wavering()
    limits = capped(0.55)
    _, result = await run(play.project, Stage(actor), plan_of(play, ["pf", "fp"], limits=limits))
    assert len(actor.asked) == 5
    assert result.halted and result.halted.left == 1
    assert (result.made, result.not_made) == (5, 1)
    assert build_report(result, run_id="r", project="p").exit_code == 3


async def test_the_time_limit_holds_over_all_rounds(play: Play) -> None:
    """The first round takes longer than the limit; nothing is asked in a second one."""
    actor = Wavering()
    chosen = plan_of(play, ["pf", "fp"])
    await run(play.project, Stage(actor), replace(chosen, repeats=3))
    asked = len(actor.asked)
    actor.held = True
    limits = Limits(max_seconds=0.3)
    _, result = await run(play.project, Stage(actor), replace(chosen, limits=limits))
    assert len(actor.asked) <= asked + 2
    assert result.halted and "time limit of 0.3 s" in result.halted.reason
    assert result.not_made >= 2


async def test_a_dry_run_says_how_many_there_may_be(play: Play) -> None:
    [made] = preview(play.project, plan_of(play, ["p", "pf", "pfpp"], repeats=5))
    assert (made.requests, made.further) == (6, 9)


async def test_a_gate_is_decided_by_the_repeats_that_every_cell_gets(play: Play) -> None:
    chosen = plan_of(play, ["p", "p", "p", "pf"], repeats=20, min_pass_rate=0.85)
    _, result = await run(play.project, Stage(Wavering()), chosen)
    report = build_report(result, run_id="r", project="p")
    assert report.variants[0].pass_rate == 7 / 8
    assert [gate.state for gate in report.gates] == ["passed"]
