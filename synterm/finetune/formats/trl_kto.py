"""Answers that are each judged right or wrong by themselves, as TRL's KTOTrainer reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_objects, tools_text
from synterm.finetune.formats.rows import judged_rows
from synterm.finetune.formats.trl import trl_command


class TrlKto(Format):
    """``{"prompt": […], "completion": […], "label": true}``."""

    name = "trl-kto"
    title = "answers, each right or wrong by itself: {prompt, completion, label}"
    reader = "TRL KTOTrainer"
    needs = "right and wrong answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("kto", TRAIN_AND_VALIDATION, _rows)]

    def how_to_train(self, made: Made) -> str:
        weights = made.weights
        told = [f"--desirable_weight {weights.desirable} --undesirable_weight {weights.undesirable}"] if weights else []
        return "A batch must hold more than one row.\n\n" + trl_command(
            made, "kto", "--per_device_train_batch_size 4", *told
        )


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return judged_rows(example, _body)


def _body(example: TrainingExample, answer: TrainingAnswer, label: bool) -> dict[str, Any]:
    return {
        "prompt": as_objects(example.prompt, example.tools),
        "completion": as_objects(answer.messages, example.tools),
        "label": label,
    } | tools_text(example)
