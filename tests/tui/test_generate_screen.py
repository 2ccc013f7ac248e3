"""The Generate screen on the real app: the form, its preview, a generation, thresholds."""

from __future__ import annotations

import asyncio
import json

from textual.widgets import Input, TextArea

from synterm.core.case import Case
from synterm.core.decision import Decision
from synterm.storage.project import Project
from synterm.tui.draft_review.deciding import deciding
from synterm.tui.screens.generate import GenerateScreen
from synterm.tui.widgets.threshold_list import ThresholdList
from tests.support.http_stub import Messages, Reply, Stub
from tests.tui.conftest import INPUTS, Bench, MakeProject, OpenBench, stubbed


async def generate(bench: Bench) -> GenerateScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("g")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, GenerateScreen)
    return screen


def made(bench: Bench, status: str | None = None) -> list[Case]:
    project = bench.project
    cases = [case for one in project.generations.all() for case in project.generations.cases(one.id)]
    return [case for case in cases if status in (None, case.status)]


def write(screen: GenerateScreen, **values: str) -> None:
    """Fill in the form."""
    for name, value in values.items():
        if name == "chains":
            screen.query_one("#chains", TextArea).text = value
        elif name in ("count", "cap", "filters"):
            screen.query_one(f"#{name}", Input).value = value
        else:
            screen.form.pick(name).value = value


async def test_it_shows_what_would_be_made_before_anything_is(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 40)) as bench:
        screen = await generate(bench)
        text = bench.text()
        assert "misspells words as hands" in text
        assert "expected: the same" in text
        assert "5 seeds" in text
        assert "asks no model: free" in text
        assert screen.preview.row_count
        assert made(bench) == []


