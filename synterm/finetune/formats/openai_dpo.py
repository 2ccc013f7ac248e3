"""Pairs as OpenAI's preference fine-tuning takes them; Together reads the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_openai
from synterm.finetune.formats.openai_sft import too_few, tools_of, upload
from synterm.finetune.formats.rows import pair_rows


class OpenaiDpo(Format):
    """``{"input": {"messages": […]}, "preferred_output": […], "non_preferred_output": […]}``, of one turn."""

    name = "openai-dpo"
    title = "pairs of a right and a wrong answer: {input, preferred_output, non_preferred_output}"
    reader = "OpenAI, Together"
    needs = "pairs"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("dpo", TRAIN_AND_VALIDATION, _rows)]

    def warnings(self, made: Made) -> list[str]:
        return too_few(made, "dpo")

    def how_to_train(self, made: Made) -> str:
        return upload(made, "dpo")


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return pair_rows(example, _body)


def _body(example: TrainingExample, chosen: TrainingAnswer, rejected: TrainingAnswer) -> dict[str, Any]:
    return {
        "input": {"messages": as_openai(example.prompt, example.tools)} | tools_of(example),
        "preferred_output": as_openai(chosen.messages, example.tools),
        "non_preferred_output": as_openai(rejected.messages, example.tools),
    }
