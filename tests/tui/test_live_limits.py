"""What live mode takes first, and what it stops at."""

from __future__ import annotations

from synterm.core.model import Price
from synterm.settings import Settings
from tests.support.http_stub import Reply, Stub
from tests.tui.conftest import MakeProject, OpenBench, scripted, stubbed

DOLLAR = Price(input=0, output=1e5)
"""A dollar for the ten tokens that an answer may have at most; the stub's answers have three."""


async def test_rows_that_are_scrolled_to_are_answered_before_those_between(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    slow = [{"match": "slowly", "in": "system", "answer": "clarify", "delay_ms": 150}]
    inputs = [(f"message {number}", "clarify", "one") for number in range(300)]
    async with open_bench(make_project(scripted(rules=slow), inputs), concurrency=4) as bench:
        grid, rows = bench.screen.grid, bench.screen.session.rows
        bench.screen.prompt.query("PromptArea").first().insert("slowly ")  # pyright: ignore[reportAttributeAccessIssue]
        await bench.until(lambda: bench.draft.running)
        grid.focus()
        await bench.pilot.press("end")
        await bench.until(lambda: 299 in grid.visible_rows())
        last = [rows[index].id for index in grid.visible_rows()]
        await bench.until(lambda: all(bench.draft.verdict(case_id) is not None for case_id in last))
        between = [rows[index].id for index in range(60, 250)]
        assert all(bench.draft.verdict(case_id) is None for case_id in between)


async def test_a_sample_is_taken_of_a_priced_model_until_all_is_asked_for(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=Price(input=0, output=1)))
    async with open_bench(path, live_sample=2, approved_endpoints=(stub.origin,)) as bench:
        assert (bench.screen.status.status.total, len(stub.calls)) == (2, 2)
        bench.screen.grid.focus()
        await bench.pilot.press("end")
        await bench.settle()
        assert len(stub.calls) == 2, "scrolling spends nothing"
        await bench.pilot.press("r")
        await bench.settle()
        assert [column.counts.fresh for column in bench.screen.session.board.columns] == [5, 5, 5]
        assert bench.screen.status.status.counts.fresh == bench.screen.status.status.total
    async with open_bench(path, live_sample=2, approved_endpoints=(stub.origin,)) as bench:
        assert [column.counts.cached for column in bench.screen.session.board.columns] == [5, 5, 5], "as is known"
        assert len(stub.calls) == 10, "and nothing is asked"
        await bench.type("x")
        await bench.settle()
        assert bench.draft.counts.fresh == 2
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert bench.draft.counts.cached == 5


async def test_after_all_was_asked_for_a_key_asks_for_a_sample_again(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=Price(input=0, output=1)))
    async with open_bench(path, live_sample=2, approved_endpoints=(stub.origin,)) as bench:
        stub.reply(lambda messages: Reply("clarify", delay_s=0 if "x" in messages[0]["content"] else 600))
        bench.screen.grid.focus()
        await bench.pilot.press("r")
        await bench.until(lambda: len(stub.calls) != 2)
        assert bench.screen.status.status.total == 5
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        assert bench.draft.counts.fresh == bench.screen.status.status.total == 2


async def test_a_model_without_a_price_is_taken_to_cost_nothing_on_this_machine_only(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    local = stubbed(stub).model_copy(update={"price": None})
    async with open_bench(make_project(local), live_sample=2, approved_endpoints=(stub.origin,)) as bench:
        assert bench.draft.counts.fresh == 5
        assert "free" in bench.text()


async def test_the_cap_of_the_sitting_pauses_live_mode(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=DOLLAR))
    async with open_bench(path, (200, 40), live_cap_usd=1.5, approved_endpoints=(stub.origin,)) as bench:
        status = bench.screen.status.status
        assert status.state == "capped"
        assert bench.draft.counts.fresh == len(stub.calls) == 2, "a third might cost more than is left"
        assert "the spending cap of $1.50 is reached: 3 evaluations left. raise live_cap_usd" in bench.text()
        assert "$0.60 of $1.50" in bench.text()


async def test_the_cap_of_the_day_pauses_live_mode(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=DOLLAR))
    options = {"live_cap_usd": 100, "day_cap_usd": 1.2, "approved_endpoints": (stub.origin,)}
    async with open_bench(path, (200, 40), **options) as bench:
        assert bench.screen.status.status.state == "capped"
        assert "the day's spending cap of $1.20 is reached" in bench.text()
        assert bench.draft.counts.fresh == 1


async def test_a_draft_that_was_typed_under_another_model_is_evaluated_anew(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        bench.project.models.put(scripted().model_copy(update={"name": "other"})).result()
    async with open_bench(path) as bench:
        bench.screen.use_model("other")
        await bench.settle()
        await bench.type("always clarify ")
        await bench.settle()
        bench.screen.use_model("script")
        await bench.settle()
        assert bench.verdicts() == [False, False, False, True, False]


async def test_a_higher_cap_lets_live_mode_go_on(make_project: MakeProject, open_bench: OpenBench, stub: Stub) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=DOLLAR))
    async with open_bench(path, live_cap_usd=1.5, approved_endpoints=(stub.origin,)) as bench:
        assert bench.screen.status.status.state == "capped"
        assert "2/5 fresh" in bench.text()
        settings = {"live_cap_usd": 100, "debounce_ms": 20, "approved_endpoints": (stub.origin,)}
        bench.app.use_settings(Settings.model_validate(settings))
        await bench.settle()
        assert bench.screen.status.status.state == "idle"
        assert bench.draft.counts.fresh == 5
