"""Choosing columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.prompt import Prompt, PromptVersion
from synterm.storage.project import Project
from synterm.tui.board.lineup import DRAFT, Lineup
from synterm.tui.screens.lineup import LineupScreen
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.lineup_matrix import LineupMatrix
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

MODELS = [scripted().model_copy(update={"name": name}) for name in ("one", "two", "three")]


def prompt(count: int = 4, pinned: tuple[int, ...] = ()) -> Prompt:
    versions = tuple(
        PromptVersion(body=body(f"v{number}"), number=number, pinned=number in pinned) for number in range(1, count + 1)
    )
    return Prompt(name="p", draft=body("draft"), versions=versions)


def labels(lineup: Lineup, of: Prompt) -> list[str]:
    places = lineup.places(of, MODELS, MODELS[0])
    return [f"{version.label if version else 'draft'} {model.name}" for version, model in places]


def test_at_first_the_newest_versions_stand_beside_the_draft() -> None:
    assert labels(Lineup(), prompt()) == ["draft one", "v4 one", "v3 one"]


def test_a_pinned_version_always_has_a_column() -> None:
    assert labels(Lineup(), prompt(pinned=(1,))) == ["draft one", "v4 one", "v3 one", "v1 one"]
    assert labels(Lineup(versions=()), prompt(30, pinned=(2,))) == ["draft one", "v2 one"]
    many = tuple(range(1, 31))
    assert "v2 one" in labels(Lineup(versions=many), prompt(30, pinned=(2,)))


keys = st.tuples(st.integers(0, 4), st.sampled_from(["one", "two", "three"]))


@given(st.frozensets(keys))
def test_what_is_marked_stands_and_nothing_else(chosen: frozenset[tuple[int, str]]) -> None:
    places = Lineup.of(chosen, "one", None).places(prompt(), MODELS, MODELS[0])
    standing = {(version.number if version else DRAFT, model.name) for version, model in places}
    assert standing == chosen | {(DRAFT, "one")}


def titles(bench: Bench) -> list[str]:
    return [column.title for column in bench.screen.session.board.columns]


async def test_the_chooser_puts_a_model_on_the_board(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        project.models.put(scripted().model_copy(update={"name": "another"})).result()
        project.models.put(
            scripted().model_copy(update={"name": "far", "model": "openai/x", "api_key_env": "NO_SUCH_KEY_HERE"})
        ).result()
    async with open_bench(path, size=(170, 40)) as bench:
        bench.screen.use_model("script")
        await bench.settle()
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("c")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, LineupScreen)
        matrix = bench.app.screen.query_one(LineupMatrix)
        await bench.pilot.press("space")
        assert (DRAFT, "script") in matrix.chosen, "the draft always stands"
        names = [model.name for model in matrix.table.models]
        await bench.pilot.press(*["right"] * names.index("far"), "space")
        assert "NO_SUCH_KEY_HERE" in bench.text()
        assert (DRAFT, "far") not in matrix.chosen
        await bench.pilot.press(*["left"] * 5, *["right"] * names.index("another"), "down", "space", "enter")
        await bench.settle()
        assert titles(bench) == ["script · draft", "script · v2", "script · v1", "another · v2"]
        assert bench.verdicts(3) == [True, True, True, True, False]
        assert bench.screen.query_one(ResultGrid).header_height == 2
        assert "another" in bench.text()


async def test_leaving_the_chooser_changes_nothing(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = titles(bench)
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("c", "down", "space", "escape")
        await bench.settle()
        assert titles(bench) == before


async def test_flips_are_told_against_the_column_one_chooses(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        board = bench.screen.session.board
        versions = [column.variant.version for column in board.columns]
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press(*["right"] * versions.index("v1"), "B")
        await bench.settle()
        reference = bench.screen.session.board.reference
        assert reference is not None
        assert reference.variant.version == "v1"
        assert "⚑ v1" in bench.text()
        await bench.pilot.press("left", "left", "B")
        await bench.settle()
        assert bench.screen.session.board.reference is reference, "the draft is not held against itself"


async def test_the_draft_is_held_against_itself_under_another_model(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        other = scripted(rules=[], default="summarize").model_copy(update={"name": "zother"})
        project.models.put(other).result()
    async with open_bench(path, size=(170, 40)) as bench:
        bench.screen.use_model("script")
        bench.screen._line_up(Lineup(models=("zother",)))
        await bench.settle()
        bench.screen.grid.focus()
        await bench.pilot.press(*["right"] * titles(bench).index("zother · draft"), "B")
        await bench.settle()
        reference = bench.screen.session.board.reference
        assert reference is not None
        assert reference.title == "zother · draft"
        assert bench.screen.session.board.flips() == (3, 1, 5)
        assert "▲3 fixed ▼1 broken against zother · draft" in str(bench.screen.grid.border_subtitle)
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        assert bench.screen.session.board.reference is reference, "whatever the draft says"
