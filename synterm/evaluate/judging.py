"""Where answers are judged: here, on the event loop, or, where that turns out dear, somewhere else meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from synterm.checks.base import Answer
from synterm.checks.elsewhere import JudgeLostError, Judging, NotJudgedError
from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.errors import ExecutorError
from synterm.evaluate.checklist import Checklist

_DEAR_S, _CHEAP_S = 0.5e-3, 0.25e-3
"""CPU seconds of a verdict from which on it is given away, and below which it is taken back. The way there and back
costs the run's own process about 0.16 ms (10 000 label checks, two cores)."""
_WINDOW, _FEWEST = 20, 5


class Dearness:
    """How dear the verdicts of one scenario are: whether they pay for the way to somewhere else."""

    def __init__(self) -> None:
        self.is_dear = False
        self._recent: deque[float] = deque(maxlen=_WINDOW)

    def note(self, seconds: float) -> None:
        """Learn from a verdict that took so many CPU seconds, wherever it was given."""
        self._recent.append(seconds)
        if len(self._recent) < _FEWEST:
            return
        # Without the dearest: what it took may be what was loaded for it, or the collection of garbage.
        mean = (sum(self._recent) - max(self._recent)) / (len(self._recent) - 1)
        self.is_dear = mean >= (_CHEAP_S if self.is_dear else _DEAR_S)


class Elsewhere:
    """What judges elsewhere, for all sweeps of a run, with what they learned of its use."""

    def __init__(self, judging: Judging) -> None:
        self.judging = judging
        self._dearness: dict[str, Dearness] = {}

    def of(self, scenario_id: str) -> Dearness:
        """How dear verdicts of a scenario are."""
        return self._dearness.setdefault(scenario_id, Dearness())


class Desk:
    """Gives the verdicts of one sweep. With `elsewhere`, those that are dear come later; they are equal."""

    def __init__(
        self,
        checklist: Checklist,
        elsewhere: Elsewhere | None,
        tell: Callable[[Evaluation], None],
        fail: Callable[[BaseException], None],
        halt: Callable[[str, str], None],
    ) -> None:
        """`tell` gets the verdicts; `fail` what went wrong; `halt` why there is no judging any more, and what to do."""
        self._checklist = checklist
        self._elsewhere = elsewhere
        self._tell = tell
        self._fail = fail
        self._halt = halt
        self._under_way: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None
        self._room = asyncio.Event()
        self._closed = False

    def judge(self, task: Task, completion: Completion) -> None:
        """Judge an answer about which nobody is to be asked."""
        scenario_id = task.case.scenario_id
        if self._elsewhere is None or not completion.outcome.answered or not self._checklist.plain(scenario_id):
            self._tell(self._checklist.judge(task, completion))
            return
        dearness = self._elsewhere.of(scenario_id)
        if not dearness.is_dear or not self._elsewhere.judging.takes(scenario_id):
            self._judge_here(task, completion, dearness)
            return
        answer = self._checklist.answer(task, completion)
        if answer.retrieval is not None:
            self._judge_here(task, completion, dearness)
        elif not self._closed:
            # Closed: the answer is on disk, and the same command judges it.
            sent = asyncio.get_running_loop().create_task(self._judge_there(task, answer, dearness))
            self._under_way.add(sent)
            sent.add_done_callback(self._came_back)

    async def room(self) -> None:
        """Wait while so many verdicts are to come that more would only take memory."""
        if self._elsewhere is None or len(self._under_way) < 2 * self._elsewhere.judging.width:
            return
        while len(self._under_way) > self._elsewhere.judging.width:
            self._room.clear()
            await self._room.wait()

    async def settled(self) -> None:
        """Until all verdicts are told. Raises what went wrong on the way."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Wait for no more verdicts."""
        self._closed = True
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _judge_here(self, task: Task, completion: Completion, dearness: Dearness) -> None:
        began = time.thread_time()
        evaluation = self._checklist.judge(task, completion)
        dearness.note(time.thread_time() - began)
        self._tell(evaluation)

    async def _judge_there(self, task: Task, answer: Answer, dearness: Dearness) -> None:
        assert self._elsewhere is not None
        try:
            found, seconds = await self._elsewhere.judging.judge(task.case.scenario_id, answer)
        except NotJudgedError:
            self._judge_here(task, answer.completion, dearness)
        except JudgeLostError as error:
            self._tell(self._checklist.abstained(task, answer.completion, f"the check ended its worker: {error}"))
        else:
            dearness.note(seconds)
            self._tell(Evaluation(task, answer.completion, *found))

    def _came_back(self, sent: asyncio.Task[None]) -> None:
        self._under_way.discard(sent)
        self._room.set()
        if sent.cancelled() or (error := sent.exception()) is None:
            return
        if isinstance(error, ExecutorError):
            self._halt(str(error), error.hint or "")
        else:
            self._error = self._error or error
            self._fail(error)
