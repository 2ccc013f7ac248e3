"""A lane: the requests that wait for one model."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from synterm.core.evaluation import Task
from synterm.providers.base import Provider


class Lane:
    """Tasks for one model, taken in order by at most `width` workers."""

    def __init__(self, provider: Provider, width: int) -> None:
        self.provider = provider
        self.width = width
        self.workers = 0
        self._waiting: deque[Task] = deque()

    def add(self, task: Task) -> bool:
        """Queue a task; True when a further worker should start (it is counted already)."""
        self._waiting.append(task)
        if self.workers >= self.width:
            return False
        self.workers += 1
        return True

    def take(self) -> Task | None:
        """The next task; None when none waits."""
        return self._waiting.popleft() if self._waiting else None

    def promote(self, case_ids: Collection[str]) -> None:
        """Move the tasks of these cases to the front; the order among them, and among the rest, stays."""
        first = [task for task in self._waiting if task.case.id in case_ids]
        rest = [task for task in self._waiting if task.case.id not in case_ids]
        self._waiting = deque((*first, *rest))
