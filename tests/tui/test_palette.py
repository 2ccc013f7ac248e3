"""The command palette: what it lists, what comes first, and that it does it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.command import CommandList, CommandPalette

from synterm.tui.actions import actions
from synterm.tui.ranking import fit
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench

TITLES = ["Prompt: restore v1 the high tide", "View: side", "Theme: choose", "App: keys", "Results: ask again"]


async def listed(bench: Bench, query: str = "") -> list[str]:
    """The titles that the palette lists for a query, best first."""
    await bench.pilot.press("ctrl+p")
    await bench.type(query)
    palette = bench.app.screen
    assert isinstance(palette, CommandPalette)
    await bench.settle()
    options = palette.query_one(CommandList).options
    return [str(option.prompt).splitlines()[0].split("   ")[0] for option in options]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("theme", "Theme: choose"),
        ("hide", "View: side"),
        ("rest", "Prompt: restore v1 the high tide"),
        ("again", "Results: ask again"),
        ("ke", "App: keys"),
    ],
)
def test_the_beginning_of_a_word_beats_scattered_letters(query: str, best: str) -> None:
    helps = {"View: side": "Show or hide behaviors and cases"}
    scores = {title: fit(query, title, helps.get(title, "")).score for title in TITLES}
    assert max(scores, key=lambda title: scores[title]) == best


@given(words=st.lists(st.text("abcdef", min_size=1, max_size=5), min_size=1, max_size=4), data=st.data())
def test_what_a_title_says_is_found_by_any_of_its_words(words: list[str], data: st.DataObject) -> None:
    title = " ".join(words)
    word = data.draw(st.sampled_from(words))
    found = fit(word[: data.draw(st.integers(1, len(word)))], title)
    assert 0.7 < found.score <= 1
    assert all(0 <= start < end <= len(title) for start, end in found.spans)


@given(query=st.text(max_size=8), title=st.text(max_size=20), explanation=st.text(max_size=20))
def test_a_fit_is_a_share_and_its_stretches_are_in_the_title(query: str, title: str, explanation: str) -> None:
    found = fit(query, title, explanation)
    assert 0 <= found.score <= 1
    assert fit("", title).score == 0
    assert all(0 <= start < end <= len(title.lower()) for start, end in found.spans)


def test_every_word_must_be_found() -> None:
    assert fit("theme zebra", "Theme: choose").score == 0
    assert fit("theme choose", "Theme: choose").score > 0.9


async def test_the_palette_lists_panes_project_and_app(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        titles = await listed(bench)
        for title in (
            *("Prompt: keep version", "Prompt: restore v1 first", "Prompt: open router", "Model: use script"),
            *("Live: run all", "Results: why", "Cases: filter", "Cases: clear", "Prompt: next tab"),
            *("View: zoom", "App: quit", "App: keys", "App: settings", "App: tour", "App: screenshot"),
            *("Theme: choose", "Theme: use synterm-light"),
        ):
            assert titles.count(title) == 1, title
        assert len(titles) == len(set(titles))
        assert not [title for title in titles if title.startswith("List:")], "moving a cursor is no command"
        assert not [title for title in titles if title.startswith(("Find:", "Prompt: tab"))], (
            "only keys, in their place"
        )
        assert titles.index("Prompt: keep version") < titles.index("Prompt: first line")


async def test_a_query_puts_the_best_first_and_shows_its_key(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        assert (await listed(bench, "hide"))[0] == "View: side"
        assert "^b" in bench.text()
        await bench.pilot.press("escape")
        assert (await listed(bench, "theme"))[0] == "Theme: choose"


async def test_an_action_runs_on_its_pane_which_needs_no_focus(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        assert isinstance(bench.app.focused, PromptArea)
        before = bench.screen.grid.layout_now.spans[0].width
        await listed(bench, "wider")
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.screen.grid.layout_now.spans[0].width == before + 2
        assert isinstance(bench.app.focused, PromptArea)


async def test_what_was_done_last_comes_first(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        for query in ("zoom", "ask again"):
            await listed(bench, query)
            await bench.pilot.press("enter")
            await bench.settle()
        assert (await listed(bench))[:2] == ["Live: ask again", "View: zoom"]


async def test_every_action_has_a_title_a_sentence_and_a_key(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        found = actions(bench.screen)
        assert len({action.id for action in found}) == len(found)
        assert [action.id for action in found if not (action.help and action.keys and ": " in action.title)] == []
