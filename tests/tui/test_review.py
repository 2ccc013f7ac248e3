"""Judging answers oneself, blind to the checks."""

from __future__ import annotations

from synterm.core.case import Case
from synterm.core.review import Review, output_id
from synterm.evaluate.provenance import who
from synterm.evaluate.review.candidate import Candidate, Output
from synterm.evaluate.review.choosing import Chosen, choose
from synterm.evaluate.review.queue import ReviewQueue
from synterm.evaluate.review.recorded import candidates, newest_run
from synterm.storage.project import Project
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.review import ReviewScreen
from tests.tui.conftest import INPUTS, Bench, MakeProject, OpenBench, body, scripted


def output(message: str, text: str = "clarify", passed: bool | None = True, *, disputed: bool = False) -> Output:
    case = Case(scenario_id="s", input={"message": message})
    subject = (case.content_id, output_id(text))
    return Output(case, text, Candidate(case.id, "s", case.root_id, subject, 7, passed, disputed=disputed))


def kept(project: Project) -> list[tuple[bool, str]]:
    return [(review.passed, review.note) for review in project.reviews.page()]


async def review(bench: Bench) -> ReviewScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("V")
    await bench.settle()
    assert isinstance(bench.app.screen, ReviewScreen)
    return bench.app.screen


async def press(bench: Bench, *keys: str) -> None:
    for key in keys:
        await bench.pilot.press(key)
        await bench.settle()


def test_a_verdict_given_again_replaces_the_one_before_and_undo_brings_that_back() -> None:
    only = output("a", passed=False)
    queue = ReviewQueue(Chosen([only]), "ann")
    first = queue.review(only, True)
    queue.give(first)
    queue.step(-1)
    second = queue.review(only, False)
    assert second.id == first.id
    queue.give(second)
    assert (queue.agreement.both_failed, queue.agreement.only_human) == (1, 0)
    assert queue.last() == (second, first)
    queue.take_back()
    assert (queue.verdict, queue.at, queue.agreement.only_human) == (first, 0, 1)
    queue.take_back()
    assert (queue.verdict, queue.judged, queue.last()) == (None, 0, None)


