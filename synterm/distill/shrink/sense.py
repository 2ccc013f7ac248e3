"""Whether what is left of an input still asks for what is expected, as far as the project's own cases can tell.

A shorter input that still fails says nothing where the answer has become right: of "ignore that, and send me the notes"
the first half alone is out of scope. So what is left has to stay nearer, by meaning, to cases that expect the same than
to cases that expect what was answered, and near to the whole input. That is no proof; it is free, and it rules out what
is plainly another request, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synterm.analysis.grouping import can_tell_meanings
from synterm.core.case import Case, input_text, value_text
from synterm.errors import ModelError
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

_MOST = 2000
"""Accepted cases of each label that are looked at, evenly over scenarios."""
_NEAREST = 3
"""So many of the nearest of each label count; a label with fewer cases can't be told."""
_STAYS = 0.6
"""The least cosine between what is left and the whole input."""
_LONGEST = 4000


class Sense:
    """Tells for one case and the label that was answered wrongly."""

    def __init__(self, project: Project, case: Case, got: str | None) -> None:
        """`got`: the label that was answered; without one, and without embeddings, nothing can be told."""
        self.problem = ""
        """Why nothing can be told; empty where it can."""
        self._sides: tuple[Any, Any] | None = None
        self._whole: Any = None
        if case.expected is None or not got:
            self.problem = "it is not labels that are compared"
        elif not can_tell_meanings():
            self.problem = "pip install 'synterm[analysis]' tells meanings"
        else:
            self._load(project, case, got)
        if self._sides:
            self._whole = _vector(case.input)
            if not _is_nearer(self._sides, self._whole):
                self._sides = None
                self.problem = f"even the whole input is nearer to cases that expect {got}"

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether an input still asks for what is expected; always where nothing can be told."""
        if self._sides is None:
            return True
        own = _vector(values)
        return float(own @ self._whole) >= _STAYS and _is_nearer(self._sides, own)

    def _load(self, project: Project, case: Case, got: str) -> None:
        texts: tuple[list[str], list[str]] = ([], [])
        for one in project.cases.spread(CaseFilter(split=None), 2 * _MOST):
            said = value_text(one.expected)
            # Nothing of the holdout is looked at for a case that people iterate by.
            fit = one.root_id != case.root_id and (one.split != "holdout" or case.split == "holdout")
            if fit and said in (value_text(case.expected), got):
                texts[said == got].append(one.title[:_LONGEST])
        if min(map(len, texts)) < _NEAREST:
            self.problem = "there are too few cases of these labels"
            return
        from synterm.analysis.embeddings import embedder

        try:
            self._sides = embedder().embed(texts[0]), embedder().embed(texts[1])
        except ModelError as error:
            self.problem = str(error)


def _vector(values: Mapping[str, Any]) -> Any:
    from synterm.analysis.embeddings import embedder

    return embedder().embed([input_text(dict(values))[:_LONGEST]])[0]


def _is_nearer(sides: tuple[Any, Any], own: Any) -> bool:
    """Whether it is at least as near to those that expect the same as to those that expect what was answered."""
    wanted, answered = (_nearness(side @ own) for side in sides)
    return wanted >= answered


def _nearness(likeness: Any) -> float:
    """The mean likeness of the nearest."""
    return float(sum(sorted(map(float, likeness), reverse=True)[:_NEAREST])) / _NEAREST
