"""``synterm inbox``: traffic by behavior, on real project files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.traffic import OFF_TOPIC, UNCOVERED, logged, placed, with_traffic


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


WISHES = [
    "refund my last order please",
    "refund the order of last week",
    "I want a refund for an order",
    "what is the weather like today",
    "how will the weather be today",
    "weather today in town",
]


@pytest.fixture
def wishes(make_project: MakeProject) -> Path:
    """Two kinds of things that no case covers, three calls of each."""
    pytest.importorskip("wordllama")
    path = make_project()
    with_traffic(path, *(logged(text, "no", n, **UNCOVERED) for n, text in enumerate(WISHES)))
    return path


def test_what_no_case_covers_is_put_into_clusters(wishes: Path, synterm: Synterm) -> None:
    found: Any = synterm("inbox", wishes, "--json", "-").json
    assert [one["calls"] for one in found["clusters"]] == [3, 3]
    assert found["scattered"]["calls"] == 0
    assert {text for one in found["clusters"] for text in one["examples"]} == set(WISHES)
    done = synterm("inbox", wishes)
    assert f"next: synterm inbox {wishes} --uncovered 1" in done.err
    assert "refund" in done.out and "weather" in done.out
    assert sum("  " + text in synterm("inbox", wishes, "--uncovered").out for text in WISHES) == len(WISHES)


def test_the_calls_of_a_cluster(wishes: Path, synterm: Synterm) -> None:
    clusters: Any = synterm("inbox", wishes, "--json", "-").json["clusters"]
    for name in ("1", clusters[0]["id"], clusters[0]["name"]):
        done = synterm("inbox", wishes, "--uncovered", name)
        assert {line.rstrip().split("  ")[-1].strip() for line in done.out.splitlines()[1:]} == set(
            clusters[0]["examples"]
        )
    gone = synterm("inbox", wishes, "--uncovered", "7")
    assert gone.code == 2 and "no cluster '7'" in gone.err


def test_a_cluster_is_promoted_and_put_away(wishes: Path, synterm: Synterm) -> None:
    into = "Routing/From production/second"
    assert f"drafts made in {into}" in synterm("inbox", wishes, "--promote", "2", "--into", into).err
    assert "3 calls dismissed" in synterm("inbox", wishes, "--dismiss", "1").err
    found: Any = synterm("inbox", wishes, "--json", "-").json
    assert [(one["promoted"], one["dismissed"]) for one in found["clusters"]] == [(0, 3), (3, 0)]


def test_traffic_is_placed_again(wishes: Path, synterm: Synterm) -> None:
    with Project.open(wishes) as project:
        scenario = project.nodes.find("Routing/Ambiguous/borderline").id
        cases = [Case(scenario_id=scenario, input={"message": text}) for text in WISHES[:3]]
        project.cases.put(cases).result()
    done = synterm("inbox", wishes, "--replace")
    assert done.code == 0
    assert "6 calls placed again: " in done.err and "elsewhere than before" in done.err
    found: Any = synterm("inbox", wishes, "--json", "-").json
    assert "Routing/Ambiguous" in {one["path"] for one in found["behaviors"]}


def test_a_project_without_cases_can_place_nothing(make_project: MakeProject, synterm: Synterm) -> None:
    path = make_project("synterm: 1\nname: empty\ntree: []\n", "empty.db")
    with_traffic(path, logged("hello"))
    done = synterm("inbox", path, "--replace")
    assert done.code == 3
    assert "no call can be placed" in done.err
