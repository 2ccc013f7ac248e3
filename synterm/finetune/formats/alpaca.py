"""Instruction, input and output, as Stanford's Alpaca had them: for tools that read nothing newer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.llamafactory_info import described, llamafactory_command, training_yaml
from synterm.finetune.formats.rows import TURNS, CannotHoldError, flat, right_rows
from synterm.text import storable


class Alpaca(Format):
    """``{"instruction": "…", "input": "…", "output": "…"}``: the system message is the instruction, the user's the
    input; without a system message, the user's is the instruction."""

    name = "alpaca"
    title = "one instruction, one input, one answer: {instruction, input, output}"
    reader = "LLaMA-Factory, Axolotl, older tools"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("sft", TRAIN_AND_VALIDATION, _rows)]

    def beside(self, made: Made) -> dict[str, str]:
        info = described(made, {"columns": {"prompt": "instruction", "query": "input", "response": "output"}})
        return {"dataset_info.json": info, "sft.yaml": training_yaml(made, "sft")}

    def how_to_train(self, made: Made) -> str:
        return (
            "A model learns the system message as part of what the user says: ask it the same way. Formats of chat "
            "messages keep them apart.\n\n" + llamafactory_command(made)
        )


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return right_rows(example, _body)


def _body(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    if len(answer.messages) > 1:
        raise CannotHoldError(TURNS)
    system, user = flat(example)
    return {"instruction": system or user, "input": user if system else "", "output": storable(answer.text)}
