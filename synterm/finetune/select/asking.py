"""How a case is asked: the messages of the plan's prompt, or those with an instruction in their place."""

from __future__ import annotations

from typing import Any, cast

from synterm.core.case import Case
from synterm.core.dialog import NAME, dialog_of, opened
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.errors import InputError
from synterm.evaluate.renderers import renderer
from synterm.evaluate.retriever import Retriever
from synterm.finetune.select.instructions import instructed

_NOBODY = ModelSpec(name="nobody", model="scripted/nobody")
"""What is asked does not depend on who is asked."""


class Asking:
    """Renders one prompt version, with what its documents give for each case."""

    def __init__(self, name: str, body: PromptBody, retriever: Retriever) -> None:
        """Raises InputError when the prompt does not compile."""
        self._name = name
        self._body = body
        self._retriever = retriever
        self._variants: dict[str, Variant] = {}
        renderer(body)
        tools: Any = body.params.get("tools")
        listed = cast("list[Any]", tools) if isinstance(tools, list) else []
        self.tools = tuple(cast("dict[str, Any]", tool) for tool in listed if isinstance(tool, dict))
        """Functions that the model may call."""

    def request(self, case: Case, line: str | None, instruction: str) -> tuple[Message, ...]:
        """What is sent; of a dialog its first turn, which says `line`. `instruction`: stands in place of all before
        the last user message. Raises InputError where the case lacks a value, or its context can't be had."""
        return self._render(case, line, instruction)

    def turn(self, case: Case, line: str) -> Message:
        """A later turn of a dialog's user, as it is sent. Raises as `request` does."""
        messages = self._render(case, line, "")
        users = [message for message in messages if message.role == "user"]
        if not users:
            raise InputError("a dialog needs a prompt with a user message, for the user's turns")
        return users[-1]

    def _render(self, case: Case, line: str | None, instruction: str) -> tuple[Message, ...]:
        variant = self._variant(instruction)
        values = _filled(case.input, line)
        asked = case if values == case.input else case.model_copy(update={"input": values})
        found, made = self._retriever.retrieve(Task(asked, variant)), renderer(variant.body)
        if found is None:
            return made.render(values)
        if found.problem and made.takes_context:
            raise InputError(found.problem)
        return made.render(values, found)

    def _variant(self, instruction: str) -> Variant:
        if instruction not in self._variants:
            prompt, _, version = self._name.partition("@")
            body = instructed(self._body, instruction) if instruction else self._body
            self._variants[instruction] = Variant(prompt, version, body, _NOBODY)
        return self._variants[instruction]


def _filled(values: dict[str, Any], line: str | None) -> dict[str, Any]:
    spec = dialog_of(values)
    if spec is None:
        return values
    if line is None:
        return opened(values)
    return {name: value for name, value in values.items() if name != NAME} | {spec.variable: line}
