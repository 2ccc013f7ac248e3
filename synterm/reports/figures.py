"""Figures as people read them."""

from __future__ import annotations

PLOT_WIDTH = 21
"""Characters of an `interval_plot`."""


def percent(rate: float | None) -> str:
    """``48 %``; a dash without a rate. 100 and 0 are said only of all and none."""
    if rate is None:
        return "–"
    rounded = round(rate * 100)
    if rounded == 100 and rate < 1:
        return ">99 %"
    if rounded == 0 and rate > 0:
        return "<1 %"
    return f"{rounded} %"


def interval(bounds: tuple[float, float] | None) -> str:
    """``39–57``: the ends of a 95 % interval, in percent."""
    return f"{bounds[0] * 100:.0f}–{bounds[1] * 100:.0f}" if bounds else ""


def interval_plot(rate: float | None, bounds: tuple[float, float] | None) -> str:
    """The rate as a dot in its interval, on a line from 0 to 100 %."""
    line = ["·"] * PLOT_WIDTH
    if rate is not None and bounds is not None:
        low, high = (round(bound * (PLOT_WIDTH - 1)) for bound in bounds)
        line[low : high + 1] = "━" * (high - low + 1)
        line[round(rate * (PLOT_WIDTH - 1))] = "●"
    return "".join(line)


def dollars(cost: float) -> str:
    """``$0.00``, ``$0.0013``, ``$12.40``: small amounts with two figures that count."""
    if cost == 0 or cost >= 0.1:
        return f"${cost:,.2f}"
    return f"${cost:.2g}" if cost >= 0.0001 else "<$0.0001"


def milliseconds(value: float | None) -> str:
    """``412 ms``, ``1.8 s``; a dash without a value."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} ms"
    return f"{value:.0f} ms" if value < 1000 else seconds(value / 1000)


def minute(moment: str) -> str:
    """``2026-11-28 14:03``, of a time as the project file has it: in UTC."""
    return moment[:16].replace("T", " ")


def score_figure(score: float) -> str:
    """What a filter found: a share as ``0.93``, more than 1 as so many times: ``14.8×``."""
    return f"{score:.2f}" if score <= 1 else f"{score:.1f}×"


def seconds(value: float) -> str:
    """``33 ms``, ``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if value < 0.1:
        return f"{value * 1000:.0f} ms"
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def p_words(p_value: float) -> str:
    """``p = 0.035``, ``p < 0.001``."""
    figure = p_figure(p_value)
    return f"p {figure[0]} {figure[1:]}" if figure.startswith("<") else f"p = {figure}"


def p_figure(p_value: float) -> str:
    """The same in a column that says what it is: ``0.035``, ``<0.001``."""
    return "<0.001" if p_value < 0.001 else f"{p_value:.2g}"


def points_figure(difference: float) -> str:
    """A difference of two rates in percentage points: ``+29.2``."""
    return signed(difference * 100, 1)


def signed(value: float, digits: int) -> str:
    """``+0.12``, ``−0.05``, to so many digits."""
    return f"{value:+.{digits}f}".replace("-", "−")
