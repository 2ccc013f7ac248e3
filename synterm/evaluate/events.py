"""What a sweep tells those who watch it: the workbench and `synterm run` see the same."""

from __future__ import annotations

from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.core.record import record


@record
class Started:
    """A request was sent."""

    task: Task


@record
class Streamed:
    """More of an answer came in. Told of with the first piece, then at most as often as a frame is drawn."""

    task: Task
    text: str
    """All of the answer so far."""


@record
class Retrying:
    """A request failed and is sent again after a while."""

    task: Task
    failure: Completion
    wait_s: float


@record
class Judged:
    """An answer is on disk and judged."""

    evaluation: Evaluation


@record
class Halted:
    """The sweep sends nothing more; what was received is kept."""

    reason: str
    hint: str
    left: int
    """How many evaluations were not made."""


@record
class Preparing:
    """Something takes a while before anything can be asked."""

    words: str
    """``indexing 12 documents``."""


@record
class InBatches(Preparing):
    """Batches are at their providers, and waited for."""

    batches: int
    done: int
    """Requests that are answered there, failed ones included."""
    total: int
    elapsed_s: float
    """Since the first of them was handed in."""


Event = Preparing | Started | Streamed | Retrying | Judged | Halted
