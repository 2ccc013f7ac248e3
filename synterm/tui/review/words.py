"""What the review screen says about verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from synterm.evaluate.review.calibration import Calibrations
from synterm.evaluate.review.near import Near
from synterm.evaluate.review.queue import ReviewQueue
from synterm.reports.calibration import calibration_lines, kappa_words, share_words
from synterm.reports.figures import percent
from synterm.text import one_line, plural

_SAID = {True: "✓ pass", False: "✗ fail", None: "no verdict"}
_STYLES = {True: "bold $text-success", False: "bold $text-error", None: "$foreground-muted"}


def verdict_words(queue: ReviewQueue, telling: bool) -> Content:
    """What was said about the answer that is shown, and what there is to tell of the one judged last."""
    given = queue.verdict
    parts = [Content.assemble("Is the answer right?  ", ("y", "bold"), " pass  ", ("f", "bold"), " fail")]
    if given:
        parts = [Content.assemble("You said ", (_SAID[given.passed], _STYLES[given.passed]))]
    if queue.note:
        parts.append(Content.styled(f"note: {one_line(queue.note, 60)}", "$foreground-muted"))
    return Content("\n").join([Content("   ").join(parts), *_told(queue, telling)])


def _told(queue: ReviewQueue, telling: bool) -> Iterator[Content]:
    """With `telling`, how the verdict given last met the checks'; and what was said about a nearly equal answer."""
    if telling and (last := queue.previous()):
        review, output = last
        said = Content.assemble((_SAID[output.passed], _STYLES[output.passed]))
        mine = Content.assemble((_SAID[review.passed], _STYLES[review.passed]))
        yield Content.assemble("the one before: you ", mine, ", the checks ", said)
    if near := queue.near_previous():
        yield _near_words(queue, near)


def _near_words(queue: ReviewQueue, near: Near) -> Content:
    review, last = near.review, queue.previous()
    who = f" by {one_line(review.who, 30)}" if review.who else ""
    said = Content.assemble((_SAID[review.passed], _STYLES[review.passed]))
    otherwise = "; u takes yours back" if last and last[0].passed != review.passed else ""
    return Content.assemble(
        f"the one before: an answer {percent(near.likeness)} the same was judged ", said, f"{who}{otherwise}"
    )


def end_words(queue: ReviewQueue, telling: bool) -> Content:
    """What there is to do when all was seen."""
    if not len(queue):
        return Content(
            "No fresh answer of this column is left to judge in what is in scope.\n"
            "Either you judged them all, or nothing was evaluated yet: esc goes back to the workbench."
        )
    skipped = len(queue) - queue.judged
    open_ones = f", {plural(skipped, 'answer')} left open" if skipped else ""
    end = Content.assemble(
        (f"That was the last: {queue.judged} judged{open_ones}.", "bold"),
        "\na shows how far you and the checks agree · b goes back · esc leaves",
    )
    return Content("\n").join([*_told(queue, telling), end])


def agreement_words(queue: ReviewQueue, found: Calibrations | None) -> Content:
    """The two-by-two table of this column, the figures made of it, and what recorded runs say of each check."""
    table = queue.agreement
    lines = [
        f"{'':10}{'checks pass':>13}{'checks fail':>13}",
        f"{'you pass':10}{table.both_passed:>13}{table.only_human:>13}",
        f"{'you fail':10}{table.only_check:>13}{table.both_failed:>13}",
    ]
    notes = [*_figures(queue)] if table.n else []
    if table.undecided:
        notes.append(f"{plural(table.undecided, 'answer')} without a verdict of the checks")
    if queue.judged < len(queue) or queue.left:
        notes.append(
            "What is in doubt is asked first: no fair sample of all answers, and checks look worse than they are."
        )
    if found is not None and found.checks:
        notes += ["", "Each check against all reviewers, in recorded runs:", *calibration_lines(found)]
    return Content.assemble("\n".join(lines), "\n", ("\n".join(notes), "$foreground-muted"))


def _figures(queue: ReviewQueue) -> Iterator[str]:
    found = queue.agreement
    low, high = found.interval
    same = f"the same on {found.agreed} of {found.n}: {found.agreed / found.n:.0%} [{low * 100:.0f}–{high:.0%}]"
    yield f"{same} · Cohen's kappa {kappa_words(found)}"
    if found.human_passed and found.human_failed:
        passes = share_words(found.sensitivity, found.sensitivity_interval)
        fails = share_words(found.specificity, found.specificity_interval)
        yield f"of what you pass the checks pass {passes} · of what you fail they fail {fails}"
