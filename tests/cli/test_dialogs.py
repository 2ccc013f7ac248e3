"""Cases that are dialogs: `synterm run` against a real endpoint that plays the app and its user."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Done, Synterm
from tests.cli.endpoint import PROJECT
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

USER = {"user": "customer", "persona": "someone in a hurry", "goal": "a refund", "opening": "I want my money back"}
ROUTES = {"type": "turns-to-decision", "check": {"type": "contains", "value": "refund"}}


def _project(stub: Stub, dialog: dict[str, Any], checks: list[dict[str, Any]], **more: Any) -> str:
    models = [
        {"name": "app", "model": "openai/app", "api_base": stub.url, "price": {"input": 0, "output": 1_000_000}},
        {"name": "customer", "model": "openai/customer", "api_base": stub.url, "price": {"input": 0, "output": 2e6}},
    ]
    case = {"input": {"dialog": dialog, **more.get("values", {})}}
    scenario = {"scenario": "refunds", "checks": checks, "cases": [case]}
    messages = [{"role": "system", "content": "You help."}, {"role": "user", "content": "Customer: {{ message }}"}]
    prompts = [{"name": "support", "versions": [{"note": "", "messages": more.get("messages", messages)}]}]
    tree = [{"feature": "Support", "behaviors": [{"behavior": "Refunds", "scenarios": [scenario]}]}]
    return json.dumps({**PROJECT, "models": models, "prompts": prompts, "tree": tree})


def _sides(app: Callable[[list[str]], str | Reply], user: Callable[[list[str]], Any]) -> Callable[[Messages], Any]:
    """Both sides: each gets what the other said so far."""

    def reply(messages: Messages) -> str | Reply:
        plays = "You play a person" in messages[0]["content"]
        heard = [message["content"] for message in messages if message["role"] == "user"]
        said = user(heard) if plays else app(heard)
        return said if isinstance(said, str | Reply) else json.dumps(said)

    return reply


def _run(synterm: Synterm, path: Path, *options: str) -> tuple[Done, dict[str, Any]]:
    done = synterm("run", path, "--model", "app", "--json", "-", *options)
    [evaluation] = done.json["evaluations"]
    return done, evaluation


def _turns(evaluation: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["role"], turn["content"]) for turn in evaluation["dialog"]["turns"]]


def test_both_sides_talk_until_the_user_has_what_they_want(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, USER, [ROUTES, {"type": "goal-reached"}]))
    app = ["Which order?", "The refund is on its way."]
    stub.reply(
        _sides(
            lambda heard: app[len(heard) - 1],
            lambda heard: {"state": "goal reached" if len(heard) > 2 else "going on", "message": f"line {len(heard)}"},
        )
    )
    done, found = _run(synterm, path)
    assert _turns(found) == [
        ("user", "I want my money back"),
        ("assistant", "Which order?"),
        ("user", "line 2"),
        ("assistant", "The refund is on its way."),
        ("user", "line 3"),
    ]
    assert (found["dialog"]["end"], found["output"]) == ("goal reached", "The refund is on its way.")
    decided, reached = found["checks"]
    assert (decided["passed"], decided["reason"]) == (True, "decided with answer 2")
    assert abs(decided["score"] - 2 / 3) < 1e-9
    assert (reached["passed"], reached["reason"]) == (True, "goal reached after 2 answers")
    # 3 tokens an answer: two of the app at 1 $, two of the user at 2 $.
    assert (done.json["totals"]["requests"], done.json["totals"]["cost_usd"]) == (4, 18.0)
    assert (found["cost_usd"], found["tokens"]["completion"]) == (18.0, 6)


def test_the_apps_model_sees_the_prompt_and_all_that_was_said(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, {"turns": ["one", "two"]}, [{"type": "contains", "value": "answer to"}]))
    stub.reply(lambda messages: f"answer to {messages[-1]['content']}")
    _, found = _run(synterm, path)
    assert [(message["role"], message["content"]) for message in stub.calls[1].messages] == [
        ("system", "You help."),
        ("user", "Customer: one"),
        ("assistant", "answer to Customer: one"),
        ("user", "Customer: two"),
    ]
    assert (found["passed"], found["dialog"]["end"], len(stub.calls)) == (True, "script ended", 2)


def test_the_same_dialog_is_not_held_again(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(_project(stub, {"turns": ["one", "two"]}, [{"type": "contains", "value": "answer"}]))
    stub.reply(lambda messages: f"answer to {messages[-1]['content']}")
    first = _run(synterm, path)[1]
    done, again = _run(synterm, path)
    assert (len(stub.calls), done.json["totals"]["requests"], again["cached"]) == (2, 0, True)
    assert again["dialog"] == first["dialog"]
    _run(synterm, path, "--repeat", "1", "--no-cache")
    assert len(stub.calls) == 4


def test_a_dialog_that_was_cut_short_goes_on_where_it_was(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, {"turns": ["one", "two", "three"]}, [{"type": "contains", "value": "ok"}]))
    stub.reply(lambda messages: Reply(status=400) if "three" in messages[-1]["content"] else "ok")
    done, found = _run(synterm, path)
    assert (done.code, found["passed"], len(stub.calls)) == (3, None, 3)
    assert found["error"].startswith("turn 3: ")
    stub.reply("ok")
    done, found = _run(synterm, path)
    assert (done.code, found["passed"], len(stub.calls)) == (0, True, 4)


def test_a_check_ends_it(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    dialog = {"turns": ["a", "b", "c"], "stop_when": {"type": "equals", "value": "transferred"}}
    path = make_project(_project(stub, dialog, [{"type": "goal-reached", "within": 2}]))
    stub.reply(lambda messages: "transferred" if messages[-1]["content"].endswith("b") else "what?")
    _, found = _run(synterm, path)
    assert (found["dialog"]["end"], found["passed"], len(stub.calls)) == ("decided", True, 2)


def test_it_ends_when_it_goes_in_circles_or_takes_too_long(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(_project(stub, {**USER, "max_turns": 5}, [{"type": "repetition", "words": 2}]))
    stub.reply(_sides(lambda _: "I can not help you.", lambda heard: {"state": "going on", "message": f"{len(heard)}"}))
    _, found = _run(synterm, path)
    assert (found["dialog"]["end"], len(_turns(found))) == ("going in circles", 6)
    assert (found["passed"], found["checks"][0]["reason"][:3]) == (False, "67%")
    stub.reply(_sides(lambda heard: f"Answer {len(heard)}.", lambda heard: "no JSON, only words"))
    _, found = _run(synterm, path, "--no-cache")
    assert (found["dialog"]["end"], len(_turns(found))) == ("no turns left", 10)
    assert ("user", "no JSON, only words") in _turns(found)


def test_every_turn_is_judged_by_itself(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    checks = [{"type": "every-turn", "check": {"type": "not-contains", "value": "never"}}]
    path = make_project(_project(stub, {"turns": ["a", "b"]}, checks))
    stub.reply(lambda messages: "never" if messages[-1]["content"].endswith("b") else "gladly")
    _, found = _run(synterm, path)
    assert (found["passed"], found["score"]) == (False, 0.5)
    assert found["checks"][0]["reason"].startswith("answer 2 of 2: ")


def test_a_judge_can_be_asked_about_every_turn(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    rubric = {"type": "llm-rubric", "value": "polite", "model": "customer"}
    path = make_project(_project(stub, {"turns": ["a", "b"]}, [{"type": "every-turn", "check": rubric}]))

    def reply(messages: Messages) -> str:
        if "You judge" in messages[0]["content"]:
            return json.dumps({"reason": "fine", "score": 5 if "answer to Customer: a" in str(messages) else 4})
        return f"answer to {messages[-1]['content']}"

    stub.reply(reply)
    _, found = _run(synterm, path)
    assert (found["passed"], found["score"], len(stub.calls)) == (True, 0.875, 4)


def test_what_is_wrong_with_a_dialog_is_said(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    for dialog, said in (
        ({"goal": "x"}, "needs either turns, or a user"),
        ({"turns": ["a"], "turnz": 1}, "turnz"),
        ({**USER, "user": "custmer"}, "'custmer' is no model of the project; did you mean customer?"),
        ({"turns": ["a"], "stop_when": {"type": "contians"}}, "did you mean contains"),
        ({"turns": ["a"], "variable": "question"}, "no value for message"),
    ):
        (path := make_project(_project(stub, dialog, [{"type": "contains", "value": "ok"}]))).touch()
        done, found = _run(synterm, path)
        assert (done.code, found["passed"]) == (3, None), dialog
        assert said in found["error"] + str(found["hint"]), found["error"]
        path.unlink()
    assert stub.calls == []
