"""What guards know of a project, and how they say what they refuse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from synterm.core.case import Case, Split, Status
from synterm.core.prompt import PromptBody
from synterm.core.training import Guard, Refusal, TrainingAnswer, TrainingExample, TrainingPlan
from synterm.evaluate.variants import choose_prompts
from synterm.finetune.families import Kin
from synterm.finetune.guards.wording import inputs_of
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.text import one_line

_SHOWN = 80
HIDDEN = "(not shown)"
What = Literal["example", "answer", "pair"]
EVALUATED: tuple[Split, ...] = ("holdout", "dev")
"""The splits that a model is evaluated on, the final word first."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A case that models are evaluated on, or may be once it is accepted."""

    id: str
    split: Split
    status: Status
    texts: tuple[str, ...]
    """What it asks, in the ways in which it is compared."""
    values: tuple[str, ...]
    """What it asks, value by value."""

    @property
    def name(self) -> str:
        """For people: ``the holdout case 8FH3K2QW``. What it says is not told: a report may go along with the rows."""
        return f"the {self.split} {'draft' if self.status == 'draft' else 'case'} {self.id[-8:]}"


class Kept(NamedTuple):
    """What a guard lets through, and what it refuses."""

    examples: list[TrainingExample]
    refusals: list[Refusal]


class Known:
    """What guards ask of a project; read once, when first asked for."""

    def __init__(self, project: Project, plan: TrainingPlan) -> None:
        self.project = project
        self.plan = plan
        self._kin: dict[str, Kin] = {}

    @cached_property
    def evaluated(self) -> list[Evaluated]:
        """The cases of dev and holdout that are accepted or wait for review; those of holdout first."""
        found: list[Evaluated] = []
        for case in self.project.cases.select(CaseFilter(status=None)):
            self._kin[case.id] = Kin.of(case)
            if case.split in EVALUATED and case.status != "rejected":
                found.append(_evaluated(case))
        return sorted(found, key=lambda one: (EVALUATED.index(one.split), one.id))

    @property
    def kin(self) -> dict[str, Kin]:
        """All cases of the project by id, of any split and status, as they are now."""
        _ = self.evaluated
        return self._kin

    @cached_property
    def body(self) -> PromptBody:
        """The prompt version that the plan learns from. Raises NotFoundError."""
        return choose_prompts(self.project.prompts.all(), [self.plan.prompt])[0][2]


def _evaluated(case: Case) -> Evaluated:
    asked = inputs_of(case.input)
    return Evaluated(case.id, case.split, case.status, asked.texts, asked.values)


def refusal(
    example: TrainingExample,
    guard: Guard,
    reason: str,
    *,
    what: What = "example",
    other: str = "",
    hidden: bool = False,
) -> Refusal:
    """That something of an example is refused; `hidden`: without the beginning of its input."""
    case = example.case
    return Refusal(
        guard=guard,
        case_id=case.id,
        root_id=case.root_id,
        behavior=example.behavior,
        input=HIDDEN if hidden else one_line(case.title, _SHOWN),
        reason=reason,
        what=what,
        other=other,
    )


@dataclass(slots=True)
class Sorting:
    """Gathers what a guard says of one example after the other."""

    guard: Guard
    kept: Kept = field(default_factory=lambda: Kept([], []))

    def keep(self, example: TrainingExample) -> None:
        """Let it through."""
        self.kept.examples.append(example)

    def refuse(self, example: TrainingExample, reason: str, *, other: str = "", hidden: bool = False) -> None:
        """Refuse all of it; `hidden`: what it asks is not to be told."""
        self.kept.refusals.append(refusal(example, self.guard, reason, other=other, hidden=hidden))

    def sift(
        self, example: TrainingExample, dropped: Sequence[tuple[TrainingAnswer, str]], what: What = "answer"
    ) -> None:
        """Let an example through without answers that are refused, each with its reason; `what`: how it is said of
        wrong ones. One that loses its right answer is refused whole, and so is one of which nothing is left."""
        gone = {id(answer) for answer, _ in dropped}
        needed = example.positives or example.negatives
        if all(id(answer) in gone for answer in needed):
            reason = next((reason for answer, reason in dropped if answer is needed[0]), "nothing is left of it")
            self.refuse(example, reason)
            return
        for _, reason in dropped:
            self.kept.refusals.append(refusal(example, self.guard, reason, what=what))
        self.keep(without(example, gone) if gone else example)


def without(example: TrainingExample, dropped: Collection[int]) -> TrainingExample:
    """An example without the answers of these `id()`."""
    return replace(example, positives=_rest(example.positives, dropped), negatives=_rest(example.negatives, dropped))


def _rest(answers: Sequence[TrainingAnswer], dropped: Collection[int]) -> tuple[TrainingAnswer, ...]:
    return tuple(answer for answer in answers if id(answer) not in dropped)


def what_of(example: TrainingExample, answer: TrainingAnswer) -> str:
    """An answer as reasons name it: ``the wrong answer "clarify"``."""
    text = answer.text if answer.messages else ""
    said = f' "{one_line(text, 40)}"' if text.strip() else ""
    return f"{kind_of(example, answer)}{said}"


def kind_of(example: TrainingExample, answer: TrainingAnswer) -> str:
    """An answer without what it says: ``the wrong answer``."""
    return f"the {'right' if any(answer is one for one in example.positives) else 'wrong'} answer"
