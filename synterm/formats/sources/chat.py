"""Chat messages in other programs' files: what the user said last, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

CONVERSATION = "conversation"
"""The field that holds all that both sides said, where messages are a list."""
SYSTEM = "system"
"""The field that holds what the system message says."""
_USERS = ("user", "human")
_SYSTEMS = ("system", "developer")


def fields_of(messages: Any) -> dict[str, Any] | None:
    """What an input may be made of: ``input``, the last line of the user; also all turns, and the system message.

    None where no user says anything in text.
    """
    turns = turns_of(messages)
    said = [text for role, text in turns if role in _USERS and text.strip()]
    if not said:
        return None
    fields: dict[str, Any] = {"input": said[-1]}
    talk = [(role, text) for role, text in turns if role not in _SYSTEMS]
    if isinstance(messages, list):
        fields[CONVERSATION] = "\n\n".join(f"{role}: {text}" for role, text in talk)
    if system := "\n\n".join(text for role, text in turns if role in _SYSTEMS):
        fields[SYSTEM] = system
    return fields


def turns_of(messages: Any) -> list[tuple[str, str]]:
    """Role and text of each message; one text is what the user says."""
    if isinstance(messages, str):
        return [("user", messages)]
    if not isinstance(messages, list):
        return []
    turns: list[tuple[str, str]] = []
    for one in cast("list[Any]", messages):
        if isinstance(one, dict):
            message = cast("dict[str, Any]", one)
            role = str(message.get("role") or message.get("from") or "user").casefold()
            turns.append((role, text_of_content(message.get("content", message.get("value")))))
        elif isinstance(one, str):
            turns.append(("user", one))
    return turns


def text_of_content(content: Any) -> str:
    """The text of a message's content: a text, or a list of parts of which those of text count."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = cast("Sequence[Any]", content)
        return "".join(filter(None, (_part(part) for part in parts)))
    return ""


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else None
    return text if isinstance(text, str) else ""
