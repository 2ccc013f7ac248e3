"""Where each row of an export comes from, in a file beside it: strict readers refuse rows with fields of their own."""

from __future__ import annotations

from typing import Any

from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.finetune.formats.base import Row

LINEAGE = "lineage.jsonl"


def lineage_entry(file: str, number: int, example: TrainingExample, row: Row) -> dict[str, Any]:
    """What is told of a row: the case it is made of, and where each answer comes from."""
    return {
        "file": file,
        "row": number,
        "id": example.id,
        "case": example.case.id,
        "root": example.case.root_id,
        "behavior": example.behavior,
        "scenario": example.scenario,
        "label": example.label,
        "difficulty": example.difficulty,
        "right": _told(row.right),
        "wrong": _told(row.wrong),
    }


def _told(answer: TrainingAnswer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        "source": answer.source,
        "score": answer.score,
        "reason": answer.reason,
        "model": answer.model,
        "variant": answer.variant,
        "run": answer.run_id,
    }
