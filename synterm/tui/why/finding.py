"""Finding out all about a cell when someone asks: what the columns do not keep with every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.core.tree import Tree
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.known import judged_from_file
from synterm.evaluate.limits import DEFAULT_LIMITS
from synterm.evaluate.misses import why_missed
from synterm.evaluate.plan import plan, rendered
from synterm.storage.grades import GradeStore
from synterm.storage.project import Project
from synterm.storage.responses import ResponseStore
from synterm.storage.runs import PastVerdict
from synterm.tui.board.column import Column
from synterm.tui.board.verdicts import Cell


@dataclass(frozen=True, slots=True)
class Why:
    """All about a cell."""

    evaluation: Evaluation
    """Judged again from the stored answer, with its request, where that can be made."""
    source: str
    """Where the answer is from, and why."""
    raw: bytes
    """The response as it came; empty when there is none."""
    note: str
    """Whether the cell is about an earlier text."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the project file tells about a case."""

    why: Why | None = None
    """None where the cell is empty."""
    history: list[PastVerdict] = field(default_factory=list[PastVerdict])
    """What recorded runs found, the newest first."""
    above: Sequence[Case] | None = None
    """The case that it was made from, that one's seed, and so on, as far as they are there; None: not read yet."""
    answers: dict[str, str] = field(default_factory=dict[str, str])
    """The answers under all columns, by their titles."""


def look_into(
    path: Path, tree: Tree, case: Case, column: Column, columns: Sequence[Column], library: Library
) -> Details:
    """Read it all on a connection of its own: for a thread beside the one that shows things.

    Raises ProjectError when the file can't be read.
    """
    with Project.look(path) as project:
        checklist = Checklist(tree, _Read(project.grades), project.models.all(), library)
        why = find_out(case, column, checklist, project.responses)
        answers = {other.title: _text(other.cell(case.id), project.responses) for other in columns}
        return Details(why, project.runs.of_case(case.id), project.cases.above(case), answers)


def _text(cell: Cell | None, responses: ResponseStore) -> str:
    stored = responses.answer(cell.stored) if cell and cell.stored else None
    return (stored.readable if stored else "") or (cell.text if cell else "")


class _Read:
    """Verdicts that are known, where none can be kept."""

    def __init__(self, grades: GradeStore) -> None:
        self.lookup = grades.lookup

    def add(self, key: bytes, found: CheckResult) -> None:
        """What was judged to look at it is judged anew next time."""


def find_out(case: Case, column: Column, checklist: Checklist, responses: ResponseStore) -> Why | None:
    """Render a cell's request, fetch its answer and judge it. None where there is no cell.

    Raises ProjectError when the file can't be read.
    """
    cell = column.cell(case.id)
    if cell is None:
        return None
    variant = column.variant_of(cell)
    task = rendered(next(plan([case], variant or column.variant, checklist)), checklist)
    answer = replace(_completion(cell, responses), cached=cell.cached)
    [(evaluation, _)] = judged_from_file([(task, answer)], checklist, responses, DEFAULT_LIMITS)
    raw = responses.raw(cell.stored) if cell.stored else b""
    return Why(evaluation, _source(cell, evaluation, responses), raw, _note(column, cell, variant is None))


def _completion(cell: Cell, responses: ResponseStore) -> Completion:
    stored = responses.answer(cell.stored) if cell.stored else None
    if cell.completion is not None:
        # The file keeps how long a failed call took, the cell why it failed.
        failed = cell.completion
        return replace(stored, error=failed.error, hint=failed.hint) if stored else failed
    return stored or failed_call(Outcome.NOT_SENT, "the answer is not in the project file any more")


def _source(cell: Cell, evaluation: Evaluation, responses: ResponseStore) -> str:
    if cell.stored is None:
        return "none: nothing was sent"
    if cell.cached:
        return "from the cache: this exact request was answered before"
    return f"fresh, not from the cache: {why_missed(evaluation.task, responses, before=cell.stored)}"


def _note(column: Column, cell: Cell, forgotten: bool) -> str:
    if cell.generation == column.generation:
        return ""
    if forgotten:
        return "of a text typed a while ago; the request below is that of the text as it is now"
    return "of an earlier text: the prompt has changed since"
