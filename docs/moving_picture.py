"""Draws the moving picture of the README: the workbench while somebody types, as it happened, as one SVG.

Run it where synterm is installed with `local`, on a machine with nothing else to do: ``python docs/moving_picture.py``.
It makes the sample project, evaluates it with the embedded model, types into the real workbench and looks at its screen
ten times a second. Each line of the screen stands in the file once for every look that it had, and is shown for that
time; nothing is drawn by hand, and nothing is made faster than it was.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pictures import PICTURES, THEMES
from rich.cells import cell_len
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual._context import visible_screen_stack
from textual.pilot import Pilot

from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.guard import guard_terminal

SIZE = (116, 30)
LOOK_S = 0.1
CELL, LINE, BASE = 9.6, 19.5, 14.6
"""The width of a cell, the height of a line and where its letters stand, in the units of the picture."""
MARGIN = 12.0
END_S = 2.5
"""How long the last look stays before it all begins anew."""
KEY_S = 0.06
STEPS = 9
"""From the top of the tree down to the behavior that fails its gate."""
TYPED = ("same as before please -> clarify", "help with the audit pls -> clarify")
EXAMPLES = """\
push the kickoff to 2pm -> schedule
key points from the ops weekly -> summarize
need the slides from the partner day, Rosa made them -> retrieve
give me a recipe for lentil soup -> out_of_scope
drop my sync w Nils on friday -> schedule
who took which todo in the launch meeting -> summarize
Can you send me the link to the Delta test plan? It's a doc from spring. -> retrieve
sort out the workshop for me -> clarify
"""
"""What the prompt has before: the sample's, where the unclear one stands last."""
KEYS = {" ": "space", "-": "minus", ">": "greater_than_sign"}

