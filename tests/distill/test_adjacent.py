"""Looking around failures: neighbours by real generators, judged by the same checks against a real endpoint."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.distill import Neighbourhood
from synterm.core.evaluation import Variant
from synterm.describe.pipeline.written import read_chain
from synterm.distill.adjacent import Around, look_around
from synterm.errors import InputError
from synterm.providers.registry import Providers
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub, stub

__all__ = ["stub"]

SEEDS = [
    "send me the notes of the planning meeting with Ines and Nils, please",
    "what did the notes from the budget meeting say about the offsite in spring",
]
EVERYTHING = CaseFilter(split=None, status=None)


def project_text(stub: Stub) -> str:
    model = {"name": "app", "model": "openai/app", "api_base": stub.url, "params": {"temperature": 0}}
    checks = [{"type": "label", "labels": ["summarize", "clarify"]}]
    cases = [{"input": text, "expected": "summarize"} for text in SEEDS]
    scenario = {"scenario": "notes", "checks": checks, "cases": cases}
    tree = [
        {"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]},
        {"feature": "Else", "behaviors": [{"behavior": "More", "scenarios": [{"scenario": "new", "cases": []}]}]},
    ]
    prompts = [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}]
    return json.dumps({"synterm": 1, "name": "a", "models": [model], "prompts": prompts, "tree": tree})


async def looked(project: Project, **more: Any) -> Neighbourhood:
    [model], [prompt] = project.models.all(), project.prompts.all()
    cases = [case for case in project.cases.select() if case.title in SEEDS]
    wanted: dict[str, Any] = {"cases": cases, "name": "notes: clarify instead of summarize", "cluster": "abc"} | more
    watch = wanted.pop("watch", None)
    wanted.setdefault("chains", (read_chain("fillers"), read_chain("misspellings:strength=0.9")))
    async with Providers() as providers:
        return await look_around(
            project, providers, Variant(prompt.name, "draft", prompt.draft, model), Around(**wanted), watch=watch
        )


async def test_neighbours_that_fail_too_become_a_scenario_and_the_rest_can_be_restored(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub))
    # Fails as long as "meeting" is written right.
    stub.reply(lambda messages: "clarify" if "meeting" in messages[-1]["content"] else "summarize")
    with Project.open(path) as project:
        roots = {case.root_id for case in project.cases.select()}
        found = await looked(project, rounds=2, count=8)
        assert found.scenario == "Routing/All/notes: clarify instead of summarize"
        assert len(found.rounds) == 2
        assert found.failed > 0
        assert found.passed > 0
        assert found.pass_rate == pytest.approx(found.passed / (found.passed + found.failed))
        scenario = project.nodes.find(found.scenario)
        assert scenario.checks == project.nodes.find("Routing/All/notes").checks
        made = [one for one in project.cases.select(EVERYTHING) if one.scenario_id == scenario.id]
        drafts = [one for one in made if one.status == "draft"]
        assert len(drafts) == found.failed
        assert all("meeting" in one.title for one in drafts)
        assert {one.root_id for one in made} <= roots, "they stay in the lineage of the failures"
        passing = [one for one in made if one.origin.detail.get("dropped", {}).get("filter") == "fails-too"]
        assert len(passing) == found.passed
        assert all("meeting" not in one.title for one in passing)
        assert drafts[0].origin.detail["distilled"] == {"cluster": "abc", "fails_under": "router@draft · app"}
        # It is a generation as any: it can be taken back.
        undone = [project.generations.undo(one.generation_id).result() for one in found.rounds]
        assert sum(one.changed for one in undone) == 0
        assert [one for one in project.cases.select(EVERYTHING) if one.scenario_id == scenario.id] == []


async def test_it_ends_when_a_round_finds_nothing_and_then_there_is_no_scenario(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub))
    stub.reply("summarize")
    with Project.open(path) as project:
        before = project.nodes.tree()
        found = await looked(project)
        assert (found.scenario, found.failed, len(found.rounds)) == ("", 0, 1)
        assert found.passed > 0
        assert found.pass_rate == 1
        assert found.ended == "round 1 found nothing new that fails"
        assert project.nodes.tree() == before
        made = [one for one in project.cases.select(EVERYTHING) if one.origin.kind == "generated"]
        assert made
        assert {one.status for one in made} == {"rejected"}


async def test_what_somebody_put_into_the_scenario_meanwhile_outlives_it(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub))
    stub.reply("summarize")
    with Project.open(path) as project, Project.open(path) as other:
        added: list[Case] = []

        def meanwhile(found: Neighbourhood) -> None:
            mine = Case(scenario_id=other.nodes.find(found.scenario).id, input={"message": "mine"}, expected="clarify")
            [made, *_] = [case for case in other.cases.select(EVERYTHING) if case.origin.kind == "generated"]
            added[:] = [mine, made.model_copy(update={"tags": ("mended",)})]
            other.cases.put(added).result()

        found = await looked(project, watch=meanwhile)
        assert found.scenario == ""
        home = project.nodes.find("Routing/All/notes").id
        stays = project.cases.named([one.id for one in added])
        assert [(one.scenario_id, one.title, one.tags) for one in stays] == [
            (home, one.title, one.tags) for one in added
        ]
        undone = project.generations.undo(found.rounds[0].generation_id).result()
        assert undone.changed == 1, "a changed one is not taken back"


async def test_what_somebody_changed_while_it_was_judged_stays(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub))
    changed: list[Case] = []
    one_at_a_time = threading.Lock()

    def reply(_: Messages) -> str:
        with one_at_a_time, Project.open(path) as other:
            if not changed:
                draft = next(iter(other.cases.select(CaseFilter(status="draft"))))
                changed.append(draft.model_copy(update={"status": "accepted", "tags": ("mine",)}))
                other.cases.put(changed).result()
        return "clarify"

    stub.reply(reply)
    with Project.open(path) as project:
        await looked(project, rounds=1, count=4)
        assert project.cases.named([changed[0].id]) == changed


async def test_errors_are_no_failures(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub))
    stub.reply(lambda _: Reply("no such model", status=404))
    with Project.open(path) as project:
        found = await looked(project, rounds=1)
        assert (found.failed, found.passed, found.pass_rate) == (0, 0, None)
        assert found.rounds[0].errors == found.rounds[0].kept > 0


async def test_a_second_scenario_of_that_name_is_numbered_and_features_do_not_mix(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub))
    stub.reply("clarify")
    with Project.open(path) as project:
        await looked(project, rounds=1, count=3, name="notes")
        assert project.nodes.find("Routing/All/notes 2")
        far = Case(scenario_id=project.nodes.find("Else/More/new").id, input={"message": "x"}, expected="clarify")
        near = next(iter(project.cases.select()))
        with pytest.raises(InputError, match="2 features"):
            await looked(project, cases=[near, far])
        with pytest.raises(InputError, match="no failure"):
            await looked(project, cases=[])


async def test_a_round_that_is_cut_short_is_taken_back_and_made_again_for_nothing(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub))
    let_go, seen = threading.Event(), iter(range(1000))
    stub.reply(lambda _: "clarify" if next(seen) < 3 else Reply("clarify", hold=let_go))
    with Project.open(path) as project:
        tree, before = project.nodes.tree(), len(project.cases.keys(EVERYTHING))
        task = asyncio.ensure_future(looked(project, rounds=1, count=6))
        for _ in range(6):
            assert await asyncio.to_thread(stub.arrived.acquire, timeout=60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        let_go.set()
        assert (project.nodes.tree(), len(project.cases.keys(EVERYTHING))) == (tree, before)
        sent = len(stub.calls)
        stub.reply("clarify")
        found = await looked(project, rounds=1, count=6)
        assert (found.failed, found.rounds[0].cached) == (6, 3)
        assert len(stub.calls) - sent == 3
