"""The inbox of production traffic: places and their calls, what is made of them, and taking it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from synterm.cli.main import main
from synterm.core.case import Case
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.draft_review import DraftReviewScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.inbox import InboxScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.support.traffic import UNCOVERED, logged, placed, with_traffic
from tests.tui.conftest import Bench, MakeProject, OpenBench

ASKED = ("a room for four", "the dentist", "a cab to work", "lunch with Ola", "[b]bold[/] plans")
REFUNDS = ("I want my money back", "refund the broken lamp", "return these shoes")
CLEAR, UNCLEAR = "Routing/Clear/plain", "Routing/Unclear/cryptic"
WIDE = (160, 45)


@pytest.fixture
def project(make_project: MakeProject) -> Path:
    """Six calls of one behavior, one of the other, three that no case covers, one that nobody placed."""
    path = make_project()
    with Project.open(path) as opened:
        clear, unclear = placed(opened, CLEAR), placed(opened, UNCLEAR, 0.4)
    calls = [logged(f"book {what}", "schedule", n, **clear) for n, what in enumerate(ASKED)]
    calls += [logged("Can we meet tmrw?!", "schedule", 9, **clear), logged("huh", "whatever", 10, **unclear)]
    calls += [logged(text, "no", 20 + n, **UNCOVERED) for n, text in enumerate(REFUNDS)]
    with_traffic(path, *calls, logged("hello", "clarify", 30))
    return path


async def inbox(bench: Bench) -> InboxScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("P")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, InboxScreen)
    return screen


async def shown(bench: Bench, text: str) -> None:
    """Wait until a text stands on the screen: what was read in a thread is drawn a moment later."""
    await bench.until(lambda: text in bench.text())


async def press(bench: Bench, *keys: str) -> None:
    for key in keys:
        await bench.pilot.press(key)
        await bench.settle()


async def press_to_form(bench: Bench, *keys: str) -> FormScreen:
    """Press keys that open a form after something was read; the worker that opened it waits for it."""
    await bench.pilot.press(*keys)
    await bench.until(lambda: isinstance(bench.app.screen, FormScreen))
    assert isinstance(bench.app.screen, FormScreen)
    return bench.app.screen


def notes(bench: Bench) -> str:
    """All that was told in passing."""
    return "\n".join(str(note.message) for note in bench.app._notifications)  # pyright: ignore[reportPrivateUsage]


def drafts(path: Path) -> list[Case]:
    with Project.look(path) as project:
        return [*project.cases.select(CaseFilter(status="draft"))]


def states(path: Path) -> dict[str, str]:
    with Project.look(path) as project:
        return {str(call.input["message"]): call.state for call in project.traffic.page()}


def places(screen: InboxScreen) -> list[str]:
    return [row.name.strip() for row in screen.places.rows]


async def test_traffic_by_behavior_and_its_calls(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        assert places(screen)[:3] == ["all traffic", "Routing/Clear", "Routing/Unclear"]
        assert "uncovered: like no case" in places(screen) and "not placed yet" in places(screen)
        text = bench.text()
        assert "11 calls · 2026-11-20" in text
        assert "Calls  11 new  all traffic" in text
        await press(bench, "down")
        text = bench.text()
        assert "Calls  6 new  Routing/Clear" in text
        assert "55 % of traffic [28–79]" in text
        assert "book [b]bold[/] plans" in text, "what was asked is text, not markup"
        assert "the label in the output" in text
        assert CLEAR in text


async def test_one_key_makes_a_draft_and_one_takes_it_back(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        await press(bench, "down", "enter", "down", "a")
        (draft,) = drafts(project)
        assert (draft.title, draft.expected) == ("book [b]bold[/] plans", "schedule")
        assert screen.calls.cursor == 2, "it goes on to the next call"
        assert screen.shown[1].state == "promoted", "which stays where it was"
        assert [row.group.new for row in screen.places.rows][:2] == [10, 5]
        assert "1 promoted" in bench.text()
        await press(bench, "u")
        assert not drafts(project)
        assert set(states(project).values()) == {"new"}
        assert [row.group.new for row in screen.places.rows][:2] == [11, 6]


async def test_what_a_case_says_already_is_left_out_unless_it_is_edited(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        await press(bench, "slash", *"tmrw", "enter", "enter", "a")
        assert not drafts(project)
        assert "left out: 1.00" in notes(bench) and "like case" in notes(bench)
        form = await press_to_form(bench, "e")
        assert CLEAR in bench.text() and "like case" in bench.text()
        form.query_one("#field-expected", TextArea).text = "clarify"
        await press(bench, "ctrl+s")
        (draft,) = drafts(project)
        assert (draft.expected, draft.origin.detail["output"]) == ("clarify", "schedule")
        assert "keeps" not in draft.origin.detail, "a person said what is expected"
        assert screen.shown[0].state == "promoted"


async def test_uncovered_calls_are_asked_for_a_place_once(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        screen.places.cursor = places(screen).index("uncovered: like no case")
        await press(bench, "enter")
        form = await press_to_form(bench, "a")
        entry = form.query_one("#field-scenario", Input)
        assert entry.value.startswith("Routing/From production/")
        entry.value = "Routing/From production/refunds"
        await press(bench, "ctrl+s")
        await press(bench, "a")
        with Project.look(project) as opened:
            made = opened.nodes.find("Routing/From production/refunds")
        assert [draft.scenario_id for draft in drafts(project)] == [made.id, made.id]
        await press(bench, "escape")
        assert isinstance(bench.app.screen, WorkbenchScreen)
        assert made.id in bench.screen.session.tree, "the workbench knows what was made"


async def test_a_place_that_can_be_none_is_told_at_its_field(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        screen.places.cursor = places(screen).index("not placed yet")
        await press(bench, "enter")
        form = await press_to_form(bench, "a")
        form.query_one("#field-scenario", Input).value = "Only/two"
        await bench.pilot.press("ctrl+s")
        await bench.pilot.pause(0.5)
        assert bench.app.screen is form
        assert "is no scenario's path" in bench.text()
        assert not drafts(project)


async def test_what_is_typical_of_a_place(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        await inbox(bench)
        await press(bench, "down")
        form = await press_to_form(bench, "a")
        form.query_one("#field-most", Input).value = "2"
        await press(bench, "ctrl+s")
        assert len(drafts(project)) == 2
        assert {draft.scenario_id for draft in drafts(project)} == {drafts(project)[0].scenario_id}
        assert "2 drafts in Routing/Clear/plain" in notes(bench)


async def test_calls_are_put_away_one_by_one_or_all_of_a_place(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        screen.places.cursor = places(screen).index("uncovered: like no case")
        await press(bench, "enter", "x")
        assert states(project)["return these shoes"] == "dismissed"
        screen.places.focus()
        await bench.pilot.press("x")
        await bench.pilot.pause(0.3)
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "2 calls of uncovered: like no case" in bench.text()
        await press(bench, "y")
        assert [state for text, state in states(project).items() if text in REFUNDS] == ["dismissed"] * 3
        assert not len(screen.shown)
        await press(bench, "t")
        assert len(screen.shown) == 3
        await press(bench, "u", "u")
        assert set(states(project).values()) == {"new"}


QUERIES = {"refund": 1, "is:low": 1, "since:2026-11-20T12:20": 4, '"money back"': 1, "model:other": 0}
"""What is filtered by, and how many calls that finds."""


async def test_the_filter_finds_calls_and_stays_to_be_corrected_when_it_says_nothing_known(
    project: Path, open_bench: OpenBench
) -> None:
    async with open_bench(project, size=WIDE) as bench:
        screen = await inbox(bench)
        for query, found in QUERIES.items():
            await bench.pilot.press("slash")
            screen.query_one(Input).value = query
            await press(bench, "enter")
            assert len(screen.shown) == found, query
            await press(bench, "escape")
            assert len(screen.shown) == 11, query
        await press(bench, "slash", *"is:lost", "enter")
        assert "no call is 'lost'" in notes(bench)
        assert screen.query_one(Input).value == "is:lost"


async def test_the_small_screen_has_tabs(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=(80, 24)) as bench:
        await inbox(bench)
        assert "1 Traffic" in bench.text() and "book [b]" not in bench.text()
        await press(bench, "down", "enter")
        assert "book [b]bold[/]" in bench.text() and "Routing/Unclear" not in bench.text()
        await press(bench, "escape")
        assert "Routing/Unclear" in bench.text()


async def test_a_call_in_full_and_what_figures_mean(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        await inbox(bench)
        await press(bench, "down", "enter", "enter")
        assert isinstance(bench.app.screen, TextScreen)
        await press(bench, "escape", "m")
        assert isinstance(bench.app.screen, TextScreen)
        assert "The true share" in bench.text() or "the true share" in bench.text()


async def test_drafts_are_reviewed_with_what_the_app_answered(project: Path, open_bench: OpenBench) -> None:
    async with open_bench(project, size=WIDE) as bench:
        await inbox(bench)
        await press(bench, "down", "enter", "down", "a", "Q")
        assert isinstance(bench.app.screen, DraftReviewScreen)
        text = bench.text()
        assert "Logged answer" in text and "the app answered  gpt-x, 2026-11-20 12:04" in text
        await press(bench, "a", "escape")
        assert not drafts(project)


async def test_without_traffic_it_says_how_it_comes(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await inbox(bench)
        await shown(bench, "No traffic yet")
        # A long path breaks the command's line, so it is looked for without its breaks.
        assert "--as production" in " ".join(bench.text().translate({ord(line): " " for line in "│┃"}).split())
        await press(bench, "a", "x", "e", "A", "t", "m", "escape")
        with_traffic(bench.project.path, logged("hello"), logged("book a room"))
        await press(bench, "ctrl+r")
        await shown(bench, "! 2 not placed yet: p places them")
        await bench.until(lambda: bench.app.focused is not None)
        assert bench.app.focused is not None and bench.app.focused.id == "places", "the keys go there again"


@pytest.fixture
def judged(project: Path) -> Path:
    """The same, with a run that judged its traffic."""
    assert main(["run", str(project), "--source", "production", "--quiet"]) in (0, 1)
    return project


async def test_verdicts_of_runs_over_traffic_are_shown(judged: Path, open_bench: OpenBench) -> None:
    async with open_bench(judged, size=WIDE) as bench:
        await inbox(bench)
        await press(bench, "down", "enter")
        assert "judged by its checks" in bench.text()


async def test_a_read_only_project_is_only_looked_at(project: Path, open_bench: OpenBench) -> None:
    project.chmod(0o444)
    project.parent.chmod(0o555)
    try:
        async with open_bench(project, size=WIDE) as bench:
            await inbox(bench)
            if not bench.project.read_only:
                pytest.skip("whoever runs this may write everywhere")
            await press(bench, "down", "enter", "a", "x")
            assert "read-only" in notes(bench)
    finally:
        project.parent.chmod(0o755)
