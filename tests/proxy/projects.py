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


def _guardrail(name: str, behavior: str, **parameters: Any) -> dict[str, Any]:
    ours = {
        "guardrail": "synterm.production.litellm_guardrail.SyntermGuardrail",
        "mode": "post_call",
        "project": "assistant.db",
        "behavior": f"Assistant/{behavior}",
        # A machine that does much else takes longer than 50 ms now and then.
        "budget_ms": 5000,
    }
    return {"guardrail_name": name, "litellm_params": ours | parameters}


def _model(name: str, model: str) -> dict[str, Any]:
    endpoint = {"api_base": "os.environ/ROUTER_API_BASE", "api_key": "os.environ/ROUTER_API_KEY"}
    return {"model_name": name, "litellm_params": {"model": model, "max_retries": 0, **endpoint}}


def _gone(name: str, fallback: str) -> dict[str, Any]:
    ours = {
        "guardrail": "generic_guardrail_api",
        "mode": "post_call",
        "api_base": "http://127.0.0.1:9",
        "api_key": "none",
        "unreachable_fallback": fallback,
    }
    return {"guardrail_name": name, "litellm_params": ours}


CONFIG = json.dumps(
    {
        # LiteLLM asks the second for chats only, whatever its clients speak.
        "model_list": [_model("router", "openai/stub"), _model("chats", "hosted_vllm/stub")],
        "guardrails": [
            _guardrail("routing", "Routing", log="verdicts-all.jsonl"),
            _guardrail("json", "JSON"),
            _guardrail("tools", "Tools"),
            _guardrail("before", "Messages", mode="pre_call"),
            _guardrail("beside", "Messages", mode="during_call"),
            _guardrail("around", "Messages", mode=["pre_call", "post_call"]),
            _guardrail("watching", "Routing", mode="logging_only", logging_only_scope="output"),
            _guardrail("worded", "Routing", violation_message_template="Please ask again ({behavior}, {reason})."),
            _guardrail("polite", "Polite", judges=True),
            _guardrail("hurried", "Polite", judges=True, judge_seconds=0.2),
            _guardrail("polite-open", "Polite", judges=True, fail="open"),
            _guardrail("unjudged", "Polite"),
            _guardrail("replaced", "Routing", project="replaced.db"),
            _gone("gone", "fail_closed"),
            _gone("gone-open", "fail_open"),
        ],
        "litellm_settings": {"callbacks": ["log_calls.to_file"]},
    }
)
"""A proxy's configuration (YAML takes JSON) with a guardrail of every kind; none is on unless a request names it."""
