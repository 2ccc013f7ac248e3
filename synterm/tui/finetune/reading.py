"""Finding out what a plan comes to, and what of it belongs to which behavior."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synterm.core.training import (
    BehaviorTraining,
    Guard,
    Refusal,
    TrainingExample,
    TrainingPlan,
    TrainingReport,
    TrainingSet,
)
from synterm.storage.project import Project
from synterm.text import plural
from synterm.tui.finetune.rows import GUARDS

_TURN_S = 0.05
"""How often one that waits for its turn looks whether anybody still wants it."""


class _LeftError(Exception):
    """Nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a plan comes to."""

    found: TrainingSet
    report: TrainingReport
    examples: Mapping[str, Sequence[TrainingExample]]
    """By the behavior's path, each in the order of the set."""
    refusals: Mapping[str, Sequence[Refusal]]

    @property
    def behaviors(self) -> Sequence[BehaviorTraining]:
        """What each behavior has."""
        return self.report.behaviors

    def examples_of(self, path: str | None) -> Sequence[TrainingExample]:
        """Those of a behavior; None: all."""
        return self.found.examples if path is None else self.examples.get(path, ())

    def refusals_of(self, path: str | None, guard: str | None = None) -> Sequence[Refusal]:
        """Those of a behavior, by a guard; None: all."""
        mine = self.found.refusals if path is None else self.refusals.get(path, ())
        return mine if guard is None else [one for one in mine if one.guard == guard]


class Counter:
    """Counts one plan at a time: who is superseded while it waits never begins."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def count(
        self, project: Project, plan: TrainingPlan, left: Callable[[], bool], told: Callable[[str], None]
    ) -> Counted | None:
        """What the plan comes to; None where nobody waits for it any more. For threads. Raises SyntermError."""
        while not self._turn.acquire(timeout=_TURN_S):
            if left():
                return None
        try:
            return None if left() else read_training(project, plan, left, told)
        except _LeftError:
            return None
        finally:
            self._turn.release()


def read_training(
    project: Project, plan: TrainingPlan, left: Callable[[], bool], told: Callable[[str], None]
) -> Counted:
    """What a plan comes to. Takes its time: for threads. Raises SyntermError.

    `told` hears how far it is, `left` says whether to stop, and is asked before each guard looks.
    """
    from synterm.finetune.build import build
    from synterm.finetune.report import training_report

    def watch(guard: Guard, examples: int) -> None:
        if left():
            raise _LeftError
        told(f"{plural(examples, 'example')}: {GUARDS[guard]}? …")

    found = build(project, plan, watch)
    return counted(found, training_report(project, found))


def counted(found: TrainingSet, report: TrainingReport) -> Counted:
    """A set and its report, by behavior."""
    examples: dict[str, list[TrainingExample]] = {}
    for one in found.examples:
        examples.setdefault(one.behavior, []).append(one)
    refusals: dict[str, list[Refusal]] = {}
    for one in found.refusals:
        refusals.setdefault(one.behavior, []).append(one)
    return Counted(found, report, examples, refusals)
