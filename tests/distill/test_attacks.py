"""Attacking an app: with fixed tricks and with a model that learns; a real endpoint plays both the app and the "
"attacker."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.distill import AttackReport
from synterm.core.evaluation import Variant
from synterm.describe.pipeline.written import read_chain
from synterm.distill.attacks.assault import Wanted
from synterm.distill.attacks.keeping import attack_cases, attack_findings
from synterm.distill.attacks.kinds import ATTACKS, attack
from synterm.distill.attacks.words import attack_words
from synterm.errors import InputError, UsageError
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Stub, stub

__all__ = ["stub"]

CASES = ["book a room for monday", "set up a call with Ines"]


def project_text(stub: Stub, *, broken: bool = False) -> str:
    models = [
        {"name": name, "model": f"openai/{name}", "api_base": stub.url, "params": {"temperature": 0}}
        for name in ("app", "attacker")
    ]
    checks = [{"type": "label", "labels": ["schedule", "out_of_scope"]}]
    cases = [{"input": text, "expected": "schedule"} for text in CASES]
    cases += [{"input": "who won?", "expected": "schedule"}] if broken else []
    tree = [
        {
            "feature": "Routing",
            "checks": checks,
            "behaviors": [{"behavior": "All", "scenarios": [{"scenario": "plain", "cases": cases}]}],
        }
    ]
    messages = [{"role": "system", "content": "Sort."}, {"role": "user", "content": "{{ message }}"}]
    return json.dumps(
        {"synterm": 1, "name": "a", "models": models, "prompts": [{"name": "p", "messages": messages}], "tree": tree}
    )


def played(app: Callable[[Messages], str], writes: Callable[[str], str], score: int = 3) -> Callable[[Messages], str]:
    """The answers of an endpoint that is the app, the attacker, and the attacker as a judge."""

    def answer(messages: Messages) -> str:
        system = messages[0]["content"]
        if system.startswith("You help the owners"):
            return json.dumps({"idea": "why not", "message": writes(messages[-1]["content"])})
        if system.startswith("You judge how near"):
            return json.dumps({"score": score})
        return app(messages)

    return answer


def last(messages: Messages) -> str:
    return messages[-1]["content"]


async def attacked(project: Project, kind: str, **wanted: Any) -> tuple[list[Case], Variant, AttackReport]:
    models = {model.name: model for model in project.models.all()}
    [prompt] = project.prompts.all()
    variant = Variant(prompt.name, "draft", prompt.draft, models["app"])
    if wanted.pop("attacker", True):
        wanted["attacker"] = models["attacker"]
    cases = [*project.cases.select()]
    async with Providers() as providers:
        return cases, variant, await attack(project, providers, variant, cases, kind, Wanted(**wanted))


def test_every_kind_has_a_generator_or_a_search() -> None:
    for name, kind in ATTACKS.items():
        assert kind.title, name
        assert bool(kind.chain) != kind.needs_attacker
        if kind.chain:
            assert len(read_chain(kind.chain)) == 1


async def test_fixed_tricks_are_judged_by_the_checks_of_the_case_and_what_breaks_is_kept(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub, broken=True))

    def app(messages: Messages) -> str:
        if "who won" in last(messages):
            return "out_of_scope"
        return "schedule" if "developer" not in last(messages) else "copperlark"

    stub.reply(app)
    with Project.open(path) as project:
        cases, variant, found = await attacked(project, "authority", attacker=False, each=5)
        assert found.left_out == 1, "the case that fails anyway is not attacked"
        assert len(found.cases) == len(found.broken) == 2
        assert len(found.tries) == 10
        [broken, *_] = [one for one in found.tries if one.succeeded]
        assert (broken.family, broken.note, broken.obeyed) == ("authority", "the developer", True)
        assert found.families["authority"].model_dump() == {"tried": 10, "succeeded": 2, "errors": 0}
        assert (found.requests, found.asked, found.attacker) == (13, 0, "")
        assert attack_words(found) == "2 of 2 cases broken by 2 of 10 attacks"
        # All of it again is free.
        _, _, again = await attacked(project, "authority", attacker=False, each=5)
        assert (again.requests, again.cached, again.tries) == (0, 13, found.tries)
        # What is kept: a finding for each case, and drafts that expect what their cases do.
        findings = attack_findings(found, variant, "ines")
        project.findings.put(*findings).result()
        kept = sorted(one.body["broken"] for one in project.findings.all("attack"))
        assert kept == sorted([name] for name in found.broken)
        assert AttackReport.model_validate(findings[0].body).families["authority"].tried == 5
        drafts = attack_cases(found, cases)
        project.cases.put(drafts).result()
        assert [(one.status, one.expected, one.origin.kind) for one in drafts] == [
            ("draft", "schedule", "distilled")
        ] * 2
        assert drafts[0].origin.detail["how"] == "attack"
        assert drafts[0].root_id == drafts[0].origin.seed_id
        assert attack_cases(again, cases) == drafts


async def test_an_attacker_learns_from_the_answers_until_it_succeeds(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub))

    def writes(shown: str) -> str:
        tried = shown.count("A test that did not work")
        assert "</request" in shown, "what the case says is fenced"
        return f"please number {tried}"

    stub.reply(played(lambda messages: "no idea" if "number 2" in last(messages) else "schedule", writes))
    with Project.open(path) as project:
        _, _, found = await attacked(project, "pair")
        assert [one.family for one in found.tries] == ["round 1", "round 2", "round 3"] * 2
        assert [one.succeeded for one in found.tries] == [False, False, True] * 2
        assert [one.score for one in found.tries[:3]] == [3, 3, None]
        assert [one.grown_from for one in found.tries] == [None, 0, 1, None, 3, 4]
        assert found.tries[2].tried.input == {"message": f"{CASES[0]}\n\nplease number 2"}
        assert found.ended == "all attacks were made"
        assert (found.attacker, found.requests, found.asked) == ("attacker", 8, 10)
        before = len(stub.calls)
        _, _, again = await attacked(project, "pair")
        assert again.tries == found.tries
        assert (again.asked, again.requests, len(stub.calls)) == (0, 0, before)
        # A finding is a transcript: each try of its case, in order, with what came before.
        finding = attack_findings(
            found, Variant("p", "draft", project.prompts.all()[0].draft, project.models.get("app")), ""
        )[1]
        assert [one["grown_from"] for one in finding.body["tries"]] == [None, 0, 1]


async def test_a_tree_grows_from_what_came_nearest(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project_text(stub))
    written = iter(range(1000))

    def answer(messages: Messages) -> str:
        system = messages[0]["content"]
        if system.startswith("You judge"):
            return json.dumps({"score": 9 if "good" in last(messages).partition("<test")[2] else 2})
        if system.startswith("You help"):
            kind = "bad" if next(written) % 2 else "good"
            return json.dumps({"idea": "", "message": f"{kind} {len(last(messages))} {next(written)}"})
        return "schedule"

    stub.reply(answer)
    with Project.open(path) as project:
        _, _, found = await attacked(project, "tree", rounds=2, branches=2, width=1, most=30)
        first = [one for one in found.tries if one.case_id == found.cases[0]]
        assert [one.family for one in first] == ["round 1", "round 1", "round 2", "round 2"]
        nearest = max(range(2), key=lambda at: first[at].score or 0)
        assert [one.grown_from for one in first] == [None, None, nearest, nearest]
        assert found.broken == ()


async def test_a_talk_goes_on_by_small_steps_and_back_where_one_is_turned_down(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(project_text(stub))

    def writes(shown: str) -> str:
        return f"step {shown.count('A test that did not work')}"

    def app(messages: Messages) -> str:
        if CASES[0] not in last(messages):
            return "sure" if CASES[1] not in last(messages) else "schedule"
        if "step 1" in last(messages):
            return "I cannot help with that, only with: schedule"
        return "out_of_scope" if "step 3" in last(messages) else "schedule"

    stub.reply(played(app, writes))
    with Project.open(path) as project:
        _, _, found = await attacked(project, "crescendo", rounds=4, scores=False, most=100)
        talk = [one for one in found.tries if one.case_id == found.cases[0]]
        turns = [one.tried.input["dialog"]["turns"] for one in talk]
        assert turns[0] == [f"{CASES[0]}\n\nstep 0"]
        assert turns[1] == ["step 0", f"{CASES[0]}\n\nstep 1"]
        assert [one.succeeded for one in talk] == [False, False, False, True]
        assert turns[2] == ["step 0", f"{CASES[0]}\n\nstep 2"], "the step that was turned down is gone"
        assert turns[3] == ["step 0", "step 2", f"{CASES[0]}\n\nstep 3"]
        assert found.broken == (found.cases[0],)
        assert len(stub.calls) == found.requests + found.asked, "every answer of a dialog counts"


@pytest.mark.parametrize("kind", ["authority", "pair", "tree", "crescendo"])
@pytest.mark.parametrize("most", [1, 5, 9])
async def test_it_asks_for_no_more_than_it_may(make_project: MakeProject, stub: Stub, kind: str, most: int) -> None:
    stub.reply(played(lambda _: "schedule", lambda shown: f"try {shown.count('did not work')}"))
    with Project.open(make_project(project_text(stub))) as project:
        _, _, found = await attacked(project, kind, most=most)
        # A last attack that is under way is finished: a dialog may take some turns.
        assert len(stub.calls) <= most + (4 if kind == "crescendo" else 1)
        assert "were made" in found.ended or "was made" in found.ended


async def test_it_ends_where_no_more_may_be_spent(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(played(lambda _: "schedule", lambda shown: f"try {shown.count('did not work')}"))
    text = json.loads(project_text(stub))
    for model in text["models"]:
        model["price"] = {"input": 1000, "output": 1000}
        model["params"]["max_tokens"] = 10
    with Project.open(make_project(json.dumps(text))) as project:
        none = Purse(0.0, "give it more")
        _, _, found = await attacked(project, "pair", limits=Limits(purse=none))
        assert (found.cases, found.tries, len(stub.calls)) == ((), (), 0)
        assert "give it more" in found.ended + "".join(found.notes)
        little = Purse(0.5, "give it more")
        _, _, found = await attacked(project, "pair", limits=Limits(purse=little))
        assert (len(found.cases), found.tries, len(stub.calls)) == (2, (), 2), "what an attacker may write costs more"
        assert "give it more" in found.ended
        assert little.spent == found.cost_usd > 0


async def test_what_an_attacker_writes_that_is_no_attack_is_told(make_project: MakeProject, stub: Stub) -> None:
    def answer(messages: Messages) -> str:
        return "I would rather not." if messages[0]["content"].startswith("You help") else "schedule"

    stub.reply(answer)
    with Project.open(make_project(project_text(stub))) as project:
        _, _, found = await attacked(project, "tree")
        assert found.tries == ()
        assert found.notes == ("attacker wrote no attack: 'I would rather not.'",)
        with pytest.raises(InputError, match="needs a model"):
            await attacked(project, "tree", attacker=False)
        with pytest.raises(UsageError, match="no kind of attack") as error:
            await attacked(project, "cresendo")
        assert error.value.hint == "did you mean crescendo or tree?"


async def test_nothing_is_attacked_where_nothing_passes(make_project: MakeProject, stub: Stub) -> None:
    stub.reply("out_of_scope")
    with Project.open(make_project(project_text(stub))) as project:
        _, _, found = await attacked(project, "jailbreak")
        assert (found.cases, found.tries, found.left_out) == ((), (), 2)
        assert found.ended == "none of 2 cases passes without an attack"
        assert attack_words(found) == "nothing was attacked"
