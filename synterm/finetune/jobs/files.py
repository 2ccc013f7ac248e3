"""The files that a provider trains on."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from synterm.core.record import record
from synterm.core.training import TrainingSet
from synterm.errors import UsageError
from synterm.finetune.export import export
from synterm.storage.project import Project
from synterm.text import plural

JobMethod = Literal["sft", "dpo"]
LEAST_ROWS = 10
"""OpenAI and Azure take no file of fewer rows."""
_FORMATS: dict[JobMethod, str] = {"sft": "openai-sft", "dpo": "openai-dpo"}


@record
class JobFiles:
    """What is sent to a provider."""

    train: Path
    validation: Path | None
    rows: int
    """To train on."""
    validation_rows: int
    tokens: int
    """To train on, seen once."""
    sha256: str
    """Of both files: the very rows."""
    root_ids: tuple[str, ...]
    """The lineages that are trained on."""


def write_files(project: Project, chosen: TrainingSet, method: JobMethod, folder: Path) -> JobFiles:
    """Write the files of a training set into a folder of their own below `folder`.

    Raises UsageError where there is too little to train on.
    """
    place = folder / "set"
    data = export(project, chosen, _FORMATS[method], place).data
    train = next(file for file in data if file.part == "train")
    validation = next((file for file in data if file.part == "validation"), None)
    if train.rows < LEAST_ROWS:
        raise UsageError(
            f"there are {plural(train.rows, 'row')} to train on, and providers want {LEAST_ROWS}",
            hint="synterm finetune PROJECT says what is left out and why; --set-aside gives it more cases",
        )
    lines = "".join(f"{file.sha256}  {file.part}\n" for file in (train, validation) if file)
    return JobFiles(
        train=place / train.name,
        validation=place / validation.name if validation else None,
        rows=train.rows,
        validation_rows=validation.rows if validation else 0,
        tokens=train.tokens,
        sha256=hashlib.sha256(lines.encode()).hexdigest(),
        root_ids=tuple(sorted({example.case.root_id for example in chosen.part("train")})),
    )
