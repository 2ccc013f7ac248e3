"""``synterm inbox``: traffic by behavior, on real project files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.traffic import OFF_TOPIC, logged, placed, with_traffic


@pytest.fixture
def project(make_project: MakeProject) -> Path:
    path = make_project()
    with_traffic(path)
    return path


def test_traffic_by_behavior(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project)
    assert done.code == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["share", "95", "%", "calls", "new", "sure", "low", "behavior"]
    rows = {" ".join(line[-3:]): line for line in lines}
    assert rows["Routing/Out of scope"][:2] == ["53", "%"]
    assert rows["Routing/Out of scope"][4:8] == ["8", "all", "0.90", "1"]
    assert "20 %" in next(line for line in done.out.splitlines() if "uncovered" in line)
    assert "small router: 15 calls, which stand for 30; 2026-11-20 12:00 to 2026-11-20 12:30" in done.err
    assert "support.jsonl (openai" in done.err
    assert "30 calls, 15 kept (1 in 2), masked: 4 e-mail" in done.err
    assert f"next: synterm inbox {project} --replace" in done.err


def test_the_same_as_json(project: Path, synterm: Synterm) -> None:
    found: Any = synterm("inbox", project, "--json", "-").json
    assert found["schema"] == "synterm.inbox/1"
    assert (found["all"]["calls"], found["all"]["weight"]) == (15, 30)
    first = found["behaviors"][0]
    assert (first["path"], first["calls"], first["low"]) == ("Routing/Out of scope", 8, 1)
    assert first["share"] == pytest.approx(8 / 15)
    assert first["share_ci"][0] < first["share"] < first["share_ci"][1]
    assert [one["path"] for one in first["scenarios"]] == [OFF_TOPIC]
    assert found["uncovered"]["calls"] == 3
    assert found["unplaced"]["calls"] == 1
    assert found["masked"] == {"e-mail": 4}


def test_scenarios_have_their_rows(project: Path, synterm: Synterm) -> None:
    assert "  off-topic" in synterm("inbox", project, "--scenarios").out


def test_only_the_calls_of_a_time(project: Path, synterm: Synterm) -> None:
    words = ("--since", "2026-11-20T12:07", "--until", "2026-11-20T12:12")
    found: Any = synterm("inbox", project, *words, "--json", "-").json
    assert found["all"]["calls"] == 3
    assert found["since"] == "2026-11-20T12:07:00.000Z"
    assert found["first"] == "2026-11-20T12:07:00.000Z"
    gone = synterm("inbox", project, "--since", "2026-11-21")
    assert (gone.code, gone.out) == (0, "")
    assert "no call was answered in that time" in gone.err


def test_a_time_that_is_none(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project, "--since", "soon")
    assert done.code == 2
    assert "'soon' is no time" in done.err and "24h, 7d" in done.err


def test_calls_are_listed_page_by_page(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project, "--behavior", "Out of scope", "--limit", "5")
    assert [line.split()[-1] for line in done.out.splitlines()[1:]] == ["cup", "6", "5", "4", "3"]
    assert "summarize" in done.out.splitlines()[1]
    last = done.out.splitlines()[-1].split()[0]
    assert f"--before {last}" in done.err
    rest = synterm("inbox", project, "--behavior", "Out of scope", "--limit", "5", "--before", last)
    assert [line.split()[-1] for line in rest.out.splitlines()[1:]] == ["2", "1", "0"]
    assert "--before" not in rest.err


def test_calls_that_may_be_misplaced(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project, "--low")
    assert [line.split()[-3:] for line in done.out.splitlines()[1:]] == [["won", "the", "cup"]]
    assert "0.31" in done.out


def test_words_are_found_in_input_and_output(project: Path, synterm: Synterm) -> None:
    assert len(synterm("inbox", project, "--find", "REFUND").out.splitlines()) == 4
    assert len(synterm("inbox", project, "--find", "can't", "--find", "order 1").out.splitlines()) == 2
    none = synterm("inbox", project, "--find", "message")
    assert (none.out, none.err.splitlines()[-1]) == ("", "no call fits"), "names of values are no words"


def test_one_call_in_full(project: Path, synterm: Synterm) -> None:
    call = synterm("inbox", project, "--low").out.splitlines()[1].split()[0]
    done = synterm("inbox", project, "--show", call)
    facts = dict(line.split("\t", 1) for line in done.out.splitlines())
    assert facts["message"] == "who won the cup"
    assert facts["output"] == "summarize"
    assert facts["place"] == f"{OFF_TOPIC}, 0.31 sure"
    assert facts["stands for"] == "2 calls"
    found: Any = synterm("inbox", project, "--show", call, "--json", "-").json
    assert (found["schema"], found["call"]["id"][-8:], found["path"]) == ("synterm.call/1", call, OFF_TOPIC)


def test_no_such_call(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project, "--show", "NOSUCHID")
    assert done.code == 2
    assert "no logged call 'NOSUCHID'" in done.err


def test_an_inbox_without_traffic_says_how_it_comes(make_project: MakeProject, synterm: Synterm) -> None:
    path = make_project()
    done = synterm("inbox", path)
    assert (done.code, done.out) == (0, "")
    assert f"synterm import {path} LOG --as production" in done.err


def test_calls_of_a_scenario_that_is_gone(project: Path, synterm: Synterm) -> None:
    with Project.open(project) as opened:
        opened.nodes.remove(opened.nodes.find("Out of scope").id).result()
    assert "(no longer in the tree)" in synterm("inbox", project).out


def test_what_models_wrote_is_shown_as_text(make_project: MakeProject, synterm: Synterm) -> None:
    path = make_project()
    with Project.open(path) as project:
        told = placed(project, OFF_TOPIC)
    with_traffic(path, logged("[red]x[/] \x1b[2J", "[/nope] \x1b]0;title\x07", 0, **told))
    for words in (("--behavior", "*"), ("--find", "x")):
        out = synterm("inbox", path, *words).out
        assert "[red]x[/]" in out and "[/nope]" in out
        assert "\x1b" not in out and "\x07" not in out


def test_it_only_reads(project: Path, synterm: Synterm) -> None:
    before = project.read_bytes()
    synterm("inbox", project)
    synterm("inbox", project, "--low")
    assert project.read_bytes() == before
