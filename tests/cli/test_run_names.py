"""A run is called by the same names wherever one is asked for, and errors read the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Done, Synterm
from tests.conftest import MakeProject


@pytest.fixture
def runs(synterm: Synterm, make_project: MakeProject) -> tuple[Path, list[str]]:
    """A project, and the ids of its three runs, the newest first."""
    path = make_project()
    for _ in range(3):
        assert synterm("run", path, "--quiet").code == 0
    return path, [run["id"] for run in synterm("history", path, "--json", "-").json["runs"]]


def calls(synterm: Synterm, path: Path, name: str) -> dict[str, Done]:
    return {
        "history": synterm("history", path, name),
        "report": synterm("report", path, name, "-o", path.with_name("r.html")),
        "baseline": synterm("baseline", path, "set", "main", "--run", name),
        "compare": synterm("compare", path, name, "last"),
        "against": synterm("run", path, "--against", name, "--dry-run"),
    }


@pytest.mark.parametrize("way", ["the id", "its end", "its end, small", "last-1"])
def test_a_run_has_the_same_names_everywhere(synterm: Synterm, runs: tuple[Path, list[str]], way: str):
    path, ids = runs
    run = ids[1]
    name = {"the id": run, "its end": run[-8:], "its end, small": run[-6:].lower(), "last-1": "last-1"}[way]
    done = calls(synterm, path, name)
    assert {kind: one.code for kind, one in done.items()} == dict.fromkeys(done, 0)
    assert run in done["history"].out
    assert run in path.with_name("r.html").read_text()
    assert f"run {run[-8:]}" in done["baseline"].err
    assert f"run {run[-8:]}" in done["compare"].out
    assert f"run {run[-8:]}" in done["against"].out


def test_what_is_none_is_said_in_the_same_words(synterm: Synterm, runs: tuple[Path, list[str]]):
    path, ids = runs
    for name, words in (("last-9", "there is no last-9: there are not so many "), ("NOSUCHRUN", "'NOSUCHRUN'")):
        for kind, one in calls(synterm, path, name).items():
            assert (one.code, words in one.err) == (2, True), (kind, one.err)
    # A letter or two may end any id.
    assert "no run" in synterm("history", path, ids[0][-2:]).err
    empty = path.with_name("empty.db")
    assert synterm("new", empty).code == 0
    for words in (["history", "last"], ["report", "last", "-o", "x.html"], ["baseline", "set", "main"]):
        command, *rest = words
        assert "there is no recorded run yet" in synterm(command, empty, *rest).err
