"""What a training is given, and what it says while it runs: JSON both ways."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Method = Literal["sft", "dpo", "kto"]
RATES: dict[Method, float] = {"sft": 1e-3, "dpo": 2e-4, "kto": 2e-4}
"""Learning rates that suit an adapter of this small a model."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainSettings(_Said):
    """How it is trained."""

    method: Method = "sft"
    epochs: int = Field(default=3, ge=1, le=1000)
    rate: float = Field(default=RATES["sft"], gt=0, le=1)
    rank: int = Field(default=16, ge=1, le=256)
    """Of the adapter's matrices; its scale (alpha) is twice that."""
    batch: int = Field(default=8, ge=2)
    """Rows in a step."""
    patience: int = Field(default=2, ge=1)
    """It ends before its epochs are over after so many in a row without a lower loss on the validation part."""
    seed: int = 0


class TrainJob(_Said):
    """All that the training process is told."""

    weights: str
    """The embedded model's GGUF file."""
    train: str
    """JSON lines in TRL's format of the method."""
    validation: str | None
    """The same, of the validation part; None: nothing is watched."""
    adapter: str
    """Where the adapter is written."""
    work: str
    """A folder for whatever is needed on the way."""
    settings: TrainSettings
    right_weight: float = 1.0
    """Of ``kto``: what right answers weigh in the loss …"""
    wrong_weight: float = 1.0
    """… and wrong ones."""


class Loaded(_Said):
    """The model is there; rows are known."""

    event: Literal["loaded"] = "loaded"
    rows: int
    steps: int
    tokens: int
    """Of all rows, once."""


class Step(_Said):
    """A step was made."""

    event: Literal["step"] = "step"
    step: int
    steps: int
    loss: float
    left_s: float
    """Seconds that the rest will take, by what the steps took until now."""


class Validated(_Said):
    """The loss on the validation part, after an epoch."""

    event: Literal["validated"] = "validated"
    step: int
    epoch: float
    loss: float
    best: bool
    """Whether it is the lowest yet: the adapter is kept as it is here."""


class Finished(_Said):
    """The adapter is written."""

    event: Literal["finished"] = "finished"
    steps: int
    kept_step: int
    """After which step the adapter is as it was kept."""
    cpu_s: float
    tokens: int
    """That were trained on, all epochs together."""
    versions: dict[str, str]
    """Of the libraries that trained it."""


class Broken(_Said):
    """It can't be trained."""

    event: Literal["broken"] = "broken"
    error: str
    hint: str | None = None


TrainEvent = Loaded | Step | Validated | Finished | Broken
EVENT: TypeAdapter[TrainEvent] = TypeAdapter(Annotated[TrainEvent, Field(discriminator="event")])
"""Reads a line of the training process."""
