"""The words on a pane's frame, changed without drawing the pane anew."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget


def retitle(pane: Widget, title: Content | None = None, subtitle: Content | None = None) -> None:
    """Have the frame of `pane` say something else; None leaves it as it is. Both are one line.

    Setting `border_title` draws the whole pane, which takes 20 ms for a full grid, some four times a second while
    results land. This leans on where Textual 8.2 keeps the titles.
    """
    if title is not None and title != pane._border_title:  # pyright: ignore[reportPrivateUsage]
        pane._border_title = title  # pyright: ignore[reportPrivateUsage]
        _draw_line(pane, 0)
    if subtitle is not None and subtitle != pane._border_subtitle:  # pyright: ignore[reportPrivateUsage]
        pane._border_subtitle = subtitle  # pyright: ignore[reportPrivateUsage]
        _draw_line(pane, pane.outer_size.height - 1)


def _draw_line(pane: Widget, y: int) -> None:
    # Regions are counted from the content's corner, and the frame is around it.
    left, top = pane.content_offset
    pane.refresh(Region(-left, y - top, pane.outer_size.width, 1))
