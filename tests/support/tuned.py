"""Projects with enough to train on, whose model is a stub endpoint."""

from __future__ import annotations

import json
from typing import Any

from tests.support.http_stub import Messages, Stub

KEY = "sk-canary-0123456789"
LABELS = ("schedule", "summarize", "clarify")
_TEXTS = {
    "schedule": "book a room|move my dentist to friday|is tuesday noon free|cancel lunch with bo|plan the offsite"
    "|remind me at seven|set up a call with payroll|find an hour for yoga",
    "summarize": "what did the board decide|shorten this thread|notes from monday please|the gist of the memo"
    "|recap the customer interview|boil down chapter four|key points of the audit|a digest of today's mail",
    "clarify": "do it|the usual|make it better|same as before|fix that thing|you know what i mean|go on"
    "|handle this one",
}
CASES = [(label, text) for label, texts in _TEXTS.items() for text in texts.split("|")]
MESSAGES = [{"role": "system", "content": "You route one message."}, {"role": "user", "content": "{{ message }}"}]


def tuning_project(stub: Stub, count: int = 24, **model: Any) -> str:
    """The text form of a project with `count` cases to train on, and three in the holdout."""
    spec = {"name": "mini", "model": "openai/gpt-4o-mini-2024-07-18", "api_base": stub.url, "params": {"max_tokens": 8}}
    cases = [{"input": text, "expected": label, "split": "train"} for label, text in CASES[:count]]
    held = [{"input": f"held {label}", "expected": label, "split": "holdout"} for label in LABELS]
    scenario = {"scenario": "plain", "checks": [{"type": "label", "labels": [*LABELS]}], "cases": cases + held}
    tree = [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]}]
    return json.dumps(
        {
            "synterm": 1,
            "name": "tuned",
            "models": [{**spec, "api_key_env": "STUB_KEY", **model}],
            "prompts": [{"name": "router", "versions": [{"note": "first", "messages": MESSAGES}]}],
            "tree": tree,
        }
    )


def held_label(messages: Messages) -> str:
    """What the holdout expects of a message."""
    return str(messages[-1]["content"]).rpartition(" ")[2]
