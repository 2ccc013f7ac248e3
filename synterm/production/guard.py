"""The guard: the checks of a project, asked about each answer before the app gives it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from synterm.checks.base import Answer
from synterm.core.completion import Completion
from synterm.core.guarding import FailMode, GuardVerdict
from synterm.core.ids import new_id
from synterm.errors import UsageError
from synterm.production.guard_call import (
    KNOWN,
    Found,
    Wait,
    case_of,
    completion_of,
    concluded,
    late,
    text_of,
    values_of,
)
from synterm.production.guard_checks import Behavior, Forms, GuardedProject
from synterm.production.guard_log import GuardLog
from synterm.production.guard_pace import LONG_TEXT, Paced
from synterm.production.guard_source import GuardSource
from synterm.production.guard_workers import Workers

if TYPE_CHECKING:
    from synterm.production.guard_judges import Judges

LONGEST = 1_000_000
"""Characters of an answer that are judged, unless the guard is told otherwise."""
_THREADS = 4


@dataclass(slots=True)
class _Call:
    """One call of the guard."""

    began: float
    id: str
    project: GuardedProject
    behavior: Behavior
    completion: Completion
    given: Any
    """The input, as it was given."""
    values: dict[str, Any] | None
    expected: Any
    forms: Forms | None = None
    problem: str = ""
    """Why nothing is judged."""
    found: list[Found | Wait] = field(default_factory=list[Found | Wait])


class Guard:
    """Judges answers by the checks of a project's behaviors. Any number of threads and tasks may use one.

        with Guard("my.db", behavior="Routing/Out of scope") as guard:
            verdict = guard.check(answer, input={"message": said})
            if not verdict.allowed: ...

    The project file is read at the start, and again when it was changed or replaced; it is never written to, and not
    kept open. Close a guard, or use it in a ``with``: that ends its threads and writes out its log.
    """

    def __init__(
        self,
        project: str | Path,
        behavior: str | Sequence[str] | None = None,
        *,
        fail: FailMode = "closed",
        budget_ms: float = 50,
        total_ms: float | None = None,
        judges: bool = False,
        judge_budget_s: float = 10,
        judge_cap_usd: float = 1,
        log: str | Path | GuardLog | None = None,
        longest: int = LONGEST,
        per_call: bool = False,
    ) -> None:
        """`behavior`: the path, name or glob of a feature, behavior or scenario, or several, whose checks then all
        hold; it may be left out where the whole project is judged by the same checks, or with `per_call`: then each
        call names its own.

        `fail`: what happens without a verdict. `budget_ms`: how long one check may take, `total_ms`: all of them.
        `judges`: whether checks that ask a model do so, for which the answers are sent to that model; each may take
        `judge_budget_s` seconds, and all of them may cost `judge_cap_usd` US dollars while this guard lives. `log`: a
        file for the verdicts, personal data masked, or a `GuardLog` of other ways. `longest`: the most characters of an
        answer that are judged.

        Raises ProjectError, NotFoundError, InputError where there are no such checks; UsageError; RestrictedError where
        the project asks for models or plugins that it is not trusted with (docs/trust.md).
        """
        if fail not in ("open", "closed"):
            raise UsageError(f"fail is 'open' or 'closed', not {fail!r}")
        if min(budget_ms, judge_budget_s, 1 if total_ms is None else total_ms) <= 0:
            raise UsageError("a budget must be over 0")
        self.fail: FailMode = fail
        self.budget_ms = budget_ms
        self.total_ms = total_ms
        self._judge_budget_s = judge_budget_s
        self.longest = longest
        self._names = (behavior,) if isinstance(behavior, str) else tuple(behavior or ())
        self._per_call = per_call and not self._names
        self._with_judges = judges
        self._source = GuardSource(Path(project), self._try)
        self._workers = Workers(_THREADS)
        self._judges = _judges(self._source, judge_cap_usd) if judges else None
        self.log = GuardLog(log) if isinstance(log, str | Path) else log
        """Where the verdicts are written, if anywhere."""

    @property
    def stale(self) -> str | None:
        """Why it still judges by the checks of an earlier file, in words; None where it does not."""
        return self._source.stale

    @property
    def project(self) -> str:
        """The project's name."""
        return self._source.now.name

    def behavior(self, name: str | None = None) -> Behavior:
        """The checks that judge; of one of its behaviors with a `name`. Raises NotFoundError, InputError."""
        return self._behavior(self._source.now, name)

    def check(
        self,
        output: str,
        input: Mapping[str, Any] | str | None = None,
        expected: Any = None,
        behavior: str | None = None,
    ) -> GuardVerdict:
        """The verdict on an answer. `input`: what it answers, as the named values of a case or as one text;
        `expected`: what should have been answered, where that is known; `behavior`: only the checks of this one.

        Whatever the answer is and the checks do, there is a verdict. Raises InputError or NotFoundError for a call that
        can't be meant.
        """
        call = self._begin(output, input, expected, behavior)
        return self._end(call, [one.found() if isinstance(one, Wait) else one for one in call.found])

    async def acheck(
        self,
        output: str,
        input: Mapping[str, Any] | str | None = None,
        expected: Any = None,
        behavior: str | None = None,
    ) -> GuardVerdict:
        """The same as `check`, while the event loop runs on."""
        call = self._begin(output, input, expected, behavior)
        return self._end(call, [await one.afound() if isinstance(one, Wait) else one for one in call.found])

    def reload(self) -> bool:
        """Look at the project file now, and take its checks where it was changed; whether they are those of the file.

        `check` does so by itself at most every second, without waiting for it. Where it is False, `stale` says why.
        """
        return self._source.reload()

    def close(self) -> None:
        """End its threads, and write out what waits for the log. Closing twice does nothing."""
        self._workers.close()
        if self._judges:
            self._judges.close()
        if self.log:
            self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def _try(self, project: GuardedProject) -> None:
        """Raises for a project that this guard can't, or may not, judge by."""
        project.trust.refuse(judges=self._with_judges)
        if self._per_call:
            project.make_all()
        else:
            behavior = project.behavior(self._names)
            for known in KNOWN.values():
                behavior.forms(known, judges=self._with_judges)

    def _behavior(self, project: GuardedProject, name: str | None) -> Behavior:
        return project.behavior(self._names) if name is None else project.behavior((name,), self._names)

    def _begin(self, output: object, given: object, expected: Any, name: str | None) -> _Call:
        began = time.perf_counter()
        project = self._source.fresh()
        completion = completion_of(text_of(output))
        call = _Call(
            began, new_id(), project, self._behavior(project, name), completion, given, values_of(given), expected
        )
        if len(completion.text) > self.longest:
            call.problem = f"the answer is over {self.longest:,} characters long"
        else:
            self._ask(call)
        return call

    def _ask(self, call: _Call) -> None:
        known = KNOWN[call.values is not None, call.expected is not None]
        call.forms = call.behavior.forms(known, judges=self._with_judges)
        answer = Answer(call.completion, case_of(call.values, call.expected, call.id))
        long = len(call.completion.text) > LONG_TEXT
        # What others do is begun first: they do it while the rest is asked here.
        waits = {
            place: self._wait(call, paced, answer)
            for place, paced in enumerate(call.forms.checks)
            if paced.slow or long or paced.check.asks
        }
        for place, paced in enumerate(call.forms.checks):
            call.found.append(waits.get(place) or self._at_once(call, paced, answer))

    def _at_once(self, call: _Call, paced: Paced, answer: Answer) -> Found:
        # What it finds is there, and counts: a budget is for what would be waited for.
        if self.total_ms is None or _since(call.began) <= self.total_ms:
            return Found(paced.check, *paced.ask(answer))
        return late(paced.check, f"{self.total_ms:g} ms for all checks")

    def _wait(self, call: _Call, paced: Paced, answer: Answer) -> Wait:
        if paced.check.asks:
            assert self._judges, "without judges no check is left that asks"
            future = self._judges.ask(paced.check, answer, call.project.models)
            budget_s, words = self._judge_budget_s, f"{self._judge_budget_s:g} s"
        else:
            future = self._workers.submit(partial(paced.ask, answer))
            budget_s, words = self.budget_ms / 1000, f"{self.budget_ms:g} ms"
        until = time.perf_counter() + budget_s
        if self.total_ms is not None and call.began + self.total_ms / 1000 < until:
            until, words = call.began + self.total_ms / 1000, f"{self.total_ms:g} ms for all checks"
        return Wait(paced.check, future, until, words)

    def _end(self, call: _Call, found: Sequence[Found]) -> GuardVerdict:
        skipped = call.forms.skipped if call.forms else ()
        passed, reason, told = (None, call.problem, []) if call.problem else concluded(call.completion, found, skipped)
        verdict = GuardVerdict(
            id=call.id,
            allowed=self.fail == "open" if passed is None else passed,
            passed=passed,
            reason=reason,
            behavior=call.behavior.path,
            fail=self.fail,
            checks=(*told, *skipped),
            took_ms=round(_since(call.began), 3),
            project=call.project.name,
            checks_id=call.behavior.checks_id,
        )
        if self.log:
            self.log.add(verdict, call.given, call.completion.text[: self.longest], call.expected)
        return verdict


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _judges(source: GuardSource, cap_usd: float) -> Judges:
    from synterm.production.guard_judges import Judges
    from synterm.settings import load_settings

    return Judges(source, load_settings(), cap_usd)