async def test_each_verdict_is_kept_and_the_next_answer_comes(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await review(bench)
        assert "1 of 5" in bench.text()
        await press(bench, "y", "f", "n", "space", "y")
        assert [passed for passed, _ in kept(bench.project)] == [True, False, False, True]
        assert {one.who for one in bench.project.reviews.page()} == {who()}
        assert "That was the last: 4 judged, 1 answer left open." in bench.text()
        await press(bench, "escape")
        assert bench.app.screen is bench.screen
    async with open_bench(path) as bench:
        await review(bench)
        assert "1 of 1" in bench.text(), "only the one that was left open is asked about again"


async def test_nothing_on_the_screen_tells_what_the_checks_say(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        for _ in range(4):
            assert not set("✓✗▲▼") & set(bench.text())
            await press(bench, "y")


async def test_what_checks_and_columns_disagree_on_comes_first(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        first = [bench.text()]
        for _ in range(4):
            await press(bench, "space")
            first.append(bench.text())
        undisputed = [number for number, text in enumerate(first) if "asdf??" in text or "what did they say" in text]
        assert undisputed == [3, 4], "under v1 every answer is clarify, so the three others differ"


async def test_agreement_is_shown_on_demand_only(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        await press(bench, "a")
        assert "checks pass" not in bench.text()
        bench.app.clear_notifications()
        await press(bench, "y", "y", "f")
        assert "checks pass" not in bench.text()
        await press(bench, "a")
        assert "the same on 2 of 3: 67% [21–94%] · Cohen's kappa 0.00 [" in bench.text()
        assert "no fair sample" in bench.text()
        await press(bench, "a")
        assert "checks pass" not in bench.text()


async def test_the_checks_verdict_is_told_after_ones_own_when_that_is_wanted(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        await press(bench, "f")
        assert "the checks" not in bench.text()
        await press(bench, "t")
        assert "the one before: you ✗ fail, the checks ✓ pass" in bench.text()


async def test_undo_and_back_change_what_was_said(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        await press(bench, "y", "y", "u")
        assert [passed for passed, _ in kept(bench.project)] == [True]
        assert "2 of 5" in bench.text()
        await press(bench, "b")
        assert "You said ✓ pass" in bench.text()
        await press(bench, "f")
        assert [passed for passed, _ in kept(bench.project)] == [False]
        await press(bench, "u")
        assert [passed for passed, _ in kept(bench.project)] == [True]
        await press(bench, "u", "u")
        assert kept(bench.project) == []


async def test_a_note_goes_with_the_verdict(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        await bench.pilot.press("o")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, FormScreen)
        await bench.type("unsure")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert kept(bench.project) == []
        await press(bench, "f")
        assert kept(bench.project) == [(False, "unsure")]
        await press(bench, "b")
        await bench.pilot.press("o")
        await bench.pilot.pause()
        await bench.type("not ")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert kept(bench.project) == [(False, "not unsure")]


async def test_a_note_without_a_verdict_is_not_lost_in_silence(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        shown = await review(bench)
        await bench.pilot.press("o")
        await bench.pilot.pause()
        await bench.type("unsure")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        for key in ("escape", "ctrl+q"):
            await bench.pilot.press(key)
            await bench.pilot.pause()
            assert "1 note without a verdict" in bench.text()
            await bench.pilot.press("n")
            await bench.pilot.pause()
            assert bench.app.screen is shown
        await press(bench, "f", "escape")
        assert bench.app.screen is bench.screen
        assert kept(bench.project) == [(False, "unsure")]


async def test_text_of_models_is_shown_as_text_on_a_small_screen(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    inputs = [("[red]meet[/foo]\x1b[31m", "schedule", "t")]
    async with open_bench(make_project(inputs=inputs), size=(80, 24)) as bench:
        await review(bench)
        assert "[red]meet[/foo]␛[31m" in bench.text()


async def test_without_answers_the_screen_says_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.type("n")
        await bench.pilot.pause()
        await bench.type("new")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        await review(bench)
        assert "nothing to judge" in bench.text()
        await press(bench, "y", "u", "o", "b", "space")
        assert isinstance(bench.app.screen, ReviewScreen)


async def test_each_check_of_recorded_runs_stands_below_the_agreement(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        await review(bench)
        await press(bench, "y", "f", "a")
        assert "Each check against all reviewers, in recorded runs:" in bench.text()
        assert "label" in bench.text() and "n 2 · agreement 50 %" in bench.text()


async def test_a_near_answer_that_was_judged_is_told_of_after_the_verdict(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    said = "please tell me which room and which day you mean"
    path = make_project(scripted(rules=[], default=said), versions=[("first", body())])
    async with open_bench(path) as bench:
        cases = [case for case in bench.project.cases.select() if case.split == "dev"]
        near = said.replace("day", "days")
        given = [Review(case.content_id, output_id(near), False, "ann", answer=near) for case in cases[:4]]
        bench.project.reviews.put(*given).result()
        await review(bench)
        assert "1 of 5" in bench.text()
        assert "the same was judged" not in bench.text()
        told = 0
        for _ in range(5):
            await press(bench, "y")
            told += "an answer 99 % the same was judged ✗ fail by ann; u takes yours back" in bench.text()
        assert told == 4


async def test_the_workbench_and_the_terminal_ask_in_the_same_order(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        await review(bench)
        asked: list[str] = []
        for _ in range(5):
            asked += [text for text, *_ in INPUTS if text in bench.text()]
            await press(bench, "space")
        project = bench.project
        run = newest_run(project)
        column = project.runs.columns(run.id)[-1]
        found = candidates(project, run, None, lambda done: done.version == column[2])
        assert [one.case.title for one in choose(project, found, "somebody").outputs] == asked
