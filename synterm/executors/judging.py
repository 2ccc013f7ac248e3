"""Judging an answer at a worker: the checks made ready there, the answer and the case as JSON, the verdict as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from synterm.checks.base import Answer, Check
from synterm.checks.judge import Judgement, judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import CheckResult
from synterm.core.tree import CheckConfig
from synterm.executors.lines import Line
from synterm.providers import wire

_FIELDS = frozenset(field.name for field in fields(CheckResult))


class Bench:
    """Checks by the names that a run gave to lists of them. What they load is loaded with the first verdict."""

    def __init__(self) -> None:
        self._checks: dict[str, Sequence[Check] | str] = {}
        self._cold: set[str] = set()

    def take(self, name: str, configs: Sequence[CheckConfig]) -> None:
        """Make checks ready."""
        try:
            self._checks[name] = [load_check(config) for config in configs]
            self._cold.add(name)
        except Exception as error:  # noqa: BLE001 - a check may come from a plugin; each verdict says why there is none
            self._checks[name] = f"{type(error).__name__}: {error}"

    async def judge(self, line: Line) -> Line:
        """The verdict that a line asks for, in a thread: it may take long, and calls go on meanwhile.

        Raises ValueError where the checks could not be made here.
        """
        checks = self._checks[line["checks"]]
        if isinstance(checks, str):
            raise ValueError(checks)
        answer = Answer(wire.unpack(line["completion"]), Case.model_validate(line["case"]), tools=tuple(line["tools"]))
        return judgement_line(await asyncio.to_thread(self._judge, line["checks"], checks, answer))

    def _judge(self, name: str, checks: Sequence[Check], answer: Answer) -> Judgement:
        if name in self._cold:
            for check in checks:
                check.warm()
            self._cold.discard(name)
        return judge(checks, answer)


def judge_line(checks: str, case: Case, completion: Completion, tools: Sequence[Any]) -> Line:
    """What asks for a verdict, without its number; `checks` names a list that the worker was given."""
    return {
        "op": "judge",
        "checks": checks,
        "case": case.model_dump(mode="json"),
        "completion": wire.pack(completion),
        "tools": list(tools),
    }


def judgement_line(judgement: Judgement) -> Line:
    """A verdict as JSON."""
    results, passed, score = judgement
    return {"results": [asdict(result) for result in results], "passed": passed, "score": score}


def judgement_of(line: Line) -> Judgement:
    """The verdict of a line. Raises KeyError, TypeError or ValueError for what `judgement_line` never makes."""
    return tuple(map(_result, line["results"])), line["passed"], line["score"]


def _result(line: Line) -> CheckResult:
    if unknown := line.keys() - _FIELDS:
        raise ValueError(f"a result has no {sorted(unknown)[0]!r}")
    parts: dict[str, Any] = {"parts": tuple(map(_result, line["parts"]))}
    return CheckResult(**(line | parts))
