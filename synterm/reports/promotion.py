"""What became of calls that were promoted, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from synterm.core.case import value_text
from synterm.core.inbox import DraftRow, PromotionReport
from synterm.text import one_line, plural

_SHOWN = 8
_SKIPPED = 5


def promotion_lines(report: PromotionReport) -> Iterator[str]:
    """What was made, what it expects, and what was left out and why."""
    would = "" if report.written else "would be "
    by_path = Counter(draft.path for draft in report.drafts)
    for path, count in by_path.items():
        new = " (a new scenario)" if path in report.made else ""
        yield f"{plural(count, 'draft')} {would}made in {one_line(path)}{new}"
    for draft in report.drafts[:_SHOWN]:
        yield f"  {_draft(draft)}"
    if (more := len(report.drafts) - _SHOWN) > 0:
        yield f"  and {more:,} more"
    if report.alike:
        yield f"{plural(report.alike, 'call')} asked the same as one of these"
    if report.skipped:
        yield f"{plural(len(report.skipped), 'call')} left out:"
        yield from (f"  {one_line(one.input, 60)}: {one_line(one.why, 160)}" for one in report.skipped[:_SKIPPED])
        if (more := len(report.skipped) - _SKIPPED) > 0:
            yield f"  and {more:,} more"
        if any(one.near for one in report.skipped):
            yield "  --duplicates makes cases of what is like a case too; --dismiss puts it away"


def next_lines(report: PromotionReport, project: str) -> Iterator[str]:
    """What one does next."""
    if not report.drafts:
        yield "nothing to promote"
    elif report.written:
        yield f"next: synterm review {project} --drafts      accept or correct what is expected"
        yield f"      synterm inbox {project} --undo      takes it back"


def _draft(draft: DraftRow) -> str:
    expected = "" if draft.expected is None else f" → {one_line(value_text(draft.expected), 40)}"
    near = f"; {one_line(draft.near, 80)}" if draft.near else ""
    return f"{one_line(draft.input, 70)}{expected} ({draft.how}{near})"
