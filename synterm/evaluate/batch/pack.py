"""A file of requests that is being filled, and becomes a batch."""

from __future__ import annotations

from pathlib import Path

from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.storage.batches import Handed


class Pack:
    """The requests of one model for one batch: lines in a file, and what the project file is to know of them."""

    def __init__(self, spec: ModelSpec, path: Path) -> None:
        self.spec = spec
        self.path = path
        self.handed: list[Handed] = []
        self.size = 0
        """Bytes in the file."""
        self.worst_usd = 0.0
        self._file = path.open("wb")

    @property
    def keys(self) -> list[str]:
        """The request keys."""
        return [one.key for one in self.handed]

    def add(self, task: Task, line: bytes, worst_usd: float) -> None:
        """Add a request."""
        self._file.write(line + b"\n")
        self.size += len(line) + 1
        self.handed.append(Handed.of(task, worst_usd))
        self.worst_usd += worst_usd

    def close(self) -> None:
        """No more is added: the file is whole."""
        self._file.close()
