"""All that Axolotl needs to train: rows for sft, dpo and kto, and configurations that run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.manifest import Method
from synterm.core.training import Part, TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import Dataset, Format, LeftOut, Made, Row, shell
from synterm.finetune.formats.chat import as_openai, tools_text
from synterm.finetune.formats.configuration import configuration, room
from synterm.finetune.formats.rows import (
    FUNCTIONS,
    CannotHoldError,
    judged_rows,
    pair_rows,
    right_rows,
)
from synterm.text import storable

IN_TEMPLATE = "an answer that chat templates contain, where Axolotl would cut it off"
_TEMPLATES = """\
<|begin_of_text|><|start_header_id|>system<|end_header_id|>

Cutting Knowledge Date: December 2023
Today Date: 26 Jul 2024

<|eot_id|><|start_header_id|>user<|end_header_id|>

[[dummy_message]]<|eot_id|><|start_header_id|>assistant<|end_header_id|>
<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
<|im_start|>system
You are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>
<|im_start|>user
[[dummy_message]]<|im_end|>
<|im_start|>assistant
<bos><start_of_turn>user
[[dummy_message]]<end_of_turn>
<start_of_turn>model
<s>[INST] [[dummy_message]] [/INST]"""
"""What common templates put before an answer. For dpo, Axolotl looks for the answer in all of that."""
_RATE: dict[Method, float] = {"sft": 2e-4, "dpo": 5e-6, "kto": 5e-6}


class Axolotl(Format):
    """``{"messages": […]}`` for sft, with ``chosen`` and ``rejected``, a message each, for dpo; flat texts for kto."""

    name = "axolotl"
    title = "rows for sft, dpo and kto, and YAML that runs"
    reader = "Axolotl"
    needs = "any answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [
            Dataset("sft", _files("sft"), _conversations),
            Dataset("dpo", _files("dpo"), _pairs),
            Dataset("kto", _files("kto"), _judged),
        ]

    def beside(self, made: Made) -> dict[str, str]:
        return {f"{method}.yaml": _yaml(made, method) for method in made.methods}

    def how_to_train(self, made: Made) -> str:
        return (
            "The model's own chat template is used; but for kto Axolotl applies none, and the rows are in ChatML: "
            "use them for models of that template, such as SmolLM2 and Qwen.\n\n"
            + shell("pip install axolotl", *(f"axolotl train {method}.yaml" for method in made.methods))
        )


def _files(method: Method) -> dict[Part, str]:
    return {"train": f"{method}_train.jsonl", "validation": f"{method}_validation.jsonl"}


def _conversations(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return right_rows(example, _conversation)


def _conversation(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    messages = as_openai((*example.prompt, *answer.messages), example.tools)
    for message in messages[: len(example.prompt)]:
        if message["role"] == "assistant":
            # An example within the prompt, which is not learnt.
            message["train"] = False
    return {"messages": messages} | tools_text(example)


def _pairs(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return pair_rows(example, _pair)


def _pair(example: TrainingExample, chosen: TrainingAnswer, rejected: TrainingAnswer) -> dict[str, Any]:
    if example.tools:
        raise CannotHoldError(FUNCTIONS)
    return {
        "messages": [{"role": one.role, "content": storable(one.content)} for one in example.prompt],
        "chosen": _found_again(chosen),
        "rejected": _found_again(rejected),
    }


def _found_again(answer: TrainingAnswer) -> dict[str, str]:
    """The message without space around it, which many templates take away, so that Axolotl finds it again."""
    text = storable(answer.text).strip()
    if text in _TEMPLATES:
        raise CannotHoldError(IN_TEMPLATE)
    return {"role": "assistant", "content": text}


def _judged(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return judged_rows(example, _flat)


def _flat(example: TrainingExample, answer: TrainingAnswer, label: bool) -> dict[str, Any]:
    """For kto Axolotl applies no chat template: texts go to the trainer as they are."""
    if example.tools:
        raise CannotHoldError(FUNCTIONS)
    said = "".join(f"<|im_start|>{one.role}\n{one.content}<|im_end|>\n" for one in example.prompt)
    prompt = storable(said + "<|im_start|>assistant\n")
    return {"prompt": prompt, "completion": storable(answer.text) + "<|im_end|>", "label": label}


def _yaml(made: Made, method: Method) -> str:
    validation = made.file(method, "validation")
    train = made.file(method)
    values: dict[str, Any] = {
        "base_model": made.options.base,
        **_of_method(made, method),
        "datasets": [_data(train.name, method)] if train else [],
        **({"test_datasets": [_data(validation.name, method)]} if validation else {"val_set_size": 0.0}),
        "dataset_prepared_path": f"outputs/prepared-{method}",
        "output_dir": f"outputs/{method}",
        "sequence_len": room(made),
        "sample_packing": False,
        "adapter": "lora",
        "lora_r": 16,
        "lora_alpha": 32,
        "lora_dropout": 0.0,
        "lora_target_linear": True,
        "micro_batch_size": 4,
        "gradient_accumulation_steps": 1,
        "num_epochs": made.options.epochs,
        "optimizer": "adamw_torch",
        "lr_scheduler": "cosine",
        "learning_rate": _RATE[method],
        "warmup_ratio": 0.1,
        "bf16": "auto",
        "tf32": False,
        "logging_steps": 1,
        "saves_per_epoch": 1,
        **({"evals_per_epoch": 1} if validation else {}),
        "seed": made.chosen.plan.seed,
    }
    return configuration(f"axolotl train {method}.yaml, in this folder", values)


def _of_method(made: Made, method: Method) -> dict[str, Any]:
    if method == "kto":
        weights = made.weights
        return {
            "rl": "kto",
            "rl_beta": 0.1,
            "kto_desirable_weight": weights.desirable if weights else 1.0,
            "kto_undesirable_weight": weights.undesirable if weights else 1.0,
            "remove_unused_columns": False,
        }
    return {"rl": "dpo", "rl_beta": 0.1} if method == "dpo" else {}


def _data(name: str, method: Method) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": name, "ds_type": "json", "split": "train"}
    if method == "kto":
        return entry
    if method == "dpo":
        fields = {"field_messages": "messages", "field_chosen": "chosen", "field_rejected": "rejected"}
        return {**entry, "type": "chat_template.default", **fields}
    return {
        **entry,
        "type": "chat_template",
        "field_messages": "messages",
        "roles_to_train": ["assistant"],
        "message_field_training": "train",
    }
