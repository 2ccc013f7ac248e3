"""Errors that nobody waited for, told of in the workbench: nothing fails in silence.

Of a worker that fails, Textual tells only its own widget, and the windows over a screen have no ear for it. Leans on
internals of Textual 8.2.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from textual.app import App
from textual.worker import Worker, WorkerState

from synterm.errors import SyntermError
from synterm.strays import Stray, in_words
from synterm.text import one_line, printable

_MOST = 100


def _let_failures_rise() -> None:
    """Have the widgets around a worker's own, up to the app, hear of its failure too. Doing it again is no harm."""
    # Other states stay with the widget: they are many, and nobody else waits for them.
    Worker.StateChanged.bubble = property(lambda event: event.state is WorkerState.ERROR)  # pyright: ignore[reportAttributeAccessIssue]


class Hearing(App[None]):
    """An app that tells of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _let_failures_rise()
        self.strays: deque[Stray] = deque(maxlen=_MOST)
        """The newest of them."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker failed, and no screen had more to say of it."""
        error = event.worker.error if event.state is WorkerState.ERROR else None
        if isinstance(error, SyntermError):
            hint = f"\n{error.hint}" if error.hint else ""
            self.notify(printable(f"{error}{hint}"), severity="error", markup=False)
        elif error is not None:
            self.hear(Stray(in_words(error), error))

    def hear(self, stray: Stray) -> None:
        """Tell of one; may be called from any thread."""
        self.strays.append(stray)
        self.notify(one_line(f"internal error: {stray.words}", 300), severity="error", markup=False)
