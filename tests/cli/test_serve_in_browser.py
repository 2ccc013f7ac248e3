"""The workbench in a real browser: what is typed there is answered by the grid there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.served import served
from tests.conftest import MakeProject
from tests.support.browser import browser, find_browser

PROGRAM = find_browser()


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")
async def test_the_grid_answers_what_is_typed(make_project: MakeProject, tmp_path: Path):
    assert PROGRAM is not None
    async with served(make_project()) as server, browser(PROGRAM, tmp_path / "profile") as page:
        await page.open(server.link)
        # The draft says what the version kept last says.
        await page.shows("✓ out_of_scope", times=2)
        # Under this system message every answer is `clarify`; it is typed at the start of the prompt's first message.
        await page.type("be terse ")
        await page.shows("be terse You route one message")
        await page.shows("✓ out_of_scope", times=1)
        assert "token" not in await page.value("location.href")
        assert page.complaints == []
        assert page.requested
        assert [address for address in page.requested if f"//{server.address}/" not in address] == []
        await page.press("q", 81, control=True)
        await page.until("document.querySelector('#ended').open")
        assert await page.value("document.querySelector('#reason').textContent") == "The workbench was closed."


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed")
async def test_without_the_token_the_browser_shows_what_to_do(make_project: MakeProject, tmp_path: Path):
    assert PROGRAM is not None
    async with served(make_project()) as server, browser(PROGRAM, tmp_path / "profile") as page:
        await page.open(f"{server.origin}/")
        await page.until("document.body && document.body.textContent.includes('Open the whole link')")
