"""What a run with batches would hand in, and what its caps have left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

from synterm.core.model import ModelSpec
from synterm.evaluate.limits import Limits
from synterm.evaluate.preview import Preview
from synterm.evaluate.reservation import today
from synterm.providers.batch import why_not_batched
from synterm.providers.prices import batch_price_of, price_of
from synterm.storage.project import Project
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.evaluate.run import RunPlan


def budget_lines(project: Project, chosen: RunPlan, previews: Sequence[Preview]) -> list[str]:
    """What is said of batches and caps, for people."""
    lines = [*_batches(chosen, previews)] if chosen.batch else []
    return lines + _caps(project, chosen.limits)


def _batches(chosen: RunPlan, previews: Sequence[Preview]) -> list[str]:
    assert chosen.batch, "asked only of runs with batches"
    sizes: Counter[ModelSpec] = Counter()
    others: Counter[ModelSpec] = Counter()
    for made in previews:
        sizes[made.variant.model] += made.batched
        others[made.variant.model] += made.requests - made.batched
    lines: list[str] = []
    for spec, size in sizes.items():
        if size:
            count = ceil(size / chosen.batch.most_requests)
            batches = "1 batch" if count == 1 else f"{count:,} batches"
            lines.append(f"{spec.name}: {batches} of {plural(size, 'request')}, {_rates(spec)}")
        if others[spec]:
            why = why_not_batched(spec) or "dialogs are held turn by turn"
            lines.append(f"{spec.name}: {plural(others[spec], 'request')} one by one, as {why}")
    return lines


def _rates(spec: ModelSpec) -> str:
    if (price := price_of(spec)) is None:
        return "of unknown price"
    if price.free:
        return "free"
    if (batch := batch_price_of(spec)) is None:
        return "reckoned at the full price: what a batch costs is not known"
    share = batch.input_usd / price.input_usd if price.input_usd else batch.output_usd / price.output_usd
    return f"at batch rates ({share:.0%} of the full price)"


def _caps(project: Project, limits: Limits) -> list[str]:
    lines: list[str] = []
    if limits.purse is not None:
        lines.append(f"cap of the run: ${limits.purse.cap_usd:.2f}")
    if limits.day_cap_usd is not None:
        there = project.spending.on(today())
        lines.append(
            f"cap of the day: ${limits.day_cap_usd:.2f}, of which ${there.spent_usd:.2f} is spent and "
            f"${there.reserved_usd:.2f} set aside"
        )
    return lines
