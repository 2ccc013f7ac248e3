"""What LLaMA-Factory wants beside the rows: the list of its data sets, and a configuration of each training."""

from __future__ import annotations

import json
from typing import Any

from synterm.core.manifest import Method
from synterm.core.training import Part
from synterm.finetune.formats.base import Made, shell
from synterm.finetune.formats.configuration import configuration, room

_TEMPLATES = {"smollm2": "smollm2"}
"""LLaMA-Factory's own names for chat templates; of other models it reads the tokenizer's."""
_RATE: dict[Method, float] = {"sft": 1e-4, "dpo": 5e-6, "kto": 5e-6}


def dataset_name(method: Method, part: Part) -> str:
    """By which a configuration names a file of rows."""
    return f"synterm_{method}_{part}"


def described(made: Made, how: dict[str, Any], more: dict[Method, dict[str, Any]] | None = None) -> str:
    """The text of ``dataset_info.json``: how the rows of each file are read; `more` adds to it by the method."""
    entries: dict[str, Any] = {}
    for file in made.data:
        special = (more or {}).get(file.method, {})
        columns = {**how.get("columns", {}), **special.get("columns", {})}
        entries[dataset_name(file.method, file.part)] = {
            "file_name": file.name,
            **how,
            **special,
            "columns": columns,
        }
    return json.dumps(entries, indent=2) + "\n"


def training_yaml(made: Made, method: Method) -> str:
    """A configuration that ``llamafactory-cli train`` runs in the folder."""
    validation = made.file(method, "validation")
    values: dict[str, Any] = {
        "model_name_or_path": made.options.base,
        **_template(made.options.base),
        "stage": method,
        "do_train": True,
        "finetuning_type": "lora",
        "lora_rank": 16,
        "lora_alpha": 32,
        "lora_target": "all",
        **_of_method(made, method),
        "dataset_dir": ".",
        "dataset": dataset_name(method, "train"),
        **({"eval_dataset": dataset_name(method, "validation"), "eval_strategy": "epoch"} if validation else {}),
        "cutoff_len": room(made),
        "output_dir": f"outputs/{method}",
        "per_device_train_batch_size": 4,
        "per_device_eval_batch_size": 4,
        "learning_rate": _RATE[method],
        "num_train_epochs": float(made.options.epochs),
        "lr_scheduler_type": "cosine",
        "warmup_ratio": 0.1,
        "logging_steps": 1,
        "save_strategy": "epoch",
        "report_to": "none",
        "seed": made.chosen.plan.seed,
    }
    return configuration(f"llamafactory-cli train {method}.yaml, in this folder; on a GPU add bf16: true", values)


def llamafactory_command(made: Made) -> str:
    """How to train, in Markdown."""
    return shell("pip install llamafactory", *(f"llamafactory-cli train {method}.yaml" for method in made.methods))


def _template(base: str) -> dict[str, str]:
    found = [name for mark, name in _TEMPLATES.items() if mark in base.lower()]
    return {"template": found[0]} if found else {}


def _of_method(made: Made, method: Method) -> dict[str, Any]:
    if method == "sft":
        # Examples in the prompt are answers too; where no row has several answers, only the last one is learnt.
        return {"mask_history": True} if _only_last(made) else {}
    if method == "kto" and made.weights:
        return {
            "pref_beta": 0.1,
            "kto_chosen_weight": made.weights.desirable,
            "kto_rejected_weight": made.weights.undesirable,
        }
    return {"pref_beta": 0.1}


def _only_last(made: Made) -> bool:
    examples = made.chosen.examples
    shots = any(message.role == "assistant" for example in examples for message in example.prompt)
    return shots and all(len(answer.messages) == 1 for example in examples for answer in example.positives)
