"""What a training set holds, for people: by behavior, what is refused and why, and what one does next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from synterm.core.training import Guard, Refusal, TrainingReport
from synterm.text import one_line, plural

_ID = 8
_INPUT = 60
_REASON = 240
_LABELS = 8
_SOURCES = {"human": "people approved", "expected": "expected", "passed": "passed checks"}
GUARDS: Mapping[Guard, str] = {
    "split": "in a split that models are evaluated on",
    "lineage": "of one lineage with an evaluation case",
    "near-duplicate": "nearly the same as an evaluation case",
    "prompt-leak": "its prompt holds an evaluation case",
    "no-answer": "no right answer",
    "same-answer": "the wrong answer is the right one",
    "tie": "nobody can say which answer is better",
    "too-long": "over the limit of tokens",
    "private": "personal data or keys",
}
"""What each guard refuses, in words."""
_LEFT_OUT = {"balance": "for balance", "limit": "over --limit"}


def head_lines(report: TrainingReport) -> Iterator[str]:
    """What it comes to."""
    count, roots = sum(report.examples.values()), sum(report.roots.values())
    yield (
        f"{one_line(report.project)}: {counted(count, roots)}, of {plural(report.cases, 'case')}, "
        f"asked as {one_line(report.plan.prompt)}{' under instructions' if report.plan.instructions else ''}"
    )
    if not count:
        return
    aside = report.examples.get("validation", 0)
    parts = (
        f"{plural(report.examples['train'], 'example')} to train on, {aside:,} to watch it, of "
        f"{plural(report.roots['validation'], 'other lineage')}"
        if aside
        else "all to train on: too few lineages to set some aside for validation"
    )
    yield f"{parts}; {plural(sum(report.tokens.values()), 'token')}"
    sources = ", ".join(f"{number:,} {_SOURCES.get(name, name)}" for name, number in report.positives.items())
    yield f"right answers: {sources}; wrong ones: {report.negatives:,}, in {plural(report.pairs, 'pair')}"
    if report.models:
        yield f"answers of {', '.join(one_line(name, 60) for name in report.models)}"


def counted(examples: int, roots: int) -> str:
    """``120 examples of 41 lineages``: variations of one seed are not so many data points."""
    return f"{plural(examples, 'example')} of {plural(roots, 'lineage')}"


def behavior_rows(report: TrainingReport) -> Iterator[tuple[str, ...]]:
    """A row for each behavior, below a head."""
    if not report.behaviors:
        return
    yield "behavior", "cases", "examples", "lineages", "hard", "right", "wrong", "labels"
    for one in report.behaviors:
        yield (
            one.path,
            f"{one.cases:,}",
            f"{one.examples:,}",
            f"{one.roots:,}",
            f"{one.hard:,}",
            ", ".join(f"{source} {count:,}" for source in _SOURCES if (count := one.positives.get(source, 0))) or "0",
            f"{one.negatives:,}",
            _labels(one.labels),
        )


def refusal_lines(report: TrainingReport, most: int) -> Iterator[str]:
    """What is refused, by guard, with at most so many rows, and what is left out."""
    by_guard: dict[Guard, list[Refusal]] = {guard: [] for guard in GUARDS}
    for one in report.refusals:
        by_guard[one.guard].append(one)
    left = most
    for guard, found in by_guard.items():
        if not found:
            continue
        shown = found[:left]
        left -= len(shown)
        yield f"refused, {guard}: {_what(found)}: {GUARDS[guard]}"
        yield from (f"  {_row(one)}" for one in shown)
    if rest := len(report.refusals) - (most - left):
        yield f"  … and {plural(rest, 'more row')} refused: --rows N, --json -"
    for reason, count in report.left_out.items():
        yield f"left out {_LEFT_OUT.get(reason, reason)}: {plural(count, 'example')}"


def next_lines(report: TrainingReport, command: str) -> Iterator[str]:
    """What one does next. `command`: what is typed before the project's file, quoted."""
    if sum(report.examples.values()):
        yield f"next: synterm export {command} --format trl-sft -o FOLDER"
        yield f"      synterm finetune {command} --trainer local"
        return
    yield from nothing_lines(report, command)


def nothing_lines(report: TrainingReport, command: str) -> Iterator[str]:
    """What to do about a training set that holds nothing."""
    if not report.splits.get("train"):
        dev = report.splits.get("dev", 0)
        if dev:
            yield f"no case is in the split train; of {plural(dev, 'dev case')} whole lineages can be moved there:"
            yield f"next: synterm finetune {command} --set-aside 0.4"
        else:
            yield "the project has no accepted case to learn from"
            yield f"next: synterm import {command} FILE --split train"
    elif not report.cases:
        yield f"{plural(report.splits['train'], 'train case')}, and none fits what was chosen"
        yield f"next: synterm ls {command} cases --where split:train"
    elif report.refused.get("no-answer", 0) >= report.cases:
        yield "no case has a right answer"
        yield f"next: synterm finetune {command} --teacher MODEL, synterm review {command}, or --expected on the cases"
    else:
        yield "all that was chosen is refused; each row says why"
        if set(report.plan.splits) != {"train"}:
            yield f"next: synterm finetune {command}      takes the split train alone"


def _what(found: Sequence[Refusal]) -> str:
    names = {"example": "example", "answer": "answer", "pair": "wrong answer"}
    counts = Counter(one.what for one in found)
    return ", ".join(plural(count, names[what]) for what, count in counts.items())


def _row(one: Refusal) -> str:
    said = f" {one_line(one.input, _INPUT)!r}" if one.input else ""
    return f"{one.case_id[-_ID:]}{said}: {one_line(one.reason, _REASON)}"


def _labels(labels: Mapping[str, int]) -> str:
    most = sorted(labels.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(most) - _LABELS} more" if len(most) > _LABELS else ""
    return ", ".join(f"{one_line(name, 30)} {count:,}" for name, count in most[:_LABELS]) + more
