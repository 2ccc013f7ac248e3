"""When the screen is painted: at once after a key, else no more often than needed.

Textual paints at fixed beats, sixty a second: a key that comes just after a frame of landing results waits for the
next one, though it takes a third of that time to paint it. Leans on internals of Textual 8.2.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextvars import copy_context

from textual.constants import MAX_FPS
from textual.screen import Screen
from textual.timer import Timer

from synterm.tui.compositor import FrugalCompositor
from synterm.tui.widgets.key_footer import KeyFooter

_FRAME_S = 1 / MAX_FPS
_AFTER_KEY_S = 0.004
"""The least time between two paints that a key asked for: what it changes in several places is painted together."""
_KEY_S = 0.04
"""How long after a key what is painted is taken for its doing."""


def paint_less_on_focus() -> None:
    """Have a step of the focus paint the two widgets that it concerns. Doing it again is no harm.

    They say themselves that they changed; Textual draws the whole screen anew as well, and all beneath a window.
    """
    vars(Screen)["focused"]._repaint = False


class Pacer(Timer):
    """Calls `paint` when it may be painted next, each time it is resumed; has no beat of its own."""

    def __init__(self, screen: Screen[None], paint: Callable[[], None]) -> None:
        super().__init__(screen, _FRAME_S, name="screen_update", callback=paint, pause=True)
        self._screen = screen
        self._paint = paint
        # The messages that painting sends come from the screen, whoever resumes this.
        self._context = copy_context()
        self._last = 0.0
        self._key = 0.0
        self._due: asyncio.TimerHandle | None = None

    def hurry(self) -> None:
        """A key came: it is to be painted soon."""
        self._key = time.monotonic()
        if self._due:
            self._due.cancel()
            self._due = None
            self.resume()

    def resume(self) -> None:
        """Paint when it may be."""
        if self._due is None:
            now = time.monotonic()
            least = _AFTER_KEY_S if now - self._key < _KEY_S else _FRAME_S
            loop = asyncio.get_running_loop()
            self._due = loop.call_later(max(self._last + least - now, 0), self._now, context=self._context)

    def pause(self) -> None:
        """Not now: there is nothing to paint any more."""
        if self._due:
            self._due.cancel()
            self._due = None

    def stop(self) -> None:
        """Never again."""
        self.pause()

    def _now(self) -> None:
        self._due = None
        # Who is leaving paints no more, as with Textual's own timers: nobody may read any more what is written.
        if self._screen.is_running and not self._screen.app._exit:  # pyright: ignore[reportPrivateUsage]
            try:
                self._paint()
            except Exception as error:  # noqa: BLE001 - as every timer of Textual: the app ends, and says why
                self._screen.app._handle_exception(error)  # pyright: ignore[reportPrivateUsage]
            self._last = time.monotonic()


class PacedScreen(Screen[None]):
    """Paints by a `Pacer`, and only what changed."""

    def __init__(self) -> None:
        super().__init__()
        self._compositor = FrugalCompositor()
        self._pacer: Pacer | None = None

    @property
    def _update_timer(self) -> Timer:
        if self._pacer is None:
            self._pacer = Pacer(self, self._on_timer_update)
        return self._pacer

    def hurry(self) -> None:
        """A key came: what it changes is painted soon."""
        if self._pacer:
            self._pacer.hurry()

    def on_screen_suspend(self) -> None:
        """Another screen is on top: the keys of this one do nothing now."""
        self._redraw_keys()

    def on_screen_resume(self) -> None:
        """Its keys work again."""
        self._redraw_keys()

    def _redraw_keys(self) -> None:
        for footer in self.query(KeyFooter):
            footer.refresh()

    @property
    def is_covered(self) -> bool:
        """Whether nothing of it is seen, for another screen lies over it that nothing shines through."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else ()
        return any(screen.styles.background.a == 1 for screen in above)

    def _compositor_refresh(self) -> None:
        # Textual takes the screen under the top one for visible, opaque as that may be: whatever changed down there
        # had the whole top screen drawn anew, and went on to do so sixty times a second. Who comes back is drawn whole.
        if self.is_covered:
            self._compositor._dirty_regions.clear()  # pyright: ignore[reportPrivateUsage]
            self._dirty_widgets.clear()
        else:
            super()._compositor_refresh()
