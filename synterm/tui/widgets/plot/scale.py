"""From values to places on a plot, and the round numbers to write beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on `size` places, numbered from 0."""

    low: float
    high: float
    size: int

    def place(self, value: float) -> int:
        """The place of a value; one outside goes to the nearest end."""
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.5
        return round(min(max(share, 0.0), 1.0) * (self.size - 1))


def around(low: float, high: float, *, room: float = 0.06) -> tuple[float, float]:
    """Bounds that leave some room around values; of one value only, they leave some anyway; zeros get 0 to 1."""
    span = high - low
    if low == high == 0:
        return 0.0, 1.0
    # What is too small for floating point beside the value is no span.
    margin = span * room if span > abs(high) * 1e-9 else max(abs(high) * 0.1, 1e-6)
    return low - margin, high + margin


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two bounds, at most `most`, equally far apart: multiples of 1, 2, 2.5 or 5 tens."""
    if most < 1 or not high > low:
        return []
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough)) if rough > 0 else 0.0
    for factor in (*_STEPS, 20.0, 25.0, 50.0):
        step = factor * power
        first = ceil(low / step - 1e-9) if step else 0
        count = floor(high / step + 1e-9) - first + 1 if step else 0
        if 0 < count <= most:
            return [(first + index) * step for index in range(count)]
    return []
