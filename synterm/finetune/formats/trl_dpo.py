"""A right answer held against a wrong one, as TRL's DPOTrainer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_objects, tools_text
from synterm.finetune.formats.rows import pair_rows
from synterm.finetune.formats.trl import trl_command


class TrlDpo(Format):
    """``{"prompt": […], "chosen": […], "rejected": […]}``, lists of messages; the answers stand without the prompt."""

    name = "trl-dpo"
    title = "pairs of a right and a wrong answer: {prompt, chosen, rejected}"
    reader = "TRL DPOTrainer"
    needs = "pairs"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("dpo", TRAIN_AND_VALIDATION, preference_rows)]

    def how_to_train(self, made: Made) -> str:
        return trl_command(made, "dpo")


def preference_rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    """The rows of an example."""
    return pair_rows(example, _body)


def _body(example: TrainingExample, chosen: TrainingAnswer, rejected: TrainingAnswer) -> dict[str, Any]:
    return {
        "prompt": as_objects(example.prompt, example.tools),
        "chosen": as_objects(chosen.messages, example.tools),
        "rejected": as_objects(rejected.messages, example.tools),
    } | tools_text(example)
