"""What the review screen says about verdicts."""

from __future__ import annotations

from textual.content import Content

from synterm.text import one_line, plural
from synterm.tui.review.queue import ReviewQueue

_SAID = {True: "✓ pass", False: "✗ fail", None: "no verdict"}
_STYLES = {True: "bold $text-success", False: "bold $text-error", None: "$foreground-muted"}


def verdict_words(queue: ReviewQueue, telling: bool) -> Content:
    """What was said about the answer that is shown; with `telling` also how the last verdict met the checks'."""
    given = queue.verdict
    parts = [Content.assemble("Is the answer right?  ", ("y", "bold"), " pass  ", ("f", "bold"), " fail")]
    if given:
        parts = [Content.assemble("You said ", (_SAID[given.passed], _STYLES[given.passed]))]
    if queue.note:
        parts.append(Content.styled(f"note: {one_line(queue.note, 60)}", "$foreground-muted"))
    if telling and (last := queue.previous()):
        review, output = last
        said = Content.assemble((_SAID[output.passed], _STYLES[output.passed]))
        mine = Content.assemble((_SAID[review.passed], _STYLES[review.passed]))
        parts.append(Content.assemble("the one before: you ", mine, ", the checks ", said))
    return Content("   ").join(parts)


def end_words(queue: ReviewQueue) -> Content:
    """What there is to do when all was seen."""
    if not len(queue):
        return Content(
            "No fresh answer of this column is left to judge in what is in scope.\n"
            "Either you judged them all, or nothing was evaluated yet: esc goes back to the workbench."
        )
    skipped = len(queue) - queue.judged
    open_ones = f", {plural(skipped, 'answer')} left open" if skipped else ""
    return Content.assemble(
        (f"That was the last: {queue.judged} judged{open_ones}.", "bold"),
        "\na shows how far you and the checks agree · b goes back · esc leaves",
    )


def agreement_words(queue: ReviewQueue) -> Content:
    """The two-by-two table, and the figures made of it."""
    found = queue.agreement
    lines = [
        f"{'':10}{'checks pass':>13}{'checks fail':>13}",
        f"{'you pass':10}{found.both_passed:>13}{found.only_human:>13}",
        f"{'you fail':10}{found.only_check:>13}{found.both_failed:>13}",
    ]
    notes = [_figures(queue)] if found.n else []
    if found.undecided:
        notes.append(f"{plural(found.undecided, 'answer')} without a verdict of the checks")
    if queue.judged < len(queue) or queue.left:
        notes.append("What checks and columns disagree on is asked first, so this is no fair sample of all answers.")
    return Content.assemble("\n".join(lines), "\n", ("\n".join(notes), "$foreground-muted"))


def _figures(queue: ReviewQueue) -> str:
    found = queue.agreement
    low, high = found.interval
    kappa = "not defined: one verdict for all" if found.kappa is None else f"{found.kappa:.2f}"
    share = f"{found.agreed / found.n:.0%} [{low * 100:.0f}–{high:.0%}]"
    return f"the same on {found.agreed} of {found.n}: {share} · Cohen's kappa {kappa}"
