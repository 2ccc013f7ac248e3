"""The HTML report in a real browser, from a file: its script, and what it may not do."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from synterm.evaluate.recount import recount
from synterm.evaluate.report import build_report
from synterm.reports.html.document import write_html
from synterm.reports.html.rows import LONGEST
from synterm.storage.project import Project
from tests.conftest import SMALL, MakeProject
from tests.support.browser import Page, browser, find_browser
from tests.support.hostile import ATTEMPTS, LONG, hostile_project
from tests.support.recording import record_run

PROGRAM = find_browser()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")

COUNT = "document.querySelector('.count').textContent"
ROWS = "[...document.querySelectorAll('tbody .live')]"
TEXTS = "[...document.querySelectorAll('tbody .live .c-{}')].map((cell) => cell.textContent)"
VERDICTS = TEXTS.format("verdict")
SMALL_RUN = ("--prompt", "router@all", "--split", "all")


def report(path: Path, *options: str) -> Path:
    """The report of a new run of a project. Not inside of an event loop."""
    record_run(path, *options)
    target = path.parent / "report.html"
    with Project.look(path) as project:
        run = project.runs.all()[-1]
        result = recount(project, run).result
        made = build_report(result, run_id=run.id, project=project.name)
        write_html(project, made, result, str(target), most=None, recounted=True)
    return target


@pytest.fixture
def small(make_project: MakeProject) -> Path:
    """The report of ten evaluations under two versions: five pass."""
    return report(make_project(), *SMALL_RUN)


@pytest.fixture
def hostile(make_project: MakeProject) -> Path:
    """A report whose texts try to be more than text."""
    return report(make_project(hostile_project()))


@asynccontextmanager
async def opened(target: Path, profile: Path, hash_: str = "") -> AsyncGenerator[Page]:
    """A page that shows the report; at the end it has asked for nothing else, and broken nothing."""
    assert PROGRAM is not None
    address = target.as_uri()
    async with browser(PROGRAM, profile) as page:
        await page.open(address + hash_)
        await page.until("document.querySelector('#evaluations')?.dataset.ready")
        yield page
        await page.value("0")  # what it told until now has been read
        assert page.complaints == []
        assert [asked.partition("#")[0] for asked in page.requested if not asked.startswith("data:")] == [address]


async def choose(page: Page, name: str, value: str) -> None:
    """Set a filter, as a person does."""
    found = f"document.querySelector('form').elements[{json.dumps(name)}]"
    event = "new Event('input', { bubbles: true })"
    await page.value(f"{found}.value = {json.dumps(value)}; {found}.dispatchEvent({event}); 0")


async def test_it_opens_from_a_file_and_lists_failures_first(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile") as page:
        assert await page.value(COUNT) == "10 evaluations"
        assert await page.value(VERDICTS) == ["✗ failed"] * 5 + ["✓ passed"] * 5
        assert await page.value("document.title") == "– small router · synterm"


async def test_columns_sort_up_down_and_back(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile") as page:
        head = "document.querySelector('th[data-key=input]')"
        as_it_was = await page.value(TEXTS.format("input"))
        for direction in ("ascending", "descending"):
            await page.value(f"{head}.querySelector('button').click()")
            assert await page.value(f"{head}.getAttribute('aria-sort')") == direction
            inputs = await page.value(TEXTS.format("input"))
            assert inputs == sorted(as_it_was, reverse=direction == "descending")
        await page.value(f"{head}.querySelector('button').click()")
        assert await page.value(f"{head}.getAttribute('aria-sort')") is None
        assert await page.value(TEXTS.format("input")) == as_it_was


async def test_filters_narrow_and_stand_in_the_address(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile") as page:
        await choose(page, "verdict", "failed")
        await page.until(f"{COUNT} === '5 of 10 evaluations'")
        await choose(page, "variant", "1")
        await page.until(f"{COUNT} === '1 of 10 evaluations'")
        assert await page.value(TEXTS.format("input")) == ["book a room"]
        assert await page.value("location.hash") == "#verdict=failed&variant=1"
        await page.value("document.querySelector('button[type=reset]').click()")
        assert await page.value(COUNT) == "10 evaluations"
        await choose(page, "text", "PERU capital")
        await page.until(f"{COUNT} === '2 of 10 evaluations'")
        await choose(page, "text", "")
        await choose(page, "tag", "terse")
        await page.until(f"{COUNT} === '4 of 10 evaluations'")
        await choose(page, "tag", "")
        await choose(page, "behavior", "Routing/Ambiguous")
        await page.until(f"{COUNT} === '6 of 10 evaluations'")


async def test_an_address_with_filters_opens_with_them(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile", "#verdict=passed&text=peru") as page:
        assert await page.value(COUNT) == "2 of 10 evaluations"
        assert await page.value("document.querySelector('form').elements.text.value") == "peru"


async def test_figures_lead_to_their_evaluations(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile") as page:
        links = "[...document.querySelectorAll('#behaviors a')].filter((link) => link.textContent === '2/3')"
        await page.value(f"{links}[0].click()")
        await page.until(f"{COUNT} === '3 of 10 evaluations'")
        confused = "document.querySelector('.matrix .wrong a')"
        times = await page.value(f"Number({confused}.textContent)")
        await page.value(f"{confused}.click()")
        await page.until(f"{COUNT} === '{times} of 10 evaluations'")
        assert set(await page.value(VERDICTS)) == {"✗ failed"}
        await page.value("document.querySelectorAll('.chips button').forEach(() => "
                         "document.querySelector('.chips button').click())")  # fmt: skip
        await page.until(f"{COUNT} === '5 of 10 evaluations'")


async def test_a_row_opens_by_keyboard_to_all_it_has(small: Path, tmp_path: Path) -> None:
    async with opened(small, tmp_path / "profile") as page:
        await page.value("document.querySelector('tbody .live button').focus()")
        await page.ask(
            "Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r"
        )
        await page.until("document.querySelectorAll('.opened').length === 1")
        assert await page.value("document.querySelector('tbody .live button').getAttribute('aria-expanded')") == "true"
        text = await page.value("document.querySelector('.opened').textContent")
        for part in ("what's the capital of peru", "expected", "out_of_scope", "clarify", "label", "the same case"):
            assert part in text
        assert "router@v2 · rules" in text
        await page.value("document.querySelector('tbody .live button').click()")
        assert await page.value("document.querySelectorAll('.opened').length") == 0


async def test_hostile_texts_stay_texts(hostile: Path, tmp_path: Path) -> None:
    async with opened(hostile, tmp_path / "profile") as page:
        await page.value(f"{ROWS}.forEach((row) => row.click())")
        assert await page.value("document.querySelectorAll('.opened').length") == len(ATTEMPTS) + 2
        await page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        shown = await page.value("[...document.querySelectorAll('.opened .text')].map((one) => one.textContent)")
        for attempt in ATTEMPTS[:12]:
            assert shown.count(attempt) >= 2  # expected, and the answer
        assert LONG[:LONGEST] in shown
        assert await page.value("document.querySelector('.opened .note').textContent") == (
            f"! {len(LONG) - LONGEST:,} more characters of it stand in the project file only."
        )
        assert await page.value("typeof owned") == "undefined"
        assert (
            await page.value(
                "document.querySelectorAll('iframe, img, base, object, embed, link[rel=stylesheet]').length"
            )
            == 0
        )
        assert await page.value("[...document.scripts].filter((one) => one.type !== 'application/json').length") == 1
        assert await page.value("document.querySelectorAll('[onerror], [onload], [onmouseover]').length") == 0
        # Each choice that a filter gives is a text, too, and finds what it names.
        tag = ATTEMPTS[4][:60]
        await choose(page, "tag", tag)
        await page.until(f"{COUNT} === '1 of {len(ATTEMPTS) + 2} evaluations'")
        await choose(page, "tag", "")
        await choose(page, "text", "</script><script>window.owned")
        await page.until(f"{COUNT}.startsWith('2 of')")


async def test_even_a_script_in_the_page_could_reach_nothing(small: Path, tmp_path: Path) -> None:
    assert PROGRAM is not None
    async with browser(PROGRAM, tmp_path / "profile") as page:
        await page.open(small.as_uri())
        await page.until("document.querySelector('#evaluations')?.dataset.ready")
        await page.value("document.addEventListener('securitypolicyviolation', (one) => { "
                         "(window.broken ??= []).push(one.effectiveDirective); }); 0")  # fmt: skip
        await page.value("const script = document.createElement('img'); script.src = 'http://127.0.0.1:9/x.png'; "
                         "document.body.append(script); 0")  # fmt: skip
        await page.value("fetch('http://127.0.0.1:9/').catch(() => { window.refused = true; }); 0")
        await page.until(
            "window.refused && window.broken?.includes('img-src') && window.broken.includes('connect-src')"
        )
        assert (
            await page.value("try { document.body.innerHTML = '<b>x</b>'; 'taken' } catch (error) { error.name }")
            == "TypeError"
        )


@pytest.fixture
def large(make_project: MakeProject) -> Path:
    """The report of 10 000 evaluations."""
    cases = "".join(f'              - {{input: "message {number}", expected: clarify}}\n' for number in range(4996))
    return report(make_project(SMALL + cases), "--prompt", "router@all")


async def test_ten_thousand_evaluations_are_paged_and_filtered(large: Path, tmp_path: Path) -> None:
    async with opened(large, tmp_path / "profile") as page:
        assert await page.value(COUNT) == "10,000 evaluations, 1 to 100 shown"
        assert await page.value(f"{ROWS}.length") == 100
        await page.value("document.querySelector('[aria-label=\"Last page\"]').click()")
        assert await page.value(COUNT) == "10,000 evaluations, 9,901 to 10,000 shown"
        await choose(page, "text", "message 499")
        await page.until(f"{COUNT} === '22 of 10,000 evaluations'")
        await choose(page, "text", "no such thing")
        await page.until(f"{COUNT} === '0 of 10,000 evaluations'")
        assert await page.value(f"{ROWS}.length") == 0
