"""Generators that say a case's text in another way, and what they share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from random import Random
from typing import ClassVar

from pydantic import Field

from synterm.checks.question import fenced
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.dialog import is_dialog
from synterm.describe.candidate import Candidate
from synterm.describe.generators.asked import about, label_of, longest_of, question
from synterm.describe.generators.base import Asker, Question, Surroundings
from synterm.describe.generators.lines import Path, lines_of, rewritten
from synterm.describe.generators.replies import texts_of
from synterm.describe.generators.small import TOO_SMALL, request_in


class Rewriter(Asker):
    """Has a model say the text of a case in another way. Of a dialog, what its user says.

    What is expected of the app stays as it is.
    """

    then: ClassVar[str] = "the same"

    value: str | None = Field(default=None, min_length=1)
    """The value of the input that is rewritten; None: the text that the prompt takes."""

    @abstractmethod
    def task(self, around: Surroundings) -> str:
        """What is to become of the text, in words."""

    @abstractmethod
    def told(self) -> str:
        """What was done, in a few words."""

    def ask_small(self, sentence: str, random: Random) -> Question:
        """How a very small model is asked to say one sentence, a request, in another way. Raises ValueError, in words,
        where it can't be had to."""
        raise ValueError(TOO_SMALL)

    @property
    def grows(self) -> float:
        """How many times as long as the old text a new one may get."""
        return 2.0

    def ask(self, seed: Case | None, around: Surroundings, number: int, random: Random) -> Question:
        lines = self._lines(seed, around)
        texts = [text for _, text in lines]
        longest = longest_of(["\n".join(texts)], self.grows)
        if around.small:
            return self.ask_small(request_in(_only(texts))[1], random)
        task = self.task(around)
        if len(lines) > 1:
            task += (
                f" The text is what the user says in a dialog, a line for each of {len(lines)} turns: keep as many "
                "lines, each in its place."
            )
        if label := label_of(seed, around):
            task += (
                " The app sorts such texts by labels. Every text must stay one that belongs under the label of the "
                f"original, {label!r}: ask for the same thing, with the same names, numbers and dates."
            )
        return question(task, [*about(around), fenced("text", "\n".join(texts))], number, longest)

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        assert seed, "it needs a seed"
        lines = self._lines(seed, around)
        before, _, after = request_in(lines[0][1]) if around.small else ("", "", "")
        for written in texts_of(reply):
            text = f"{before}{written}{after}"
            yield Candidate(
                rewritten(seed.input, dict(self._placed(lines, text))), seed.expected, "same", self.told(), self.tags()
            )

    def tags(self) -> tuple[str, ...]:
        """The tags that new cases get."""
        return (self.type,)

    def _lines(self, seed: Case | None, around: Surroundings) -> list[tuple[Path, str]]:
        assert seed, "it needs a seed"
        lines = lines_of(seed.input, around.variables, self.value)
        if not lines:
            raise ValueError("the dialog has no line to rewrite" if is_dialog(seed.input) else "the case has no text")
        return lines

    def _placed(self, lines: list[tuple[Path, str]], text: str) -> Iterator[tuple[Path, str]]:
        if len(lines) == 1:
            yield lines[0][0], text
            return
        new = [line for line in text.splitlines() if line.strip()]
        if len(new) != len(lines):
            raise ValueError(f"the reply has another number of lines ({len(new)}) than the dialog has ({len(lines)})")
        yield from ((path, line.strip()) for (path, _), line in zip(lines, new, strict=True))


def _only(texts: list[str]) -> str:
    """The text, where it is one. A very small model rewrites no dialogs."""
    if len(texts) > 1:
        raise ValueError(TOO_SMALL)
    return texts[0]
