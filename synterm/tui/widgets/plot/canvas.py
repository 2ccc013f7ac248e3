"""A sheet of terminal cells to draw on: text in cells, and braille dots, eight to a cell.

Pure: what is drawn outside of the sheet is left out, and every row comes out exactly as wide as the sheet.
"""

from __future__ import annotations

from itertools import groupby

from rich.cells import cell_len

# Bits of a braille character by column and row (Unicode 16, chapter 21.1).
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800
GRID = "grid"
"""The ink of what is drawn over without loss."""

Run = tuple[str, str]
"""Text, and the name of the ink that it is drawn with."""


class Canvas:
    """`width` × `height` cells; x goes right and y goes down, both from 0."""

    def __init__(self, width: int, height: int) -> None:
        self.width = max(width, 0)
        self.height = max(height, 0)
        self._text = [[" "] * self.width for _ in range(self.height)]
        self._ink = [[""] * self.width for _ in range(self.height)]
        self._dots: dict[tuple[int, int], int] = {}

    def put(self, x: int, y: int, text: str, ink: str = "") -> None:
        """Write text from a cell on; a character that is two cells wide takes two."""
        for letter in text:
            wide = cell_len(letter)
            if wide and 0 <= y < self.height and x >= 0 and x + wide <= self.width:
                self._part(x, y)
                self._part(x + wide, y)
                self._text[y][x : x + wide] = [letter, *[""] * (wide - 1)]
                self._ink[y][x : x + wide] = [ink] * wide
                for column in range(x, x + wide):
                    self._dots.pop((column, y), None)
            x += wide

    def _part(self, x: int, y: int) -> None:
        """Clear the character that reaches over the left edge of a cell: half of it can't be drawn."""
        if 0 < x < self.width and self._text[y][x] == "":
            self._text[y][x - 1 : x + 1] = [" ", " "]

    def free(self, x: int, y: int, width: int) -> bool:
        """Whether `width` cells from here on are on the sheet and hold no text; dots and grid are none."""
        if not (0 <= y < self.height and x >= 0 and x + width <= self.width):
            return False
        return not any(self._taken(column, y) for column in range(x, x + width))

    def _taken(self, x: int, y: int) -> bool:
        return self._text[y][x] != " " and self._ink[y][x] != GRID and (x, y) not in self._dots

    def dot(self, x: int, y: int, ink: str = "") -> None:
        """Set one braille dot, at `x` of twice the width and `y` of four times the height; text is not drawn over."""
        cell = (x // 2, y // 4)
        if not (0 <= cell[0] < self.width and 0 <= cell[1] < self.height):
            return
        if self._taken(*cell):
            return
        self._dots[cell] = self._dots.get(cell, 0) | _BITS[x % 2][y % 4]
        self._text[cell[1]][cell[0]] = chr(_BRAILLE + self._dots[cell])
        self._ink[cell[1]][cell[0]] = ink

    def line(self, start: tuple[int, int], end: tuple[int, int], ink: str = "", *, gap: int = 1) -> None:
        """Dots from one to the other; with `gap` 2 only every second one is set."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(0, steps + 1, gap):
            self.dot(x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps), ink)

    def row(self, y: int) -> list[Run]:
        """One row, as runs of one ink."""
        cells = zip(self._text[y], self._ink[y], strict=True)
        return [("".join(text for text, _ in group), ink) for ink, group in groupby(cells, key=lambda cell: cell[1])]

    def text(self) -> str:
        """All rows without their inks."""
        return "\n".join("".join(row) for row in self._text)
