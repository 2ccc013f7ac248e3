"""Whole conversations, as TRL's SFTTrainer and most other tools read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_objects, tools_text
from synterm.finetune.formats.rows import right_rows
from synterm.finetune.formats.trl import trl_command


class TrlSft(Format):
    """``{"messages": […]}``, the answer last."""

    name = "trl-sft"
    title = "whole conversations: {messages}"
    reader = "TRL SFTTrainer"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("sft", TRAIN_AND_VALIDATION, _rows)]

    def how_to_train(self, made: Made) -> str:
        return (
            "The loss is over the whole conversation unless the trainer is told otherwise: `--assistant_only_loss` "
            "leaves it to the answers, with chat templates that mark them. The format `trl-prompt-completion` does so "
            "with every model.\n\n" + trl_command(made, "sft")
        )


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return right_rows(example, _body)


def _body(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    messages = as_objects((*example.prompt, *answer.messages), example.tools)
    return {"messages": messages} | tools_text(example)
