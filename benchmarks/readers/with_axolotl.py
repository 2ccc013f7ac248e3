"""Axolotl checks the configurations that were exported for it, and trains a step: ``python … EXPORTS MODEL``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from report import must, reading


def main(exports: Path, model: str) -> None:
    """Each configuration in the folder, on the tiny model and for one step."""
    folder = exports / "axolotl"
    for settings in sorted(folder.glob("*.yaml")):
        with reading("axolotl", settings.name) as told, TemporaryDirectory() as place:
            os.chdir(folder)
            told.did = _train(settings.name, model, Path(place))


def _train(settings: str, model: str, place: Path) -> str:
    from axolotl.cli.config import load_cfg
    from axolotl.common.datasets import load_datasets, load_preference_datasets
    from axolotl.train import train

    values = yaml.safe_load(Path(settings).read_text(encoding="utf-8"))
    values |= {
        "base_model": model,
        "output_dir": str(place / "out"),
        "dataset_prepared_path": str(place / "prepared"),
        "max_steps": 1,
        "use_cpu": True,
        # Of the tiny model every byte is a token.
        "sequence_len": 2048,
        # The machine may have no GPU: not its types, and none of the kernels written for it.
        "bf16": False,
        **dict.fromkeys(("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel"), False),
    }
    written = place / settings
    written.write_text(yaml.safe_dump(values), encoding="utf-8")
    cfg = load_cfg(str(written))
    loaded = load_preference_datasets(cfg=cfg) if cfg.rl else load_datasets(cfg=cfg)
    rows = loaded.train_dataset
    lines = [json.loads(line) for line in Path(values["datasets"][0]["path"]).read_text(encoding="utf-8").splitlines()]
    must(len(rows) == len(lines), f"it made {len(rows)} rows of {len(lines)} lines")
    learnt = _learnt(rows, model)
    wanted = {_bare(text) for line in lines for text in _answers(line)}
    must(learnt <= wanted, f"it learns {sorted(learnt - wanted)[:3]}, which are no answers of the file")
    train(cfg=cfg, dataset_meta=loaded)
    method = values.get("rl", "sft")
    return f"the configuration, and a training step of {method} on {len(rows)} rows, which learns answers only"


def _learnt(rows: Any, model: str) -> set[str]:
    """What of the rows the loss is taken on."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    columns = [name for name in ("chosen", "rejected", "completion") if name in rows.column_names]
    found = [row[name] for row in rows for name in columns]
    if not columns:
        found = [tokenizer.decode([token for token in row["labels"] if token >= 0]) for row in rows]
    return {_bare(text) for text in found}


def _bare(text: str) -> str:
    return text.replace("<|im_end|>", "").strip()


def _answers(line: dict[str, Any]) -> list[str]:
    if "chosen" in line:
        return [line["chosen"]["content"], line["rejected"]["content"]]
    return [line["completion"] if "completion" in line else line["messages"][-1]["content"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
