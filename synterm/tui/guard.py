"""The last line of defence for the terminal.

Every text is made printable where it comes in; this holds for whatever slips past: no control character that some
text carries is ever written to the terminal as such.
"""

from __future__ import annotations

from typing import Any

from rich.style import Style
from textual.strip import Strip

from synterm.text import printable


def guard_terminal() -> None:
    """Have all text that Textual draws pass `printable`. Calling it again changes nothing."""
    if getattr(Strip.render_style, "guarded", False):
        return
    draw = Strip.render_style

    def render_style(cls: type[Strip], style: Style, text: str, *args: Any, **options: Any) -> str:
        return draw(style, printable(text), *args, **options)

    render_style.guarded = True  # pyright: ignore[reportFunctionMemberAccess]
    Strip.render_style = classmethod(render_style)  # pyright: ignore[reportAttributeAccessIssue]
