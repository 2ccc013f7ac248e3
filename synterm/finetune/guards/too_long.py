"""Rows that a trainer would cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from synterm.checks.encodings import load
from synterm.core.prompt import Message
from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.errors import ModelError
from synterm.finetune.guards.base import Kept, Known, Sorting, kind_of
from synterm.text import storable

ENCODING = "o200k_base"
FRAME = 4
"""Tokens that say where a message begins and ends, and whose it is."""
_LONGEST_TOKEN = 128
"""No token of the encoding stands for more characters."""


def refuse_long(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse what has more tokens than the plan allows, prompt and answer together; of a wrong answer only that one.

    What stays is told how many tokens it has. Raises ModelError where the encoding is not installed.
    """
    sorting = Sorting("too-long")
    most = known.plan.max_tokens
    count = _Counter(most)
    for example in examples:
        prompt = count.messages(example.prompt) + count.tools(example.tools)
        sizes = [(answer, prompt + count.messages(answer.messages)) for answer in _answers(example)]
        long = [(answer, _words(example, answer, size, most)) for answer, size in sizes if size > most]
        gone = {id(answer) for answer, _ in long}
        tokens = max((size for answer, size in sizes if id(answer) not in gone), default=prompt)
        sorting.sift(replace(example, tokens=tokens), long)
    return sorting.kept


def _words(example: TrainingExample, answer: TrainingAnswer, size: int, most: int) -> str:
    return f"with {kind_of(example, answer)} it has {size:,} tokens, {most:,} are allowed"


def _answers(example: TrainingExample) -> tuple[TrainingAnswer, ...]:
    return (*example.positives, *example.negatives)


class _Counter:
    """Counts tokens; of a text that is too long for certain only so far that it is."""

    def __init__(self, most: int) -> None:
        try:
            self._encoding = load(ENCODING)
        except OSError as error:
            raise ModelError(
                f"tokens can't be counted: {error}",
                hint="pip install --force-reinstall litellm, which brings the file of the encoding",
            ) from error
        self._most = most
        # Prompts are the same in many rows.
        self._count = lru_cache(maxsize=4096)(self._counted)

    def messages(self, messages: Iterable[Message]) -> int:
        """The tokens of messages."""
        return sum(self._count(message.content) + FRAME for message in messages)

    def tools(self, tools: Sequence[dict[str, Any]]) -> int:
        """The tokens of functions that may be called, as JSON."""
        return self._count(orjson.dumps(tools).decode()) if tools else 0

    def _counted(self, text: str) -> int:
        # A text of one letter a million times over takes minutes, and could not be short enough.
        least = -(-len(text) // _LONGEST_TOKEN)
        return least if least > self._most else len(self._encoding.encode_ordinary(storable(text)))
