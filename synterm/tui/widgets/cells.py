"""Fitting text into cells of a fixed width."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from synterm.text import one_line


def fit(text: str, width: int) -> str:
    """`text` as one printable line of exactly `width` terminal cells, cut with … where it is too long."""
    if width <= 0:
        return ""
    line = one_line(text, width + 1)
    if cell_len(line) <= width:
        return set_cell_size(line, width)
    return set_cell_size(line, width - 1).rstrip() + "…" if width > 1 else "…"


def padded(text: str, width: int) -> str:
    """`fit`, sure to be `width` cells wide also after a cut."""
    return set_cell_size(fit(text, width), width)


def tail(text: str, width: int) -> str:
    """The end of a text as one printable line, at most `width` cells wide: what was streamed last stays in sight."""
    line = one_line(text[-4 * max(width, 1) :])
    if cell_len(line) <= width and len(text) <= 4 * width:
        return line
    while line and cell_len(line) >= width:
        line = line[max((cell_len(line) - width) // 2, 1) :]
    return "…" + line if width > 0 else ""
