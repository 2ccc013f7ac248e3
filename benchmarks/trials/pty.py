"""Texts that try to act on a terminal, at every place where a real terminal shows texts; resizing; and being ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from support import tables
from support.contenders import ROOT, synterm_command, synterm_env
from support.server import Server
from support.tables import Must

sys.path.insert(0, str(ROOT))
from tests.security.payloads import CONTROLS, ESCAPES, MARKUP, NAME, SHORT, acting, hostile_project
from tests.security.terminal import OWN, Terminal

SCREENS = {
    "behaviors": "1 down down e escape",
    "cases": "2 down enter escape",
    "results, why": "4 down enter right escape c escape b escape",
    "prompt, versions": "3 ctrl+o d escape",
    "palette, keys, settings": "4 ctrl+p escape f1 escape comma escape",
    "judging": "4 V f escape",
    "drafts": "4 Q x escape escape",
    "history": "4 H down enter escape escape",
    "compare": "4 C t t escape",
    "coverage": "4 O down enter escape escape",
    "fine-tuning": "4 F t t escape",
    "production": "4 P down enter escape escape",
    "distilling": "4 d down enter escape escape",
    "generating": "4 g t escape",
    "importing": "4 I escape",
}
KEYS = {
    "down": "\x1b[B",
    "right": "\x1b[C",
    "enter": "\r",
    "escape": "\x1b",
    "comma": ",",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "opq"},
    "f1": "\x1bOP",
}
COMMANDS = ("run", "ls", "ls cases", "ls prompts", "ls models", "history", "distill", "coverage", "models", "inbox")
QUIET_S = 0.3
"""After so long without anything new, a screen stands."""
SIZES = ((24, 80), (100, 300), (24, 20), (5, 40), (3, 10), (1, 1), (50, 160), (24, 80))


def hold(server: Server, folder: Path, quick: bool) -> tuple[str, list[Must]]:
    """All of it. The server is not asked anything."""
    folder.mkdir()
    rows: list[list[str]] = []
    leaks = broken = 0
    for number, (name, payload) in enumerate(_payloads(quick)):
        place = folder / str(number)
        place.mkdir()
        screens = _screens(place, payload)
        commands = _commands(place)
        found = [len(acting(OWN.sub("", text))) for text, _ in (screens, commands)]
        leaks += sum(found)
        broken += (not screens[1]) + (not commands[1])
        size = len(screens[0]) + len(commands[0])
        rows.append([name, str(len(SCREENS)), str(len(COMMANDS)), f"{size / 1e6:.1f}", *map(str, found)])
    head = ("texts with", "screens", "commands", "MB written", "acting, screens", "acting, commands")
    storm, ended = _storm(folder / "storm", 40 if quick else 400), list(_endings(folder / "ended"))
    lost = sum(code != wanted or not kept for _, code, wanted, kept in ended)
    lines = [[name, str(code), str(wanted), "yes" if kept else "**no**"] for name, code, wanted, kept in ended]
    text = "\n\n".join(
        (
            "### Texts that act on a terminal, in a real one",
            tables.table(head, rows),
            f"Resized {storm[0]} times from 1 × 1 to 100 × 300 while it was drawn, {storm[1]}.",
            tables.table(("the workbench is ended by", "exit code", "must", "terminal as it was"), lines),
        )
    )
    return text, [
        Must("texts in a terminal: characters that act", leaks, 0, unit=""),
        Must("texts in a terminal: programs that broke", broken, 0, unit=""),
        Must("resizing: programs that broke", int(storm[1] != "it went on and left with 0"), 0, unit=""),
        Must("ended: another exit code, or a terminal not given back", lost, 0, unit=""),
    ]


def _payloads(quick: bool) -> Iterator[tuple[str, str]]:
    yield "one of each kind", SHORT
    if quick:
        return
    yield "all C0, DEL and C1", "".join(char for char in CONTROLS if ord(char) < 0xA0)
    yield "what reorders, joins and hides", "".join(char for char in CONTROLS if ord(char) >= 0xA0)
    for kind, payloads in ESCAPES.items():
        yield kind, "".join(payloads)
    yield "markup", "".join(MARKUP)


def _screens(place: Path, payload: str) -> tuple[str, bool]:
    """What is written while each screen is looked at; whether it ended well."""
    name = re.sub(r"[/@\n\t]", "", payload)[:60].strip() or NAME
    (place / "p.yaml").write_text(hostile_project(payload, name), encoding="utf-8")
    env = _env(place)
    _call(place, env, "new", "p.db", "--from", "p.yaml", "--trust")
    _call(place, env, "run", "p.db", "--model", f"m {name}", "--quiet")
    terminal = Terminal("-m", "synterm", place / "p.db", **env)
    try:
        terminal.wait_for("Results")
        _still(terminal)
        for keys in SCREENS.values():
            for key in keys.split():
                os.write(terminal.master, KEYS.get(key, key).encode())
                _still(terminal)
        _leave(terminal)
        return terminal.text, terminal.end() == 0
    finally:
        terminal.close()


def _commands(place: Path) -> tuple[str, bool]:
    written, well = "", True
    for command in COMMANDS:
        name, *more = command.split()
        terminal = Terminal("-m", "synterm", name, place / "p.db", *more, **_env(place))
        try:
            well = terminal.end() in (0, 1, 3) and well
            written += terminal.text
        finally:
            terminal.close()
    return written, well


def _storm(place: Path, times: int) -> tuple[int, str]:
    terminal = _opened(place)
    try:
        for number in range(times):
            rows, columns = SIZES[number] if number < len(SIZES) else (1 + number * 7 % 100, 1 + number * 13 % 300)
            terminal.resize(rows, columns)
            terminal.read(0.01)
        terminal.resize(40, 120)
        _still(terminal)
        if terminal.process.poll() is not None:
            return times, f"it ended with {terminal.process.returncode}"
        _leave(terminal)
        return times, f"it went on and left with {terminal.end()}"
    finally:
        terminal.close()


def _endings(place: Path) -> Iterator[tuple[str, int, int, bool]]:
    place.mkdir()
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        terminal = _opened(place / number.name)
        try:
            terminal.process.send_signal(number)
            yield number.name, terminal.end(), code, terminal.given_back
        finally:
            terminal.close()


def _opened(place: Path) -> Terminal:
    place.mkdir()
    env = _env(place)
    _call(place, env, "new", "p.db", "--sample", "meeting_router")
    terminal = Terminal("-m", "synterm", place / "p.db", **env)
    terminal.wait_for("Results")
    return terminal


def _leave(terminal: Terminal) -> None:
    """As a person does: out of whatever is open, then away."""
    for key in ("escape", "escape", "ctrl+q"):
        os.write(terminal.master, KEYS[key].encode())
        _still(terminal)


def _still(terminal: Terminal) -> None:
    """Read until nothing more is drawn; what moves for ever is left after a while."""
    until = time.monotonic() + 10 * QUIET_S
    while terminal.read(QUIET_S) and time.monotonic() < until:
        pass


def _env(place: Path) -> dict[str, str]:
    state = place / "state"
    state.mkdir(exist_ok=True)
    (state / "workbench.json").write_text('{"tour_seen": true}')
    return synterm_env(place)


def _call(place: Path, env: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(
        synterm_command(*words), cwd=place, env={**os.environ, **env}, capture_output=True, check=False
    )
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(done.stderr.decode())
