"""What MLX-LM trains on a Mac: its two files, and a configuration that runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import Dataset, Format, LeftOut, Made, Row, shell
from synterm.finetune.formats.chat import as_objects
from synterm.finetune.formats.configuration import configuration, room
from synterm.finetune.formats.rows import right_rows, turn_by_turn

_BATCH = 4


class MlxLm(Format):
    """``{"messages": […]}``; only the last message is learnt, so a dialog gives a row for each of its answers."""

    name = "mlx-lm"
    title = "conversations, and a LoRA configuration that runs: {messages, tools}"
    reader = "MLX-LM"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("sft", {"train": "train.jsonl", "validation": "valid.jsonl"}, _rows)]

    def beside(self, made: Made) -> dict[str, str]:
        return {"lora.yaml": configuration("mlx_lm.lora --config lora.yaml, in this folder", _settings(made))}

    def how_to_train(self, made: Made) -> str:
        return shell(
            "pip install mlx-lm",
            "mlx_lm.lora --config lora.yaml",
            f"mlx_lm.generate --model {made.options.base} --adapter-path outputs/adapters --prompt …",
        )


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    for one in turn_by_turn(example):
        yield from right_rows(one, _body)


def _body(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    messages = as_objects((*example.prompt, *answer.messages), example.tools)
    return {"messages": messages} | ({"tools": list(example.tools)} if example.tools else {})


def _settings(made: Made) -> dict[str, Any]:
    rows = [file.rows for file in made.data]
    # It refuses a part with fewer rows than a batch has.
    batch = min([_BATCH, *rows])
    train = made.file("sft")
    steps = -(-(train.rows if train else 0) // batch) * made.options.epochs
    return {
        "model": made.options.base,
        "train": True,
        "data": ".",
        "fine_tune_type": "lora",
        "mask_prompt": True,
        "num_layers": -1,
        "batch_size": batch,
        "iters": steps,
        "learning_rate": 1e-4,
        "val_batches": -1,
        "steps_per_report": 10,
        "steps_per_eval": max(1, steps // made.options.epochs),
        "save_every": max(1, steps),
        "adapter_path": "outputs/adapters",
        "max_seq_length": room(made),
        "lora_parameters": {"rank": 16, "dropout": 0.0, "scale": 2.0},
        "seed": made.chosen.plan.seed,
    }
