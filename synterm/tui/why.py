"""Finding out all about a cell when someone asks: what the columns do not keep with every case."""

from __future__ import annotations

from dataclasses import dataclass, replace

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Evaluation
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.misses import why_missed
from synterm.evaluate.plan import plan, rendered
from synterm.storage.responses import ResponseStore
from synterm.tui.column import Column
from synterm.tui.verdicts import Cell


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


def find_out(case: Case, column: Column, checklist: Checklist, responses: ResponseStore) -> Why | None:
    """Render a cell's request, fetch its answer and judge it. None where there is no cell.

    Raises ProjectError when the file can't be read.
    """
    cell = column.cell(case.id)
    if cell is None:
        return None
    variant = column.variant_of(cell)
    task = rendered(next(plan([case], variant or column.variant, checklist)), checklist)
    evaluation = checklist.judge(task, replace(_completion(cell, responses), cached=cell.cached))
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
