"""What is asked of a provider: which model is tuned, on which rows, and how."""

from __future__ import annotations

import re
from typing import Any

from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.core.record import record
from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import UsageError
from synterm.evaluate.alive import this_process
from synterm.evaluate.provenance import who
from synterm.finetune.jobs.files import JobFiles, JobMethod
from synterm.providers.tuning import check_trainer
from synterm.storage.project import Project

_MILLION = 1_000_000
_LOWEST_MULTIPLIER = 0.01
_SUFFIX = re.compile(r"[^a-z0-9]+")
_LONGEST_SUFFIX = 18
"""What all of them take."""


@record
class JobPlan:
    """A training at a provider."""

    spec: ModelSpec
    """The model that is tuned, and how its provider is reached."""
    method: JobMethod
    epochs: int
    rate: float | None
    """A factor on the provider's own learning rate; None: as the provider likes."""
    chosen: TrainingPlan
    """What goes into the training set."""
    prompt: str
    """The prompt version that the tuned model is to be asked with."""
    name: str = ""
    """What it is to be called; empty: after its base."""
    usd_per_million_tokens: float | None = None

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """As OpenAI's protocol names them."""
        rate = {} if self.rate is None else {"learning_rate_multiplier": self.rate}
        return {"n_epochs": self.epochs, **rate}

    @property
    def suffix(self) -> str:
        """What the provider puts into the tuned model's name."""
        words = _SUFFIX.sub("-", (self.name or self.prompt.partition("@")[0]).lower()).strip("-")
        return words[:_LONGEST_SUFFIX].strip("-") or "synterm"

    def tokens(self, files: JobFiles) -> int:
        """What is trained on, all epochs together, as we count."""
        return files.tokens * self.epochs

    def cost(self, files: JobFiles) -> float | None:
        """What it is estimated to cost, in US dollars; None without a price."""
        return cost_of(self.usd_per_million_tokens, self.tokens(files))

    def tuning(self, files: JobFiles) -> Tuning:
        """The tuning, as it begins."""
        return Tuning(
            id=new_id(),
            trainer=self.spec.provider,
            base=self.spec.resolved,
            status="running",
            method=self.method,
            prompt=self.prompt,
            settings=self.hyperparameters,
            set_sha256=files.sha256,
            rows=files.rows,
            root_ids=files.root_ids,
            reached=self.spec,
            owner=this_process(),
            wanted_name=self.name,
            plan=self.chosen,
            usd_per_million_tokens=self.usd_per_million_tokens,
            who=who(),
        )


def cost_of(usd_per_million_tokens: float | None, tokens: int | None) -> float | None:
    """US dollars for training on so many tokens; None where the price or the count is not known."""
    if usd_per_million_tokens is None or tokens is None:
        return None
    return round(tokens * usd_per_million_tokens / _MILLION, 6)


def base_of_job(project: Project, trainer: str, base: str | None) -> ModelSpec:
    """The model that is to be tuned at a provider: one of the project, by its name, or a model string.

    A model string that a model of the project has is reached as that one is. Raises UsageError.
    """
    check_trainer(trainer)
    if not base:
        raise UsageError(f"which of {trainer}'s models is to be tuned?", hint="--base MODEL says it")
    models = project.models.all()
    wanted = base if "/" in base else f"{trainer}/{base}"
    found = next((one for one in models if one.name == base), None) or next(
        (one for one in models if one.resolved in (base, wanted)), None
    )
    if found is None and trainer not in ("openai", "azure"):
        raise UsageError(
            f"nothing says where {trainer} is",
            hint=f"synterm add PROJECT model NAME --model {wanted} --api-base URL, then --base NAME",
        )
    spec = found or ModelSpec(name=base[:100], model=wanted)
    if spec.provider != trainer:
        raise UsageError(f"{base!r} is a model of {spec.provider}, not of {trainer}", hint=f"--trainer {spec.provider}")
    return spec


def check_rate(rate: float | None) -> float | None:
    """The factor on the provider's learning rate. Raises UsageError for what can only be meant as a rate itself."""
    if rate is not None and rate < _LOWEST_MULTIPLIER:
        raise UsageError(
            f"--rate {rate:g} is a learning rate, and providers take a factor on their own",
            hint="--rate 2 doubles it, --rate 0.5 halves it; without --rate the provider chooses",
        )
    return rate
