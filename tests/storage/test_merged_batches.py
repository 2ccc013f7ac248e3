"""Merging files that wait for batches: none is lost, none asked for twice, and each counts on its own day."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Protocol

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.formats.merge_files import merge_files
from synterm.storage.batches import Collected, Handed
from synterm.storage.clock import now
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.logical import digest

SPEC = ModelSpec(name="m", model="openai/gpt-4o-mini")
DAY = "2026-11-01"


class Copy(Protocol):
    """Makes a copy of a file under a name, and changes it."""

    def __call__(self, name: str, *changes: Callable[[Project], object], of: Path | None = None) -> Path: ...


def key(number: int) -> str:
    return f"{number:064x}"


def begin(project: Project, name: str, *numbers: int) -> None:
    """Hand in requests at up to half a dollar each."""
    handed = [Handed(key(number), "b", "c", None, None, 0.5) for number in numbers]
    assert project.batches.begin(name, SPEC, handed, {"host": "x", "pid": 1}, DAY, 10.0).result() == "begun"
    project.batches.running(name, f"batch_{name}").result()


def collect(project: Project, name: str, *numbers: int) -> None:
    """Answers at 0.4 dollars each."""
    answer = Completion(Outcome.COMPLETE, "a", cost_usd=0.4)
    project.batches.keep(name, [Collected(key(number), answer, 0.4) for number in numbers]).result()


@pytest.fixture
def base(make_project: MakeProject) -> Path:
    return make_project()


@pytest.fixture
def copy(base: Path) -> Copy:
    """Of the project, unless another is named."""

    def made(name: str, *changes: Callable[[Project], object], of: Path | None = None) -> Path:
        path = base.with_name(f"{name}.db")
        shutil.copy(of or base, path)
        with Project.open(path) as project:
            for change in changes:
                change(project)
        return path

    return made


def merged(*files: Path) -> Path:
    out = files[0].with_name(f"{new_id()}.db")
    assert merge_files(files, out).exit_code == 0
    return out


def state(path: Path) -> tuple[dict[str, tuple[str, int]], tuple[float, float]]:
    """The batches with how many requests they wait for; what is spent and set aside on the day."""
    with Project.open(path) as project:
        found = [project.batches.get(name) for name in ("B1", "B2")]
        batches = {one.id: (one.state, len(project.batches.asked(one.id))) for one in found if one}
        day = project.spending.on(DAY)
        return batches, (round(day.spent_usd, 9), round(day.reserved_usd, 9))


def test_each_side_waits_for_what_both_handed_in(copy: Copy, base: Path) -> None:
    one = copy("one", lambda project: begin(project, "B1", 1, 2))
    two = copy("two", lambda project: begin(project, "B2", 3))
    expected = ({"B1": ("running", 2), "B2": ("running", 1)}, (0.0, 1.5))
    for files in permutations((one, two, base)):
        assert state(merged(*files)) == expected
    again = merged(merged(one, two), two, one)
    assert state(again) == expected


def test_what_one_side_collected_is_waited_for_no_more(copy: Copy) -> None:
    begun = copy("begun", lambda project: begin(project, "B1", 1, 2, 3))
    some = copy("some", lambda project: collect(project, "B1", 1), of=begun)
    done = copy(
        "done",
        lambda project: collect(project, "B1", 1, 2, 3),
        lambda project: project.batches.end("B1", "completed", 3, 0).result(),
        of=some,
    )
    assert state(merged(begun, some)) == ({"B1": ("running", 2)}, (0.4, 1.0))
    assert state(merged(some, done)) == state(merged(done, begun)) == ({"B1": ("completed", 0)}, (1.2, 0.0))
    assert digest(merged(merged(begun, some), done)) == digest(merged(merged(done, begun), some))


def test_an_answer_counts_on_the_day_of_its_batch_and_once(copy: Copy) -> None:
    begun = copy("begun", lambda project: begin(project, "B1", 1))

    def end(project: Project) -> None:
        collect(project, "B1", 1)
        project.batches.end("B1", "completed", 1, 0).result()
        project.spending.reserve(now()[:10], 0.0, None).result()

    one, two = (copy(name, end, of=begun) for name in ("one", "two"))
    out = merged(one, two)
    assert state(out) == ({"B1": ("completed", 0)}, (0.4, 0.0))
    with Project.open(out) as project:
        assert project.spending.on(now()[:10]).spent_usd == 0.0
