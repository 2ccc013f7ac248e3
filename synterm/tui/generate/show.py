"""A preview in words, and cases at the border of a threshold."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from synterm.describe.pipeline.effects import FilterEffect, Scored
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.preview import Preview
from synterm.text import one_line, plural, printable
from synterm.tui.generate.funnel import MUTED
from synterm.tui.widgets.table import Cell, TableColumn

BORDER_COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("score", 6, right=True),
    TableColumn("at the border"),
    TableColumn("would be", 9),
    TableColumn("expected", 14, rank=1),
    TableColumn("made of", 30, rank=2),
)
BORDER = 40
"""Cases that are listed."""
_LONGEST = 6000


def plan_words(plan: GenerationPlan) -> str:
    """``38 seeds · 12 wanted, at most 240 made · local writes``."""
    parts = [plural(len(plan.seeds), "seed")] if plan.seeds else [plural(len(plan.scenarios), "scenario")]
    parts.append(f"{plan.count:,} wanted, at most {plan.attempts:,} made")
    if plan.models:
        names = ", ".join(one_line(model.name, 30) for model in plan.models)
        parts.append(f"asks {names}")
    else:
        parts.append("asks no model: free")
    return " · ".join(parts)


def question_text(found: Preview, model: str) -> Content:
    """The question that a model would be asked."""
    if found.question is None:
        return Content("")
    who = (one_line(model, 40), "bold")
    lines = [Content.assemble(("What ", MUTED), who, (" would be asked first   ctrl+t tries it", MUTED))]
    for message in found.question.messages:
        lines.append(Content.styled(f"\n{message.role}", "bold $text-primary"))
        lines.append(Content(printable(message.content[:_LONGEST])))
    return Content("\n").join(lines)


def problems_text(problems: Sequence[str]) -> Content:
    """What can't be made."""
    return Content("\n").join(Content.styled(f"! {one_line(words, 300)}", "$text-warning") for words in problems[:4])


def border_cells(one: Scored, found: FilterEffect, threshold: float, seed: str) -> Sequence[Cell]:
    """A case near a threshold, and what that would make of it."""
    keeps = found.keeps(one.score, threshold)
    changes = keeps != one.kept
    words = ("restored" if keeps else "dropped") if changes else ("kept" if keeps else "dropped")
    return [
        ("✓", "pass") if one.kept else ("✗", "fail"),
        (f"{one.score:.3f}", "accent" if changes else "dim"),
        (one.case.title, "" if keeps else "dim"),
        (words, "accent" if changes else "dim"),
        (str(one.case.expected or "?"), "dim"),
        (seed, "dim"),
    ]
