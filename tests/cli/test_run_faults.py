"""`synterm run` against an endpoint that misbehaves: typed, bounded in time and size, never a pass."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import endpoint_project, in_turn, judged
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

ASK = "please: one"
GOOD = Reply("ok")
LARGE = 50 * 1024 * 1024
MOST_KEPT = 8 * 1024 * 1024


def busy(retry_after: str | None) -> Reply:
    return Reply(status=429, headers={} if retry_after is None else {"Retry-After": retry_after})


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project with one case, whose model is the stub."""
    return make_project(endpoint_project(stub, ["one"]))


def made(synterm: Synterm, path: Path, code: int) -> dict[str, Any]:
    """What a run with this exit code says of its one case."""
    done = synterm("run", path, "--progress", "json")
    assert done.code == code
    [line] = judged(done)
    return line


class TestTooManyRequests:
    """429, and what ``Retry-After`` says."""

    def test_seconds_are_waited_for(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        times: list[float] = []
        replies = in_turn({ASK: [busy("1"), GOOD]})

        def answer(messages: Messages) -> Reply | str:
            times.append(time.monotonic())
            return replies(messages)

        stub.reply(answer)
        line = made(synterm, path, 0)
        assert (line["attempts"], line["passed"]) == (2, True)
        assert times[1] - times[0] >= 1.0

    def test_a_date_is_waited_for(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        times: list[datetime] = []
        until = (datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0)
        replies = in_turn({ASK: [busy(format_datetime(until, usegmt=True)), GOOD]})

        def answer(messages: Messages) -> Reply | str:
            times.append(datetime.now(UTC))
            return replies(messages)

        stub.reply(answer)
        assert made(synterm, path, 0)["attempts"] == 2
        assert times[1] >= until

    def test_a_day_is_not(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(busy("86400"))
        line = made(synterm, path, 3)
        assert (len(stub.calls), line["outcome"], line["passed"]) == (1, "rate limited", None)

    def test_an_endpoint_that_wants_a_day_ends_a_long_run_soon(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub
    ) -> None:
        stub.reply(busy("86400"))
        path = make_project(endpoint_project(stub, [f"case {number}" for number in range(100)]))
        done = synterm("run", path, "--progress", "json", "--concurrency", "4")
        assert (done.code, len(judged(done))) == (3, 100)
        assert len(stub.calls) <= 20
        assert {line["outcome"] for line in judged(done)} == {"rate limited", "not sent"}

    def test_without_one_it_is_tried_again_all_the_same(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(in_turn({ASK: [busy(None), busy("soon"), GOOD]}))
        assert made(synterm, path, 0)["attempts"] == 3


class TestThatPasses:
    """Faults that another try mends."""

    @pytest.mark.parametrize(
        "fault",
        [
            Reply(status=500),
            Reply(status=503, body=b"<html>busy</html>"),
            Reply(reset=True),
            Reply(body=b'{"choices": [', reset=True),
        ],
        ids=["500", "503 in HTML", "reset", "reset in the middle"],
    )
    def test_it_is_tried_again_and_judged(self, synterm: Synterm, path: Path, stub: Stub, fault: Reply) -> None:
        stub.reply(in_turn({ASK: [fault, GOOD]}))
        line = made(synterm, path, 0)
        assert (line["outcome"], line["passed"], line["attempts"]) == ("complete", True, 2)
        assert len(stub.calls) == 2


class TestThatStays:
    """Faults that no try mends are errors: no pass, no failure, asked again by the next run."""

    @pytest.mark.parametrize(
        ("fault", "outcome", "tries"),
        [
            (Reply(status=500), "provider error", 4),
            (Reply(status=400), "provider error", 1),
            (Reply(status=401), "provider error", 1),
            (Reply(body=b'{"id": "1", "choices": []}'), "malformed", 1),
            (Reply(body=b"not JSON"), "malformed", 1),
        ],
        ids=["500", "400", "401", "no choices", "bad JSON"],
    )
    def test_it_is_an_error(
        self, synterm: Synterm, path: Path, stub: Stub, fault: Reply, outcome: str, tries: int
    ) -> None:
        stub.reply(fault)
        line = made(synterm, path, 3)
        assert (line["outcome"], line["passed"], line["score"]) == (outcome, None, None)
        assert line["error"]
        assert line["attempts"] == len(stub.calls) == tries
        stub.reply("ok")
        assert made(synterm, path, 0)["passed"]

    def test_what_was_received_is_kept_as_it_came(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(Reply(body=b"not JSON"))
        made(synterm, path, 3)
        with Project.open(path) as project:
            rows = range(1, project.responses.last_pk() + 1)
            assert {project.responses.raw(row) for row in rows} == {b"not JSON"}

    def test_no_usage_is_an_unknown_cost_and_not_none(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub
    ) -> None:
        stub.reply(Reply("ok", usage=None))
        path = make_project(endpoint_project(stub, ["one"], price={"input": 1, "output": 1}))
        line = made(synterm, path, 0)
        assert (line["passed"], line["cost_usd"]) == (True, None)


class TestBounds:
    """Neither time nor memory without end."""

    @pytest.mark.parametrize(
        "fault", [Reply("ok", delay_s=60), Reply("ok", split=1, drip_s=0.05)], ids=["hang", "slow drip"]
    )
    def test_a_call_ends_within_its_time(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub, fault: Reply
    ) -> None:
        stub.reply(fault)
        path = make_project(endpoint_project(stub, ["one"], params={"max_tokens": 8, "timeout": 0.5}))
        line = made(synterm, path, 3)
        assert (line["outcome"], line["passed"], len(stub.calls)) == ("timed out", None, 1)
        assert "0.5 s" in line["error"]
        assert stub.calls[0].disconnected.wait(20)

    def test_an_endless_answer_is_cut_off_at_a_bound(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(Reply(body=b'{"choices": [{"message": {"content": "' + b"x" * LARGE + b'"}}]}'))
        line = made(synterm, path, 3)
        assert (line["passed"], line["outcome"]) == (None, "malformed")
        with Project.open(path) as project:
            raws = [len(project.responses.raw(row)) for row in range(1, project.responses.last_pk() + 1)]
        assert 0 < max(raws) <= MOST_KEPT

    def test_a_long_prompt_goes_through(self, synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
        long = "word " * 200_000
        path = make_project(endpoint_project(stub, [long]))
        assert made(synterm, path, 0)["passed"]
        assert stub.calls[0].messages[-1]["content"] == f"please: {long}"
