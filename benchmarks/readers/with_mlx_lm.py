"""MLX-LM trains two steps by the configuration that was exported for it: ``python … EXPORTS MODEL``."""

from __future__ import annotations

import json
import os
import sys
import types
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from report import must, reading


def main(exports: Path, model: str) -> None:
    """The folder by its own YAML, on the tiny model."""
    os.chdir(exports / "mlx-lm")
    with reading("mlx-lm", "lora.yaml") as told, TemporaryDirectory() as place:
        from mlx_lm import lora

        values = yaml.safe_load(Path("lora.yaml").read_text(encoding="utf-8"))
        # Of the tiny model every byte is a token.
        values |= {"model": model, "adapter_path": place, "iters": 2, "max_seq_length": 2048}
        rows = _rows(dict(values))
        lora.run(types.SimpleNamespace(**lora.CONFIG_DEFAULTS | values))
        must(Path(place, "adapters.safetensors").stat().st_size > 0, "it wrote no adapter")
        told.did = f"the configuration, and two training steps on {rows} rows, which learn answers only"


def _rows(values: dict[str, Any]) -> int:
    """How many it trains on; of each row the loss must be taken on the last answer."""
    from mlx_lm.tuner.datasets import load_dataset
    from mlx_lm.utils import load

    _, tokenizer = load(values["model"])
    train, valid, _ = load_dataset(types.SimpleNamespace(**values, test=False, hf_dataset=False), tokenizer)
    for file, rows in (("train.jsonl", train), ("valid.jsonl", valid)):
        lines = Path(file).read_text(encoding="utf-8").splitlines() if Path(file).exists() else []
        must(len(rows) == len(lines), f"it made {len(rows)} rows of {len(lines)} lines of {file}")
        for row, line in zip(rows, lines, strict=True):
            tokens, offset = train.process(row)
            text = tokenizer.decode(tokens[offset:]).replace("<|im_end|>", "").strip()
            must(text == json.loads(line)["messages"][-1]["content"].strip(), f"of a line it learns {text!r}")
    return len(train)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])
