"""The job that all do: N cases, one prompt, one model, the answer must be exactly the case's label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import yaml

LABELS = ("schedule", "summarize", "retrieve", "clarify", "decline")
SYSTEM = (
    "You route one message to one agent. Answer with one word only: schedule, summarize, retrieve, clarify or decline."
)
MODEL = "stub"
WRONG_EVERY = 10
"""Every so many cases the expected label is another than the one that the stub answers with."""


def write_cases(folder: Path, count: int, before: str = "") -> Path:
    """``cases.jsonl`` with `count` cases, as synterm reads them; `before` stands before each message."""
    file = folder / "cases.jsonl"
    with file.open("wb") as out:
        for number in range(count):
            answer = LABELS[number % len(LABELS)]
            wrong = number % WRONG_EVERY == 0
            case = {
                "input": {
                    "message": f"{before}Message {number}: could somebody look into this before Friday? I mean {answer}"
                },
                "expected": LABELS[(number + 1) % len(LABELS)] if wrong else answer,
            }
            out.write(orjson.dumps(case) + b"\n")
    return file


def passing(count: int) -> int:
    """How many of `count` cases pass when every answer is right and scored right."""
    return count - (count + WRONG_EVERY - 1) // WRONG_EVERY


def write_project(folder: Path, url: str, check: str = "equals", **params: Any) -> Path:
    """``project.yaml`` for the cases beside it; `params` are more parameters of the model."""
    file = folder / "project.yaml"
    user = {"role": "user", "content": "{{ message }}"}
    scenario = {"scenario": "messages", "checks": [_check(check)], "cases": [{"file": "cases.jsonl"}]}
    text = {
        "synterm": 1,
        "name": "benchmark",
        "models": [
            {"name": "stub", "model": f"openai/{MODEL}", "api_base": url, "params": {"max_tokens": 16, **params}}
        ],
        "prompts": [{"name": "router", "messages": [{"role": "system", "content": SYSTEM}, user]}],
        "tree": [{"feature": "Routing", "behaviors": [{"behavior": "Messages", "scenarios": [scenario]}]}],
    }
    file.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return file


def _check(kind: str) -> dict[str, Any]:
    return {"type": "label", "labels": list(LABELS)} if kind == "label" else {"type": kind}
