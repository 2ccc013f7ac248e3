"""The training process: ``python -m synterm.finetune.train.child JOB.json``. What it says goes to stdout, a line each.

It ends when its stdin does, which is when the parent dies, too; Ctrl-C is the parent's to decide on.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from synterm.errors import ModelError, SyntermError
from synterm.finetune.train.adapter_file import write_adapter
from synterm.finetune.train.base_model import load_model, load_tokenizer
from synterm.finetune.train.job import Broken, Finished, Loaded, TrainEvent, TrainJob
from synterm.finetune.train.libraries import OFFLINE, library, versions
from synterm.finetune.train.trainers import has_bfloat16, make_trainer
from synterm.finetune.train.watching import Best, watcher
from synterm.providers.embedded_child import CONTEXT_TOKENS
from synterm.text import one_line


class _Said:
    """The lines to the parent. What libraries print goes to stderr, which is the log."""

    def __init__(self) -> None:
        self._sink = os.dup(1)
        os.dup2(2, 1)

    def __call__(self, event: TrainEvent) -> None:
        os.write(self._sink, event.model_dump_json().encode() + b"\n")


def main(job_file: str) -> int:
    """Train what the job says; 0 when the adapter is written."""
    tell = _Said()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Before any of the libraries is imported: they read it once.
    os.environ.update(OFFLINE)
    job = TrainJob.model_validate_json(Path(job_file).read_bytes())
    os.environ["HF_HOME"] = job.work
    try:
        tell(_train(job, tell))
    except SyntermError as error:
        tell(Broken(error=str(error), hint=error.hint))
        return 1
    except MemoryError:
        tell(
            Broken(
                error="there is not enough memory to train in", hint="shorter rows help: --instruction, --max-tokens"
            )
        )
        return 1
    return 0


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


def _train(job: TrainJob, tell: Any) -> Finished:
    began = time.process_time()
    torch = library("torch")
    # One thread: with more they wait for each other, spinning, whenever another process is at work.
    torch.set_num_threads(1)
    _seed(job.settings.seed)
    weights = Path(job.weights)
    tokenizer = load_tokenizer(weights)
    rows, watched = _rows(job.train, tokenizer), _rows(job.validation, tokenizer) if job.validation else None
    model = _halved(load_model(weights))
    _seed(job.settings.seed)
    trainer = make_trainer(job, model, tokenizer, rows, watched)
    best = Best(job.settings.patience)
    trainer.add_callback(watcher(tell, best))
    per_epoch = -(-len(rows) // job.settings.batch)
    tokens = sum(_tokens(row, tokenizer) for row in rows)
    tell(Loaded(rows=len(rows), steps=per_epoch * job.settings.epochs, tokens=tokens))
    trainer.train()
    best.restore(trainer.model)
    heads = model.config.num_attention_heads, model.config.num_key_value_heads
    write_adapter(Path(job.adapter), dict(trainer.model.named_parameters()), alpha=2.0 * job.settings.rank, heads=heads)
    steps = trainer.state.global_step
    return Finished(
        steps=steps,
        kept_step=best.step or steps,
        cpu_s=time.process_time() - began,
        tokens=round(tokens * trainer.state.epoch),
        versions=versions(),
    )


def _seed(seed: int) -> None:
    random.seed(seed)
    library("transformers").set_seed(seed)
    library("torch").use_deterministic_algorithms(True, warn_only=True)


def _halved(model: Any) -> Any:
    """The big matrices as 16-bit floats once, where each step would make them so otherwise."""
    torch = library("torch")
    if has_bfloat16():
        for value in model.parameters():
            if value.dim() == 2:
                value.data = value.data.to(torch.bfloat16)
    return model


def _rows(path: str, tokenizer: Any) -> Any:
    """The rows of a file. Raises ModelError for one that the model can't be asked with, as it takes no more."""
    rows = library("datasets").Dataset.from_list(
        [library("orjson").loads(line) for line in Path(path).read_bytes().splitlines() if line]
    )
    for number, row in enumerate(rows, start=1):
        if (tokens := _tokens(row, tokenizer)) > CONTEXT_TOKENS:
            raise ModelError(
                f"row {number} has {tokens:,} tokens, and the embedded model takes {CONTEXT_TOKENS:,}",
                hint="leave it out with a lower --max-tokens, or put a short --instruction in place of the prompt",
            )
    return rows


def _tokens(row: dict[str, Any], tokenizer: Any) -> int:
    """Of the prompt and the longest answer."""
    answers = [row[name] for name in ("completion", "chosen", "rejected") if name in row]
    return max(len(tokenizer.apply_chat_template(row["prompt"] + answer)["input_ids"]) for answer in answers)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except Exception as error:
        print(one_line(f"{type(error).__name__}: {error}", 400), file=sys.stderr)  # noqa: T201 - stderr is the log
        raise
