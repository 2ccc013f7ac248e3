"""The projects whose guards stand in a proxy: a router of messages, and behaviors of other kinds beside it."""

from __future__ import annotations

import json
from typing import Any

LABELS = ("schedule", "summarize", "clarify", "out_of_scope")


def _behavior(name: str, *checks: dict[str, Any]) -> dict[str, Any]:
    scenario = {"scenario": "plain", "cases": [{"input": {"message": "put a sync with Ana on thursday"}}]}
    return {"behavior": name, "checks": list(checks), "scenarios": [scenario]}


def assistant(judge: str, labels: tuple[str, ...] = LABELS) -> str:
    """The text of a project: its router answers with one of `labels`; `judge` is the endpoint of the model that judges
    how polite an answer is."""
    return json.dumps(
        {
            "synterm": 1,
            "name": "assistant",
            "models": [{"name": "judge", "model": "openai/judge", "api_base": judge}],
            "prompts": [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}],
            "tree": [
                {
                    "feature": "Assistant",
                    "behaviors": [
                        _behavior("Routing", {"type": "label", "labels": list(labels)}),
                        _behavior("JSON", {"type": "is-json"}),
                        _behavior("Messages", {"type": "not-icontains", "value": "ignore your rules"}),
                        _behavior("Tools", {"type": "not-icontains", "value": "delete_all"}),
                        _behavior("Polite", {"type": "llm-rubric", "value": "The answer is polite.", "model": "judge"}),
                    ],
                }
            ],
        }
    )
