"""What came of a merge, for people: what came from where, and what nobody could settle."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.core.merging import MergeConflict, MergeReport, MissingShards
from synterm.text import one_line, plural

_NOUNS = {
    "tree": "node",
    "cases": "case",
    "prompts": "prompt",
    "versions": "version",
    "models": "model",
    "documents": "document",
    "answers": "answer",
    "runs": "run",
    "reviews": "review",
    "baselines": "baseline",
    "generations": "generation",
    "tunings": "tuning",
    "logs": "log",
    "logged calls": "logged call",
}
_SHOWN = 20
"""So many conflicts are shown; all that are told stand in the JSON."""
_WIDTH = 100


def merge_lines(report: MergeReport, *, dry_run: bool = False) -> Iterator[str]:
    """The lines."""
    for file in report.files:
        added = [plural(count.added, _NOUNS[kind]) for kind, count in file.counts.items() if count.added]
        changed = [plural(count.changed, _NOUNS[kind]) for kind, count in file.counts.items() if count.changed]
        known = sum(count.known for count in file.counts.values())
        parts = [f"adds {', '.join(added)}" if added else "adds nothing"]
        parts += [f"says otherwise: {', '.join(changed)}"] if changed else []
        yield f"{one_line(file.file)}: {'; '.join(parts)}; {known:,} known"
    for one in report.renumbered:
        yield f"{one_line(one.file)}: {one_line(one.prompt)}@{one.was} is {one.now} now: another text has its number"
    if report.taken_back:
        yield f"{plural(report.taken_back, 'case')} left out: their generation was taken back in one of the files"
    for one in report.combined:
        yield f"{one.shards} shards make one run: {one.run_id}"
    for one in report.missing_shards:
        yield _missing(one)
    yield from _conflicts(report)
    if report.out:
        yield f"made {one_line(report.out)}"
    elif dry_run and not report.exit_code:
        yield "nothing is in the way; nothing was written"
    else:
        yield "nothing was written"


def _missing(one: MissingShards) -> str:
    listed = _numbers(one.missing)
    cut = f" (of those, {_numbers(one.incomplete)} came to no end)" if one.incomplete else ""
    noun = "shard" if len(one.missing) == 1 else "shards"
    return f"a run of {one.shards} shards lacks {noun} {listed}{cut}: those that are there stay runs of their own"


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return shown + (f" and {len(numbers) - 12} more" if len(numbers) > 12 else "")


def _conflicts(report: MergeReport) -> Iterator[str]:
    for conflict in report.conflicts[:_SHOWN]:
        yield from _conflict(conflict, settled=report.preferred is not None)
    if report.conflict_count > _SHOWN:
        yield f"… and {plural(report.conflict_count - _SHOWN, 'conflict')} more"
    if report.conflict_count and report.preferred:
        yield f"{plural(report.conflict_count, 'conflict')} settled by --prefer {report.preferred}"
    elif report.conflict_count:
        base = "" if report.base else ", or name what both came from (--base BASE.db)"
        yield (
            f"{plural(report.conflict_count, 'conflict')}: change one side{base}, "
            "or choose (--prefer newest, --prefer first)"
        )


def _conflict(conflict: MergeConflict, *, settled: bool) -> Iterator[str]:
    word = "settled" if settled else "conflict"
    yield f"{word}: {conflict.kind} {one_line(conflict.name, _WIDTH)}: {conflict.field}"
    for side in conflict.sides:
        time = f"  ({side.changed})" if side.changed else ""
        yield f"    {one_line(side.file)}: {one_line(side.text, _WIDTH) or '(nothing)'}{time}"
