"""How well a text colour stands out, by the formulas of WCAG 2.2."""

from __future__ import annotations

from collections.abc import Iterable

from textual.color import Color

ENOUGH = 4.5
"""The least contrast of text, WCAG 2.2 level AA."""

_STEPS = 40


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def quietest(text: Color, grounds: Iterable[Color], ratio: float) -> Color:
    """`text` blended with the first ground as far as it keeps the contrast `ratio` on all of them.

    `text` itself where even that has less.
    """
    backs = list(grounds)
    blends = (text.blend(backs[0], 1 - step / _STEPS, 1.0) for step in range(_STEPS))
    return next((color for color in blends if all(contrast(color, back) >= ratio for back in backs)), text)


def _luminance(color: Color) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
