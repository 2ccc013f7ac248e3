"""A pass rate corrected for the errors of the judge that gave it."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from synterm.evaluate.agreement import Agreement


def corrected_rate(rate: float, found: Agreement) -> float:
    """The share that people would pass, where the judge passes `rate`, given how it judges what people judged.

    (rate + specificity − 1) / (sensitivity + specificity − 1), held to 0 … 1: W. J. Rogan, B. Gladen, "Estimating
    prevalence from the results of a screening test", American Journal of Epidemiology 107 (1978) 71–76. Raises
    ValueError for a judge that is no better than chance, or was held against passes only or failures only.
    """
    sensitivity, specificity = found.sensitivity, found.specificity
    if sensitivity is None or specificity is None or sensitivity + specificity <= 1:
        raise ValueError("a judge that tells nothing")
    return min(max((rate + specificity - 1) / (sensitivity + specificity - 1), 0.0), 1.0)


def corrected_interval(rate: float, n: int, found: Agreement, confidence: float = 0.95) -> tuple[float, float]:
    """The interval for `corrected_rate`, where `rate` is over `n` independent cases: it holds that rate, sensitivity
    and specificity were all three only estimated.

    Zs. Lang, J. Reiczigel, "Confidence limits for prevalence of disease adjusted for estimated sensitivity and
    specificity", Preventive Veterinary Medicine 113 (2014) 13–22; of the lineages that people judged, each counts once.
    Raises ValueError as `corrected_rate` does, and for no case.
    """
    point = corrected_rate(rate, found)
    if n < 1:
        raise ValueError("a rate of nothing")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    tested, passing, failing = n + z * z, found.passed_roots + 2, found.failed_roots + 2
    shown = (rate * n + z * z / 2) / tested
    right = ((found.sensitivity or 0.0) * found.passed_roots + 1) / passing
    wrong = ((found.specificity or 0.0) * found.failed_roots + 1) / failing
    if right + wrong <= 1:
        return 0.0, 1.0
    middle = (shown + wrong - 1) / (right + wrong - 1)
    of_right, of_wrong = right * (1 - right) / passing, wrong * (1 - wrong) / failing
    shift = 2 * z * z * (middle * of_right - (1 - middle) * of_wrong)
    spread = shown * (1 - shown) / tested + middle**2 * of_right + (1 - middle) ** 2 * of_wrong
    half = z * sqrt(spread) / (right + wrong - 1)
    # The middle of the interval is drawn towards ½, so that the rate itself may lie at its end.
    low, high = min(middle + shift - half, point), max(middle + shift + half, point)
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)
