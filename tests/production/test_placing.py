"""Traffic placed onto behaviors, by real embeddings of real cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synterm.analysis.grouping import can_tell_meanings
from synterm.core.traffic import LoggedCall
from synterm.production.placing import Placer
from synterm.storage.project import Project
from tests.conftest import MakeProject

pytestmark = pytest.mark.skipif(not can_tell_meanings(), reason="needs the extra analysis")

ROOMS = """book a meeting room for four people
reserve the big meeting room for friday
is there a free room for our meeting tomorrow
we need a room with a screen for the meeting
cancel my booking of the small meeting room
which meeting room is free at noon""".splitlines()
FOOD = """what does the canteen have for lunch today
is there a vegetarian lunch in the canteen
when does the canteen close after lunch
order lunch from the canteen for the team
how much is a soup in the canteen
does the canteen serve pasta on mondays""".splitlines()
TRAVEL = """book a train to berlin for monday morning
i need a flight to paris next week
how do i get my taxi to the airport refunded
change my train ticket to a later train
is there a direct flight to oslo
what does a first class train ticket cost""".splitlines()
STRANGE = """write a poem about the sea
why does my printer show error 51
translate good morning into welsh
who won the football match last night""".splitlines()


def project_text(**behaviors: list[str]) -> str:
    prompt = {"name": "p", "messages": [{"role": "user", "content": "{{ message }}"}]}
    made = [
        {"behavior": name, "scenarios": [{"scenario": "plain", "cases": [{"input": text} for text in texts]}]}
        for name, texts in behaviors.items()
    ]
    return json.dumps({"synterm": 1, "name": "t", "prompts": [prompt], "tree": [{"feature": "F", "behaviors": made}]})


def call(text: str, number: int = 0) -> LoggedCall:
    return LoggedCall(id=f"{number:026}", served="2026-01-01T00:00:00.000Z", input={"message": text}, output="")


def placed(path: Path, *texts: str) -> list[LoggedCall]:
    with Project.open(path) as project:
        return Placer(project).place([call(text, number) for number, text in enumerate(texts)])


def behavior_of(path: Path, one: LoggedCall) -> str:
    with Project.open(path) as project:
        tree = project.nodes.tree()
        return tree[str(tree[one.scenario_id].parent_id)].name if one.scenario_id else ""


def test_calls_are_placed_in_the_behavior_of_like_cases_and_strange_ones_are_uncovered(
    make_project: MakeProject,
) -> None:
    path = make_project(project_text(rooms=ROOMS, food=FOOD, travel=TRAVEL))
    known = ["is a meeting room free on monday", "what is for lunch in the canteen", "a train ticket to paris please"]
    found = placed(path, *known, *STRANGE)
    assert [behavior_of(path, one) for one in found] == ["rooms", "food", "travel", "", "", "", ""]
    assert [one.placing for one in found] == ["placed"] * 3 + ["uncovered"] * 4
    assert all(one.nearest and one.confidence is not None and 0 <= one.confidence <= 1 for one in found)
    assert min(one.likeness or 0 for one in found[:3]) > max(one.likeness or 0 for one in found[3:])
