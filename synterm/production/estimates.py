"""How much traffic is uncovered, as far as that can be told from what was found."""

from __future__ import annotations

from dataclasses import dataclass

from synterm.core.metrics import Bounds
from synterm.core.placing import OwnRate, PlacingReport
from synterm.evaluate.agreement import Agreement
from synterm.evaluate.correction import corrected_interval, corrected_rate


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of traffic that no behavior covers."""

    found: float
    """What was called uncovered, 0 to 1: as it is, with what is misplaced."""
    share: Bounds
    """Corrected for misplacing: where uncovered traffic is far from all cases, and where it is as near to them as those
    of a behavior that was left out. The truth is in between if uncovered traffic is something in between."""
    interval: Bounds
    """95 %, around both: it holds that the share found and how often placing is right were only estimated."""

    @property
    def words(self) -> str:
        """``found 32 %; corrected for misplacing 12 to 18 % (95 %: 6 to 25 %)``."""
        low, high = (f"{100 * end:.0f}" for end in self.share)
        between = f"{low} %" if low == high else f"{low} to {high} %"
        ends = f"{100 * self.interval[0]:.0f} to {100 * self.interval[1]:.0f} %"
        return f"found {100 * self.found:.0f} %; corrected for misplacing {between} (95 %: {ends})"


def uncovered_share(found: float, number: float, report: PlacingReport) -> Estimate | None:
    """From the share that was called uncovered, of as many calls as tell `number` calls of equal weight.

    The corrections are those of `synterm.evaluate.correction` (Rogan and Gladen; Lang and Reiczigel): the share of own
    cases that are called uncovered without their lineage is what is called so by mistake, and that of cases whose
    behavior was left out is what is found of uncovered traffic. That may be more, up to all of it, where traffic is
    about something else altogether: so both ends are given. None where the project's cases are too few to tell, or
    placing tells nothing.
    """
    covered, left_out = report.covered, report.left_out
    if covered is None or left_out is None or number < 1:
        return None
    tables = [_table(one, covered) for one in (left_out.model_copy(update={"rate": 1.0}), left_out)]
    try:
        ends = [corrected_rate(found, one) for one in tables]
        bounds = [corrected_interval(found, int(number), one) for one in tables]
    except ValueError:
        return None  # as much is called uncovered of what is covered as of what is not
    return Estimate(found, (min(ends), max(ends)), (min(low for low, _ in bounds), max(high for _, high in bounds)))


def _table(found: OwnRate, covered: OwnRate) -> Agreement:
    """Both rates as a table of whole lineages: what is uncovered is what a person would have passed."""
    right, kept = round(found.rate * found.lineages), round(covered.rate * covered.lineages)
    return Agreement(right, found.lineages - right, covered.lineages - kept, kept)
