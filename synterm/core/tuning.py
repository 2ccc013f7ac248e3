"""A tuning: a model trained on a training set, here or at a provider, and what became of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.model import ModelSpec
from synterm.core.training import TrainingPlan

TuningStatus = Literal["running", "done", "failed", "cancelled"]


class Tuning(BaseModel):
    """One tuning as the project file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """A ULID."""
    trainer: str
    """``local``, or the provider's name as LiteLLM has it."""
    base: str
    """The model string that was tuned: ``embedded/smollm2-135m``, ``openai/gpt-4o-mini-2024-07-18``."""
    status: TuningStatus
    method: str
    """``sft``, ``dpo``, ``kto``."""
    prompt: str
    """The prompt version that it was trained with, and is to be asked with: ``router@v2``."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Epochs, learning rate, rank …"""
    set_sha256: str
    """Of the training files' manifest: the very rows it has seen."""
    rows: int
    """In the part that was trained on."""
    root_ids: tuple[str, ...]
    """The lineages it has seen: on their cases its answers prove nothing."""
    model_name: str = ""
    """The project's model that it became; empty before it is done."""
    result: str = ""
    """The model string that it became."""
    adapter_sha256: str = ""
    """Of the adapter's file, where there is one."""
    job_id: str = ""
    """The provider's own name for the job."""
    file_ids: tuple[str, ...] = ()
    """Files that were sent to the provider."""
    reached: ModelSpec | None = None
    """How the provider is reached: the model that is tuned, with its endpoint and the variable that holds its key."""
    owner: dict[str, Any] = Field(default_factory=dict)
    """The process that hands it to the provider: ``host``, ``pid``."""
    wanted_name: str = ""
    """What the model that comes of it is to be called, where that was said."""
    plan: TrainingPlan | None = None
    """What went into the training set, where the tuning may end in another process than it began in."""
    usd_per_million_tokens: float | None = None
    """The price of training, where it was given."""
    losses: tuple[tuple[int, float], ...] = ()
    """(step, loss) as the trainer told them."""
    validation_losses: tuple[tuple[int, float], ...] = ()
    cpu_s: float | None = None
    """Processor seconds of the training, where it was made here."""
    cost_usd: float | None = None
    tokens: int | None = None
    """Tokens that were trained on, all epochs together, as the trainer counts them."""
    error: str = ""
    who: str = ""
    started: str = ""
    """ISO 8601, UTC."""
    updated: str = ""
