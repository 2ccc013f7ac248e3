"""Projects whose model is a stub endpoint, and what `synterm run --progress json` says of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.cli.conftest import Done
from tests.support.http_stub import Messages, Reply, Stub

PROJECT = {
    "synterm": 1,
    "name": "endpoint",
    "prompts": [
        {
            "name": "ask",
            "versions": [
                {"note": "the first try", "messages": [{"role": "user", "content": "{{ message }}"}]},
                {"note": "polite", "messages": [{"role": "user", "content": "please: {{ message }}"}]},
            ],
        }
    ],
}


def endpoint_project(stub: Stub, messages: Sequence[str], **model: Any) -> str:
    """The text form of a project with these cases. An answer passes that holds ``ok``."""
    spec = {"name": "stub", "model": "openai/stub", "api_base": stub.url, "params": {"max_tokens": 8}, **model}
    cases = [{"input": message} for message in messages]
    scenario = {"scenario": "plain", "checks": [{"type": "contains", "value": "ok"}], "cases": cases}
    tree = [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]}]
    return json.dumps({**PROJECT, "models": [spec], "tree": tree})


def asked(stub: Stub) -> list[str]:
    """The messages that arrived, in order."""
    return [call.messages[-1]["content"] for call in stub.calls]


def in_turn(by_message: Mapping[str, Sequence[Reply]], otherwise: str = "ok") -> Callable[[Messages], Reply | str]:
    """Answers each message with its replies in turn, the last one again and again."""
    seen: Counter[str] = Counter()

    def answer(messages: Messages) -> Reply | str:
        message = messages[-1]["content"]
        replies = by_message.get(message)
        seen[message] += 1
        return otherwise if not replies else replies[min(seen[message], len(replies)) - 1]

    return answer


def events(done: Done) -> list[dict[str, Any]]:
    """What was written to stderr: a line of JSON each, and nothing else."""
    return [json.loads(line) for line in done.err.splitlines()]


def judged(done: Done) -> list[dict[str, Any]]:
    """The lines that tell of evaluations."""
    return [event for event in events(done) if event["event"] == "judged"]
