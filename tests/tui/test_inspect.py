"""All about a cell."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content
from textual.widgets import Static

from synterm.core.case import Case, Origin
from synterm.storage.project import Project
from synterm.tui.screens.inspect import InspectScreen, SectionName
from synterm.tui.why.sections import NAMES, Section, cut, pretty
from synterm.tui.widgets.grid.grid import ResultGrid
from tests.tui.conftest import INPUTS, Bench, MakeProject, OpenBench, body, scripted

PAYLOAD = "[/]\x1b]52;c;ZXZpbA==\x07\u202e[@click=app.exit]x[/]"


async def look(bench: Bench, *keys: str) -> InspectScreen:
    """Open the cell that keys lead to."""
    bench.screen.query_one(ResultGrid).focus()
    await bench.pilot.press(*keys, "enter")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, InspectScreen)
    return screen


def text(screen: InspectScreen) -> str:
    """All sections."""
    return "\n".join(str(screen.query_one(f"#section-{place}", Static).visual) for place in range(len(NAMES)))


async def test_every_section_tells_its_part(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(140, 60)) as bench:
        screen = await look(bench, "end")
        told = text(screen)
        for part in (
            "what did they say",
            "dev · accepted",
            "✗ clarify",
            "expected summarize",
            "Route the message.",
            "free text",
            "complete",
            "script · v1",
            "always clarify",
            "No recorded run has this case",
            '"choices"',
        ):
            assert part in told
        await bench.pilot.press("escape")
        assert bench.app.screen is bench.screen


async def test_one_walks_to_other_cases_and_columns(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        screen = await look(bench)
        await bench.pilot.press("n", "n", "p", "right")
        await bench.settle()
        assert screen.case.title == "meet w/ Dana on friday"
        assert "2 of 5" in bench.text()
        assert screen.column is bench.screen.session.board.columns[1]
        await bench.pilot.press("escape")
        await bench.settle()
        grid = bench.screen.query_one(ResultGrid)
        assert (grid.cursor, grid.column, bench.screen.cases.list.cursor) == (1, 1, 1)


async def test_it_stays_with_its_case_when_the_rows_are_arranged_anew(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        screen = await look(bench, "down")
        session, grid = bench.screen.session, bench.screen.grid
        bench.screen.sort_rows("input")
        await bench.settle()
        order = [case.title for case in session.shown]
        place = order.index("meet w/ Dana on friday")
        assert place != 1
        assert screen.case.title == "meet w/ Dana on friday"
        await bench.pilot.press("n", "p", "escape")
        await bench.settle()
        assert (grid.cursor, bench.screen.cases.list.cursor) == (place, place)


async def test_a_case_that_left_the_rows_leaves_the_cursor_alone(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        screen = await look(bench, "down")
        bench.project.cases.remove([screen.case.id]).result()
        bench.screen.project_edited()
        await bench.settle()
        assert "meet w/ Dana" in text(screen)
        await bench.pilot.press("n")
        await bench.settle()
        assert screen.case.title == "send the notes"
        await bench.pilot.press("p", "escape")
        await bench.settle()
        assert bench.screen.grid.cursor == 0


async def test_what_was_asked_for_is_done_to_the_case_that_was_meant(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        listed = bench.screen.cases.list
        listed.focus()
        await bench.pilot.press("down")
        meant = bench.screen.session.shown[1]
        listed.action_ask("reject")
        bench.screen.grid.action_inspect()
        bench.screen.sort_rows("input")
        listed.cursor = 0
        await bench.settle()
        assert bench.project.cases.get(meant.id).status == "rejected"
        screen = bench.app.screen
        assert isinstance(screen, InspectScreen)
        assert screen.case.id == meant.id


async def test_keys_and_clicks_go_to_a_section(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        screen = await look(bench)
        await bench.pilot.press("5")
        await bench.pilot.pause()
        assert "Other columns  what only" in bench.text()
        await bench.pilot.press("left_square_bracket", "left_square_bracket")
        await bench.pilot.pause()
        assert re.search(r"[│┃] +Request", bench.text())
        await bench.pilot.click(screen.query(SectionName).first())
        await bench.pilot.pause()
        assert "can we meet tmrw" in bench.text()


async def test_the_answer_and_all_of_it_can_be_copied(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await look(bench)
        await bench.pilot.press("y")
        assert bench.app.clipboard == "schedule"
        await bench.pilot.press("Y")
        assert bench.app.clipboard.startswith("# script · draft")
        assert all(f"## {name}" in bench.app.clipboard for name in NAMES)


async def test_asking_again_shows_the_new_answer(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        screen = await look(bench)
        before = bench.responses()
        await bench.pilot.press("R")
        await bench.settle()
        assert bench.responses() > before
        await bench.until(lambda: "asked for afresh" in text(screen))


async def test_recorded_runs_are_its_history(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        evaluation = None
        session = bench.screen.session
        case = session.rows[0]
        from synterm.tui.why.finding import find_out

        why = find_out(case, bench.draft, session.checklist, bench.project.responses)
        assert why is not None
        evaluation = why.evaluation
        for _ in range(3):
            run_id = bench.project.runs.start({}, who="somebody", git_commit=None).result()
            bench.project.runs.add(run_id, [evaluation]).result()
        told = text(await look(bench))
        assert "3 recorded verdicts" in told
        assert "✓✓✓  3/3  router@draft · script" in told


async def test_what_is_hostile_is_shown_as_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project(scripted(default=PAYLOAD), [(PAYLOAD, PAYLOAD, "t")], versions=[("one", body(PAYLOAD))])
    with Project.open(path) as project:
        [case] = [case for case in project.cases.select() if case.split == "dev"]
        origin = Origin(kind="generated", seed_id=case.id, detail={PAYLOAD: PAYLOAD})
        project.cases.put([Case.model_validate({**case.model_dump(), "origin": origin})]).result()
    async with open_bench(path, size=(140, 60)) as bench:
        told = text(await look(bench))
        assert "[/]␛]52;c;ZXZpbA==␇‹U+202E›[@click=app.exit]x[/]" in told
        assert not re.search("[\x1b\x07\u202e]", told + bench.text())
        await bench.pilot.press("Y", "o", "7")
        assert bench.app.failure is None


async def test_an_answer_of_a_megabyte_is_cut_and_says_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    model = scripted(rules=[], default="word " * 200_000)
    async with open_bench(make_project(model, INPUTS[:1])) as bench:
        told = text(await look(bench))
        assert "… cut: 20,000 of 1,000,000 characters are shown" in told
        await bench.pilot.press("y")
        assert len(bench.app.clipboard) == 1_000_000


def test_a_response_is_shown_as_it_can_be_read() -> None:
    assert pretty(b'{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert pretty(b"\xff no json") == "\ufffd no json"


@given(st.text(max_size=50), st.integers(1, 50))
def test_a_cut_text_says_that_it_is_cut(given: str, limit: int) -> None:
    assert ("… cut: " in cut(given, limit)) == (len(given) > limit)


@given(st.text(st.sampled_from("~a\n "), max_size=40))
def test_no_text_closes_the_fence_around_it(given: str) -> None:
    lines = Section("Answer", "", Content(given)).markdown().splitlines()
    fence = lines[-1]
    assert lines.count(fence) == 2


async def test_how_a_case_came_to_be_is_told_in_words(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    made: dict[str, object] = {
        "steps": [{"type": "terse", "random": 3, "version": "e9e8ef"}, "no step"],
        "filters": [{"filter": "too-far", "score": 0.789, "reason": "0.79 like its seed"}],
        "keeps": "same",
        "note": "said in few words",
        "label_check": "nothing",
        "asked by": "ann",
    }
    with Project.open(path) as project:
        seed, case, *_ = project.cases.select()
        origin = Origin(kind="generated", seed_id=seed.id, detail=made)
        project.cases.put([case.model_copy(update={"origin": origin, "root_id": seed.root_id})]).result()
    async with open_bench(path, size=(140, 60)) as bench:
        told = text(await look(bench, "down"))
        for part in (
            "made by terse@e9e8ef · random 3",
            "filter too-far 0.79: 0.79 like its seed",
            f"of manual case {seed.id[-8:]}: {seed.title}",
            "asked by  ann",
        ):
            assert part in told
        assert '{"' not in told.partition("Verdict")[0].partition("parameters")[0]
