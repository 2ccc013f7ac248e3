"""Which columns stand on the board: prompt versions × models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptVersion

_NEWEST = 2
"""How many versions stand beside the draft where nobody chose."""
_MOST = 12
"""How many versions stand there at most."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """What was chosen; as it is at first: the draft and the newest versions, under the model in use."""

    versions: tuple[int, ...] | None = None
    """The numbers of the versions; None: the newest ones."""
    models: tuple[str, ...] = ()
    """The models beside the one in use."""
    reference: tuple[str, str] | None = None
    """The key of the variant that flips are told against; None: the newest version that differs."""

    def versions_of(self, prompt: Prompt) -> list[PromptVersion]:
        """The versions of a prompt that have a column, the newest first."""
        kept = prompt.versions
        chosen = {version.number for version in kept[-_NEWEST:]} if self.versions is None else set(self.versions)
        return [version for version in reversed(kept) if version.number in chosen][:_MOST]

    def models_of(self, models: Sequence[ModelSpec], used: ModelSpec) -> list[ModelSpec]:
        """The models that have columns, the one in use first."""
        return [used, *(model for model in models if model.name in self.models and model.name != used.name)]
