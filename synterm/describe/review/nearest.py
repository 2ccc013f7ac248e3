"""The accepted case that is nearest to a draft in its wording: what it may repeat, or contradict."""

from __future__ import annotations

from dataclasses import dataclass

from synterm.core.case import Case
from synterm.describe.likeness import units
from synterm.describe.near_texts import NearTexts
from synterm.describe.wording import compared
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

LEAST = 0.5
"""What is less alike is not worth a look."""
MOST = 30_000
"""So many accepted cases are looked at."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """A case, and how like the draft it is: 0 to 1."""

    case: Case
    likeness: float

    def contradicts(self, draft: Case) -> bool:
        """Whether it expects something else."""
        return self.case.expected != draft.expected


class NearestCases:
    """An index of accepted cases. Takes a while to make: for a thread."""

    def __init__(self, project: Project) -> None:
        self._index = NearTexts(LEAST)
        self._ids: list[str] = []
        for case in project.cases.listing(CaseFilter(), MOST):
            self._index.add(units(compared(case.input)))
            self._ids.append(case.id)

    def find(self, project: Project, draft: Case) -> Nearest | None:
        """The nearest, but for the draft itself and its seed, which is shown anyway."""
        for near in self._index.near(units(compared(draft.input))):
            case_id = self._ids[near.number]
            if case_id not in (draft.id, draft.origin.seed_id) and (found := project.cases.named([case_id])):
                return Nearest(found[0], near.likeness)
        return None
