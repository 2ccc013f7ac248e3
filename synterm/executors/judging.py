"""Judging an answer at a worker: the checks made ready there, the answer and the case as JSON, the verdict as JSON."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synterm.checks.base import Answer, Check
from synterm.checks.elsewhere import JudgeLostError, NotJudgedError
from synterm.checks.judge import Judgement, judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import CheckResult
from synterm.core.tree import CheckConfig, Tree
from synterm.executors.lines import Line, packed
from synterm.executors.seats import Call, CallFailedError, CallLostError, content_of
from synterm.providers import wire

if TYPE_CHECKING:
    from synterm.executors.crew import Crew

_EACH = 16
"""How many verdicts a worker is asked for at a time: it gives one after the other, and is not to wait for the next."""
_TEXT, _NUMBER = (str, type(None)), (float, int, type(None))
_VERDICT: dict[str, tuple[type, ...]] = {"results": (list,), "passed": (bool, type(None)), "score": _NUMBER}
_FIELDS: dict[str, tuple[type, ...]] = {
    "type": (str,),
    "passed": (bool, type(None)),
    "score": _NUMBER,
    "reason": (str,),
    "error": _TEXT,
    "label": _TEXT,
    "expected_label": _TEXT,
    "metric": _TEXT,
    "parts": (list,),
    "judge": _TEXT,
    "agreed": _NUMBER,
}
"""What the fields of a result may be as JSON."""


class Bench:
    """Checks by the names that a run gave to lists of them. What they load is loaded with the first verdict."""

    def __init__(self) -> None:
        self._checks: dict[str, Sequence[Check] | str] = {}
        self._cold: set[str] = set()
        # One thread: checks are never asked two things at a time where a run is made in one process.
        self._thread = ThreadPoolExecutor(1, "synterm checks")

    def take(self, name: str, configs: Sequence[CheckConfig]) -> None:
        """Make checks ready."""
        try:
            self._checks[name] = [load_check(config) for config in configs]
            self._cold.add(name)
        except Exception as error:  # noqa: BLE001 - a check may come from a plugin; each verdict says why there is none
            self._checks[name] = f"{type(error).__name__}: {error}"

    async def judge(self, line: Line) -> Line:
        """The verdict that a line asks for, and the CPU seconds that it took, in a thread: calls go on meanwhile.

        Raises ValueError where the checks could not be made here.
        """
        checks = self._checks[line["checks"]]
        if isinstance(checks, str):
            raise ValueError(checks)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._judge, line["checks"], checks, line)

    def close(self) -> None:
        """Judge nothing any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _judge(self, name: str, checks: Sequence[Check], line: Line) -> Line:
        if name in self._cold:
            for check in checks:
                check.warm()
            self._cold.discard(name)
        answer = Answer(wire.unpack(line["completion"]), Case.model_validate(line["case"]), tools=line["tools"])
        began = time.thread_time()
        found = judge(checks, answer)
        return {**judgement_line(found), "cpu_s": time.thread_time() - began}


class CrewJudging:
    """Judges at the workers of a crew, by the checks of a tree."""

    def __init__(self, crew: Crew, tree: Tree) -> None:
        self._crew = crew
        self._tree = tree
        self._checks: dict[str, tuple[str, bytes]] = {}
        self._refused: set[str] = set()
        self._judged = 0

    @property
    def width(self) -> int:
        """What workers take at a time, together."""
        return _EACH * self._crew.size

    def takes(self, scenario_id: str) -> bool:
        """Whether workers could make the checks so far."""
        return scenario_id not in self._refused

    async def judge(self, scenario_id: str, answer: Answer) -> tuple[Judgement, float]:
        """The verdict of a worker, and the CPU seconds that it took there; made again where its worker ended.

        Raises NotJudgedError where a worker can't make the checks, as without a plugin, JudgeLostError where its worker
        ended each time, ExecutorError once no worker is left.
        """
        self._judged += 1
        try:
            checks = self._made(scenario_id)
            content = content_of(judge_line(checks[0], answer.case, answer.completion, answer.tools))
        except TypeError as error:
            raise NotJudgedError(str(error)) from error
        try:
            done = await self._done(content, f"verdict {self._judged}", checks)
            return judgement_of(done), float(done["cpu_s"])
        except (CallFailedError, KeyError, TypeError, ValueError) as error:
            self._refused.add(scenario_id)
            raise NotJudgedError(str(error)) from error

    async def _done(self, content: bytes, key: str, checks: tuple[str, bytes]) -> Line:
        while True:
            try:
                return await self._crew.run(Call(content, key, "verdicts", _EACH, needs=checks))
            except CallLostError as lost:
                if lost.last:
                    raise JudgeLostError(str(lost)) from lost

    def _made(self, scenario_id: str) -> tuple[str, bytes]:
        if scenario_id not in self._checks:
            name = f"checks {self._tree.checks_id(scenario_id)}"
            line = {"op": "checks", "name": name, "checks": self._tree.checks(scenario_id)}
            self._checks[scenario_id] = name, packed([line])
        return self._checks[scenario_id]


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
    _typed(line, _VERDICT)
    return tuple(map(_result, line["results"])), line["passed"], line["score"]


def _result(line: Line) -> CheckResult:
    if line.keys() != _FIELDS.keys():
        raise ValueError("a result has other fields")
    _typed(line, _FIELDS)
    parts: dict[str, Any] = {"parts": tuple(map(_result, line["parts"]))}
    return CheckResult(**(line | parts))


def _typed(line: Line, fields: Mapping[str, tuple[type, ...]]) -> None:
    for name, kinds in fields.items():
        if type(line[name]) not in kinds:
            raise TypeError(f"its {name} is a {type(line[name]).__name__}")
