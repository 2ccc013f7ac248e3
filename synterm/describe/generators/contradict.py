"""The seed turned into its opposite: what is expected changes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, ClassVar

from synterm.checks.question import fenced
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.describe.candidate import Candidate
from synterm.describe.generators.asked import about
from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.lines import lines_of, rewritten
from synterm.describe.generators.replies import texts_of
from synterm.describe.generators.shots import AGAINST, NEGATED
from synterm.describe.generators.small import reframed, request_in
from synterm.describe.generators.writing import UNKNOWN, Writer


class Contradict(Writer):
    """Negates or contradicts what the seed asks for. What is expected then is told by the model, or unknown."""

    type = "contradict"
    title = "the seed negated or contradicted: another result is expected"
    needs_seed: ClassVar[bool] = True
    then: ClassVar[str] = "changed, as the model says, or unknown"

    def task(self, around: Surroundings) -> str:
        return (
            "Change the text as little as possible so that it asks for something else, or says the opposite: negate "
            "it, exchange the one word that decides, or have the user take it back. The app should handle the new text "
            f"otherwise than the old one; where it should not, or one can't tell, what is expected is {UNKNOWN!r}."
        )

    def parts(self, seed: Case | None, around: Surroundings) -> Iterator[str]:
        yield from about(around)
        yield fenced("text", self._line(seed, around)[1])

    def input_of(self, text: str, seed: Case | None, around: Surroundings) -> dict[str, Any]:
        assert seed, "it needs a seed"
        return rewritten(seed.input, {self._line(seed, around)[0]: text})

    def ask_small(self, seed: Case | None, around: Surroundings, random: Random) -> Question:
        return reframed(request_in(self._line(seed, around)[1])[1], AGAINST, NEGATED, random)

    def read(self, reply: Completion, seed: Case | None, around: Surroundings) -> Iterable[Candidate]:
        if not around.small:
            yield from super().read(reply, seed, around)
            return
        before, _, after = request_in(self._line(seed, around)[1])
        for text in texts_of(reply):
            yield self._candidate(f"{before}{text}{after}", None, seed, around)

    def told(self) -> str:
        return "negated or contradicted"

    def _line(self, seed: Case | None, around: Surroundings) -> tuple[Any, str]:
        assert seed, "it needs a seed"
        lines = lines_of(seed.input, around.variables, None)
        if len(lines) != 1:
            raise ValueError("the case has not one text that can be turned round")
        return lines[0]
