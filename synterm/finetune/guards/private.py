"""Personal data and secrets: what a model has learnt it may say to anyone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from synterm.checks.base import Answer
from synterm.checks.finds import FreeOf
from synterm.checks.no_pii import NoPii
from synterm.checks.no_secrets import NoSecrets
from synterm.core.case import Case, value_text
from synterm.core.completion import Completion, Outcome
from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.describe.wording import leaves
from synterm.errors import InputError, ModelError
from synterm.finetune.guards.base import Kept, Known, Sorting, kind_of

_MOST_OWN = 1000
"""So many things of one kind that the prompt says itself are known."""


def refuse_private(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse what the checks no-pii and no-secrets find in inputs, prompts and answers, unless the plan allows it;
    where it stands in one answer only that one.

    Personal data that the prompt's own messages, examples and instructions say is their author's to say, and may be
    repeated: an address for support. Keys are refused there too. What can't be searched to its end is refused.
    Raises ModelError where a library is missing without which nothing can be found.
    """
    sorting = Sorting("private")
    look = _Look(known)
    for example in examples:
        if why := look.asked(example):
            sorting.refuse(example, why, hidden=True)
            continue
        answers = (*example.positives, *example.negatives)
        found = [(answer, why) for answer in answers if (why := look.answer(answer))]
        sorting.sift(example, [(answer, f"in {kind_of(example, answer)}: {why}") for answer, why in found])
    return sorting.kept


class _Look:
    """Looks through texts, each once."""

    def __init__(self, known: Known) -> None:
        plan = known.plan
        secrets, people = NoSecrets(allow=plan.allow_private), NoPii(allow=plan.allow_private)
        _require(people)
        own = [message.content for message in known.body.messages]
        own += [text for shot in known.body.examples for text in (*leaves(shot.input), value_text(shot.expected))]
        own += [phrasing for phrasings in plan.instructions.values() for phrasing in phrasings]
        said = {find for text in own for find in _finds(people, text)}
        people = NoPii(allow=(*plan.allow_private, *sorted(said)))
        self._checks: tuple[FreeOf, ...] = (secrets, people)
        self._why = lru_cache(maxsize=8192)(self._looked)

    def asked(self, example: TrainingExample) -> str:
        """Why what is asked can't be learnt from; empty where it can."""
        given = "\n".join(leaves(example.case.input))
        if why := self._why(given):
            return f"in its input: {why}"
        for number, message in enumerate(example.prompt, start=1):
            if why := self._why(message.content):
                return f"in message {number} of its prompt ({message.role}): {why}"
        return ""

    def answer(self, answer: TrainingAnswer) -> str:
        """The same for an answer."""
        return next(filter(None, (self._why(message.content) for message in answer.messages)), "")

    def _looked(self, text: str) -> str:
        for check in self._checks:
            answer = Answer(Completion(outcome=Outcome.COMPLETE, text=text), _NO_CASE)
            try:
                found = check.judge(answer)
            except InputError as error:
                return str(error)
            if not found.passed:
                return found.reason
        return ""


_NO_CASE = Case(scenario_id="", input={})


def _finds(check: FreeOf, text: str) -> Iterator[str]:
    """What a check finds in a text of the author's own, as it stands there."""
    for finder in check.finders():
        try:
            yield from (find.text for find in islice(finder(text), _MOST_OWN))
        except InputError:
            continue  # too much to look at: then what it says is allowed by nobody


def _require(check: FreeOf) -> None:
    try:
        for finder in check.finders():
            next(finder(""), None)
    except ModelError as error:
        raise ModelError(
            f"rows can't be looked through for personal data, so none is let through: {error.message}", hint=error.hint
        ) from error
