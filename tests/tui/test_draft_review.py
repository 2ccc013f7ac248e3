"""Reviewing drafts: one key for each decision."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from synterm.core.case import Case
from synterm.core.decision import Decision, decisions_of
from synterm.core.generation import untouched
from synterm.evaluate.provenance import who
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.tui.screens.case_form import CaseForm
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.draft_rejected import RejectedScreen
from synterm.tui.screens.draft_review import DraftReviewScreen
from synterm.tui.screens.one_key import OneKeyScreen
from tests.support.drafts import GENERATION_ID, draft, dropped, put, stored, unsure
from tests.tui.conftest import Bench, MakeProject, OpenBench

TEXTS = ("meet with bob tomorow", "notes of the thing", "meeet on friday")


def drafts(path: Path, *texts: str, split: str = "dev") -> list[Case]:
    """Drafts of the project's cases, in turns; the first label check can't tell."""
    with Project.open(path) as project:
        seeds = [case for case in project.cases.select() if case.split == split]
        made = [draft(seeds[at % len(seeds)], text) for at, text in enumerate(texts or TEXTS)]
        return put(project, *made)


async def review(bench: Bench, *keys: str) -> DraftReviewScreen:
    bench.screen.grid.focus()
    await press(bench, "Q", *keys)
    screen = bench.app.screen_stack[2]
    assert isinstance(screen, DraftReviewScreen)
    return screen


async def press(bench: Bench, *keys: str) -> None:
    for key in keys:
        await bench.pilot.press(key)
        await quiet(bench)


async def quiet(bench: Bench) -> None:
    """Wait until all is shown and on disk, or a question waits for an answer."""
    for _ in range(500):
        await bench.pilot.pause()
        if isinstance(bench.app.screen, ModalScreen) or not any(one.is_running for one in bench.app.workers):
            break
        await asyncio.sleep(0.01)
    for screen in bench.app.screen_stack:
        if isinstance(screen, DraftReviewScreen):
            await screen.settled()
    await bench.pilot.pause()


def now(bench: Bench, case: Case) -> Case:
    return bench.project.cases.get(case.id)


async def test_each_key_decides_and_the_next_draft_comes(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    made = drafts(path)
    async with open_bench(path) as bench:
        total = bench.screen.session.totals
        await review(bench)
        assert "1 of 3" in bench.text()
        assert TEXTS[0] in bench.text() and "in other words" in bench.text()
        await press(bench, "a")
        assert "✓ 1" in bench.text() and TEXTS[1] in bench.text()
        await press(bench, "x", "1", "X")
        assert "1 accepted, 2 rejected" in bench.text()
        await press(bench, "escape")
        assert bench.app.screen is bench.screen
        assert [now(bench, case).status for case in made] == ["accepted", "rejected", "rejected"]
        first, second, third = (decisions_of(now(bench, case))[-1] for case in made)
        assert (first.verdict, first.who) == ("accepted", who())
        assert first.time > "2026"
        assert (second.reason, third.reason) == ("wrong label", "")
        await bench.settle()
        assert sum(bench.screen.session.totals.values()) == sum(total.values()) + 1, "the accepted one is evaluated"


async def test_undo_brings_back_exactly_what_was(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, two, _] = drafts(path)
    async with open_bench(path) as bench:
        before = [stored(bench.project, case) for case in (one, two)]
        await review(bench, "a", "x", "x")
        assert [now(bench, case).status for case in (one, two)] == ["accepted", "rejected"]
        await press(bench, "u")
        assert TEXTS[1] in bench.text()
        await press(bench, "u")
        assert "1 of 3" in bench.text() and "✓ 0" in bench.text()
        assert [stored(bench.project, case) for case in (one, two)] == before
        assert untouched(now(bench, one))
        await press(bench, "u")
        assert "nothing to undo here" in bench.text()


async def test_going_back_shows_what_was_decided_and_decides_anew(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    async with open_bench(path) as bench:
        await review(bench, "a", "left")
        assert "✓ accepted: u takes it back" in bench.text()
        await press(bench, "X")
        assert [each.verdict for each in decisions_of(now(bench, one))] == ["accepted", "rejected"]
        await press(bench, "u")
        assert now(bench, one).status == "accepted"
        await press(bench, "space", "space", "space")
        assert "2 left open" in bench.text()
        await press(bench, "space")
        assert "2 of 3" in bench.text()


async def test_an_edit_in_the_form_accepts_and_keeps_what_was(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    async with open_bench(path) as bench:
        await review(bench, "e")
        assert isinstance(bench.app.screen, CaseForm)
        bench.app.screen.query(TextArea).first().text = "meet with bob tomorrow"
        await press(bench, "ctrl+s")
        assert "2 of 3" in bench.text()
        kept = now(bench, one)
        assert (kept.title, kept.status, kept.root_id) == ("meet with bob tomorrow", "accepted", one.root_id)
        assert decisions_of(kept)[-1].was == {"input": {"message": TEXTS[0]}}
        await press(bench, "u")
        assert now(bench, one) == one
        await press(bench, "e", "escape")
        assert "1 of 3" in bench.text()
        assert now(bench, one) == one


async def test_another_label_is_one_key(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    async with open_bench(path) as bench:
        labels = bench.screen.session.checklist.labels()
        await review(bench, "l")
        assert isinstance(bench.app.screen, OneKeyScreen)
        await press(bench, "2")
        kept = now(bench, one)
        assert (kept.expected, kept.status) == (labels[1], "accepted")
        assert decisions_of(kept)[-1].was == {"expected": one.expected}


async def test_a_reason_in_ones_own_words(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    async with open_bench(path) as bench:
        await review(bench, "x", "t")
        await bench.type("too long")
        await press(bench, "enter")
        assert decisions_of(now(bench, one))[-1].reason == "too long"
        await press(bench, "x", "escape")
        assert "2 of 3" in bench.text(), "esc decides nothing"


async def test_several_are_decided_together_after_counts_were_told(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    made = drafts(path)
    async with open_bench(path) as bench:
        before = [stored(bench.project, case) for case in made]
        await review(bench, "m", "m", "a")
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "Accept 2 drafts?" in bench.text() and "2  Routing/Clear/plain" in bench.text()
        await press(bench, "n")
        assert "2 drafts marked" in bench.text()
        await press(bench, "a", "y")
        assert [now(bench, case).status for case in made] == ["accepted", "accepted", "draft"]
        await press(bench, "u")
        assert [stored(bench.project, case) for case in made] == before
        await press(bench, "asterisk")
        assert "3 drafts marked" in bench.text() and bench.text().count("▌") == 3
        await press(bench, "escape")
        assert "▌" not in bench.text()
        assert "marked" not in bench.text()


async def test_a_query_narrows_the_queue_and_all_that_fit_are_marked(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    made = drafts(path)
    async with open_bench(path) as bench:
        await review(bench, "slash")
        await bench.type("meet")
        await press(bench, "enter")
        assert "1 of 1" in bench.text()
        await press(bench, "asterisk", "x", "6", "y")
        assert [now(bench, case).status for case in made] == ["rejected", "draft", "draft"]
        assert decisions_of(now(bench, made[0]))[-1].reason == "private or harmful"
        await press(bench, "slash")
        bench.app.screen.query_one(Input).value = "is:failing"
        await press(bench, "enter")
        assert "drafts have no verdicts yet" in bench.text()


async def test_only_what_a_generation_made_and_what_is_in_doubt_first(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        put(
            project,
            draft(seed, "from elsewhere", generation="01M8JF2FM10AZ0R7T0VWK7BX99"),
            draft(seed, "sure of it"),
            draft(seed, "in doubt", label_check=unsure("the sorter can't tell")),
        )
    async with open_bench(path) as bench:
        screen = DraftReviewScreen(bench.screen.session, GENERATION_ID)
        bench.app.push_screen(screen)
        await bench.settle()
        assert "1 of 2" in bench.text() and "the sorter can't tell" in bench.text()
        assert "from elsewhere" not in bench.text()
        await press(bench, "right")
        assert "sure of it" in bench.text()


async def test_the_nearest_accepted_case_is_shown_and_what_it_expects(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        one, other, *_ = [case for case in project.cases.select() if case.split == "dev"]
        put(project, draft(one, other.title + " now").model_copy(update={"expected": "clarify"}))
    async with open_bench(path) as bench:
        await review(bench)
        line = next(line for line in bench.text().splitlines() if "nearest" in line)
        assert other.title in line
        assert "! expects something else" in bench.text()


async def test_rejected_and_dropped_ones_are_restored(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        [one, two, _] = put(
            project,
            draft(seed, "nearly the same", dropped=dropped()),
            draft(seed, "far too long", dropped=dropped("length", 14.8)),
            draft(seed, "waits"),
        )
    async with open_bench(path) as bench:
        before = stored(bench.project, one)
        await review(bench, "X", "R")
        assert isinstance(bench.app.screen, RejectedScreen)
        assert "Rejected  3 for any reason" in bench.text()
        assert "length 14.8× " in bench.text(), "so many times as long"
        assert "near-duplicate 0.93" in bench.text() and "rejected in review" in bench.text()
        await press(bench, "r")
        assert now(bench, one).status == "draft"
        assert [each.verdict for each in decisions_of(now(bench, one))] == ["restored"]
        await press(bench, "u")
        assert stored(bench.project, one) == before
        await press(bench, "c")
        await bench.type("length")
        await press(bench, "enter")
        assert "Rejected  1 for length" in bench.text()
        await press(bench, "R")
        assert "Restore 1 case?" in bench.text()
        await press(bench, "y")
        assert now(bench, two).status == "draft"
        await press(bench, "escape")
        assert "far too long" in bench.text(), "what was restored is in the queue"


async def test_keys_of_the_cases_pane_say_who_decided(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    async with open_bench(path) as bench:
        before = stored(bench.project, one)
        bench.screen.cases.focus_filter()
        await bench.type("status:draft")
        await press(bench, "enter")
        bench.screen.cases.list.focus()
        await press(bench, "a")
        assert decisions_of(now(bench, one))[-1].who == who()
        assert "1 case accepted" in bench.text()
        await press(bench, "u")
        assert stored(bench.project, one) == before


async def test_what_drafts_hold_is_shown_as_text_on_a_small_screen(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        put(
            project,
            draft(
                seed,
                "[red]meet[/foo]\x1b[31m",
                note="[b]\x1b]0;x",
                label_check=unsure("[link=x]y"),
                steps="what",
                filters=[3, {"filter": "[u]", "score": "no"}],
                dropped=dropped("[i]"),
                review=[{"verdict": "rejected", "reason": "[s]\x07"}, 7],
            ),
        )
    async with open_bench(path, size=(80, 24)) as bench:
        keys = bench.project.cases.keys(CaseFilter(status="rejected"))
        bench.project.drafts.decide(keys, Decision(verdict="restored")).result()
        await review(bench)
        assert "[red]meet[/foo]␛[31m" in bench.text()
        assert "Accept" in bench.text()
        await press(bench, "X", "R")
        assert "[red]meet[/foo]" in bench.text()


async def test_an_accepted_draft_stays_in_the_split_of_its_root(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    [held] = drafts(path, "see you later", split="holdout")
    async with open_bench(path) as bench:
        await review(bench, "a")
        await press(bench, "escape")
        kept = now(bench, held)
        assert (kept.status, kept.split) == ("accepted", "holdout")
        assert "see you later" not in bench.text(), "the workbench shows dev"


async def test_without_drafts_the_screen_says_what_makes_some(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await review(bench)
        assert "Nothing waits for review here." in bench.text()
        await press(bench, "a", "x", "X", "e", "l", "u", "m", "asterisk", "space", "left")
        assert isinstance(bench.app.screen, DraftReviewScreen)


async def test_a_read_only_project_can_be_looked_through(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, *_] = drafts(path)
    path.chmod(0o400)
    async with open_bench(path) as bench:
        if not bench.project.read_only:
            return  # root may write whatever the mode says
        await review(bench, "a")
        assert "read-only" in bench.text()
        assert now(bench, one).status == "draft"


async def test_a_draft_that_someone_removed_is_told_of(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    [one, two, _] = drafts(path)
    async with open_bench(path) as bench:
        await review(bench)
        bench.project.cases.remove([one.id]).result()
        await press(bench, "a")
        assert "Not kept: somebody removed it meanwhile" in bench.text()
        assert "1 of 2" in bench.text() and now(bench, two).status == "draft"


async def test_enter_rejects_without_a_reason_that_nobody_gave(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    made = drafts(path)
    async with open_bench(path) as bench:
        await review(bench)
        await press(bench, "x")
        assert "no reason" in bench.text()
        await press(bench, "enter", "escape")
        assert now(bench, made[0]).status == "rejected"
        assert decisions_of(now(bench, made[0]))[-1].reason == ""
