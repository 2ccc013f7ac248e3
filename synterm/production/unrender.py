"""Back from the text that a prompt made to the value that was put into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from synterm.core.prompt import Message, Prompt
from synterm.core.template import compile_template
from synterm.errors import InputError

_MARK = "\x02the value\x03"
"""Stands for the value, to see where a template puts it; no prompt holds it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a message of a prompt says before and behind the value."""

    before: str
    behind: str

    def says_something(self) -> bool:
        """Whether anything stands around the value."""
        return bool(self.before or self.behind)

    def value(self, text: str) -> str | None:
        """What was put in between; None for a text that the message did not make."""
        if len(text) < len(self.before) + len(self.behind):
            return None
        if not (text.startswith(self.before) and text.endswith(self.behind)):
            return None
        return text[len(self.before) : len(text) - len(self.behind)]


def frames_of(prompts: Iterable[Prompt], variable: str) -> tuple[Frame, ...]:
    """The frames of all versions and drafts of prompts that take only this value, the longest first.

    Only messages that hold nothing else than fixed text and the value, once, as it is.
    """
    messages = (
        message
        for prompt in prompts
        for body in (prompt.draft, *(version.body for version in reversed(prompt.versions)))
        for message in body.messages
        if message.role == "user"
    )
    found = {
        frame: None for message in messages for frame in _frames(message, variable) if frame.before or frame.behind
    }
    return tuple(sorted(found, key=lambda frame: -len(frame.before) - len(frame.behind)))


def value_in(text: str, frames: Sequence[Frame]) -> str:
    """The value in a text that one of these frames made; else the text itself."""
    return next((value for frame in frames if (value := frame.value(text)) is not None), text)


def _frames(message: Message, variable: str) -> Iterator[Frame]:
    try:
        template = compile_template(message.content)
        if template.variables != frozenset((variable,)):
            return
        text = template.render({variable: _MARK})
        changed = template.render({variable: _MARK.upper()})
    except InputError:
        return  # a draft in the middle of an edit, or a template that takes no text
    if text.count(_MARK) == 1 and changed == text.replace(_MARK, _MARK.upper()):
        before, _, behind = text.partition(_MARK)
        yield Frame(before, behind)
