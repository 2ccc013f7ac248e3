"""Training sets as tests make them up: requests with right and wrong answers, of several behaviors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from synterm.core.case import Case, Split
from synterm.core.prompt import Message
from synterm.core.training import (
    AnswerSource,
    Part,
    Refusal,
    TrainingAnswer,
    TrainingExample,
    TrainingPlan,
    TrainingSet,
)

SYSTEM = "You route one message to one agent."
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a place.",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["place"],
        },
    },
}
"""A function, as OpenAI's API has them."""
WEATHER_CALL = '[{"name":"get_weather","arguments":{"place":"Köln","days":2}}]'
"""A call of it, as synterm keeps answers that call tools."""


def said(*texts: str) -> tuple[Message, ...]:
    """Turns that begin and end with the assistant: ``said("which day?", "monday", "schedule")``."""
    return tuple(Message(role="user" if at % 2 else "assistant", content=text) for at, text in enumerate(texts))


def asked(text: str, system: str | None = SYSTEM) -> tuple[Message, ...]:
    """A request as it is sent."""
    first = () if system is None else (Message(role="system", content=system),)
    return (*first, Message(role="user", content=text))


def right(*texts: str, source: AnswerSource = "expected", **more: Any) -> TrainingAnswer:
    """An answer to learn; several texts are a dialog's turns."""
    values: dict[str, Any] = {"reason": "the case expects it"}
    if source != "expected":
        values = {
            "reason": "passed label",
            "score": 1.0,
            "model": "gpt",
            "variant": "router@v2 · gpt",
            "run_id": "RUN1",
        }
    return TrainingAnswer(messages=said(*texts), source=source, **(values | more))


def wrong(*texts: str, source: AnswerSource = "failed", **more: Any) -> TrainingAnswer:
    """An answer to avoid."""
    values: dict[str, Any] = {
        "reason": "expected something else",
        "score": 0.0,
        "model": "rules",
        "variant": "router@v2 · rules",
        "run_id": "RUN2",
    }
    return TrainingAnswer(messages=said(*texts), source=source, **(values | more))


def example(
    text: str = "book a room",
    answer: str | TrainingAnswer | None = "schedule",
    avoid: Sequence[str | TrainingAnswer] = (),
    *,
    number: int = 0,
    root: int | None = None,
    split: Split = "train",
    part: Part = "train",
    **more: Any,
) -> TrainingExample:
    """A request with an answer to learn and answers to avoid; ``answer=None``: there is none to learn.

    `number` tells its case from others, `root` is the number of the case it descends from (itself, if nothing is
    said); `more` sets whatever else an example has.
    """
    case_id, root_id = (f"CASE{number:022d}" for number in (number, number if root is None else root))
    expected = answer if isinstance(answer, str) else None
    case = Case(
        id=case_id,
        scenario_id="S1",
        input={"message": text},
        expected=expected,
        split=split,
        root_id=root_id,
    )
    values: dict[str, Any] = {
        "behavior": "Routing/Ambiguous",
        "scenario": "Routing/Ambiguous/borderline",
        "label": expected or "",
        "prompt": asked(text),
        "difficulty": 1.0 if avoid else None,
        "tokens": 20,
    }
    return TrainingExample(
        case=case,
        positives=() if answer is None else (right(answer) if isinstance(answer, str) else answer,),
        negatives=tuple(wrong(one) if isinstance(one, str) else one for one in avoid),
        part=part,
        **(values | more),
    )


def refusal(number: int = 0, **more: Any) -> Refusal:
    """Something that was refused."""
    values: dict[str, Any] = {
        "guard": "near-duplicate",
        "case_id": f"CASE{number:022d}",
        "root_id": f"CASE{number:022d}",
        "behavior": "Routing/Ambiguous",
        "input": "book a room",
        "reason": "it is 96 % alike the holdout case 8FH3K2QW",
        "other": "8FH3K2QW",
    }
    return Refusal.model_validate(values | more)


def training_set(
    examples: Iterable[TrainingExample] | None = None,
    *,
    refusals: Iterable[Refusal] = (),
    left_out: dict[str, int] | None = None,
    **plan: Any,
) -> TrainingSet:
    """A set of these examples, or of `some_examples`; `plan` sets fields of the plan: ``prompt="router@v2"``."""
    held = some_examples() if examples is None else tuple(examples)
    refused = tuple(refusals)
    return TrainingSet(
        plan=TrainingPlan.model_validate({"prompt": "router@v2"} | plan),
        examples=tuple(held),
        refusals=refused,
        left_out=left_out or {},
        cases=dict(Counter([*(one.behavior for one in held), *(one.behavior for one in refused)])),
    )


def some_examples(count: int = 12, validation: int = 2) -> tuple[TrainingExample, ...]:
    """`count` to train on and some for validation: three labels in two behaviors, every other one with a wrong answer.

    Every third is a variation of the one before it.
    """
    labels = ("schedule", "summarize", "out_of_scope")
    made: list[TrainingExample] = []
    for number in range(count + validation):
        label = labels[number % 3]
        behavior = "Routing/Out of scope" if label == "out_of_scope" else "Routing/Ambiguous"
        made.append(
            example(
                f"message {number} that wants {label}",
                label,
                ["clarify"] if number % 2 else [],
                number=number,
                root=number - 1 if number % 3 == 2 and number != count else number,
                part="train" if number < count else "validation",
                behavior=behavior,
                scenario=f"{behavior}/all",
            )
        )
    return tuple(made)


def hostile_examples(texts: Iterable[str]) -> tuple[TrainingExample, ...]:
    """A row for each text, which is asked, answered and avoided."""
    return tuple(
        example(text, right(text + " yes"), [wrong(text + " no")], number=number, label=text)
        for number, text in enumerate(texts)
    )


def dialog_example(number: int = 100, **more: Any) -> TrainingExample:
    """A conversation of two answers."""
    return example("move my meeting", right("Which day?", "monday", "schedule", source="passed"), number=number, **more)


def tool_example(number: int = 200, **more: Any) -> TrainingExample:
    """A request whose answer is the call of a function."""
    return example(
        "weather in Köln, two days",
        right(WEATHER_CALL, source="passed"),
        [wrong("I can't know the weather.")],
        number=number,
        tools=(WEATHER,),
        **more,
    )
