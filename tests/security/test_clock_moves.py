"""A clock that is set hours forward or back amid the work: durations and the order of runs stay right."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from synterm.core import ids
from synterm.storage.project import Project
from tests.cli.conftest import Synterm, stub, synterm
from tests.cli.endpoint import endpoint_project, judged
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

HOUR = 3600.0
SetClock = Callable[[float], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Moves the system's clock, as programs read it, by so many hours from what it is; monotonic clocks go on."""
    true_time, true_ns, hours = time.time, time.time_ns, 0.0

    def move(by: float) -> None:
        nonlocal hours
        hours = by
        # Ids rise within a process whatever the clock says; the next process knows nothing of those.
        monkeypatch.setattr(ids, "_last", 0)

    monkeypatch.setattr(time, "time", lambda: true_time() + hours * HOUR)
    monkeypatch.setattr(time, "time_ns", lambda: true_ns() + int(hours * HOUR * 1e9))
    return move


@pytest.mark.parametrize("hours", [5, -5])
def test_durations_are_what_they_were(
    synterm: Synterm, make_project: MakeProject, stub: Stub, set_clock: SetClock, hours: float
) -> None:
    def answer(messages: Messages) -> Reply:
        set_clock(hours if messages[-1]["content"].endswith(("3", "6")) else 0)
        return Reply("ok", delay_s=0.01)

    stub.reply(answer)
    path = make_project(endpoint_project(stub, [f"case {number}" for number in range(8)]))
    done = synterm("run", path, "--concurrency", "1", "--progress", "json", "--max-seconds", "600")
    assert done.code == 0
    assert all(10 <= line["latency_ms"] < 60_000 for line in judged(done))
    report = synterm("run", path, "--json", "-").json
    assert 0 <= report["wall_s"] < 60
    assert all(10 <= variant["latency_ms"]["p50"] < 60_000 for variant in report["variants"])


def test_a_wait_that_an_endpoint_asked_for_is_as_long(
    synterm: Synterm, make_project: MakeProject, stub: Stub, set_clock: SetClock
) -> None:
    times: list[float] = []

    def answer(messages: Messages) -> Reply:
        times.append(time.monotonic())
        set_clock(-3 if len(times) == 1 else 3)
        return Reply("ok") if len(times) > 1 else Reply(status=429, headers={"Retry-After": "1"})

    stub.reply(answer)
    assert synterm("run", make_project(endpoint_project(stub, ["one"]))).code == 0
    first, second = times
    assert 1.0 <= second - first < 60


def test_the_last_run_is_the_one_that_was_made_last(
    synterm: Synterm, make_project: MakeProject, set_clock: SetClock
) -> None:
    path = make_project()
    made: list[str] = []
    for hours in (5.0, 0.0, -5.0):
        set_clock(hours)
        made.append(synterm("run", path, "--json", "-").json["run_id"])
    assert made == sorted(made, reverse=True), "the clock was not set back"
    with Project.open(path) as project:
        runs = project.runs
        assert [runs.named(name).id for name in ("last-2", "last-1", "last")] == made
        assert [run.id for run in runs.all()] == made
        first = runs.page(limit=2)
        assert [run.id for run in [*first, *runs.page(before=first[-1].id)]] == made[::-1]
        assert {past.run_id for past in runs.of_case(next(iter(project.cases.select())).id, limit=1)} == {made[-1]}
        [trend, *_] = project.trends.recent(limit=2).values()
        assert [one.run_id for one in trend] == made[1:]


__all__ = ["stub", "synterm"]
