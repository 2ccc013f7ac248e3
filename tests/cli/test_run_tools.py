"""`synterm run` on a prompt that offers tools: what the model calls is shown, kept and judged."""

from __future__ import annotations

import json

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

FIND = {
    "type": "function",
    "function": {
        "name": "find",
        "parameters": {"type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"]},
    },
}
CHECKS = [
    {"type": "tool-call"},
    {"type": "tool-call-f1", "value": "find"},
    {"type": "is-valid-openai-tools-call"},
    {"type": "finish-reason", "value": "tool_calls"},
]
ANSWERS = {
    "four": Reply(None, finish_reason="tool_calls", calls=[("find", '{"size": 4}')]),
    "many": Reply(None, finish_reason="tool_calls", calls=[("find", '{"size": "many"}')]),
    "none": Reply("Which room?"),
}


def project(stub: Stub) -> str:
    cases = [{"input": name, "expected": {"name": "find", "arguments": {"size": 4}}} for name in ANSWERS]
    scenario = {"scenario": "plain", "checks": CHECKS, "cases": cases}
    return json.dumps(
        {
            "synterm": 1,
            "name": "tools",
            "models": [{"name": "stub", "model": "openai/stub", "api_base": stub.url}],
            "prompts": [
                {
                    "name": "ask",
                    "messages": [{"role": "user", "content": "{{ message }}"}],
                    "params": {"tools": [FIND], "tool_choice": "auto"},
                }
            ],
            "tree": [{"feature": "Rooms", "behaviors": [{"behavior": "Find", "scenarios": [scenario]}]}],
        }
    )


def answer(messages: Messages) -> Reply:
    return ANSWERS[messages[-1]["content"]]


def test_the_tools_that_are_called_are_judged_and_kept(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(project(stub))
    stub.reply(answer)
    done = synterm("run", path, "--json", "-")
    assert [call.body["tools"] for call in stub.calls] == [[FIND]] * 3
    found = {each["input"]["message"]: each for each in done.json["evaluations"]}
    assert found["four"]["output"] == '[{"name":"find","arguments":{"size":4}}]'
    verdicts = {name: [check["passed"] for check in each["checks"]] for name, each in found.items()}
    assert verdicts == {
        "four": [True, True, True, True],
        "many": [False, True, False, True],
        "none": [False, False, False, False],
    }
    assert found["many"]["checks"][2]["reason"] == "find: $.size: 'many' is not of type 'integer'"
    again = synterm("run", path, "--json", "-").json
    assert (len(stub.calls), again["totals"]["cached"]) == (3, 3)
    assert [each["checks"] for each in again["evaluations"]] == [each["checks"] for each in done.json["evaluations"]]
