"""Asking afresh about one case, and what the workbench tells of where an answer is from."""

from __future__ import annotations

from tests.support.http_stub import Reply, Stub
from tests.tui.conftest import MakeProject, OpenBench, stubbed


async def test_asking_again_bypasses_the_cache_for_one_case(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = bench.responses()
        bench.screen.grid.focus()
        await bench.pilot.press("down", "R")
        await bench.settle()
        assert bench.responses() == before + 2, "the draft says what v2 says, and v1 says something else"
        assert bench.verdicts() == [True, True, True, True, False]
        assert bench.screen.status.status.state == "idle"
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert "an answer is there, and was asked for afresh" in bench.text()


async def test_a_case_that_is_asked_again_is_stale_until_its_answer_lands(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    async with open_bench(make_project(stubbed(stub)), approved_endpoints=(stub.origin,)) as bench:
        stub.reply("schedule")
        first = bench.screen.session.rows[0]
        assert bench.draft.verdict(first.id) is False
        bench.screen.grid.focus()
        await bench.pilot.press("R")
        await bench.until(lambda: bench.draft.verdict(first.id) is not None)
        await bench.settle()
        assert bench.draft.verdict(first.id) is True
        assert bench.draft.counts.fresh == 5
        assert bench.verdicts()[1:] == [False, False, True, False], "the others were not asked"


async def test_typing_ends_what_is_asked_again(make_project: MakeProject, open_bench: OpenBench, stub: Stub) -> None:
    stub.reply("clarify")
    async with open_bench(make_project(stubbed(stub)), approved_endpoints=(stub.origin,)) as bench:
        stub.reply(lambda messages: Reply("schedule", delay_s=0 if "x" in messages[0]["content"] else 600))
        bench.screen.grid.focus()
        calls = len(stub.calls)
        await bench.pilot.press("R")
        await bench.until(lambda: len(stub.calls) != calls)
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        assert bench.verdicts() == [True, True, False, False, False]
        assert not bench.draft.running


async def test_why_tells_the_messages_of_an_answer_from_the_cache(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path):
        pass
    async with open_bench(path, size=(130, 60)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        text = bench.text()
        for part in ("Route the message.", "can we meet tmrw", "key ", "parameters", "from the cache"):
            assert part in text


async def test_why_tells_what_made_a_fresh_answer_needed(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 60)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert "never asked: a new case, or nothing was asked so far" in bench.text()
        await bench.pilot.press("escape")
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert "the prompt says something else" in bench.text()


async def test_a_request_that_waits_to_be_sent_again_says_so(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    sent: list[str] = []

    def once_limited(messages: object) -> Reply:
        text = str(messages)
        sent.append(text)
        return Reply("schedule") if sent.count(text) > 1 else Reply(status=429, headers={"Retry-After": "2"})

    stub.reply("clarify")
    path = make_project(stubbed(stub), inputs=[("meet", "schedule", "one")])
    async with open_bench(path, size=(160, 60), approved_endpoints=(stub.origin,)) as bench:
        stub.reply(once_limited)
        await bench.type("x")
        await bench.until(lambda: bench.screen.status.status.held_up)
        assert bench.screen.status.status.held_up == "rate limited: 1 wait"
        assert "again in " in bench.text()
        await bench.settle()
        bench.screen.painter.show_titles()
        assert bench.screen.status.status.held_up == ""
        assert bench.verdicts() == [True]
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert "2 times" in bench.text()
