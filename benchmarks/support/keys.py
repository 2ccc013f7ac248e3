"""Keys, and how long it takes until what they do is drawn."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from terminal import Terminal

from support.bench import rows_drawn

TAB, BACKSPACE, PAGE_DOWN, DOWN, END, HOME = "\t", "\x7f", "\x1b[6~", "\x1b[B", "\x1b[F", "\x1b[H"
_PATIENCE_S = 40.0
"""After so long no further key is typed."""


def letters() -> Iterator[str]:
    """Letters that are drawn nowhere else, each once, so that none is taken for another that is drawn again."""
    return map(chr, range(0x1401, 0x166D))


@dataclass(frozen=True)
class Times:
    """Milliseconds, in the order they were measured."""

    ms: Sequence[float]

    def at(self, share: float) -> float:
        """The quantile: 0.95 for p95. NaN without any."""
        ordered = sorted(self.ms)
        return ordered[min(math.ceil(share * len(ordered)), len(ordered)) - 1] if ordered else math.nan

    def row(self) -> list[str]:
        """p50, p95, p99, the most, and how many there are."""
        return [*(f"{self.at(share):.1f}" for share in (0.5, 0.95, 0.99, 1.0)), str(len(self.ms))]


def type_letters(terminal: Terminal, count: int, new: Iterator[str], every_s: float) -> list[float]:
    """Type letters, one about every so many seconds or as fast as they are drawn: each key's milliseconds to paint."""
    found: list[float] = []
    until = time.perf_counter() + _PATIENCE_S
    for letter in (next(new) for _ in range(count)):
        began = time.perf_counter()
        found.append(terminal.key(letter, letter) * 1000)
        if began > until:
            break
        # Not in step with anything that the program does at fixed times.
        wait = every_s * random.uniform(0.7, 1.3) - (time.perf_counter() - began)
        terminal.skip(max(wait, 0.0))
    return found


def hold(terminal: Terminal, key: str, count: int, step: int, first: int) -> Times:
    """Hold a key down at 30 Hz, each of which brings `step` further rows into sight, after row `first`.

    The time of a key is until a row is drawn that is at least as far as the key leads: a key that is late may be drawn
    together with the next.
    """
    sent: list[float] = []
    drawn: list[tuple[float, int]] = []
    start = time.perf_counter()
    tail = b""
    while not drawn or drawn[-1][1] < first + step * count:
        if len(sent) < count and time.perf_counter() >= start + len(sent) / 30:
            sent.append(time.perf_counter())
            terminal.send(key)
        for moment, content in terminal.watch(0.001):
            tail = tail[-16:] + content
            if numbers := rows_drawn(tail):
                drawn.append((moment, max(max(numbers), drawn[-1][1] if drawn else 0)))
        if time.perf_counter() > start + count / 30 + 30:
            raise TimeoutError(f"row {first + step * count} was not drawn; the last was {drawn[-1:]}")
    reached = iter(drawn)
    moment, row = next(reached)
    found: list[float] = []
    for number, began in enumerate(sent, 1):
        while row < first + step * number:
            moment, row = next(reached)
        found.append((moment - began) * 1000)
    return Times(found)
