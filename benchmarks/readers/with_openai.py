"""OpenAI's types of its API, and the rules of its guide, read rows: ``python … EXPORTS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from report import files, must, reading

LEAST_ROWS = 10
OUTPUT_ROLES = ("assistant", "tool")


def main(exports: Path) -> None:
    """Every line of the files for its API."""
    for name, check in (("openai-sft", _conversation), ("openai-dpo", _preference)):
        for file in files(exports / name):
            with reading(name, file.name) as told:
                lines = file.read_text(encoding="utf-8").splitlines()
                for line in lines:
                    check(json.loads(line))
                few = "" if len(lines) >= LEAST_ROWS else f"; a training file would need {LEAST_ROWS}"
                told.did = f"{len(lines)} rows fit the API's types and the guide's rules{few}"


def _conversation(row: dict[str, Any]) -> None:
    must(set(row) <= {"messages", "tools", "parallel_tool_calls"}, f"keys of no meaning: {sorted(row)}")
    _messages(row["messages"], row.get("tools", []))
    must(row["messages"][-1]["role"] == "assistant", "the last message is not the assistant's")


def _preference(row: dict[str, Any]) -> None:
    must(set(row) == {"input", "preferred_output", "non_preferred_output"}, f"keys: {sorted(row)}")
    asked = row["input"]
    _messages(asked["messages"], asked.get("tools", []))
    must(asked["messages"][-1]["role"] in ("user", "tool"), "the input does not end where an answer is due")
    for name in ("preferred_output", "non_preferred_output"):
        _messages(row[name], [])
        roles = [message["role"] for message in row[name]]
        must("assistant" in roles and set(roles) <= set(OUTPUT_ROLES), f"roles in {name}: {roles}")


def _messages(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
    from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
    from pydantic import TypeAdapter

    TypeAdapter(list[ChatCompletionMessageParam]).validate_python(messages)
    TypeAdapter(list[ChatCompletionToolParam]).validate_python(tools)
    for message in messages:
        must(bool(message.get("content")) or bool(message.get("tool_calls")), "a message says and calls nothing")
        must(message.get("weight", 1) in (0, 1), "a weight is neither 0 nor 1")
        must("weight" not in message or message["role"] == "assistant", "a weight stands on no assistant's message")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
