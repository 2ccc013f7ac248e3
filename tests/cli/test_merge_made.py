"""`synterm merge` of files in which cases were generated or imported: all of it is there, and can be taken back."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.generation import untouched
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.logical import digest
from tests.support.traffic import with_traffic

NEW = "Support/Refunds/plain"
GENERATE = ("--count", "4", "--no-usual-filters")
_NUMBER = re.compile(r", c\d+ in the workbench")
"""Cases are numbered by file, as they came into it."""


@pytest.fixture
def pair(make_project: MakeProject) -> tuple[Path, Path]:
    """Two copies of a project."""
    one = make_project()
    other = one.with_name("other.db")
    shutil.copy(one, other)
    return one, other


def done(synterm: Synterm, *words: str | Path) -> str:
    """What a command says that has to go well."""
    found = synterm(*words)
    assert found.code == 0, found.err
    return found.out + found.err


def merged(synterm: Synterm, *words: str | Path, name: str = "both.db") -> Path:
    """The file that the merge makes."""
    out = next(Path(word) for word in words if isinstance(word, Path)).with_name(name)
    done(synterm, "merge", "-o", out, *words)
    return out


def made(path: Path) -> list[Case]:
    """The cases that nobody wrote, by their ids."""
    with Project.open(path) as project:
        cases = project.cases.select(CaseFilter(status=None))
        return sorted((case for case in cases if case.origin.detail), key=lambda case: case.id)


def generations(synterm: Synterm, path: Path) -> list[dict[str, Any]]:
    return synterm("ls", path, "generations", "--json").json["generations"]


def test_generations_of_two_files_are_both_there_with_what_they_made(synterm: Synterm, pair: tuple[Path, Path]) -> None:
    one, other = pair
    done(synterm, "generate", one, "--with", "misspellings", *GENERATE)
    done(synterm, "generate", other, "--with", "casing | punctuation", "--filter", "length:longest=30", *GENERATE)
    before = {path: (generations(synterm, path), made(path)) for path in pair}
    both = merged(synterm, one, other)
    assert "1 generation" in done(synterm, "merge", "--dry-run", "-o", both.with_name("no.db"), one, other)
    assert generations(synterm, both) == [entry for path in pair for entry in before[path][0]]
    cases = made(both)
    assert Counter(case.status for case in cases)["draft"] == 8
    assert cases == sorted((case for path in pair for case in before[path][1]), key=lambda case: case.id)
    assert all(map(untouched, cases))
    with Project.open(both) as project:
        assert all(project.cases.get(case.origin.seed_id or "").id == case.root_id for case in cases)
    for case in cases:
        path = one if case in before[one][1] else other
        here, there = (done(synterm, "show", file, "case", case.id) for file in (both, path))
        assert _NUMBER.sub("", here) == _NUMBER.sub("", there)
    assert {path: (generations(synterm, path), made(path)) for path in pair} == before, "the files are only read"


def test_each_generation_is_taken_back_by_itself_and_what_was_changed_stays(
    synterm: Synterm, pair: tuple[Path, Path]
) -> None:
    one, other = pair
    done(synterm, "generate", one, "--with", "misspellings", *GENERATE)
    done(synterm, "generate", other, "--with", "casing", *GENERATE)
    decided, changed = made(one)[:2]
    done(synterm, "edit", one, "case", decided.id, "--status", "accepted")
    done(synterm, "edit", one, "case", changed.id, "--input", "quite another")
    both = merged(synterm, one, other)
    [first, second] = [entry["id"] for entry in generations(synterm, both)]
    assert "4 cases removed" in done(synterm, "generate", both, "--undo", second)
    assert {case.origin.detail["generation"] for case in made(both)} == {first}
    said = done(synterm, "generate", both, "--undo", first)
    assert "2 cases removed" in said and "2 cases that somebody changed or decided on stay" in said
    assert [case.id for case in made(both)] == [decided.id, changed.id]
    assert [entry["status"] for entry in generations(synterm, both)] == ["undone", "undone"]


def test_what_one_took_back_does_not_come_again_with_the_other_file(synterm: Synterm, pair: tuple[Path, Path]) -> None:
    one, other = pair
    done(synterm, "generate", one, "--with", "misspellings", *GENERATE)
    shutil.copy(one, other)
    done(synterm, "generate", other, "--undo")
    kept, *_ = made(one)
    done(synterm, "edit", one, "case", kept.id, "--tag", "mine")
    for number, order in enumerate(((one, other), (other, one))):
        out = one.with_name(f"out-{number}.db")
        assert "3 cases left out" in done(synterm, "merge", "-o", out, *order)
        assert [case.id for case in made(out)] == [kept.id]
        assert [entry["status"] for entry in generations(synterm, out)] == ["undone"]
    assert digest(one.with_name("out-0.db")) == digest(one.with_name("out-1.db"))
    assert "left out" not in done(synterm, "merge", "-o", one.with_name("again.db"), one.with_name("out-0.db"), other)


def test_the_same_generation_in_both_files_is_there_twice_and_each_can_go(
    synterm: Synterm, pair: tuple[Path, Path]
) -> None:
    for path in pair:
        done(synterm, "generate", path, "--with", "misspellings", *GENERATE)
    both = merged(synterm, *pair)
    assert set(Counter(case.content_id for case in made(both)).values()) == {2}
    assert "4 cases removed" in done(synterm, "generate", both, "--undo")
    assert "was made before" in done(synterm, "generate", both, "--with", "misspellings", *GENERATE)
    assert len(made(both)) == 4


def _generated(synterm: Synterm, path: Path) -> None:
    for level, place in (("feature", "Support"), ("behavior", "Support/Refunds"), ("scenario", NEW)):
        done(synterm, "add", path, level, place)
    done(synterm, "generate", path, "--with", "casing", "--into", NEW, "--seed", str(len(path.stem)), *GENERATE)


def _imported(synterm: Synterm, path: Path) -> None:
    table = path.with_suffix(".csv")
    table.write_text("".join(["message,expected\n", *(f"{path.stem} {number},clarify\n" for number in range(4))]))
    done(synterm, "import", path, table, "--into", NEW)


@pytest.mark.parametrize(("make", "undo"), [(_generated, "generate"), (_imported, "import")])
def test_what_two_put_into_a_scenario_that_each_made_is_in_one_and_counts_as_unchanged(
    synterm: Synterm, pair: tuple[Path, Path], make: Any, undo: str
) -> None:
    one, other = pair
    for path in pair:
        make(synterm, path)
    both = merged(synterm, one, other)
    cases = made(both)
    assert (len(cases), len({case.scenario_id for case in cases})) == (8, 1)
    assert all(map(untouched, cases))
    others = [
        merged(synterm, other, one, name="turned.db"),
        merged(synterm, both, other, name="again.db"),
        merged(synterm, one, both, name="once-more.db"),
    ]
    assert {digest(path) for path in (both, *others)} == {digest(both)}, "in any order, and merged again"
    for left in (4, 0):
        assert "4 cases" in done(synterm, undo, both, "--undo")
        assert len(made(both)) == left


def test_traffic_of_two_files_is_told_of(synterm: Synterm, pair: tuple[Path, Path]) -> None:
    one, other = pair
    with_traffic(other)
    out = one.with_name("both.db")
    assert "1 log, 15 logged calls" in done(synterm, "merge", "-o", out, one, other)
