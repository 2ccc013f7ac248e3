"""Checks that ask a model, asked by a guard: a real HTTP endpoint that answers, refuses, is slow or is not there."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest

from synterm import Guard
from synterm.core.guarding import FailMode
from synterm.production import guard_judges
from synterm.settings import load_settings
from tests.conftest import MakeProject
from tests.support.guarded import DESK, desk_with
from tests.support.http_stub import Reply, Stub, stub

__all__ = ["stub"]

PATIENT_S = 30
DOWN = "http://127.0.0.1:9/v1"


def verdict_json(score: int) -> str:
    return json.dumps({"reason": "So it reads.", "score": score})


@pytest.fixture
def desk(make_project: MakeProject, stub: Stub) -> Path:
    """The project, with the stub as its judge; its words cost money."""
    price = "price: {input: 1000, output: 1000}"
    return make_project(
        DESK.replace(DOWN, stub.url).replace("params: {max_tokens: 100}", f"params: {{max_tokens: 100}}, {price}")
    )


def guard_of(path: Path, fail: FailMode = "closed", **options: float) -> Guard:
    return Guard(path, "Politeness", fail=fail, judges=True, **{"judge_budget_s": PATIENT_S, **options})  # type: ignore[arg-type]


def test_a_judge_decides_and_is_told_what_it_needs(desk: Path, stub: Stub) -> None:
    with guard_of(desk, judge_cap_usd=100) as guard:
        stub.reply(verdict_json(5))
        assert guard.check("Good morning!", input={"message": "hi"}).allowed
        stub.reply(verdict_json(1))
        verdict = guard.check("What now?", input={"message": "hi"})
    assert (verdict.passed, verdict.reason) == (False, "So it reads.")
    asked = stub.calls[0].messages[-1]["content"]
    assert "Good morning!" in asked
    assert "is polite" in asked
    assert stub.calls[0].body["temperature"] == 0


async def test_a_judge_is_asked_while_the_event_loop_runs_on(desk: Path, stub: Stub) -> None:
    stub.reply(Reply(verdict_json(5), delay_s=0.2))
    async with guard_of(desk, judge_cap_usd=100) as guard:
        began = time.monotonic()
        verdicts = await asyncio.gather(*(guard.acheck(f"Good morning, {number}!") for number in range(8)))
        took_s = time.monotonic() - began
    assert all(verdict.allowed for verdict in verdicts)
    # One after the other they take 1.6 s; how much less depends on who else uses this machine.
    assert took_s < 1.6 or len(stub.clients) > 1


@pytest.mark.parametrize(("fail", "allowed"), [("closed", False), ("open", True)])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(status=500), "the judge judge gave no answer"),
        (Reply("I can't say."), "the judge's reply is not what it was asked for"),
        (Reply(reset=True), "the judge judge gave no answer"),
        (Reply(status=401), "the judge judge gave no answer"),
    ],
)
def test_without_an_answer_of_the_judge_the_setting_decides(
    desk: Path, stub: Stub, answer: Reply, words: str, fail: FailMode, allowed: bool
) -> None:
    stub.reply(answer)
    with guard_of(desk, fail, judge_cap_usd=100) as guard:
        verdict = guard.check("Hello!")
    assert (verdict.passed, verdict.allowed) == (None, allowed)
    assert words in verdict.reason


def test_a_judge_that_is_not_there_is_no_verdict(make_project: MakeProject) -> None:
    with guard_of(make_project(DESK)) as guard:
        verdict = guard.check("Hello!")
    assert (verdict.passed, verdict.allowed) == (None, False)
    assert "can't reach http://127.0.0.1:9" in verdict.reason
    assert [check.passed for check in verdict.checks if check.type == "not-icontains"] == [True]


def test_another_check_that_fails_needs_no_judge(make_project: MakeProject) -> None:
    with guard_of(make_project(DESK), "open") as guard:
        assert guard.check("whatever").allowed is False


def test_a_judge_over_its_budget_is_not_waited_for(desk: Path, stub: Stub) -> None:
    hold = threading.Event()
    with guard_of(desk, judge_budget_s=2, judge_cap_usd=100) as guard:
        stub.reply(verdict_json(5))
        guard.check("Hello!")
        stub.reply(Reply(verdict_json(5), hold=hold))
        verdict = guard.check("Hello again!")
        assert verdict.reason == "llm-rubric: over its budget of 2 s"
        # And the call is ended, as deep down as it reaches.
        assert stub.calls[-1].disconnected.wait(PATIENT_S)
    hold.set()


async def test_a_cancelled_call_ends_what_the_judge_is_asked(desk: Path, stub: Stub) -> None:
    hold = threading.Event()
    stub.reply(Reply(verdict_json(5), hold=hold))
    async with guard_of(desk, judge_cap_usd=100) as guard:
        judging = asyncio.create_task(guard.acheck("Hello!"))
        assert await asyncio.to_thread(stub.arrived.acquire, timeout=PATIENT_S)
        judging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await judging
        assert await asyncio.to_thread(stub.calls[0].disconnected.wait, PATIENT_S)
    hold.set()


def test_what_judges_cost_in_all_is_capped(desk: Path, stub: Stub) -> None:
    stub.reply(verdict_json(5))
    # At a thousand dollars a million tokens, each call sets aside less than 2 dollars, and costs 14 cents of a dollar.
    with guard_of(desk, judge_cap_usd=2) as guard:
        reasons = [guard.check(f"Hello, {number}!").reason for number in range(200)]
    assert reasons[0] == ""
    assert "the guard's cap for judges of $2.00 is reached" in reasons[-1]
    assert 0 < len(stub.calls) < 200


def test_the_cap_of_a_day_in_the_settings_holds_too(desk: Path, stub: Stub, own_config: Path) -> None:
    (own_config / "settings.toml").write_text("day_cap_usd = 0.01\n")
    load_settings.cache_clear()
    with guard_of(desk, judge_cap_usd=100) as guard:
        assert "the guard's cap for judges of $0.01 is reached" in guard.check("Hello!").reason
    assert not stub.calls


def test_a_judge_whose_price_nobody_knows_is_not_asked(make_project: MakeProject) -> None:
    text = DESK.replace(DOWN, "https://models.corp-mail.com/v1").replace("openai/gpt-4o-mini", "openai/ours")
    with guard_of(make_project(text)) as guard:
        assert "which you have not approved" in guard.check("Hello!").reason


def test_an_endpoint_that_is_not_approved_is_not_asked(make_project: MakeProject, own_config: Path) -> None:
    text = DESK.replace(DOWN, "https://models.corp-mail.com/v1").replace("openai/gpt-4o-mini", "openai/ours")
    (own_config / "settings.toml").write_text('approved_endpoints = ["https://models.corp-mail.com"]\n')
    load_settings.cache_clear()
    with guard_of(make_project(text)) as guard:
        assert "the price of the model 'judge' is not known, so no cap could hold" in guard.check("Hello!").reason


def test_a_judge_that_the_project_does_not_have(make_project: MakeProject) -> None:
    path = make_project(desk_with("{type: llm-rubric, model: judge, value: is polite}"))
    text = path.with_name("small.db.yaml").read_text().replace("name: judge,", "name: jury,")
    with Guard(make_project(text, "other.db"), judges=True) as guard:
        assert "'judge' is no model of the project" in guard.check("Hello!").reason


def test_a_judge_that_does_not_answer_is_left_alone_for_a_while(
    desk: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply(Reply(status=500))
    with guard_of(desk, judge_cap_usd=1000) as guard:
        reasons = [guard.check(f"Hello, {number}!").reason for number in range(10)]
        assert len(stub.calls) == 3
        assert "no answer 3 times in a row; it is asked again in" in reasons[-1]
        # After that it is tried, and is back when it answers.
        stub.reply(verdict_json(5))
        later = time.monotonic() + 60
        monkeypatch.setattr(guard_judges.time, "monotonic", lambda: later)
        assert guard.check("Hello again!").allowed
        assert guard.check("And again!").allowed


def test_a_judge_within_a_set_is_asked_too(make_project: MakeProject, stub: Stub) -> None:
    members = "{type: icontains, value: hello}, {type: llm-rubric, model: judge, value: polite}"
    text = desk_with(f"{{type: assert-set, assert: [{members}]}}").replace(DOWN, stub.url)
    stub.reply(verdict_json(5))
    with Guard(make_project(text), judges=True, judge_budget_s=PATIENT_S) as guard:
        assert guard.check("hello").allowed
    assert len(stub.calls) == 1


def test_a_scripted_judge_needs_no_network(make_project: MakeProject) -> None:
    rules = f"{{name: judge, model: scripted/rules, params: {{default: '{verdict_json(5)}'}}}}"
    head, _, rest = DESK.partition("  - {name: judge")
    text = head + "  - " + rules + "\n" + rest.partition("\n")[2]
    with guard_of(make_project(text)) as guard:
        assert guard.check("Hello!").reason == ""


async def test_a_guard_that_is_closed_meanwhile_leaves_no_one_waiting(desk: Path, stub: Stub) -> None:
    hold = threading.Event()
    stub.reply(Reply(verdict_json(5), hold=hold))
    guard = guard_of(desk, judge_cap_usd=100)
    apart = asyncio.create_task(asyncio.to_thread(guard.check, "Hello!"))
    judging = asyncio.create_task(guard.acheck("Hello again!"))
    for _ in range(2):
        assert await asyncio.to_thread(stub.arrived.acquire, timeout=PATIENT_S)
    await asyncio.to_thread(guard.close)
    verdicts = await asyncio.gather(apart, judging)
    hold.set()
    assert [verdict.passed for verdict in verdicts] == [None, None]
