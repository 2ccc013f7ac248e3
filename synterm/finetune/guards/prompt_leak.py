"""Evaluation cases that stand in what every row says: an example of the prompt, an instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from synterm.core.training import TrainingExample
from synterm.describe.wording import leaves
from synterm.finetune.guards.base import Evaluated, Kept, Known, Sorting
from synterm.finetune.guards.wording import plain

LONG_ENOUGH = 25
"""Letters of an input that say something: "yes please" stands in many a text. Elsewhere than in an example."""
EXAMPLE_LONG_ENOUGH = 8
"""Letters of an example's input that is the whole input of a case."""
_STARTS = re.compile(r"(?<!\S)\S|[^\x00-\x7f]")
"""Where a text may begin: at words, and in scripts that put no spaces between them anywhere."""

_Rest = tuple[tuple[str, ...], Evaluated]
"""The other values of a case, and the case."""
_NONE: dict[int, dict[str, list[_Rest]]] = {}


def refuse_leaking(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse rows of which a message holds all that an evaluation case asks, word for word: whatever the case,
    punctuation and white space. An input of several values counts where one message holds them all."""
    sorting = Sorting("prompt-leak")
    quotes = _Quotes(known)
    for example in examples:
        found = quotes.within(example)
        if found is None:
            sorting.keep(example)
        else:
            place, other = found
            sorting.refuse(example, f"{place} holds what is asked in {other.name}", other=other.id)
    return sorting.kept


class _Quotes:
    """Finds inputs of evaluation cases in messages."""

    def __init__(self, known: Known) -> None:
        wholes: dict[str, Evaluated] = {}
        self._heads: dict[str, dict[int, dict[str, list[_Rest]]]] = {}
        """By how the longest value begins, how long it is, and what it says."""
        for one in known.evaluated:
            values = tuple(dict.fromkeys(map(plain, one.values)))
            wholes.setdefault(" ".join(values), one)
            longest = max(values, key=len, default="")
            if len(longest) >= LONG_ENOUGH:
                rest = tuple(value for value in values if value != longest)
                by_size = self._heads.setdefault(longest[:LONG_ENOUGH], {})
                by_size.setdefault(len(longest), {}).setdefault(longest, []).append((rest, one))
        self._shots = [plain("\n".join(leaves(shot.input))) for shot in known.body.examples]
        self._shown = [
            (number, wholes[shot])
            for number, shot in enumerate(self._shots, start=1)
            if shot in wholes and len(shot) >= EXAMPLE_LONG_ENOUGH
        ]
        """Examples of the prompt that are evaluation cases."""
        # Most messages are the same in all rows.
        self._quoted = lru_cache(maxsize=4096)(self._looked)

    def within(self, example: TrainingExample) -> tuple[str, Evaluated] | None:
        """Where a row holds an evaluation case, and which; None where it does not."""
        if self._shown and not example.instruction:
            number, found = self._shown[0]
            return f"example {number} of the prompt", found
        for number, message in enumerate(example.prompt):
            if found := self._quoted(message.content):
                return self._place(example, number, found), found
        for answer in (*example.positives, *example.negatives):
            for message in answer.messages:
                if message.role == "user" and (found := self._quoted(message.content)):
                    return "a later turn of its dialog", found
        return None

    def _looked(self, content: str) -> Evaluated | None:
        text = plain(content)
        for start in _starts(text):
            for size, known in self._heads.get(text[start : start + LONG_ENOUGH], _NONE).items():
                for rest, one in known.get(text[start : start + size], ()):
                    if all(value in text for value in rest):
                        return one
        return None

    def _place(self, example: TrainingExample, number: int, found: Evaluated) -> str:
        if number == len(example.prompt) - 1:
            return "what it asks"
        message = example.prompt[number]
        if message.role == "system" and example.instruction:
            return "the instruction"
        said = plain(message.content)
        for at, shot in enumerate(self._shots, start=1):
            if shot and shot in said and all(plain(value) in shot for value in found.values):
                return f"example {at} of the prompt"
        return f"message {number + 1} of the prompt ({message.role})"


def _starts(text: str) -> Iterator[int]:
    return (match.start() for match in _STARTS.finditer(text))
