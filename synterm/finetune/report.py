"""What a training set holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from synterm.core.case import Split
from synterm.core.training import BehaviorTraining, Part, TrainingAnswer, TrainingExample, TrainingReport, TrainingSet
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

_PARTS: tuple[Part, ...] = ("train", "validation")
_SPLITS: tuple[Split, ...] = ("dev", "holdout", "train")
_HARD = 0.5


def training_report(project: Project, training_set: TrainingSet) -> TrainingReport:
    """The report on a training set of a project. Raises ProjectError where the file can't be read."""
    examples, plan = training_set.examples, training_set.plan
    parts: dict[Part, Sequence[TrainingExample]] = {part: training_set.part(part) for part in _PARTS}
    return TrainingReport(
        schema="synterm.training/1",
        project=project.name,
        plan=plan,
        cases=sum(training_set.cases.values()),
        examples={part: len(found) for part, found in parts.items()},
        roots={part: _roots(found) for part, found in parts.items()},
        positives=_sources(examples),
        negatives=sum(len(one.negatives) for one in examples),
        pairs=sum(len(one.pairs) for one in examples),
        tokens={part: sum(one.tokens for one in found) for part, found in parts.items()},
        labels=_labels(examples),
        behaviors=tuple(_behaviors(examples, training_set.cases)),
        refused=dict(Counter(one.guard for one in training_set.refusals)),
        refusals=training_set.refusals,
        left_out=training_set.left_out,
        splits={split: sum(project.cases.counts(CaseFilter(split=split)).values()) for split in _SPLITS},
        models=tuple(sorted({one.model for example in examples for one in _answers(example) if one.model})),
    )


def _behaviors(examples: Sequence[TrainingExample], cases: Mapping[str, int]) -> list[BehaviorTraining]:
    by_path: dict[str, list[TrainingExample]] = {path: [] for path in cases}
    for one in examples:
        by_path.setdefault(one.behavior, []).append(one)
    return [
        BehaviorTraining(
            path=path,
            cases=cases.get(path, 0),
            examples=len(found),
            roots=_roots(found),
            positives=_sources(found),
            negatives=sum(len(one.negatives) for one in found),
            pairs=sum(len(one.pairs) for one in found),
            labels=_labels(found),
            hard=sum((one.difficulty or 0.0) > _HARD for one in found),
        )
        for path, found in by_path.items()
    ]


def _roots(examples: Sequence[TrainingExample]) -> int:
    return len({one.case.root_id for one in examples})


def _sources(examples: Sequence[TrainingExample]) -> dict[str, int]:
    return dict(Counter(answer.source for one in examples for answer in one.positives))


def _labels(examples: Sequence[TrainingExample]) -> dict[str, int]:
    return dict(sorted(Counter(one.label for one in examples if one.label).items()))


def _answers(example: TrainingExample) -> tuple[TrainingAnswer, ...]:
    return (*example.positives, *example.negatives)
