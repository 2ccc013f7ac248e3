"""The request apart from the answer, so that only the answer is learnt, with every chat template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_objects, tools_text
from synterm.finetune.formats.rows import right_rows, turn_by_turn
from synterm.finetune.formats.trl import trl_command


class TrlPromptCompletion(Format):
    """``{"prompt": […], "completion": […]}``, both lists of messages. A dialog gives a row for each of its answers."""

    name = "trl-prompt-completion"
    title = "request and answer apart, so that only answers are learnt: {prompt, completion}"
    reader = "TRL SFTTrainer"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("sft", TRAIN_AND_VALIDATION, prompt_completion_rows)]

    def how_to_train(self, made: Made) -> str:
        return "The loss is over the answers alone.\n\n" + trl_command(made, "sft")


def prompt_completion_rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    """The rows of an example."""
    for one in turn_by_turn(example):
        yield from right_rows(one, _body)


def _body(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    return {
        "prompt": as_objects(example.prompt, example.tools),
        "completion": as_objects(answer.messages, example.tools),
    } | tools_text(example)
