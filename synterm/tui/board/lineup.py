"""Which columns stand on the board: prompt versions × models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptVersion

_NEWEST = 2
"""How many versions stand beside the draft where nobody chose."""
_MOST = 12
"""How many versions stand there at most; pinned ones count, and stay."""

MAIN = "main"
"""The baseline that things are held against where nobody names one."""
DRAFT = 0
"""Stands for the draft among the numbers of versions."""


@dataclass(frozen=True, slots=True)
class Against:
    """A baseline that the draft is held against; without a name, it is held against nothing."""

    baseline: str


NOTHING = Against("")
Reference = tuple[str, str] | Against
"""What the draft is held against: a column, as `place_of` tells, or a baseline."""
Place = tuple[PromptVersion | None, ModelSpec]
"""What a column is about: a version, None for the draft, under a model."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """What was chosen; as it is at first: the draft and the newest versions, under the model in use.

    Pinned versions stand there in any case, under the model in use, and so does the draft.
    """

    versions: tuple[int, ...] | None = None
    """The numbers of the versions; None: the newest ones."""
    models: tuple[str, ...] = ()
    """The models beside the one in use."""
    reference: Reference | None = None
    """What flips are told against; None: the baseline, by `held_by`, or else the newest version that differs."""
    without: frozenset[tuple[int, str]] = frozenset()
    """The columns of these versions and models that are left out: number, `DRAFT` for the draft, and model."""

    def versions_of(self, prompt: Prompt) -> list[PromptVersion]:
        """The versions of a prompt that have a column, the newest first."""
        kept = prompt.versions
        chosen = {version.number for version in kept[-_NEWEST:]} if self.versions is None else set(self.versions)
        pinned = [version for version in kept if version.pinned]
        others = [version for version in kept if version.number in chosen and not version.pinned]
        room = max(_MOST - len(pinned), 0)
        standing = {version.number for version in (*pinned, *(others[-room:] if room else ()))}
        return [version for version in reversed(kept) if version.number in standing]

    def models_of(self, models: Sequence[ModelSpec], used: ModelSpec) -> list[ModelSpec]:
        """The models that have columns, the one in use first."""
        return [used, *(model for model in models if model.name in self.models and model.name != used.name)]

    def places(self, prompt: Prompt, models: Sequence[ModelSpec], used: ModelSpec) -> list[Place]:
        """What the columns are about, by model, the draft first."""
        versions = (None, *self.versions_of(prompt))
        return [
            (version, model)
            for model in self.models_of(models, used)
            for version in versions
            if self.is_fixed(version, model, used) or (_number(version), model.name) not in self.without
        ]

    def held_by(self, baselines: Sequence[str]) -> str | None:
        """The baseline that the draft is held against, of those there are: the one that was chosen, else ``main``,
        else the only one."""
        if isinstance(self.reference, tuple) or self.reference == NOTHING:
            return None
        if self.reference and self.reference.baseline in baselines:
            return self.reference.baseline
        return MAIN if MAIN in baselines else baselines[0] if len(baselines) == 1 else None

    @staticmethod
    def is_fixed(version: PromptVersion | None, model: ModelSpec, used: ModelSpec) -> bool:
        """Whether a column stands there whatever is chosen."""
        return model.name == used.name and (version is None or version.pinned)

    @classmethod
    def of(cls, chosen: frozenset[tuple[int, str]], used: str, reference: Reference | None) -> Lineup:
        """The line-up that has just these columns: number, `DRAFT` for the draft, and model. `used`: the one in use."""
        numbers, models = {number for number, _ in chosen}, {used, *(model for _, model in chosen)}
        every = frozenset((number, model) for number in numbers | {DRAFT} for model in models)
        versions = tuple(sorted(numbers - {DRAFT}))
        return cls(versions, tuple(sorted(models)), reference, every - chosen)


def place_of(variant: Variant) -> tuple[str, str]:
    """Where a variant stands whatever it says: ``v2``, or ``draft``, and its model's name."""
    return variant.version, variant.model.name


def _number(version: PromptVersion | None) -> int:
    return DRAFT if version is None else version.number
