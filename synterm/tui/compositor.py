"""What of the screen is drawn when little of it changed.

Textual draws every widget within the smallest rectangle around all that changed. A status line on top and a row of
the grid at the bottom make that the whole screen, some twenty times a second while results land: 9 ms a time, in
which no key is heard. Leans on internals of Textual 8.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip


class FrugalCompositor(Compositor):
    """Draws only widgets that something of changed, and of those only the lines from the first to the last of it."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last time."""
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._changed:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            touched = [changed for changed in self._changed if changed.overlaps(shown)]
            if touched:
                band = Region.from_union(touched).intersection(shown)
                lines = Region(shown.x, band.y, shown.width, band.height)
                yield region, lines, widget.render_lines(lines.translate(-region.offset))
