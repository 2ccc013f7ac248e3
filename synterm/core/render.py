"""From a prompt and a case's values to the messages that are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synterm.core.case import value_text
from synterm.core.context import CHUNKS, CONTEXT, FROM_DOCUMENTS, Retrieval, default_query, settings_of
from synterm.core.prompt import Message, PromptBody
from synterm.core.template import Template, compile_template
from synterm.errors import InputError

EXAMPLES = "examples"
"""The variable by which a template can place the few-shot examples itself."""
_NOTHING_FOUND = Retrieval()


@dataclass(frozen=True, slots=True)
class _Part:
    message: Message
    template: Template


class Renderer:
    """A prompt body made ready to render many cases.

    The few-shot examples go in as chat turns before the last user message: each is that message rendered with
    the example's input, answered by what was expected. A template that uses `examples` places them itself.
    With settings of a context, `context` and `chunks` come from the project's documents; in an example they are what
    its own input says, else empty.
    Raises InputError, naming message and line, when a message does not compile or the settings are wrong.
    """

    def __init__(self, body: PromptBody) -> None:
        self.body = body
        self._parts = [_Part(message, _compile(index, message)) for index, message in enumerate(body.messages)]
        used = frozenset[str]().union(*(part.template.variables for part in self._parts))
        self.settings = settings_of(body.params)
        """How it gets its context; None where it takes none."""
        self.takes_context = self.settings is not None and bool(used & FROM_DOCUMENTS)
        """Whether what is found in the documents decides what is sent."""
        self._query = _query(self.settings.query) if self.settings and self.settings.query else None
        given = FROM_DOCUMENTS if self.settings else frozenset[str]()
        asked = self._query.variables if self._query else frozenset[str]()
        self.variables = (used - given - {EXAMPLES}) | asked
        """The names that a case's input must have."""
        self._turn = None if EXAMPLES in used else self._last_user()
        self._shots = self._example_turns()
        self._fixed = (
            {EXAMPLES: [example.model_dump(mode="json") for example in body.examples]} if EXAMPLES in used else {}
        )

    def query(self, values: Mapping[str, Any]) -> str:
        """What is looked for in the documents for one case. Raises InputError when a placeholder has no value."""
        if self._query is None:
            return default_query(values)
        _require(self._query.variables, values)
        return self._query.render(values)

    def render(self, values: Mapping[str, Any], found: Retrieval = _NOTHING_FOUND) -> tuple[Message, ...]:
        """The messages for one case, with what was `found` for it in the documents, if the prompt takes any.

        Raises InputError when a placeholder has no value.
        """
        _require(self.variables, values)
        known = {**values, **self._fixed}
        if self.takes_context:
            known |= {CONTEXT: found.text, CHUNKS: found.listed}
        messages: list[Message] = []
        for index, part in enumerate(self._parts):
            if index == self._turn:
                messages.extend(self._shots)
            messages.append(_fill(part, known))
        return tuple(messages)

    def _last_user(self) -> int | None:
        users = [index for index, part in enumerate(self._parts) if part.message.role == "user"]
        return users[-1] if users else None

    def _example_turns(self) -> list[Message]:
        if self._turn is None:
            return []
        part = self._parts[self._turn]
        empty: dict[str, Any] = {CONTEXT: "", CHUNKS: []} if self.takes_context else {}
        turns: list[Message] = []
        for number, example in enumerate(self.body.examples, start=1):
            try:
                turns.append(_fill(part, {**empty, **example.input}))
            except InputError as error:
                raise InputError(error.message, where=f"example {number}") from error
            turns.append(Message(role="assistant", content=value_text(example.expected)))
        return turns


def _compile(index: int, message: Message) -> Template:
    try:
        return compile_template(message.content)
    except InputError as error:
        raise InputError(error.message, where=f"{message.role} message {index + 1}, {error.where}") from error


def _query(source: str) -> Template:
    try:
        return compile_template(source)
    except InputError as error:
        raise InputError(error.message, where=f"params, context.query, {error.where}") from error


def _require(names: frozenset[str], values: Mapping[str, Any]) -> None:
    if missing := names - values.keys():
        raise InputError(
            f"the case's input has no value for {', '.join(sorted(missing))}",
            hint=f"it has: {', '.join(sorted(values)) or 'none'}",
        )


def _fill(part: _Part, values: Mapping[str, Any]) -> Message:
    if not part.template.variables and "{" not in part.message.content:
        return part.message
    return Message(role=part.message.role, content=part.template.render(values))


def values_for(body: PromptBody, text: str) -> dict[str, Any]:
    """A bare text as the value of the prompt's only variable. Raises InputError when it has none or several."""
    names = sorted(Renderer(body.model_copy(update={"examples": ()})).variables)
    if len(names) != 1:
        raise InputError(
            f"a bare text fills a prompt's only variable, and this prompt has {len(names)}",
            hint=f"name the values: {{{', '.join(f'{name}: …' for name in names) or 'name: …'}}}",
        )
    return {names[0]: text}
