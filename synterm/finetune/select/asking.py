"""How a case is asked: the messages of the plan's prompt, or those with an instruction in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from synterm.core.case import Case
from synterm.core.dialog import NAME, dialog_of, opened
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.errors import InputError
from synterm.evaluate.renderers import renderer
from synterm.evaluate.retriever import Retriever

_NOBODY = ModelSpec(name="nobody", model="scripted/nobody")
"""What is asked does not depend on who is asked."""


class Asking:
    """Renders one prompt version, with what its documents give for each case."""

    def __init__(self, name: str, body: PromptBody, retriever: Retriever) -> None:
        """Raises InputError when the prompt does not compile."""
        prompt, _, version = name.partition("@")
        self._made = renderer(body)
        self._retriever = retriever
        self._variant = Variant(prompt, version, body, _NOBODY)
        tools: Any = body.params.get("tools")
        listed = cast("list[Any]", tools) if isinstance(tools, list) else []
        self.tools = tuple(cast("dict[str, Any]", tool) for tool in listed if isinstance(tool, dict))
        """Functions that the model may call."""

    def request(self, case: Case, line: str | None, instruction: str) -> tuple[Message, ...]:
        """What is sent; of a dialog its first turn, which says `line`. `instruction`: stands in place of all before
        the last user message. Raises InputError where the case lacks a value, or its context can't be had."""
        messages = self._render(case, line)
        if not instruction:
            return messages
        return Message(role="system", content=instruction), *messages[_last_user(messages) :]

    def turn(self, case: Case, line: str) -> Message:
        """A later turn of a dialog's user, as it is sent. Raises as `request` does."""
        messages = self._render(case, line)
        return messages[_last_user(messages)]

    def _render(self, case: Case, line: str | None) -> tuple[Message, ...]:
        values = _filled(case.input, line)
        asked = case if values == case.input else case.model_copy(update={"input": values})
        found = self._retriever.retrieve(Task(asked, self._variant))
        if found is None:
            return self._made.render(values)
        if found.problem and self._made.takes_context:
            raise InputError(found.problem)
        return self._made.render(values, found)


def _filled(values: dict[str, Any], line: str | None) -> dict[str, Any]:
    spec = dialog_of(values)
    if spec is None:
        return values
    if line is None:
        return opened(values)
    return {name: value for name, value in values.items() if name != NAME} | {spec.variable: line}


def _last_user(messages: Sequence[Message]) -> int:
    users = [index for index, message in enumerate(messages) if message.role == "user"]
    if not users:
        raise InputError("the prompt has no user message")
    return users[-1]
