"""How long one waits for `synterm --help` and for the workbench."""

from __future__ import annotations

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import synterm
from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Node
from synterm.storage.project import Project

sys.path.insert(0, str(Path(__file__).parent))
from terminal import Terminal

RUNS = 7


def main() -> None:
    """Print the table."""
    compileall.compile_dir(str(Path(synterm.__file__).parent), quiet=1)
    bare = median(lambda: command([sys.executable, "-c", "pass"]))
    shown = median(lambda: command([sys.executable, "-m", "synterm", "--help"]))
    print(f"| bare python | {bare:.3f} s |\n| synterm --help | {shown:.3f} s |")
    with tempfile.TemporaryDirectory() as folder:
        for count in (5, 100_000):
            path = Path(folder) / f"{count}.db"
            make_project(path, count)
            paints, results = zip(*(workbench(path) for _ in range(RUNS)), strict=True)
            print(f"| workbench, {count:,} cases: first paint | {statistics.median(paints):.3f} s |")
            print(f"| workbench, {count:,} cases: first fresh result | {statistics.median(results):.3f} s |")


def median(measure: Callable[[], float]) -> float:
    """The median of several runs after one that warms up."""
    measure()
    return statistics.median(measure() for _ in range(RUNS))


def command(words: Sequence[str]) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - began


def workbench(path: Path) -> tuple[float, float]:
    """Seconds to the first paint of the panes, and to the first verdict in the grid."""
    terminal = Terminal([sys.executable, "-m", "synterm", str(path)])
    try:
        return terminal.wait_for("Behaviors"), terminal.wait_for("✓")
    finally:
        terminal.close()


def make_project(path: Path, count: int) -> None:
    """A project of `count` cases, whose model answers at once."""
    with Project.create(path, "bench") as project:
        feature = Node(level="feature", name="Feature", checks=({"type": "equals"},))
        behavior = Node(level="behavior", name="Behavior", parent_id=feature.id)
        scenario = Node(level="scenario", name="scenario", parent_id=behavior.id)
        project.nodes.put(feature, behavior, scenario).result()
        project.cases.put(
            Case(scenario_id=scenario.id, input={"message": f"message {number}"}, expected="yes")
            for number in range(count)
        ).result()
        body = PromptBody(messages=(Message(role="user", content="{{ message }}"),))
        project.prompts.add("prompt", [("first", body)]).result()
        project.models.put(ModelSpec(name="script", model="scripted/rules", params={"default": "yes"})).result()


if __name__ == "__main__":
    main()
