"""What a request found in the documents, as lines."""

from __future__ import annotations

from textual.content import Content

from synterm.core.context import Retrieved, relevant_documents
from synterm.core.evaluation import Task
from synterm.errors import InputError
from synterm.text import one_line, printable

_START = 120
"""How many characters of a chunk's text stand beside its score: the messages above have all of it."""


def context_facts(task: Task) -> list[tuple[str, object]]:
    """A line for each chunk: its score, its document, whether the case names that as relevant, how it begins."""
    found = task.retrieval
    if found is None:
        return []
    if found.problem:
        return [("context", Content.styled(printable(found.problem), "$text-warning"))]
    try:
        relevant = relevant_documents(task.case.input)
    except InputError as error:
        return [("context", Content.styled(printable(str(error)), "$text-warning"))]
    lines = [_line(chunk, relevant) for chunk in found.chunks] or [Content("nothing in the documents fits")]
    missing = (one_line(name, 60) for name in relevant or () if name not in found.documents)
    lines += [Content.styled(f"✗ {name} is relevant, and was not found", "$text-error") for name in missing]
    return [("context", Content("\n").join(lines))]


def _line(chunk: Retrieved, relevant: tuple[str, ...] | None) -> Content:
    name = f"{chunk.score:.3f}  {one_line(chunk.document, 40)}  "
    start = Content.styled(one_line(chunk.text, _START), "$text-muted")
    if relevant is None:
        return Content(name) + start
    mark = ("✓ relevant  ", "$text-success") if chunk.document in relevant else ("– not relevant  ", "$text-muted")
    return Content.assemble(name, mark) + start
