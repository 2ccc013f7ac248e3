"""What is said about a draft, as text for the screen. Whatever it holds is shown as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.content import Content

from synterm.core.case import Case, value_text
from synterm.describe.review.drafts import (
    CHECKS,
    Doubt,
    Draft,
    answer_of,
    detail_of,
    doubt_of,
    doubt_words,
    findings_of,
    generators_of,
)
from synterm.describe.review.nearest import Nearest
from synterm.describe.review.queue import DraftQueue
from synterm.reports.figures import score_figure
from synterm.text import one_line, plural, printable
from synterm.tui.draft_review.compared import Compared, of_draft, of_seed
from synterm.tui.screens.text import MUTED
from synterm.tui.why.difference import Piece

MARKS = {"accepted": "✓", "rejected": "✗", "restored": "↺"}
INKS = {"accepted": "$text-success", "rejected": "$text-error", "restored": "$text-warning"}
_PIECES = {"kept": "", "removed": "underline $text-error", "added": "bold underline $text-success"}
_DOUBTS: dict[Doubt, str] = {
    "unknown": "$text-warning",
    "disputed": "$text-warning",
    "unchecked": "",
    "confirmed": "$text-success",
}
_KEEPS = {
    "same": "the generator keeps what the seed expects",
    "changed": "the generator changed what is expected",
    "unknown": "the generator can't tell what is expected",
}
_LABEL = 11
_BAR = 12


def draft_text(draft: Draft, found: Compared) -> Content:
    """Input and expected result, with what the seed does not say underlined."""
    values = [(name, of_draft(pieces)) for name, pieces in found.values if name in draft.case.input]
    ink = _DOUBTS[doubt_of(draft.case)]
    words = doubt_words(draft.case)
    expected = _shown(of_draft(found.expected)) if draft.case.expected is not None else _muted("(nothing)")
    return Content("\n").join(
        [
            *_values(values),
            Content(""),
            _muted("expected"),
            expected,
            *([Content.styled(f"? {words}", ink)] if words else []),
        ]
    )


def seed_text(draft: Draft, found: Compared) -> Content:
    """The same of the seed, with what the draft no longer says underlined."""
    seed = draft.seed
    if seed is None and (answered := answer_of(draft.case)):
        output, by = answered
        return Content("\n").join([_muted(f"the app answered  {by}"), Content(printable(output or "(nothing)"))])
    if seed is None:
        gone = "What it was made of is gone." if draft.case.origin.seed_id else f"None: {_origin(draft.case)}."
        return _muted(gone)
    values = [(name, of_seed(pieces)) for name, pieces in found.values if name in seed.input]
    expected = _shown(of_seed(found.expected)) if seed.expected is not None else _muted("(nothing)")
    return Content("\n").join([*_values(values), Content(""), _muted("expected"), expected])


def other_title(draft: Draft) -> str:
    """What stands in the place of the seed, where there is none."""
    return "Logged answer" if answer_of(draft.case) else "Seed"


def _origin(case: Case) -> str:
    kinds = {"import": "it was imported", "production": "it comes from production", "manual": "it was made by hand"}
    where = case.origin.detail.get("file")
    return kinds.get(case.origin.kind, f"it was {case.origin.kind}") + (f" from {where}" if where else "")


def facts_text(draft: Draft, path: str, nearest: Nearest | str | None, width: int) -> Content:
    """How it came to be, what filters and label check found, and what is near, in lines of so many cells.

    `nearest` may be words instead.
    """
    lines: list[Content] = []
    for name, words in _facts(draft, path, nearest):
        first, *rest = words.wrap(max(width - _LABEL - 2, 20)) or [words]
        lines.append(_muted(f"{name:>{_LABEL}}  ") + first)
        lines.extend(Content(" " * (_LABEL + 2)) + line for line in rest)
    return Content("\n").join(lines)


def _facts(draft: Draft, path: str, nearest: Nearest | str | None) -> Iterator[tuple[str, Content]]:
    case = draft.case
    if decision := draft.decision:
        yield "decided", Content.styled(one_line(decision.words, 300), INKS[decision.verdict])
    if dropped := detail_of(case, "dropped"):
        yield "dropped by", _found(*dropped)
    for name, title in CHECKS.items():
        if checked := detail_of(case, name):
            confirmed = checked[1] is not None and checked[1] >= 1
            ink = _DOUBTS["confirmed" if confirmed else "disputed"]
            yield title, Content.styled("✓ " if confirmed else "? ", ink) + _found("", *checked[1:])
    if nearest != "":
        yield "nearest", _near(draft, nearest)
    if made := generators_of(case):
        note = one_line(str(case.origin.detail.get("note") or ""), 200)
        yield "made by", Content(one_line(made, 100)) + _muted(f"  {note}")
        keeps = _KEEPS.get(str(case.origin.detail.get("keeps")))
        if keeps:
            yield "", _muted(keeps)
    for number, found in enumerate(findings_of(case)):
        yield "" if number else "filters", _found(*found)
    yield "in", Content(one_line(path, 200)) + _muted(f"  {case.split}  {' '.join(map(one_line, case.tags))}")


def _near(draft: Draft, nearest: Nearest | str | None) -> Content:
    if isinstance(nearest, str):
        return _muted(nearest)
    if nearest is None:
        return _muted("nothing else that is accepted is like it")
    near = Content.assemble(
        (f"{nearest.likeness:.2f}  ", ""),
        one_line(nearest.case.title, 200),
        ("  → ", MUTED),
        one_line(value_text(nearest.case.expected), 40) or "(nothing)",
    )
    if nearest.contradicts(draft.case):
        near += Content.styled("  ! expects something else", "$text-warning")
    return near


def _found(name: str, score: float | None, reason: str) -> Content:
    shown = "" if score is None or reason.startswith(f"{score:.2f} ") else score_figure(score)
    head = f"{one_line(name, 20):<16}{shown:<6}" if name else ""
    return Content(head) + _muted(one_line(reason, 300))


def _values(values: Sequence[tuple[str, Sequence[Piece]]]) -> Iterator[Content]:
    if len(values) == 1:
        yield _shown(values[0][1])
        return
    for name, pieces in values:
        yield _muted(one_line(name, 60))
        yield _shown(pieces)


def _shown(pieces: Iterable[Piece]) -> Content:
    return Content.assemble(*((printable(piece.text), _PIECES[piece.kind]) for piece in pieces))


def _muted(words: str) -> Content:
    return Content.styled(printable(words), MUTED)


def progress_text(queue: DraftQueue, marked: int, scenario: str, told: str) -> Content:
    """How far one is, what was decided, and how the scenario stands."""
    if not len(queue):
        return _muted("nothing waits for review here")
    counts, done = queue.counts, len(queue.verdicts)
    filled = round(_BAR * done / len(queue))
    parts: list[Content | tuple[str, str] | str] = [
        (f"{min(queue.at + 1, len(queue)):,}", "bold"),
        f" of {len(queue):,}  ",
        ("━" * filled, "$text-success"),
        ("─" * (_BAR - filled), MUTED),
        (f"  ✓ {counts['accepted']:,}", INKS["accepted"]),
        (f"  ✗ {counts['rejected']:,}", INKS["rejected"]),
    ]
    if marked:
        parts.append((f"  {plural(marked, 'draft')} marked: a or x decides, esc unmarks", "bold $text-accent"))
    elif scenario:
        parts.append((f"   {one_line(scenario, 40)} {told}", MUTED))
    return Content.assemble(*parts)


def end_text(queue: DraftQueue) -> Content:
    """What is said after the last."""
    counts, left = queue.counts, len(queue.open)
    if not len(queue):
        return Content.assemble(
            "Nothing waits for review here.\n\n",
            (
                "synterm generate and synterm import make drafts. R shows what was rejected.",
                MUTED,
            ),
        )
    said = f"{counts['accepted']:,} accepted, {counts['rejected']:,} rejected"
    more = f"\n{left:,} left open: space goes back" if left else ""
    return Content.assemble(("That was the last.\n", "bold"), f"{said}{more}\n\n", ("u takes back, esc leaves", MUTED))
