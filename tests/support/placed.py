"""Projects of a few behaviors that are unlike each other, and texts that are about none of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from synterm.core.traffic import LoggedCall
from synterm.production.placing import Placer
from synterm.storage.project import Project
from tests.support.traffic import logged

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
PRINTER = [f"the printer {what}" for what in ("is jammed", "shows error 51", "prints blank pages", "is offline again")]
POEMS = [f"write a poem about {what}" for what in ("the sea", "autumn leaves", "my old dog", "the moon")]


def behaviors(**cases: list[Any]) -> str:
    """The text form of a project with these cases in one scenario of each behavior; a case is its input, or more."""
    prompt = {"name": "p", "messages": [{"role": "user", "content": "{{ message }}"}]}
    made = [
        {"behavior": name, "scenarios": [{"scenario": "plain", "cases": [_case(one) for one in texts]}]}
        for name, texts in cases.items()
    ]
    project = {"synterm": 1, "name": "t", "prompts": [prompt], "tree": [{"feature": "F", "behaviors": made}]}
    return json.dumps(project, ensure_ascii=False)


def _case(one: Any) -> dict[str, Any]:
    return {"input": one} if isinstance(one, str) else one


OFFICE = behaviors(rooms=ROOMS, food=FOOD, travel=TRAVEL)


def calls(*texts: str) -> list[LoggedCall]:
    """A call a minute."""
    return [logged(text, minutes=minute) for minute, text in enumerate(texts)]


def place(path: Path, *texts: str) -> list[LoggedCall]:
    """Calls as a project places them."""
    with Project.open(path) as project:
        return Placer(project).place(calls(*texts))


def behavior_of(path: Path, one: LoggedCall) -> str:
    """The name of the behavior that a call is placed in; empty for none."""
    with Project.open(path) as project:
        tree = project.nodes.tree()
        return tree[str(tree[one.scenario_id].parent_id)].name if one.scenario_id else ""
