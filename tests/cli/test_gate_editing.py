"""What `synterm edit` says about gates and prompts: what went, what came, and what stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject

NODE = "Routing/Ambiguous"


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    path = make_project()
    assert synterm("edit", path, "node", NODE, "--no-gates").code == 0
    assert synterm("edit", path, "node", NODE, "--gate", "90%", "--gate", "p95 1500 ms").code == 0
    return path


def gates_of(synterm: Synterm, path: Path) -> list[str]:
    listed = synterm("ls", path, "gates", "--json").json["gates"]
    return [row["words"] for row in listed if row["path"] == NODE]


def test_what_a_gate_replaces_is_said(synterm: Synterm, path: Path) -> None:
    done = synterm("edit", path, "node", NODE, "--gate", "80% lower", "--gate", "90%")
    assert done.err == f"changed behavior {NODE}\n  gates no longer: p95 1500 ms; new: 80% lower; 1 as before\n"


def test_gates_are_added_and_removed_one_by_one(synterm: Synterm, path: Path) -> None:
    done = synterm(
        "edit", path, "node", NODE, "--add-gate", "must pass", "--add-gate", "90%", "--remove-gate", "1500ms"
    )
    assert done.err == f"changed behavior {NODE}\n  gates no longer: p95 1500 ms; new: must pass; 1 as before\n"
    assert gates_of(synterm, path) == ["at least 90 % pass", "no case may fail"]


def test_a_gate_that_is_not_there_is_not_removed(synterm: Synterm, path: Path) -> None:
    done = synterm("edit", path, "node", NODE, "--remove-gate", "80%")
    assert (done.code, "there is no such gate" in done.err) == (2, True)
    assert "there are: 90%, p95 1500 ms" in done.err
    assert len(gates_of(synterm, path)) == 2


def test_gates_of_the_project_are_said_too(synterm: Synterm, path: Path) -> None:
    synterm("edit", path, "project", "--gate", "90%")
    done = synterm("edit", path, "project", "--add-gate", "$0.5")
    assert done.err.endswith(": 2 gates over the whole\n  gates new: $0.5; 1 as before\n")


def test_a_gate_on_a_tag_that_no_case_has_is_told_when_it_is_written_and_when_it_runs(
    synterm: Synterm, path: Path
) -> None:
    told = f"! no case below {NODE} has the tag ters, so the gate on it can't be decided; did you mean terse?"
    assert told in synterm("edit", path, "node", NODE, "--gate", "must pass #ters").err
    assert told in synterm("run", path).err
    assert "!" not in synterm("edit", path, "node", NODE, "--gate", "must pass #terse").err
    assert "the tag" not in synterm("run", path).err


def test_an_edit_that_changes_nothing_says_so(synterm: Synterm, path: Path) -> None:
    first = synterm("edit", path, "prompt", "router", "--system", "Another.")
    again = synterm("edit", path, "prompt", "router", "--system", "Another.")
    assert (first.err, again.err) == (
        "changed prompt router: its draft is version v3\n",
        "nothing changed: the draft of prompt router says that already (version v3)\n",
    )
    noted = synterm("edit", path, "prompt", "router", "--system", "Another.", "--note", "why")
    assert noted.err == first.err
    [prompt] = synterm("show", path, "prompt", "router", "--json").json["prompts"]
    assert [version["note"] for version in prompt["versions"]][-1] == "why"
