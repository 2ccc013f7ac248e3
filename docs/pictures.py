"""Draws the pictures of the documentation: the workbench's screens in two themes as SVG, the HTML report as PNG.

Run it where synterm is installed with `local`: ``python docs/pictures.py``, or with the names of some. It makes a
sample project, evaluates it with the embedded model, goes to each screen by its keys and exports what that shows. The
report is drawn by a Chromium.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from synterm.core.model import ModelSpec
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.guard import guard_terminal

PICTURES = Path(__file__).parent / "pictures"
THEMES = {"dark": "synterm-dark", "light": "synterm-light"}
SCREENS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "workbench": ((150, 42), ()),
    "small": ((80, 24), ()),
    "why": ((130, 44), ("focus:results", "enter")),
    "columns": ((130, 40), ("focus:results", "c")),
    "generate": ((130, 40), ("focus:results", "g", "ctrl+s", "down", "down", "up", "up")),
    "history": ((130, 40), ("focus:results", "H")),
    "compare": ((130, 40), ("focus:results", "C")),
    "labels": ((130, 40), ("focus:results", "C", "left_square_bracket", "t")),
    "coverage": ((130, 40), ("focus:results", "O", "right_square_bracket", "right_square_bracket", "3")),
    "production": ((150, 40), ("focus:results", "P", "down", "down", "enter", "down")),
    "review": ((110, 32), ("focus:results", "V")),
    "drafts": ((120, 36), ("focus:results", "Q")),
    "versions": ((130, 36), ("ctrl+o",)),
    "settings": ((110, 36), ("focus:results", "comma")),
    "keys": ((110, 36), ("f1",)),
    "palette": ((110, 32), ("ctrl+p",)),
    "trust": ((110, 32), ()),
    "restricted": ((80, 24), ("l",)),
}
"""The size in columns and rows, and the keys that lead there."""

FOREIGN = ("trust", "restricted")
"""Those of a project that came from someone else."""
REPORT = "report"
_SCHEMES = {"dark": 0, "light": 1}
"""As Chromium numbers the colour schemes that a person may prefer."""


async def draw(project: Project, name: str, theme: str) -> str:
    """One screen as SVG."""
    size, keys = SCREENS[name]
    app = WorkbenchApp(project, Settings(theme=THEMES[theme]), Providers())
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        for key in keys:
            if key.startswith("focus:"):
                await app.screen_stack[1].run_action(f"pane('{key.removeprefix('focus:')}')")
            else:
                await pilot.press(key)
            await settle(app, pilot)
        return app.export_screenshot(title="synterm")


async def settle(app: WorkbenchApp, pilot: object) -> None:
    """Wait until nothing changes any more."""
    await asyncio.sleep(1.5)
    await pilot.pause()  # type: ignore[attr-defined]


def sample(folder: Path) -> Path:
    """The sample project with a few recorded runs."""
    path = folder / "meeting_router.db"
    synterm = [sys.executable, "-m", "synterm"]
    subprocess.run([*synterm, "new", str(path), "--sample", "meeting_router"], check=True, stdout=subprocess.DEVNULL)
    for versions in ("router@all", "router@1", "router@2", "router@all"):
        subprocess.run([*synterm, "run", str(path), "--prompt", versions, "--quiet"], check=False)
    log = folder / "requests.jsonl"
    log.write_text("\n".join(map(json.dumps, traffic(path))), encoding="utf-8")
    subprocess.run([*synterm, "import", str(path), str(log), "--as", "production"], check=False)
    return path


def foreign(path: Path) -> Path:
    """A copy of the project that asks for something, as someone else may have sent it."""
    copy = path.with_name("theirs.db")
    shutil.copyfile(path, copy)
    far = "https://llm.example.net/v1"
    app = {"method": "DELETE", "path": "/admin", "body": {"text": "{{ message }}"}, "answer": "$.text"}
    asks = (
        ModelSpec(name="gpt", model="openai/gpt-4o-mini"),
        ModelSpec(name="far", model="openai/router", api_base=far, api_key_env="OPENAI_API_KEY"),
        ModelSpec(name="app", model="http/app", api_base="http://127.0.0.1:8080", params=app),
    )
    with Project.open(copy) as project:
        for spec in asks:
            project.models.put(spec).result()
    return copy


ASKED = {
    "¿dónde está la factura {}": ("de mayo?", "del hotel?", "de Lisboa?", "del taxi?", "de la comida?", "del tren?"),
    "printer jammed: {}": ("floor 3", "floor 5, tray 2", "toner empty", "paper stuck", "error E52", "floor 1 again"),
    "vpn {}": ("drops", "timeout", "token expired", "no route", "client crash"),
}


def traffic(path: Path) -> Iterator[dict[str, str]]:
    """What users may have asked: about what cases say, in other words, and for two things that none covers."""
    start = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
    with Project.open(path) as project:
        known = [(case.title, str(case.expected)) for case in project.cases.select(CaseFilter(split="holdout"))]
    asked = [(f"{text} please" if at % 2 else f"hey, {text}", label) for at, (text, label) in enumerate(known)]
    asked += [(words.format(what), "clarify") for words, several in ASKED.items() for what in several for _ in range(2)]
    for at, (text, label) in enumerate(asked):
        when = start + timedelta(hours=(at * 37) % 330, minutes=at)
        yield {"message": text, "output": label, "time": when.isoformat(), "model": "gpt-4o-mini"}


def draw_report(path: Path, theme: str, target: Path) -> None:
    """The top of the report of the last run, as a browser shows it."""
    page = path.parent / "report.html"
    subprocess.run([sys.executable, "-m", "synterm", "report", str(path), "-o", str(page)], check=True)
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chrome"
    options = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--window-size=1280,1420",
        f"--user-data-dir={path.parent / 'browser'}",
        f"--blink-settings=preferredColorScheme={_SCHEMES[theme]}",
        f"--screenshot={target}",
    )
    subprocess.run([program, *options, page.as_uri()], check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    """Draw them all, or those that are named."""
    os.environ.pop("NO_COLOR", None)
    guard_terminal()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        path = sample(Path(folder))
        for name in sys.argv[1:] or (*SCREENS, REPORT):
            for theme in THEMES:
                if name == REPORT:
                    draw_report(path, theme, PICTURES / f"{name}-{theme}.png")
                    continue
                with Project.open(foreign(path) if name in FOREIGN else path) as project:
                    svg = asyncio.run(draw(project, name, theme))
                (PICTURES / f"{name}-{theme}.svg").write_text(svg, encoding="utf-8")
                print(f"{name}-{theme}.svg")


if __name__ == "__main__":
    main()