async def test_a_generation_runs_to_its_end_and_is_taken_back(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        screen = await generate(bench)
        write(screen, count="6", filters="too-close:0.99")
        await bench.settle()
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        job = screen.session.generating.job
        assert job and job.outcome and job.outcome.status == "complete"
        await bench.until(lambda: "✓ Kept  6" in bench.text())
        text = bench.text()
        assert "6 of 6 kept" in text
        assert "6 cases wanted, and kept" in text
        assert len(made(bench, "draft")) == 6
        # A row tells how the case came to be.
        await bench.pilot.press("enter")
        await bench.settle()
        assert "made by misspellings" in bench.text()
        await bench.pilot.press("escape", "u")
        await bench.until(lambda: "Take it back?" in bench.text())
        await bench.pilot.press("y")
        await bench.settle()
        assert made(bench) == []
        # The workbench has read the cases again.
        await bench.pilot.press("escape")
        await bench.settle()
        assert sum(bench.screen.session.everything.values()) == 6


async def test_the_app_itself_is_asked_where_that_is_wanted(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        screen = await generate(bench)
        write(screen, count="4", app="")
        await bench.settle()
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        await bench.until(lambda: "✓ Kept  4" in bench.text())
        cases = made(bench, "draft")
        assert len(cases) == 4
        assert all("relation" in case.origin.detail for case in cases)
        doubted = [case for case in cases if case.origin.detail["relation"]["score"] != 1]
        assert ("? of them" in bench.text()) == bool(doubted)
        await bench.pilot.press("enter")
        await bench.settle()
        assert "asked the app relation" in bench.text()


async def test_what_is_wrong_is_said_and_nothing_begins(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        screen = await generate(bench)
        for values, words in (
            ({"chains": "casin"}, "did you mean casing"),
            ({"chains": "casing", "count": "0"}, "from 1 to 10,000"),
            ({"count": "3", "cap": "x"}, "is no amount"),
            ({"cap": "", "filters": "nearduplicate"}, "is not a type of filter"),
        ):
            write(screen, **values)
            await asyncio.sleep(0.2)
            await bench.settle()
            assert words in " ".join(bench.text().translate({ord(line): " " for line in "│┃"}).split()), values
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert screen.session.generating.job is None


async def test_quick_settings_go_into_the_chains_at_the_start(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        screen = await generate(bench)
        write(screen, chains="casing\nfragments", noise="0.6", count="3")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert screen.form.form.chains == "casing:strength=0.6\nfragments:strength=0.6"
        assert screen.form.form.noise == ""
        assert {case.origin.detail["steps"][0]["strength"] for case in made(bench)} == {0.6}


async def test_only_the_selected_cases_are_seeds(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        bench.screen.cases.list.focus()
        await bench.pilot.press("down", "space", "g")
        await bench.settle()
        screen = bench.app.screen
        assert isinstance(screen, GenerateScreen)
        assert "1 seed · the 1 selected case" in bench.text()
        write(screen, count="2", filters="too-close:0.99")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        [seed] = {case.origin.seed_id for case in made(bench)}
        assert bench.project.cases.get(str(seed)).title == INPUTS[1][0]


async def test_another_threshold_is_tried_taken_up_and_undone(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 44)) as bench:
        screen = await generate(bench)
        write(screen, chains="misspellings:strength=0.8", count="8", filters="too-close:0.9")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        before = {case.id for case in made(bench, "draft")}
        await bench.pilot.press("t")
        await bench.settle()
        found = screen.query_one(ThresholdList)
        names = [one.name for one in found.effects]
        found.cursor = names.index("too-close")
        await bench.pilot.press(*["left"] * 6)
        await bench.settle()
        one = found.effect
        assert one is not None
        here = found.threshold(one)
        wanted = one.kept(here)
        assert here < 0.9 and wanted < 8
        assert f"{wanted} would be kept, 8 are" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert len(made(bench, "draft")) == wanted
        assert "the threshold was moved" in str(made(bench, "rejected")[0].origin.detail) or wanted == 8
        # One is restored since, as in review: that is taken back first, and the threshold stays to be undone.
        drafts = bench.project.drafts
        decision = Decision(verdict="restored", who="ann", time="2026-01-01T00:00:00Z")
        [key] = drafts.keyed([made(bench, "rejected")[0].id]).values()
        await bench.screen.session.edits.do(deciding(drafts, [key], decision))
        await bench.pilot.press("u")
        await bench.settle()
        assert len(made(bench, "draft")) == wanted
        await bench.pilot.press("u")
        await bench.settle()
        assert {case.id for case in made(bench, "draft")} == before


async def test_a_question_is_shown_tried_once_and_not_paid_for_again(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    def answer(messages: Messages) -> str:
        number = int(messages[0]["content"].rpartition("exactly ")[2].split()[0])
        seed = messages[-1]["content"].splitlines()[-2]
        return json.dumps({"texts": [f"{seed}, please, number {len(stub.calls)}.{at}" for at in range(number)]})

    path = make_project(stubbed(stub))
    stub.reply("clarify")
    async with open_bench(path, size=(150, 44)) as bench:
        screen = await generate(bench)
        stub.reply(answer)
        asked = len(stub.calls)
        write(screen, chains="paraphrase", count="6", filters="too-far:0.01")
        await asyncio.sleep(0.2)
        await bench.settle()
        assert "What stub would be asked first" in bench.text()
        assert "Paraphrase the text" in bench.text()
        assert len(stub.calls) == asked
        await bench.pilot.press("ctrl+t")
        await bench.settle()
        assert len(stub.calls) == asked + 1
        assert "What came of the first question" in bench.text()
        assert "said in other words" in bench.text()
        tried = {one.candidate.input["message"] for one in screen.preview.rows}
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        job = screen.session.generating.job
        assert job and job.outcome and job.outcome.status == "complete"
        assert job.funnel.cached >= 1
        assert tried & {case.title for case in made(bench)}, "the answer that was tried counts"


async def test_it_goes_on_while_the_screen_is_closed_and_stopping_keeps_what_was_made(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    def answer(messages: Messages) -> Reply:
        number = int(messages[0]["content"].rpartition("exactly ")[2].split()[0])
        said = [f"please say {len(stub.calls)}.{at} {messages[-1]['content'][-40:-12]}" for at in range(number)]
        return Reply(json.dumps({"texts": said}), delay_s=0.05)

    path = make_project(stubbed(stub))
    stub.reply("clarify")
    async with open_bench(path, size=(150, 44), concurrency=1) as bench:
        screen = await generate(bench)
        stub.reply(answer)
        write(screen, chains="paraphrase", count="300", filters="too-far:0.01 length:1000 near-duplicate:1")
        await asyncio.sleep(0.2)
        await bench.settle()
        await bench.pilot.press("ctrl+s")
        lent = screen.session.generating
        await bench.until(lambda: lent.running and lent.job is not None and lent.job.landed > 0)
        await bench.pilot.press("escape")
        await bench.until(lambda: "generating:" in bench.text())
        assert lent.running
        await bench.pilot.press("g")
        await bench.until(lambda: isinstance(bench.app.screen, GenerateScreen) and "running" in bench.text())
        await bench.pilot.press("x")
        await bench.settle()
        assert not lent.running
        assert "stopped: all that was made is kept" in bench.text()
        [recorded] = bench.project.generations.all()
        assert recorded.status == "interrupted"
        kept = len(made(bench))
        assert kept
        # The same again goes on under the same name.
        again = bench.app.screen
        assert isinstance(again, GenerateScreen)
        write(again, chains="paraphrase", count="300", filters="too-far:0.01 length:1000 near-duplicate:1")
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: len(made(bench)) > kept)
        assert [one.id for one in bench.project.generations.all()] == [recorded.id]
        lent.stop()
        await bench.settle()


async def test_leaving_synterm_interrupts_it(make_project: MakeProject, open_bench: OpenBench, stub: Stub) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub))
    async with open_bench(path, size=(100, 40)) as bench:
        screen = await generate(bench)
        stub.reply(Reply(json.dumps({"texts": ["never"]}), delay_s=30))
        write(screen, chains="paraphrase")
        await bench.pilot.press("ctrl+s")
        lent = screen.session.generating
        await bench.until(lambda: lent.running and lent.job is not None and lent.job.sent > 0)
    with Project.open(path) as project:
        assert [one.status for one in project.generations.all()] == ["interrupted"]


async def test_on_a_small_screen_form_and_funnel_take_turns(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        screen = await generate(bench)
        assert "What would be made first" in bench.text()
        write(screen, count="3")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "What to make" not in bench.text()
        assert "✓ Kept  3" in bench.text()
        await bench.pilot.press("f")
        await bench.settle()
        assert "What to make" in bench.text()


async def test_what_cases_say_is_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    hostile = "[red]meet[/red] \x1b[31mme\x1b[0m at [link=http://x]ten[/link] tomorrow"
    path = make_project(inputs=[(hostile, "schedule", "odd")])
    async with open_bench(path, size=(150, 40)) as bench:
        screen = await generate(bench)
        write(screen, chains="whitespace", count="2")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "[red]" in bench.text()
        assert "\x1b" not in bench.text()
