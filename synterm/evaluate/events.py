"""What a sweep tells those who watch it: the workbench and `synterm run` see the same."""

from __future__ import annotations

from dataclasses import dataclass

from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task


@dataclass(frozen=True, slots=True)
class Started:
    """A request was sent."""

    task: Task


@dataclass(frozen=True, slots=True)
class Streamed:
    """More of an answer came in. Told of with the first piece, then at most as often as a frame is drawn."""

    task: Task
    text: str
    """All of the answer so far."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request failed and is sent again after a while."""

    task: Task
    failure: Completion
    wait_s: float


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer is on disk and judged."""

    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Halted:
    """The sweep sends nothing more; what was received is kept."""

    reason: str
    hint: str
    left: int
    """How many evaluations were not made."""


@dataclass(frozen=True, slots=True)
class Preparing:
    """Something takes a while before anything can be asked."""

    words: str
    """``indexing 12 documents``."""


Event = Preparing | Started | Streamed | Retrying | Judged | Halted
