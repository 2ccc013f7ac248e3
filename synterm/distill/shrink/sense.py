"""Whether what is left of an input still asks for what is expected, as far as the project's own cases can tell.

A shorter input that still fails says nothing where the answer has become right: of "ignore that, and send me the notes"
the first half alone is out of scope. So what is left has to stay nearer, by meaning, to cases that expect the same than
to cases that expect what was answered, and about as near as the whole input is. That is no proof; it is free, and it
rules out what is plainly another request, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synterm.core.case import Case, input_text, value_text
from synterm.distill.clusters.grouping import can_tell_meanings
from synterm.errors import ModelError
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

_MOST = 2000
"""Accepted cases of each label that are looked at, evenly over scenarios."""
_NEAREST = 3
"""So many of the nearest of each label count; a label with fewer cases can't be told."""
_STAYS = 0.75
"""What is left has this much of the whole input's nearness to cases that expect the same."""
_LONGEST = 4000


class Sense:
    """Tells for one case and the label that was answered wrongly."""

    def __init__(self, project: Project, case: Case, got: str | None) -> None:
        """`got`: the label that was answered; without one, and without embeddings, nothing can be told."""
        self.problem = ""
        """Why nothing can be told; empty where it can."""
        self._sides: tuple[Any, Any] | None = None
        self._least = 0.0
        if case.expected is None or not got:
            self.problem = "it is not labels that are compared"
        elif not can_tell_meanings():
            self.problem = "pip install 'synterm[analysis]' tells meanings"
        else:
            self._load(project, case, got)
        if self._sides:
            wanted, answered = self._near(self._sides, case.input)
            self._least = _STAYS * wanted
            if wanted < answered:
                self._sides = None
                self.problem = f"even the whole input is nearer to cases that expect {got}"

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether an input still asks for what is expected; always where nothing can be told."""
        if self._sides is None:
            return True
        wanted, answered = self._near(self._sides, values)
        return wanted >= max(answered, self._least)

    def _near(self, sides: tuple[Any, Any], values: Mapping[str, Any]) -> tuple[float, float]:
        """How near an input is to those that expect the same, and to those that expect what was answered."""
        from synterm.analysis.embeddings import embedder

        own = embedder().embed([input_text(dict(values))[:_LONGEST]])[0]
        return _nearness(sides[0] @ own), _nearness(sides[1] @ own)

    def _load(self, project: Project, case: Case, got: str) -> None:
        texts: tuple[list[str], list[str]] = ([], [])
        for one in project.cases.spread(CaseFilter(split=None), 2 * _MOST):
            said = value_text(one.expected)
            if one.root_id != case.root_id and said in (value_text(case.expected), got):
                texts[said == got].append(one.title[:_LONGEST])
        if min(map(len, texts)) < _NEAREST:
            self.problem = "there are too few cases of these labels"
            return
        from synterm.analysis.embeddings import embedder

        try:
            self._sides = embedder().embed(texts[0]), embedder().embed(texts[1])
        except ModelError as error:
            self.problem = str(error)


def _nearness(likeness: Any) -> float:
    """The mean likeness of the nearest."""
    return float(sum(sorted(map(float, likeness), reverse=True)[:_NEAREST])) / _NEAREST
