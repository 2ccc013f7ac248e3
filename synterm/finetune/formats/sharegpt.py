"""Conversations between a human and gpt, as ShareGPT had them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.llamafactory_info import described, llamafactory_command, training_yaml
from synterm.finetune.formats.rows import right_rows
from synterm.finetune.formats.turns import some_tools, tools_column, turns

_NAMES: Mapping[str, str] = {"system": "system", "user": "human", "assistant": "gpt", "call": "function_call"}


class Sharegpt(Format):
    """``{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}``."""

    name = "sharegpt"
    title = "conversations of human and gpt: {conversations}"
    reader = "LLaMA-Factory, Axolotl, older tools"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        column = some_tools(chosen)

        def rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
            return right_rows(example, lambda example, answer: _body(example, answer, column))

        return [Dataset("sft", TRAIN_AND_VALIDATION, rows)]

    def beside(self, made: Made) -> dict[str, str]:
        columns = {"messages": "conversations"} | ({"tools": "tools"} if some_tools(made.chosen) else {})
        info = described(made, {"formatting": "sharegpt", "columns": columns})
        return {"dataset_info.json": info, "sft.yaml": training_yaml(made, "sft")}

    def how_to_train(self, made: Made) -> str:
        return llamafactory_command(made)


def _body(example: TrainingExample, answer: TrainingAnswer, column: bool) -> dict[str, Any]:
    said = turns((*example.prompt, *answer.messages), example.tools)
    return {"conversations": [{"from": _NAMES[role], "value": text} for role, text in said]} | tools_column(
        example, column
    )
