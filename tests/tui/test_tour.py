"""First steps: the tour, what is remembered of it, and what empty panes say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.containers import VerticalScroll
from textual.geometry import Region, Size

from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.guard import guard_terminal
from synterm.tui.remembered import Remembered, recall, remember, remembered_path
from synterm.tui.screens.tour import CARD, STEPS, TourScreen, beside
from synterm.tui.widgets.key_footer import KeyFooter
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "state"
    monkeypatch.setenv("SYNTERM_STATE_DIR", str(place))
    yield place


async def toured(path: Path, size: tuple[int, int], *keys: str) -> list[tuple[int | None, list[str]]]:
    """Which step is shown, and which panes are marked, at the start and after each key."""
    guard_terminal()
    found: list[tuple[int | None, list[str]]] = []
    with Project.open(path) as project:
        app = WorkbenchApp(project, Settings(debounce_ms=20), Providers(), tour=True)
        async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
            bench = Bench(app, pilot, project)
            for key in ("", *keys):
                await pilot.press(*([key] if key else []))
                await pilot.pause()
                await pilot.pause()
                shown = app.screen
                marked = [str(part.id or part.css_identifier) for part in bench.screen.query(".-toured")]
                found.append((shown._step if isinstance(shown, TourScreen) else None, marked))
            while app.workers._workers and isinstance(app.screen, TourScreen):
                await pilot.press("escape")
                await pilot.pause()
            await app.workers.wait_for_complete()
    assert app.failure is None
    return found


@pytest.mark.parametrize("size", [(130, 40), (80, 24)])
async def test_the_tour_points_at_one_pane_after_the_other(size: tuple[int, int], make_project: MakeProject) -> None:
    found = await toured(make_project(), size, "enter", "left", *["enter"] * 6)
    assert [step for step, _ in found] == [0, 1, 0, 1, 2, 3, 4, 5, None]
    assert [marked for _, marked in found[3:7]] == [["results"], ["behaviors"], ["cases"], ["StatusBar"]]
    assert found[-1] == (None, [])
    assert recall() == (Remembered(tour_seen=True), "")


@pytest.mark.parametrize("keys", [("escape",), ("enter",) * 6])
async def test_after_the_first_tour_one_types_into_the_prompt(keys: tuple[str, ...], make_project: MakeProject) -> None:
    guard_terminal()
    with Project.open(make_project()) as project:
        app = WorkbenchApp(project, Settings(debounce_ms=20), Providers(), tour=True)
        async with app.run_test(size=(130, 40)) as pilot:
            bench = Bench(app, pilot, project)
            await bench.until(lambda: isinstance(app.screen, TourScreen))
            await pilot.press(*keys)
            await bench.until(lambda: app.screen is bench.screen)
            await bench.settle()
            await bench.type("x")
            assert isinstance(app.focused, PromptArea) and app.focused.text.startswith("x")


@pytest.mark.parametrize("size", [(130, 40), (80, 24)])
async def test_the_tour_brings_each_pane_on_the_screen_and_leaves_it_as_it_was(
    size: tuple[int, int], make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=size) as bench:
        await bench.pilot.press("ctrl+b")
        await bench.pilot.pause()
        before = (bench.screen.classes, bench.app.focused, bench.screen.query_one(PaneTabs).chosen)
        bench.app.action_tour()
        await bench.pilot.pause()
        for step in STEPS:
            await bench.pilot.pause()
            assert bench.screen.query_one(step.pane).region.area > 0, step.title
            await bench.pilot.press("enter")
        await bench.settle()
        assert (bench.screen.classes, bench.app.focused, bench.screen.query_one(PaneTabs).chosen) == before


async def test_the_tour_can_be_skipped_and_is_remembered(make_project: MakeProject) -> None:
    assert [step for step, _ in await toured(make_project(), (130, 40), "escape")] == [0, None]
    assert recall()[0].tour_seen


async def test_a_small_terminal_has_no_tour(make_project: MakeProject) -> None:
    assert await toured(make_project(), (79, 24)) == [(None, [])]
    assert not recall()[0].tour_seen


async def test_the_palette_and_the_mouse_take_the_tour_too(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        assert bench.app.screen is bench.screen, "it does not begin unasked"
        bench.app.action_tour()
        await bench.pilot.pause()
        await bench.pilot.pause()
        assert "The prompt  1 of 6" in bench.text()
        assert "Try:" in bench.text()
        await bench.pilot.click("#tour-next")
        assert "The results  2 of 6" in bench.text()
        await bench.pilot.click("#tour-back")
        assert "The prompt  1 of 6" in bench.text()
        await bench.pilot.click("#tour-skip")
        await bench.settle()
        assert bench.app.screen is bench.screen


@given(
    x=st.integers(0, 60), y=st.integers(0, 30), width=st.integers(1, 100), height=st.integers(1, 40),
    screen=st.tuples(st.integers(80, 250), st.integers(20, 80)),
)  # fmt: skip
def test_the_card_is_always_on_the_screen(x: int, y: int, width: int, height: int, screen: tuple[int, int]) -> None:
    size = Size(*screen)
    place = beside(Region(x, y, width, height), size)
    assert size.region.contains_region(Region(place.x, place.y, *CARD))


def test_every_step_says_what_to_try() -> None:
    assert len(STEPS) == 6
    assert all(step.about and step.keys for step in STEPS)


def test_what_is_remembered_lasts_and_what_a_later_version_added_too(own_state: Path) -> None:
    assert recall() == (Remembered(), "")
    own_state.mkdir()
    remembered_path().write_text('{"tour_seen": false, "later": [1]}')
    remember(recall()[0].model_copy(update={"tour_seen": True}))
    assert '"later"' in remembered_path().read_text()
    assert recall()[0].tour_seen


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"tour_seen": "perhaps"}', b"\xff\xfe", b""])
def test_a_broken_memory_is_set_aside_and_told_of(content: bytes, own_state: Path) -> None:
    own_state.mkdir()
    remembered_path().write_bytes(content)
    memory, told = recall()
    assert memory == Remembered()
    assert "workbench.broken.json" in told
    assert (own_state / "workbench.broken.json").read_bytes() == content
    assert recall() == (Remembered(), "")


async def test_an_empty_project_says_in_each_pane_what_to_do(tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "empty.db"
    Project.create(path, "empty").close()
    async with open_bench(path) as bench:
        text = bench.text()
        for part in (
            *("No behaviors yet.", "synterm add empty.db feature NAME", "No cases yet.", "No prompt yet"),
            *("N writes one", "No model yet", "A adds one, such as embedded/default"),
        ):
            assert part in " ".join(text.split())
        for key, title in (("N", "New prompt"), ("A", "Add a model")):
            await bench.pilot.press(key)
            await bench.pilot.pause()
            assert bench.app.screen.query_one(VerticalScroll).border_title == title
            await bench.pilot.press("escape")
            await bench.settle()
        bench.screen.behaviors.focus()
        await bench.pilot.press("n")
        await bench.pilot.pause()
        assert bench.app.screen.query_one(VerticalScroll).border_title == "New feature"


@pytest.mark.parametrize("size", [(130, 40), (80, 24), (40, 12)])
async def test_empty_panes_fit_every_terminal(size: tuple[int, int], tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "empty.db"
    Project.create(path, "empty").close()
    async with open_bench(path, size=size) as bench:
        await bench.pilot.press("A")
        await bench.pilot.pause()
        await bench.pilot.pause()
        if size != (40, 12):
            assert "Project files travel" in bench.text(), "a form opens at its top"
            assert not bench.screen.query_one(KeyFooter).render().plain, "keys that do nothing now"
        assert bench.app.failure is None


async def test_a_filter_without_hits_says_how_to_undo_it(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("slash")
        await bench.type("zebra")
        await bench.settle()
        assert "No case fits" in bench.text()
        assert [bench.text().count(hint) for hint in ("esc shows all again", "esc in the cases shows")] == [1, 1]
        bench.screen.grid.focus()
        await bench.pilot.press("escape")
        await bench.settle()
        assert "No case fits" in bench.text(), "it is no key of the results"
        bench.screen.cases.list.focus()
        await bench.pilot.press("escape")
        await bench.settle()
        assert "No case fits" not in bench.text()
