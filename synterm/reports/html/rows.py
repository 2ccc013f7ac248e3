"""Evaluations as the page shows them: each text safe and of bounded length, each case and check's finding told once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from synterm.core.case import input_text, value_text
from synterm.core.evaluation import CheckResult
from synterm.core.report import EvaluationReport
from synterm.core.tree import Tree
from synterm.reports.evaluations import Look, Steady, evaluation_report
from synterm.storage.recorded import Recorded
from synterm.text import one_line, printable

LONGEST = 20_000
"""Characters of a text that stand in the report: about eight pages of print."""
_REASON = 2_000
_LINE = 200

Json = dict[str, Any]


@dataclass(slots=True)
class Row:
    """An evaluation as JSON values, without what says nothing of it; others may share its `case` and `checks`."""

    case: Json
    checks: list[Json]
    own: Json
    keys: tuple[Hashable, tuple[CheckResult, ...]]
    """What tells its case and its checks from others."""


class Rows:
    """Makes rows of evaluations, and of rows what the page's script reads."""

    def __init__(self, tree: Tree, variants: Sequence[str], look: Look, steady: Steady) -> None:
        self._tree = tree
        self._look = look
        self._steady = steady
        self._variants = {name: number for number, name in enumerate(variants)}
        self._numbers: dict[Hashable, int] = {}
        self._counts = {"cases": 0, "checks": 0}

    def row(self, done: Recorded) -> Row:
        """The row of an evaluation."""
        told = evaluation_report(
            done, self._tree, self._look(done), self._steady((done.body_id, done.model_name), done.case_id)
        )
        case = _case(told, done.tags)
        checks = [_check(found) for found in done.checks]
        return Row(case, checks, self._own(told), (_name(case), done.checks))

    def chunk(self, rows: Iterable[Row]) -> Json:
        """Rows, with the cases and findings that no chunk before has told: a row names them by their numbers."""
        cases: list[Json] = []
        checks: list[Json] = []
        told: list[Json] = []
        for row in rows:
            case, findings = row.keys
            told.append(
                {
                    "case": self._number("cases", case, row.case, cases),
                    "checks": [
                        self._number("checks", key, check, checks)
                        for key, check in zip(findings, row.checks, strict=True)
                    ],
                    **row.own,
                }
            )
        return {"cases": cases, "checks": checks, "rows": told}

    def _number(self, kind: str, key: Hashable, value: Json, fresh: list[Json]) -> int:
        number = self._numbers.get((kind, key))
        if number is None:
            number = self._numbers[kind, key] = self._counts[kind]
            self._counts[kind] += 1
            fresh.append(value)
        return number

    def _own(self, told: EvaluationReport) -> Json:
        dialog, retrieved = told.dialog, told.retrieved
        return _said(
            variant=self._variants[told.variant],
            verdict="none" if told.passed is None else "passed" if told.passed else "failed",
            answer=None if dialog else cut(told.output),
            turns=dialog and [{"role": turn.role, "text": cut(turn.content)} for turn in dialog.turns],
            end=dialog and printable(dialog.end),
            repeat=told.repeat + 1 if told.repeat else None,
            outcome=None if told.outcome == "complete" else told.outcome,
            label=_line(told.label),
            score=None if told.score is None else round(told.score, 4),
            error=_line(told.error, _REASON),
            hint=_line(told.hint, _REASON),
            cached=told.cached or None,
            latency_ms=None if told.latency_ms is None else round(told.latency_ms, 1),
            cost_usd=told.cost_usd,
            prompt_tokens=told.tokens.get("prompt"),
            completion_tokens=told.tokens.get("completion"),
            stability=None if told.stability == "stable" else told.stability,
            retrieved=retrieved and [f"{one_line(chunk.document, _LINE)} ({chunk.score:.2f})" for chunk in retrieved],
        )


def cut(text: str) -> str | Json:
    """A text as it can be shown; of a very long one the beginning, and how many characters are left out."""
    if len(text) <= LONGEST:
        return printable(text)
    return {"text": printable(text[:LONGEST]), "more": len(text) - LONGEST}


def _name(case: Json) -> bytes:
    """What tells a case from others, also from one of the same id that said something else."""
    return blake2b(orjson.dumps(case), digest_size=16).digest()


def _case(told: EvaluationReport, tags: Iterable[str]) -> Json:
    return _said(
        id=printable(told.case_id),
        behavior=printable(told.behavior),
        tags=[one_line(tag, _LINE) for tag in tags] or None,
        title=one_line(input_text(told.input), _LINE),
        inputs=[[one_line(name, _LINE), cut(value_text(value))] for name, value in told.input.items()],
        expected=None if told.expected is None else cut(value_text(told.expected)),
    )


def _check(found: CheckResult) -> Json:
    return _said(
        type=one_line(found.type, _LINE),
        passed=found.passed,
        score=None if found.score is None else round(found.score, 4),
        reason=_line(found.reason, _REASON),
        error=_line(found.error, _REASON),
        judge=_line(found.judge),
        agreed=found.agreed,
        metric=_line(found.metric),
        checks=[_check(part) for part in found.parts] or None,
    )


def _line(text: str | None, limit: int = _LINE) -> str | None:
    if text is None or len(text) <= limit:
        return text and printable(text)
    return printable(text[:limit]) + "…"


def _said(**values: Any) -> Json:
    """Without those that are None."""
    return {name: value for name, value in values.items() if value is not None}
