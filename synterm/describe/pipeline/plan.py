"""What a generation is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.core.case import Case, Split
from synterm.core.ids import content_id
from synterm.core.model import ModelSpec
from synterm.describe.filters.base import Filter
from synterm.describe.generators.base import Asker
from synterm.describe.pipeline.label_check import LabelCheck
from synterm.describe.pipeline.relation import RelationCheck
from synterm.describe.pipeline.written import Chain
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class GenerationPlan:
    """Seeds, generators, filters, and how many are wanted."""

    chains: Sequence[Chain]
    """Each is used as often as the others, as far as what it makes is kept."""
    seeds: Sequence[Case]
    scenarios: Sequence[str]
    """The scenarios, by id, for generators that need no seed."""
    count: int
    """How many are to be kept."""
    filters: Sequence[Filter] = ()
    model: ModelSpec | None = None
    """Who writes, where a generator asks a model."""
    label_check: LabelCheck | None = None
    relation: RelationCheck | None = None
    into: str | None = None
    """The scenario, by id, that gets them; None: that of the seed."""
    split: Split = "dev"
    """Of cases that have no seed; others have their seed's."""
    accept: bool = False
    """Whether they are accepted at once, as far as what is expected of them is not in doubt."""
    random_seed: int = 0
    limits: Limits = DEFAULT_LIMITS
    concurrency: int | None = None
    who: str = ""
    most_made: int = field(default=0)
    """After so many candidates it ends; 0: 20 times as many as are wanted, at least 200."""

    @property
    def models(self) -> list[ModelSpec]:
        """All models that are asked."""
        asks = any(isinstance(one, Asker) for chain in self.chains for one in chain)
        checking = self.label_check.models if self.label_check else ()
        app = (self.relation.app.model,) if self.relation else ()
        every = [*((self.model,) if asks and self.model else ()), *checking, *app]
        return list({spec.name: spec for spec in every}.values())

    @property
    def attempts(self) -> int:
        """The most candidates."""
        return self.most_made or max(20 * self.count, 200)

    @property
    def digest(self) -> str:
        """What is equal for the same generation again."""
        model = self.model
        return content_id(
            "generation",
            {
                **self.config(),
                "seeds": [[case.id, case.content_id] for case in self.seeds],
                "model": None if model is None else model.model_dump(mode="json"),
            },
        )

    def config(self) -> dict[str, Any]:
        """What the project file keeps of it."""
        return {
            "generators": [
                [one.config() | ({"version": one.version} if isinstance(one, Asker) else {}) for one in chain]
                for chain in self.chains
            ],
            "filters": [one.config() for one in self.filters],
            "model": self.model.name if self.model else None,
            "label_check": self.label_check.config() if self.label_check else None,
            **({"relation": self.relation.config()} if self.relation else {}),
            "seeds": len(self.seeds),
            "scenarios": list(self.scenarios),
            "into": self.into,
            "split": self.split,
            "count": self.count,
            "accept": self.accept,
            "random_seed": self.random_seed,
        }
