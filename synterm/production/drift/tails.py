"""Tails of distributions, without a library: the incomplete beta and gamma functions."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_STEPS = 1000
_SMALL = 1e-300
_CLOSE = 1e-13


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 to 1, for a, b > 0.

    By the continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, evaluated by Lentz's
    algorithm, on that side of the mean where it converges fast.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _beta_fraction(x, a, b) / a)
    return max(0.0, 1 - front * _beta_fraction(1 - x, b, a) / b)


def at_least(hits: float, n: float, rate: float) -> float:
    """The chance of `hits` or more out of `n` independent tries that each hit with `rate`; both may be fractions."""
    return 1.0 if hits <= 0 else beta_share(rate, hits, max(n - hits, 0.0) + 1)


def at_most(hits: float, n: float, rate: float) -> float:
    """The chance of `hits` or fewer out of `n` independent tries that each hit with `rate`."""
    return at_least(n - hits, n, 1 - rate)


def gamma_above(x: float, shape: float) -> float:
    """The chance that a gamma variable of this shape and of scale 1 is above `x`: Q(shape, x).

    The series 8.7.1 and the continued fraction 8.9.2 of the NIST Digital Library of Mathematical Functions.
    """
    if x <= 0:
        return 1.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, 100 * _STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * _CLOSE:
                break
        return max(0.0, 1 - front * total)
    b = x + 1 - shape
    c, d = 1 / _SMALL, 1 / b
    found = d
    for step in range(1, 100 * _STEPS):
        factor = -step * (step - shape)
        b += 2
        d = 1 / _apart(factor * d + b)
        c = _apart(b + factor / c)
        found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return min(1.0, front * found)


def chi_square_above(x: float, freedom: int) -> float:
    """The chance that a χ² variable with so many degrees of freedom is above `x`."""
    return gamma_above(x / 2, freedom / 2)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 100 * _STEPS):
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _apart(1 + factor * d)
            c = _apart(1 + factor / c)
            found *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return found


def _apart(value: float) -> float:
    """A number that one can divide by."""
    return value if abs(value) > _SMALL else _SMALL
