"""What a job may cost: nothing is sent before that is settled."""

from __future__ import annotations

from synterm.errors import UsageError
from synterm.finetune.jobs.begin import JobError
from synterm.finetune.jobs.files import JobFiles
from synterm.finetune.jobs.plan import JobPlan
from synterm.reports.figures import dollars
from synterm.text import plural


def check_cost(plan: JobPlan, files: JobFiles, max_cost_usd: float | None, day_cap_usd: float | None) -> None:
    """Raises JobError for a training that would cost more than it may, UsageError where nobody knows what it costs.

    No price list has what training costs, so it is only known where it is said.
    """
    cost = plan.cost(files)
    if cost is None:
        if max_cost_usd is None and day_cap_usd is None:
            return
        cap = "--max-cost" if max_cost_usd is not None else f"the day's cap of ${day_cap_usd:.2f}"
        raise UsageError(
            f"{cap} can't be held: what {plan.spec.provider} asks for training is not known",
            hint=f"--train-price USD says it, for a million tokens; all epochs together have {plan.tokens(files):,}",
        )
    if max_cost_usd is not None and cost > max_cost_usd:
        raise JobError(
            f"it would cost about {dollars(cost)}, more than --max-cost {max_cost_usd:g}: nothing was sent",
            hint="fewer --epochs, or --limit N examples",
        )


def sent_words(plan: JobPlan, files: JobFiles, place: str) -> str:
    """What is sent where, before it is."""
    watched = f" and {files.validation_rows:,} to validate with" if files.validation_rows else ""
    tokens = plan.tokens(files)
    cost = plan.cost(files)
    price = "at a price that is not known here (--train-price)" if cost is None else f"about {dollars(cost)}"
    return (
        f"{plural(files.rows, 'row')} to train on{watched} go to {place}, where {plan.spec.resolved} is tuned: "
        f"{tokens:,} tokens in {plural(plan.epochs, 'epoch')}, {price}; "
        "the provider keeps the files until you delete them there"
    )