Row = str
Look = tuple[float, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the screen with one look, from when to when in seconds."""

    line: int
    row: Row
    begin: float
    end: float


def sample(folder: Path) -> Path:
    """The sample project with a third version of its prompt, evaluated once."""
    path = folder / "meeting_router.db"
    synterm = [sys.executable, "-m", "synterm"]
    subprocess.run([*synterm, "new", str(path), "--sample", "meeting_router"], check=True, stdout=subprocess.DEVNULL)
    examples = folder / "examples.txt"
    examples.write_text(EXAMPLES, encoding="utf-8")
    subprocess.run([*synterm, "edit", str(path), "prompt", "router", "--example", f"@{examples}"], check=True)
    # It ends with 1, as one of its gates does not hold yet.
    subprocess.run([*synterm, "run", str(path), "--prompt", "router@all", "--quiet"], check=False)
    return path


async def record(project: Project, theme: str) -> list[Look]:
    """The screen's looks while the scene is played."""
    app = WorkbenchApp(project, Settings(theme=theme), Providers())
    async with app.run_test(size=SIZE) as pilot:
        await asyncio.sleep(4)
        looks: list[Look] = []
        watching = asyncio.create_task(watch(app, looks))
        await play(app, pilot)
        watching.cancel()
    return looks


async def watch(app: WorkbenchApp, looks: list[Look]) -> None:
    """Look ten times a second, and keep what changed."""
    start = time.perf_counter()
    while True:
        visible_screen_stack.set(app._background_screens)
        rows = tuple(row_of(strip) for strip in app.screen._compositor.render_strips())
        # A window that was just opened has no size yet.
        if len(rows) == SIZE[1] and (not looks or looks[-1][1] != rows):
            looks.append((time.perf_counter() - start, rows))
        await asyncio.sleep(LOOK_S)


async def play(app: WorkbenchApp, pilot: Pilot[int]) -> None:
    """What somebody does: choose the behavior that fails, give two more examples, watch, look why one still fails."""
    bench = app.screen_stack[1]
    await bench.run_action("pane('behaviors')")
    await press(pilot, *["down"] * STEPS, pause=0.12)
    await asyncio.sleep(1)
    await bench.run_action("pane('prompt')")
    await press(pilot, "ctrl+t", "ctrl+t", pause=0.6)
    await press(pilot, "ctrl+end", pause=0.4)
    for line in TYPED:
        await press(pilot, "enter", pause=0.3)
        for letter in line:
            await press(pilot, KEYS.get(letter, letter), pause=KEY_S)
        await asyncio.sleep(2.5)
    await asyncio.sleep(6)
    await bench.run_action("pane('results')")
    await asyncio.sleep(1)
    await press(pilot, "f", pause=1.5)
    await press(pilot, "enter", pause=3)
    await press(pilot, "escape", pause=1)


async def press(pilot: Pilot[int], *keys: str, pause: float) -> None:
    """Press keys as a person does, with a pause in seconds after each."""
    for key in keys:
        await pilot.press(key)
        await asyncio.sleep(pause)


def row_of(segments: Sequence[Segment]) -> Row:
    """A line of the screen as SVG, at the height of the first."""
    grounds: list[str] = []
    texts: list[str] = []
    column = 0
    for text, style, _ in Segment.simplify(segments):
        width = cell_len(text)
        ink, ground, marks = look_of(style or Style.null())
        x, wide = column * CELL, width * CELL
        grounds.append(f'<path fill="{ground}" d="M{x:g} 0h{wide:g}v{LINE:g}h-{wide:g}z"/>')
        if text.strip():
            place = f'x="{x:g}" y="{BASE:g}" textLength="{wide:g}"'
            texts.append(f'<text {place} fill="{ink}"{marks}>{escape(text, quote=False)}</text>')
        column += width
    return "".join(grounds + texts)


def look_of(style: Style) -> tuple[str, str, str]:
    """The colours of letters and ground, and what else there is to the letters."""
    ink, ground = _hex(style.color, "#dddddd"), _hex(style.bgcolor, "#111111")
    if style.reverse:
        ink, ground = ground, ink
    marks = ' font-weight="bold"' if style.bold else ""
    marks += ' font-style="italic"' if style.italic else ""
    lines = [name for name, there in (("underline", style.underline), ("line-through", style.strike)) if there]
    marks += f' text-decoration="{" ".join(lines)}"' if lines else ""
    return _between(ink, ground) if style.dim else ink, ground, marks


def _hex(color: Color | None, otherwise: str) -> str:
    return otherwise if color is None or color.is_default else color.get_truecolor().hex


def _between(ink: str, ground: str) -> str:
    pairs = [(int(ink[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return ColorTriplet(*[(one + other) // 2 for one, other in pairs]).hex


def shown(looks: Sequence[Look], whole_s: float) -> Iterator[Shown]:
    """Each look of each line, with its time."""
    for line in range(len(looks[0][1])):
        row, begin = looks[0][1][line], 0.0
        for at, rows in looks[1:]:
            if rows[line] != row:
                yield Shown(line, row, begin, at)
                row, begin = rows[line], at
        yield Shown(line, row, begin, whole_s)


def moving(looks: Sequence[Look]) -> str:
    """The whole picture. Without motion, also where a person prefers none, it is the first look."""
    whole_s = looks[-1][0] + END_S
    every = list(shown(looks, whole_s))
    spans = sorted({(one.begin, one.end) for one in every if one.end - one.begin < whole_s})
    named = {span: f"k{at}" for at, span in enumerate(spans)}
    wide, high = SIZE[0] * CELL + 2 * MARGIN, SIZE[1] * LINE + 2 * MARGIN
    ground = looks[0][1][0].partition('fill="')[2].partition('"')[0]
    bare = re.compile(f'<path fill="{ground}" [^>]*>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {wide:g} {high:g}"'
            ' role="img" aria-label="Typing into a prompt in synterm while the results of all cases change">',
            "<style>",
            "text{font:16px 'JetBrains Mono','Fira Code',Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}",
            f".m{{visibility:hidden;animation:{whole_s:.2f}s step-end infinite}}.p{{visibility:visible}}",
            *(f"@keyframes {named[span]}{{{_steps(*span, whole_s)}}}" for span in spans),
            "@media (prefers-reduced-motion:reduce){.m{animation:none!important}}",
            "</style>",
            f'<rect width="100%" height="100%" rx="10" fill="{ground}"/>',
            f'<g transform="translate({MARGIN:g} {MARGIN:g})">',
            *(bare.sub("", _drawn(one, named.get((one.begin, one.end)))) for one in every),
            "</g></svg>\n",
        ]
    )


def _steps(begin: float, end: float, whole_s: float) -> str:
    first = f"0%{{visibility:{'visible' if begin == 0 else 'hidden'}}}"
    rise = "" if begin == 0 else f"{begin / whole_s:.3%}{{visibility:visible}}"
    fall = "" if end >= whole_s else f"{end / whole_s:.3%}{{visibility:hidden}}"
    return first + rise + fall


def _drawn(one: Shown, name: str | None) -> str:
    place = f'transform="translate(0 {one.line * LINE:g})"'
    if name is None:
        return f"<g {place}>{one.row}</g>"
    kind = "m p" if one.begin == 0 else "m"
    return f'<g {place} class="{kind}" style="animation-name:{name}">{one.row}</g>'


def main() -> None:
    """Play the scene in each theme that is named (all without names), and write what was seen."""
    os.environ.pop("NO_COLOR", None)
    guard_terminal()
    for name in sys.argv[1:] or THEMES:
        with tempfile.TemporaryDirectory() as folder, Project.open(sample(Path(folder))) as project:
            looks = asyncio.run(record(project, THEMES[name]))
        target = PICTURES / f"typing-{name}.svg"
        target.write_text(moving(looks), encoding="utf-8")
        print(f"{target.name}: {len(looks)} looks, {looks[-1][0]:.0f} s, {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
