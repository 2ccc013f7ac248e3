"""What generators are told of the place that a case is made for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from random import Random
from typing import Any, cast

from synterm.context.chunking import chunk_spans
from synterm.core.case import Case, Split
from synterm.core.tree import CheckConfig, Tree
from synterm.describe.generators.base import Surroundings
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.renderers import renderer
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

_EXAMPLES = 8
_POOL = 400
"""Cases of a scenario from which examples are drawn."""
_SHOTS = 2
"""Cases of each label that show what it means."""
_PROBES = 3
"""Cases of each label that a model is tried with."""
_PASSAGES = 3
_PASSAGE = 1500
"""Characters of a passage."""
_MOST_PASSAGES = 2000
_LOOKED_FOR = ("contains", "icontains", "contains-all", "contains-any", "icontains-all", "icontains-any", "starts-with")


class Places:
    """Surroundings by scenario."""

    def __init__(self, project: Project) -> None:
        """Raises InputError for checks that can't be used."""
        self._project = project
        self.tree = project.nodes.tree()
        self._checklist = Checklist(self.tree)
        self._pools: dict[tuple[str, Split], list[Case]] = {}
        self._plain: dict[str, Surroundings] = {}

    def labels(self, scenario_id: str) -> tuple[str, ...]:
        """The labels that a scenario's checks know."""
        parts = self._checklist.parts(scenario_id)
        return tuple(dict.fromkeys(label for part in parts for label in getattr(part, "labels", ())))

    def around(
        self, scenario_id: str, seed: Case | None, split: Split, random: Random, *, small: bool, documents: bool
    ) -> Surroundings:
        """What a generator may know: with other examples, and other passages, for other random numbers.

        Examples come from the split that the case will be in, and none from the seed's lineage.
        """
        if scenario_id not in self._plain:
            self._plain[scenario_id] = self._without_examples(scenario_id)
        pool = [case for case in self._pool(scenario_id, split) if not seed or case.root_id != seed.root_id]
        passages = self._passages if documents else []
        return replace(
            self._plain[scenario_id],
            examples=random.sample(pool, min(_EXAMPLES, len(pool))),
            documents=random.sample(passages, min(_PASSAGES, len(passages))),
            small=small,
        )

    def shots(self, scenario_id: str, split: Split, seed: Case | None) -> list[Case]:
        """Accepted cases of all scenarios, some of each label in turns, to show what labels mean; none of the seed's
        lineage."""
        groups = self._by_label(scenario_id, split, None if seed is None else seed.root_id)
        return [group[at] for at in range(_SHOTS) for group in groups if at < len(group)]

    def probes(self, scenario_id: str, split: Split) -> list[Case]:
        """Other accepted cases of each label, to see how far a model can be trusted that sorts."""
        return [case for group in self._by_label(scenario_id, split, None) for case in group[_SHOTS : _SHOTS + _PROBES]]

    def _by_label(self, scenario_id: str, split: Split, without_root: str | None) -> list[list[Case]]:
        groups: dict[str, list[Case]] = {label: [] for label in self.labels(scenario_id)}
        for case in self._everywhere(split):
            if isinstance(case.expected, str) and case.expected in groups and case.root_id != without_root:
                groups[case.expected].append(case)
        return list(groups.values())

    def _everywhere(self, split: Split) -> list[Case]:
        key = ("", split)
        if key not in self._pools:
            self._pools[key] = self._project.cases.spread(CaseFilter(split=split), _POOL)
        return self._pools[key]

    def _pool(self, scenario_id: str, split: Split) -> list[Case]:
        key = (scenario_id, split)
        if key not in self._pools:
            chosen = CaseFilter(scenario_ids=[scenario_id], split=split)
            self._pools[key] = [*self._project.cases.listing(chosen, _POOL)]
        return self._pools[key]

    def _without_examples(self, scenario_id: str) -> Surroundings:
        line = self.tree.lineage(scenario_id)
        names = {node.level: node.name for node in line}
        described = [node.description for node in line if node.description]
        return Surroundings(
            feature=names.get("feature", ""),
            behavior=names.get("behavior", ""),
            description="\n".join(described),
            scenario=names["scenario"],
            labels=self.labels(scenario_id),
            variables=self.variables,
            looked_for=tuple(_looked_for(self.tree, scenario_id)),
        )

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of values that the project's prompts take, the most used first."""
        counts: Counter[str] = Counter()
        for prompt in self._project.prompts.all():
            bodies = [version.body for version in prompt.versions[-1:]] or [prompt.draft]
            for body in (prompt.draft, *bodies):
                try:
                    counts.update(renderer(body).variables)
                except InputError:
                    continue  # a draft in the middle of an edit takes nothing yet
        return tuple(name for name, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    @cached_property
    def _passages(self) -> list[str]:
        names = [entry.name for entry in self._project.documents.entries()]
        found: list[str] = []
        for document in self._project.documents.texts(names):
            for span in chunk_spans(document.text, _PASSAGE, 0):
                found.append(document.text[span.start : span.end].strip())
                if len(found) == _MOST_PASSAGES:
                    return found
        return found


def _looked_for(tree: Tree, scenario_id: str) -> Iterator[str]:
    for check in tree.checks(scenario_id):
        yield from _texts_of(check)


def _texts_of(check: CheckConfig) -> Iterator[str]:
    if str(check.get("type", "")).removeprefix("not-") not in _LOOKED_FOR:
        return
    value: Any = check.get("value")
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    yield from (text for text in values if isinstance(text, str))
