"""The three ways to make rows of an example: of its right answers, of pairs, of every judged answer by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from synterm.core.prompt import Message
from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.finetune.formats.base import LeftOut, Row
from synterm.text import storable

NO_RIGHT = "there is no right answer"
NO_WRONG = "there is no wrong answer to hold against the right one"
NO_ANSWER = "there is neither a right nor a wrong answer"
EMPTY = "the answer is empty"
TURNS = "a dialog of several turns"
ALTERNATE = "messages in which user and assistant do not take turns"

EXAMPLES = "a prompt with examples or several turns"
FUNCTIONS = "functions that may be called"

Body = dict[str, Any]


class CannotHoldError(Exception):
    """A format cannot hold an example, or an answer of it; the message is the reason, in words that are counted."""


def right_rows(
    example: TrainingExample, body: Callable[[TrainingExample, TrainingAnswer], Body]
) -> Iterator[Row | LeftOut]:
    """A row for each right answer. `body` may raise CannotHoldError."""
    if not example.positives:
        yield LeftOut(NO_RIGHT)
    for answer in example.positives:
        yield _row(partial(body, example, answer), answer, None)


def pair_rows(
    example: TrainingExample, body: Callable[[TrainingExample, TrainingAnswer, TrainingAnswer], Body]
) -> Iterator[Row | LeftOut]:
    """A row for each pair of a right and a wrong answer, both of one turn. `body` may raise CannotHoldError."""
    if not example.pairs:
        yield LeftOut(NO_WRONG if example.positives else NO_RIGHT)
    for right, wrong in example.pairs:
        yield _row(partial(body, example, right, wrong), right, wrong, one_turn=True)


def judged_rows(
    example: TrainingExample, body: Callable[[TrainingExample, TrainingAnswer, bool], Body]
) -> Iterator[Row | LeftOut]:
    """A row for each answer of one turn, with whether it is right. `body` may raise CannotHoldError."""
    if not example.positives and not example.negatives:
        yield LeftOut(NO_ANSWER)
    for right in example.positives:
        yield _row(partial(body, example, right, True), right, None, one_turn=True)
    for wrong in example.negatives:
        yield _row(partial(body, example, wrong, False), None, wrong, one_turn=True)


def check_alternating(messages: tuple[Message, ...]) -> None:
    """Raise CannotHoldError unless user and assistant take turns, the user first, after one system message at most."""
    turns = [message.role for message in messages]
    if turns[:1] == ["system"]:
        turns = turns[1:]
    if any(role != ("assistant" if at % 2 else "user") for at, role in enumerate(turns)):
        raise CannotHoldError(ALTERNATE)


def flat(example: TrainingExample) -> tuple[str, str]:
    """The system message, empty where there is none, and the user's. Raises CannotHoldError where there is more."""
    if example.tools:
        raise CannotHoldError(FUNCTIONS)
    check_alternating(example.prompt)
    texts = [storable(message.content) for message in example.prompt]
    if [message.role for message in example.prompt[-1:]] != ["user"]:
        raise CannotHoldError(EXAMPLES)
    if example.prompt[0].role != "system":
        texts.insert(0, "")
    if len(texts) > 2:
        raise CannotHoldError(EXAMPLES)
    return texts[0], texts[1]


def turn_by_turn(example: TrainingExample) -> Iterator[TrainingExample]:
    """The example as it is; of a dialog one for each answer in it, whose prompt is all that was said before."""
    if all(len(answer.messages) == 1 for answer in example.positives):
        yield example
        return
    for answer in example.positives:
        for at, message in enumerate(answer.messages):
            if message.role == "assistant":
                yield replace(
                    example,
                    prompt=(*example.prompt, *answer.messages[:at]),
                    positives=(replace(answer, messages=(message,)),),
                )


def _row(
    body: Callable[[], Body], right: TrainingAnswer | None, wrong: TrainingAnswer | None, *, one_turn: bool = False
) -> Row | LeftOut:
    answers = [answer for answer in (right, wrong) if answer]
    if one_turn and any(len(answer.messages) > 1 for answer in answers):
        return LeftOut(TURNS)
    # Tools take an empty answer for a missing one, or train on what stands around it.
    if any(not message.content.strip() for answer in answers for message in answer.messages):
        return LeftOut(EMPTY)
    try:
        return Row(body(), right, wrong)
    except CannotHoldError as error:
        return LeftOut(str(error))
