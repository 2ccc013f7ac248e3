"""LLaMA-Factory trains a step by each configuration that was exported for it: ``python … EXPORTS MODEL``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from report import must, reading

FORMATS = ("llamafactory", "sharegpt", "alpaca")


def main(exports: Path, model: str) -> None:
    """Each folder by its own YAML, on the tiny model and for one step."""
    for name in FORMATS:
        for settings in sorted((exports / name).glob("*.yaml")):
            with reading(name, settings.name) as told, TemporaryDirectory() as place:
                os.chdir(settings.parent)
                values = yaml.safe_load(settings.read_text(encoding="utf-8"))
                values |= {"model_name_or_path": model, "output_dir": place, "max_steps": 1, "use_cpu": True}
                values["cutoff_len"] = 2048  # of the tiny model every byte is a token
                rows = _rows(dict(values))
                _train(dict(values))
                step = f"a training step of {values['stage']} on {rows} rows"
                told.did = f"the configuration, and {step}, which learns answers only"


def _train(values: dict[str, Any]) -> None:
    from llamafactory.train.tuner import run_exp

    run_exp(values)


def _rows(values: dict[str, Any]) -> int:
    """How many its loader makes; the loss must be taken on answers of the file, and on nothing else."""
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from llamafactory.model import load_tokenizer

    model, data, training, _, _ = get_train_args(values)
    loaded = load_tokenizer(model)
    tokenizer = loaded["tokenizer"]
    template = get_template_and_fix_tokenizer(tokenizer, data)
    stage = {"dpo": "rm"}.get(values["stage"], values["stage"])
    rows = get_dataset(template, model, data, training, stage, **loaded)["train_dataset"]
    keys = ("chosen_labels", "rejected_labels") if stage == "rm" else ("labels",)
    texts = {_answer(tokenizer, row[key]) for row in rows for key in keys}
    lines = _lines(values)
    wanted = {text for line in lines for text in _answers(line)}
    must(texts <= wanted, f"it learns {sorted(texts - wanted)[:3]}, which are no answers of the file")
    must(len(rows) == len(lines), f"it made {len(rows)} rows of {len(lines)} lines")
    return len(rows)


def _answer(tokenizer: Any, labels: list[int]) -> str:
    return tokenizer.decode([token for token in labels if token >= 0], skip_special_tokens=True).strip()


def _lines(values: dict[str, Any]) -> list[dict[str, Any]]:
    listed = json.loads(Path(values["dataset_dir"], "dataset_info.json").read_text(encoding="utf-8"))
    file = Path(values["dataset_dir"], listed[values["dataset"]]["file_name"])
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _answers(line: dict[str, Any]) -> list[str]:
    if "chosen" in line:
        return [line["chosen"]["content"], line["rejected"]["content"]]
    if "messages" in line:
        return [line["messages"][-1]["content"]]
    return [line["output"] if "output" in line else line["conversations"][-1]["value"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
