"""Projects to open in the workbench, and the workbench on them in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terminal import Terminal

from support.launch import tree_bytes
from synterm.core.case import Case
from synterm.core.model import ModelSpec, Price
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Node
from synterm.storage.project import Project

LINE = "Answer with the one word that the message asks for, and with nothing else."
SILENT = ModelSpec(name="silent", model="openai/silent", api_key_env="SYNTERM_BENCH_NO_KEY")
"""Has no key, so nothing is asked: what the workbench does by itself."""
_NUMBERS = re.compile(rb"row (\d{6})")
_MB = 1024**2


def scripted(**params: Any) -> ModelSpec:
    """Answers at once, in the workbench's own process."""
    return ModelSpec(name="script", model="scripted/rules", params={"default": "plain", **params})


def behind(url: str) -> ModelSpec:
    """The stub server; it costs nothing."""
    params = {"max_tokens": 16}
    return ModelSpec(name="stub", model="openai/stub", api_base=url, params=params, price=Price(input=0, output=0))


def prompt_of(lines: int, width: int = len(LINE)) -> str:
    """A prompt of so many lines, each of so many characters."""
    whole = (LINE + " ") * (width // len(LINE) + 1)
    return "\n".join(whole[:width] for _ in range(lines))


def make_project(path: Path, count: int, model: ModelSpec, system: str, versions: int = 1) -> Path:
    """A project of `count` cases ``row 000123 …``; each version of its prompt says a word more."""
    with Project.create(path, "bench") as project:
        feature = Node(level="feature", name="Feature", checks=({"type": "equals"},))
        behavior = Node(level="behavior", name="Behavior", parent_id=feature.id)
        nodes = [Node(level="scenario", name=f"scenario {n}", parent_id=behavior.id, position=n) for n in range(10)]
        project.nodes.put(feature, behavior, *nodes).result()
        project.cases.put(
            Case(scenario_id=nodes[n * 10 // count].id, input={"message": f"row {n:06d} plain"}, expected="plain")
            for n in range(count)
        ).result()
        kept = [(f"version {n}", _body(system, n)) for n in range(versions)]
        project.prompts.add("prompt", kept).result()
        project.models.put(model).result()
    return path


def _body(system: str, number: int) -> PromptBody:
    said = Message(role="system", content=system + " Please." * number)
    return PromptBody(messages=(said, Message(role="user", content="{{ message }}")))


def answer_all(path: Path) -> None:
    """Put the answers to all versions into the file."""
    command = [sys.executable, "-m", "synterm", "run", str(path), "--prompt", "prompt@all", "--quiet"]
    subprocess.run(command, check=True, capture_output=True)


def opened(path: Path, **settings: int) -> Terminal:
    """The workbench, started on a project under settings of its own; the tour was seen."""
    folder = path.with_suffix(".settings")
    folder.mkdir(exist_ok=True)
    lines = (f"{name} = {value}\n" for name, value in settings.items())
    (folder / "settings.toml").write_text("".join(lines), encoding="utf-8")
    (folder / "workbench.json").write_text('{"tour_seen": true}', encoding="utf-8")
    env = {f"SYNTERM_{what}_DIR": str(folder) for what in ("CONFIG", "LOG", "STATE")}
    return Terminal([sys.executable, "-m", "synterm", str(path)], env=env)


@contextmanager
def workbench(path: Path, **settings: int) -> Generator[Terminal, None, None]:
    """The workbench on a project, its first rows drawn, under settings of its own."""
    terminal = opened(path, **settings)
    try:
        terminal.wait_for("row 000000")
        yield terminal
    finally:
        terminal.close()


@contextmanager
def bare_editor(text: str, folder: Path) -> Generator[Terminal, None, None]:
    """One stock text area in a terminal of the same size."""
    file = folder / "prompt.txt"
    file.write_text(text, encoding="utf-8")
    program = Path(__file__).parents[1] / "clients" / "bare_textarea.py"
    terminal = Terminal([sys.executable, str(program), str(file)])
    try:
        terminal.wait_for(text[1:20])  # the cursor stands on the first letter
        yield terminal
    finally:
        terminal.close()


@dataclass(frozen=True)
class Memory:
    """Resident memory in MB."""

    own: float
    below: float
    """That of the processes which it started."""


def memory(terminal: Terminal) -> Memory:
    """What the command in a terminal has now."""
    pages = int(Path(f"/proc/{terminal.pid}/statm").read_text().split()[1])
    own = pages * os.sysconf("SC_PAGE_SIZE")
    return Memory(own / _MB, (tree_bytes(terminal.pid) - own) / _MB)


def rows_drawn(content: bytes) -> Sequence[int]:
    """The numbers of the cases in what was drawn."""
    return [int(number) for number in _NUMBERS.findall(content)]
