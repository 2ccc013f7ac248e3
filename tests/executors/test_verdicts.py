"""Verdicts that are given at workers are those that are given here, and come whatever becomes of a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from synterm.checks.base import Answer, Example
from synterm.checks.judge import judge
from synterm.checks.registry import CHECKS, load_check
from synterm.core.evaluation import Evaluation
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.judging import Dearness
from synterm.executors.judging import Bench, judge_line, judgement_of
from synterm.executors.lines import Line, packed, unpacked
from synterm.executors.seats import Patience
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.crew_runs import made, many, parity, reached, whole
from tests.support.http_stub import Stub
from tests.support.near_engine import NearEngine
from tests.support.plugin import Slow

SLOW = "{type: slow, word: even}, {type: label, labels: [even, odd]}"


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is there as a plugin's is."""
    CHECKS.look_again()
    monkeypatch.setitem(CHECKS._found, "slow", Slow)


def dear(stub: Stub, count: int) -> str:
    """A project whose verdicts take two milliseconds each."""
    return many(stub, count).replace("{type: label, labels: [even, odd]}", SLOW)


def verdicts(evaluations: list[Evaluation]) -> Sequence[object]:
    """All that is known of them by their checks, with the times and rows of a run left out."""
    return sorted(
        (one.task.case.id, one.completion.text, repr(one.checks), one.passed, one.score) for one in evaluations
    )


def judged_at(engine: NearEngine) -> int:
    """How many verdicts workers were asked for."""
    return sum(line["op"] == "judge" for worker in engine.workers for line in worker.seen)


@pytest.mark.parametrize("kind", sorted(CHECKS.built_in))
async def test_a_bench_finds_what_is_found_here(kind: str) -> None:
    example = vars(CHECKS.find(kind))["example"]
    assert isinstance(example, Example)
    config = {"type": kind, **example.fields}
    for wanted in (config, config | {"type": f"not-{kind}"}):
        check = load_check(wanted)
        answer = example.answer(check)
        # What models said, and what was found in documents, stays where it is.
        alone = Answer(answer.completion, answer.case, tools=answer.tools)
        bench = Bench()
        bench.take("these", [wanted])
        [line] = unpacked(packed([judge_line("these", alone.case, alone.completion, alone.tools)]))
        [came] = unpacked(packed([await bench.judge(line)]))
        bench.close()
        assert judgement_of(came) == judge([check], alone)


async def test_dear_verdicts_are_given_at_workers_and_are_equal(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 80))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    here = await made(path, None)
    engine = NearEngine(2)
    there = await made(copy, engine)
    assert verdicts(there) == verdicts(here)
    assert len(there) == 80
    assert 40 < judged_at(engine) < 80


async def test_cheap_verdicts_never_take_the_way(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    engine = NearEngine(2)
    there = await made(make_project(many(stub, 80)), engine)
    assert len(there) == 80
    assert judged_at(engine) == 0


async def test_dear_verdicts_on_answers_of_the_file_are_given_at_workers_too(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 60))
    first = await made(path, None)
    engine = NearEngine(2)
    again = await made(path, engine)
    assert verdicts(again) == verdicts(first)
    assert all(one.completion.cached for one in again)
    assert judged_at(engine) > 40


async def test_a_verdict_that_was_lost_with_its_worker_is_given_again(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 80))
    ended = list[Line]()

    def poison(line: Line) -> bool:
        if line["op"] == "judge" and not ended:
            ended.append(line)
            return True
        return False

    told = list[str]()
    there = await made(path, NearEngine(2, poison), told)
    assert len(there) == len({one.task.case.id for one in there}) == 80
    assert all(one.passed is not None for one in there)
    assert any("made again" in line for line in told)


async def test_a_check_that_ends_its_worker_abstains_and_takes_no_other_along(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 80))
    cases = list[str]()

    def poison(line: Line) -> bool:
        if line["op"] != "judge":
            return False
        cases.append(line["case"]["id"])
        return line["case"]["input"]["message"] == cases_of[0]

    cases_of = ["case 70"]
    there = await made(path, NearEngine(2, poison), concurrency=4)
    [lost] = [one for one in there if one.passed is None]
    assert lost.task.case.input == {"message": "case 70"}
    assert [check.type for check in lost.checks] == ["slow", "label"]
    assert all((check.error or "").startswith("the check ended its worker: ") for check in lost.checks)
    assert lost.completion.outcome.answered
    assert len(there) == 80
    assert cases.count(lost.task.case.id) in (2, 3)


async def test_without_the_plugin_at_workers_it_is_judged_here(
    make_project: MakeProject, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 60))

    def missing(config: dict[str, object]) -> object:
        raise LookupError(f"{config['type']!r} is not a type of check")

    monkeypatch.setattr("synterm.executors.judging.load_check", missing)
    engine = NearEngine(1)
    there = await made(path, engine)
    assert all(one.passed is not None for one in there)
    assert len(there) == 60
    assert 0 < judged_at(engine) <= 40, "once it is known, nothing more is sent"


async def test_answers_are_on_disk_before_they_are_told(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 60))
    rows = list[int | None]()

    def watch(event: Event) -> None:
        if isinstance(event, Judged):
            rows.append(event.evaluation.completion.stored)

    await made(path, NearEngine(2), watch=watch)
    assert len(rows) == 60
    assert None not in rows


async def test_a_run_that_is_cancelled_amid_verdicts_goes_on_without_asking_again(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 120))
    engine = NearEngine(2)
    came = list[Event]()
    running = asyncio.create_task(made(path, engine, watch=came.append))
    await reached(lambda: judged_at(engine) >= 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert all(worker.closed for worker in engine.workers)
    with Project.open(path) as project:
        assert project.runs.all()[0].status == "interrupted"
    again = await made(path, None)
    kept = sum(one.completion.cached for one in again)
    assert kept >= sum(isinstance(event, Judged) for event in came)
    assert len(again) == 120


async def test_what_no_worker_is_left_to_judge_is_judged_by_the_same_command_later(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(parity)
    path = make_project(dear(stub, 80))
    engine = NearEngine(2, lambda line: line["op"] == "judge" and bool(engine.names.clear() or True))
    there, result = await whole(path, engine, patience=Patience(look_s=0.02, none_s=0.2))
    assert result.halted
    assert result.halted.reason.startswith("no worker of near is left")
    assert 0 < len(there) < 80
    asked = len(stub.calls)
    again = await made(path, NearEngine(2))
    assert len(again) == 80
    assert all(one.passed is not None for one in again)
    kept = sum(one.completion.cached for one in again)
    assert len(stub.calls) - asked == 80 - kept
    assert kept > sum(one.completion.outcome.answered for one in there), "some wait for their verdict alone"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([0.0001] * 50, False),
        ([0.002] * 4, False),
        ([0.002] * 5, True),
        ([0.9, *[0.0001] * 50], False),
        ([0.002] * 20 + [0.0003] * 30, True),
        ([0.002] * 20 + [0.0001] * 30, False),
        ([0.0003] * 50, False),
    ],
)
def test_what_is_dear(seconds: list[float], expected: bool) -> None:
    dearness = Dearness()
    for taken in seconds:
        dearness.note(taken)
    assert dearness.is_dear is expected
