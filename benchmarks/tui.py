"""The workbench in a real pseudo-terminal: from a key to what it draws, and the memory it takes."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support import bench, found_in_tui, keys, options, tables
from support.found_in_tui import Found
from support.keys import Times
from support.rounds import others_busy_s
from support.server import Server
from terminal import Terminal

DEBOUNCE_MS = 120
LANDING = {"concurrency": 25, "live_sample": 1_000_000, "debounce_priced_ms": 60}
"""25 requests at a time, each answered after 50 ms: 500 results a second, soon after each key."""


def main() -> None:
    """Measure, print, and write the sections."""
    parser = options.parser(__doc__)
    parser.add_argument("--sort", action="store_true", help="also sort, by the key s in the results")
    parser.add_argument("--only", default="all", choices=("all", *_PARTS), help="one part")
    args = options.parse(parser)
    found = Found()
    with tempfile.TemporaryDirectory() as place:
        for name, measure in _PARTS.items():
            if args.only in ("all", name):
                began, busy = time.perf_counter(), others_busy_s()
                measure(found, Path(place), args)
                took = time.perf_counter() - began
                found.disturbed[name] = (others_busy_s() - busy) / took / len(os.sched_getaffinity(0))
                print(f"  {name}: {took:.0f} s, {found.disturbed[name]:.0%} used by others", file=sys.stderr)
    options.finish(args, "tui", "The workbench", found_in_tui.section(found))
    if args.write:
        tables.write_table("workbench", found_in_tui.short(found))


def typing(found: Found, folder: Path, args: Namespace) -> None:
    """A letter in the prompt, nothing else going on."""
    texts = {
        "8 lines": bench.prompt_of(8),
        "200 lines": bench.prompt_of(200),
        "10 000 lines": bench.prompt_of(10_000, 30),
        "1 MB": bench.prompt_of(1_000_000 // 81, 80),
    }
    for name, text in texts.items():
        path = bench.make_project(folder / f"{name}.db", 5, bench.scripted(), text)
        with bench.workbench(path) as terminal:
            found.typing[name] = _beside_bare(terminal, text, folder, 20 if args.quick else 200, 0.05)


def landing(found: Found, folder: Path, args: Namespace) -> None:
    """A letter in the prompt while results land."""
    text, count = bench.prompt_of(200), _count(args)
    with Server() as server:
        server.reset(delay_ms=50)
        path = bench.make_project(folder / "landing.db", count, bench.behind(server.url), text)
        with bench.workbench(path, **LANDING) as terminal:
            found.landing_per_s = _landing_rate(terminal, server)
            times = _beside_bare(terminal, text, folder, 20 if args.quick else 200, 0.2)
            found.typing[f"200 lines, {count:,} cases, results landing"] = times


def cached(found: Found, folder: Path, args: Namespace) -> None:
    """A letter back in the prompt whose answers are in the file: until the first of them is drawn."""
    new = next(keys.letters())
    rules = [{"match": new, "in": "system", "answer": "changed"}]
    path = bench.make_project(folder / "cached.db", _count(args), bench.scripted(rules=rules), bench.prompt_of(200))
    times: list[float] = []
    with bench.workbench(path) as terminal:
        terminal.drawn("plain")
        for number in range(5 if args.quick else 20):
            took = terminal.key(new, "changed") * 1000 - DEBOUNCE_MS
            times += [took] if number else []  # the first time it is asked
            terminal.skip(0.4)
            terminal.send(keys.BACKSPACE)
            # Until the answers to the text before are gone from the screen, also on a busy machine.
            terminal.skip(1.0)
    found.cached = Times(times)


def opening(found: Found, folder: Path, args: Namespace) -> None:
    """From the start to the panes, and to the first rows."""
    path = _silent(folder, args)
    panes: list[float] = []
    rows: list[float] = []
    for _ in range(2 if args.quick else 5):
        with bench.workbench(path) as terminal:
            rows.append((time.perf_counter() - terminal.began) * 1000)
        terminal = bench.opened(path)
        panes.append(terminal.wait_for("Behaviors") * 1000)
        terminal.close()
    found.jumps["start to first paint"], found.jumps["start to first rows"] = Times(panes), Times(rows)


def scrolling(found: Found, folder: Path, args: Namespace) -> None:
    """Keys held down in the results."""
    with bench.workbench(_silent(folder, args)) as terminal:
        terminal.quiet()
        terminal.send(keys.TAB)
        found.scrolling |= _scrolled(terminal, args, "nothing landing")


def finding(found: Found, folder: Path, args: Namespace) -> None:
    """A letter in the filter, and taking it back; sorting."""
    count = _count(args)
    matching = sum("7" in f"{number:06d}" for number in range(count))
    narrow: list[float] = []
    widen: list[float] = []
    with bench.workbench(_silent(folder, args)) as terminal:
        terminal.quiet()
        terminal.send(keys.TAB)
        terminal.quiet()
        terminal.send("/")
        for _ in range(3 if args.quick else 10):
            terminal.quiet()
            narrow.append(terminal.key("7", f"· {matching:,}") * 1000)
            terminal.quiet()
            widen.append(terminal.key(keys.BACKSPACE, f"· {count:,}") * 1000)
        if args.sort:
            found.jumps["sort"] = _sorted(terminal)
    found.jumps["filter: a letter more"], found.jumps["filter: a letter less"] = Times(narrow), Times(widen)


def growing(found: Found, folder: Path, args: Namespace) -> None:
    """Memory: opened, one column landed, three columns landed; then scrolling among them."""
    count = _count(args)
    path = bench.make_project(folder / "full.db", count, bench.scripted(), bench.prompt_of(8), versions=2)
    with bench.workbench(_silent(folder, args)) as terminal:
        terminal.quiet()
        found.memory["opened"] = bench.memory(terminal)
    bench.answer_all(path)
    with bench.workbench(path) as terminal:
        found.landed_s["one column"] = terminal.wait_for(f"{count}/{count} fresh", timeout=300)
        found.memory["one column landed"] = bench.memory(terminal)
        found.landed_s["three columns"] = terminal.wait_for("● live", timeout=600)
        found.memory["three columns landed"] = bench.memory(terminal)
        terminal.quiet()
        terminal.send(keys.TAB)
        found.scrolling |= _scrolled(terminal, args, "three columns landed")


_PARTS = {
    "typing": typing,
    "landing": landing,
    "cached": cached,
    "opening": opening,
    "scrolling": scrolling,
    "finding": finding,
    "growing": growing,
}


def _count(args: Namespace) -> int:
    return 10_000 if args.quick else 100_000


def _silent(folder: Path, args: Namespace) -> Path:
    """A project whose model is not asked."""
    made = folder / "silent.db"
    if not made.exists():
        bench.make_project(made, _count(args), bench.SILENT, bench.prompt_of(8))
    return made


def _beside_bare(terminal: Terminal, text: str, folder: Path, count: int, every_s: float) -> tuple[Times, Times]:
    """The times of so many keys in the workbench; of half as many in the bare text area, before and after those."""
    new = keys.letters()
    with bench.bare_editor(text, folder) as bare:
        bare.quiet()
        floor = keys.type_letters(bare, count // 4, new, 0.04)
        # What was drawn meanwhile was not read; and the first keys bring in code that was not needed before.
        terminal.skip(1.0)
        keys.type_letters(terminal, 3, new, every_s)
        ours = keys.type_letters(terminal, count, new, every_s)
        floor += keys.type_letters(bare, count // 4, new, 0.04)
    return Times(ours), Times(floor)


def _landing_rate(terminal: Terminal, server: Server) -> float:
    """Answers a second that the workbench takes while nothing is typed. It waits when nobody reads what it draws."""
    terminal.skip(1.0)
    before, began = server.stats()["requests"], time.perf_counter()
    terminal.skip(2.0)
    return (server.stats()["requests"] - before) / (time.perf_counter() - began)


def _scrolled(terminal: Terminal, args: Namespace, name: str) -> dict[str, Times]:
    """The cursor in the results, on their first row."""
    terminal.skip(0.2)
    terminal.send(keys.PAGE_DOWN)
    page = max(bench.rows_drawn(terminal.quiet()))
    count = 30 if args.quick else 200
    pages = keys.hold(terminal, keys.PAGE_DOWN, count, page, page)
    downs = keys.hold(terminal, keys.DOWN, count, 1, page * (count + 1))
    last = f"row {_count(args) - 1:06d}"
    ends: list[float] = []
    for _ in range(5):
        terminal.quiet()
        ends.append(terminal.key(keys.END, last) * 1000)
        terminal.quiet()
        terminal.send(keys.HOME)
    return {f"page down, {name}": pages, f"down, {name}": downs, f"to the last row, {name}": Times(ends)}


def _sorted(terminal: Terminal) -> Times:
    """The key s in the results, until rows are drawn anew."""
    terminal.send(keys.TAB * 3)
    times: list[float] = []
    for _ in range(5):
        terminal.quiet()
        times.append(terminal.key("s", "row ") * 1000)
    return Times(times)


if __name__ == "__main__":
    main()
