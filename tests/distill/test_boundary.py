"""Finding where a verdict flips along a dimension, against an endpoint that answers by a rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.distill import Boundary
from synterm.core.evaluation import Variant
from synterm.distill.boundary.choosing import DIMENSIONS, read_dimension
from synterm.distill.boundary.search import boundary_finding, find_boundary
from synterm.distill.probing import Prober
from synterm.errors import InputError
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub, stub

__all__ = ["stub"]

TEXT = "please move the planning meeting with Ines and Nils to next Thursday afternoon in the small room"


def project_text(stub: Stub, case: dict[str, Any], user: str = "{{ message }}", **params: Any) -> str:
    model = {"name": "m", "model": "openai/m", "api_base": stub.url, "params": {"temperature": 0, **params}}
    scenario = {"scenario": "plain", "cases": [{"expected": "schedule", **case}]}
    tree = {
        "feature": "Routing",
        "checks": [{"type": "label", "labels": ["schedule", "clarify"]}],
        "behaviors": [{"behavior": "All", "scenarios": [scenario]}],
    }
    prompts = [{"name": "router", "messages": [{"role": "user", "content": user}]}]
    return json.dumps({"synterm": 1, "name": "b", "models": [model], "prompts": prompts, "tree": [tree]})


async def bounded(project: Project, along: str, **options: Any) -> Boundary:
    [model], [prompt] = project.models.all(), project.prompts.all()
    case = next(iter(project.cases.select()))
    variant = Variant(prompt.name, "draft", prompt.draft, model)
    dimension = read_dimension(project, case, variant, along)
    async with Providers() as providers:
        traffic = Traffic(providers)
        probers: dict[str, Prober] = {}

        def prober(one: Variant) -> Prober:
            key = one.model.model_dump_json()
            return probers.setdefault(key, Prober(project, traffic, one))

        found = await find_boundary(prober, variant, case, dimension, **options)
    project.findings.put(boundary_finding(found, variant, "ann")).result()
    kept = [Boundary.model_validate(one.body) for one in project.findings.all("boundary")]
    assert found in kept
    return found


async def test_a_number_is_bisected_to_its_neighbours(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub, {"input": "book a room for 4 people"}))
    stub.reply(lambda messages: "schedule" if int(messages[-1]["content"].split()[-2]) < 23 else "clarify")
    with Project.open(path) as project:
        found = await bounded(project, "value:4=1,100")
        assert found.flips == ((22, 23),)
        assert found.words == "passes up to 4 = 22, fails from 4 = 23 on"
        assert found.ended == "each turn is found as closely as it can be"
        assert found.requests == len(stub.calls) == len(found.steps) <= 9
        again = await bounded(project, "value:4=1,100")
        assert (again.requests, again.cached, again.steps) == (0, found.requests, found.steps)


async def test_of_words_each_is_tried(make_project: MakeProject, stub: Stub) -> None:
    case = {"input": {"message": "book it", "city": "Rome"}}
    path = make_project(project_text(stub, case, "{{ city }}: {{ message }}"))
    stub.reply(lambda messages: "clarify" if "Oslo" in messages[-1]["content"] else "schedule")
    with Project.open(path) as project:
        found = await bounded(project, "value:city=Rome,Oslo,Paris")
        assert [step.tried.got for step in found.steps] == ["schedule", "clarify", "schedule"]
        assert found.flips == ((0, 1), (1, 2))
        assert found.words == "turns 2 times, first between city = Rome (passes) and city = Oslo (fails)"


async def test_more_noise_fails_from_some_level_on(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub, {"input": TEXT}))

    def reply(messages: Messages) -> str:
        same = sum(word in TEXT.split() for word in messages[-1]["content"].split())
        return "schedule" if same >= 12 else "clarify"

    stub.reply(reply)
    with Project.open(path) as project:
        found = await bounded(project, "noise")
        [(low, high)] = found.flips
        assert 0 < low < high < 1
        assert high - low <= 0.04
        assert found.words.startswith("passes up to ")
        assert found.steps[0].tried.input == {"message": TEXT}
        assert {step.tried.passed + step.tried.failed for step in found.steps[1:]} == {3}, "three ways at each level"


async def test_words_are_left_out_from_the_end_and_filler_put_before(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub, {"input": TEXT}))
    stub.reply(lambda messages: "schedule" if 5 <= len(messages[-1]["content"].split()) <= 30 else "clarify")
    with Project.open(path) as project:
        found = await bounded(project, "length")
        assert found.flips == ((4, 5), (30, 31))
        texts = {step.value: str(step.tried.input["message"]) for step in found.steps}
        assert all(len(text.split()) == value for value, text in texts.items())
        assert texts[5] == "please move the planning meeting"
        assert texts[31].endswith(TEXT)


async def test_the_temperature_is_asked_for_several_times(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub, {"input": TEXT}))
    stub.reply(lambda _: "schedule" if stub.calls[-1].body.get("temperature", 0) < 1 else "clarify")
    with Project.open(path) as project:
        found = await bounded(project, "temperature")
        [(low, high)] = found.flips
        assert low < 1 <= high <= low + 0.05
        assert {step.tried.passed + step.tried.failed for step in found.steps} == {3}


async def test_other_wordings_of_the_lineage_the_nearest_first(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub, {"input": "move the meeting please"}))
    stub.reply(lambda messages: "schedule" if "move" in messages[-1]["content"] else "clarify")
    with Project.open(path) as project:
        seed = next(iter(project.cases.select()))
        with pytest.raises(InputError, match="no other wordings") as refused:
            await bounded(project, "phrasing")
        assert seed.id in str(refused.value.hint)
        for text in ("can the appointment be put elsewhere", "move that meeting please"):
            child = Case(scenario_id=seed.scenario_id, input={"message": text}, expected="schedule", root_id=seed.id)
            project.cases.put([child]).result()
        found = await bounded(project, "phrasing")
        assert [step.tried.failed for step in found.steps] == [0, 0, 1]
        assert found.words.startswith('passes up to "move that meeting please", fails from "can the appointment')


async def test_it_ends_at_so_many_requests_and_where_nothing_has_a_verdict(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub, {"input": "book a room for 4 people"}))
    stub.reply(lambda messages: "schedule" if int(messages[-1]["content"].split()[-2]) < 2300 else "clarify")
    with Project.open(path) as project:
        found = await bounded(project, "value:4=1,100000", most=4)
        assert (found.requests, found.ended) == (4, "4 requests were made")
        [(low, high)] = found.flips
        assert low < 2300 <= high
        stub.reply(lambda _: Reply("no", status=400))
        nothing = await bounded(project, "value:room=hall,office")
        assert (nothing.words, nothing.flips) == ("no value has a verdict", ())


@pytest.mark.parametrize(
    "far",
    ["inf", "nan", "1e400", "9" * 400, "9" * 5000, "9007199254740993"],
    ids=["inf", "nan", "1e400", "400 digits", "5000 digits", "2**53 + 1"],
)
async def test_what_no_number_can_be_halved_to_is_a_word(make_project: MakeProject, stub: Stub, far: str) -> None:
    path = make_project(project_text(stub, {"input": "book a room for 4 people"}))
    stub.reply("schedule")
    with Project.open(path) as project:
        found = await bounded(project, f"value:4=1,{far}")
        assert [step.tried.input["message"] for step in found.steps] == [
            f"book a room for {at} people" for at in (1, far)
        ]


@pytest.mark.parametrize(
    ("along", "words"),
    [
        ("nois", "noise"),
        ("length:3", "takes no settings"),
        ("noise:recombine", "no generator of noise"),
        ("value:x=1,2", "no value and no text 'x'"),
        ("value:room=hall", "which values"),
    ],
)
async def test_what_can_not_be_varied_says_why(make_project: MakeProject, stub: Stub, along: str, words: str) -> None:
    path = make_project(project_text(stub, {"input": "book a room for 4 people"}))
    with Project.open(path) as project:
        with pytest.raises(InputError) as refused:
            await bounded(project, along)
        assert words in f"{refused.value} {refused.value.hint}"
        assert refused.value.where == "--along" or words.startswith("no value")
    assert stub.calls == []
    assert all(DIMENSIONS.values())
