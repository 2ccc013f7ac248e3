"""Two recorded runs against each other, paired by what the cases say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from synterm.core.case import input_text, value_text
from synterm.core.evaluation import Variant
from synterm.core.ids import content_id
from synterm.evaluate.recount import RecordedVariant, evaluation_of, repeating_of, variants_of
from synterm.evaluate.sheet import Sheet
from synterm.reports.changes import Change, change
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord


@dataclass(frozen=True, slots=True)
class Pair:
    """One variant of the earlier run, and the one of the later run that it is held against."""

    before: str
    after: str
    change: Change
    same_passed: int
    """Cases that pass in both."""
    same_failed: int
    """Cases that fail in both; with repeats, also those that pass as often."""
    without_verdict: int
    """Cases of both runs that one has no verdict on: an error is not a failure."""
    only_before: int
    """Cases that the later run does not have."""
    only_after: int
    behaviors: Mapping[str, tuple[int, int]]
    """Fixed and broken, by the path of the behavior; only where something changed."""
    texts: Mapping[str, tuple[str, str]]
    """Input and expected result of the cases that changed, by the ids in `change`."""


_Seen = dict[str, list[Recorded]]


def pair_runs(project: Project, before: RunRecord, after: RunRecord) -> list[Pair]:
    """The variants of two runs in pairs: of the same prompt and model, the last version of each run.

    Where no two are of the same prompt and model, the last variant of each run. Raises ProjectError.
    """
    old, new = (_last_versions(variants_of(project, run).values()) for run in (before, after))
    names = [name for name in old if name in new]
    pairs = [(old[name], new[name]) for name in names]
    if not pairs and old and new:
        pairs = [(list(old.values())[-1], list(new.values())[-1])]
    seen = (_read(project, before, {pair[0].key for pair in pairs}), _read(project, after, {p[1].key for p in pairs}))
    return [_pair(project, one, two, seen[0][one.key], seen[1][two.key]) for one, two in pairs]


def _last_versions(variants: Iterable[Variant]) -> dict[tuple[str, str], Variant]:
    return {(variant.prompt, variant.model.name): variant for variant in variants}


def _read(project: Project, run: RunRecord, keys: set[tuple[str, str]]) -> dict[tuple[str, str], _Seen]:
    """The evaluations of some variants of a run, by the content of their case; without answers, which are long."""
    seen: dict[tuple[str, str], _Seen] = {key: {} for key in keys}
    how = repeating_of(run)
    for done in project.runs.recorded(run.id):
        key = (done.body_id, done.model_name)
        if key in keys and how.counts(done.repeat):
            content = content_id("case", {"input": done.input, "expected": done.expected})
            seen[key].setdefault(content, []).append(replace(done, text="", checks=()))
    return seen


def _pair(project: Project, before: Variant, after: Variant, old: _Seen, new: _Seen) -> Pair:
    # The two may be the same variant: in the sheet each has a key of its own.
    one, two = (_renamed(variant, side) for variant, side in ((before, "before"), (after, "after")))
    sheet = Sheet((one, two))
    common = [content for content in old if content in new]
    for content in common:
        for variant, found in ((one, old[content]), (two, new[content])):
            for done in found:
                # Both under the later run's scenario and lineage: the case may have been moved in between.
                done = replace(done, scenario_id=new[content][0].scenario_id, root_id=new[content][0].root_id)
                sheet.add(evaluation_of(done, variant, content))
    found = change(sheet, one, two)
    same = Counter(_same(old[content], new[content]) for content in set(common) - {*found.fixed, *found.broken})
    return Pair(
        before.name,
        after.name,
        replace(found, before=before, after=after),
        same_passed=same["passed"],
        same_failed=same["failed"],
        without_verdict=same["none"],
        only_before=len(old) - len(common),
        only_after=len(new) - len(common),
        behaviors=_behaviors(project, found, new),
        texts={content: _text(new[content][0]) for content in (*found.fixed, *found.broken)},
    )


def _renamed(variant: Variant, side: str) -> Variant:
    return RecordedVariant(variant.prompt, variant.version, variant.body, variant.model, f"{side} {variant.key[0]}")


def _same(old: Iterable[Recorded], new: Iterable[Recorded]) -> str:
    verdicts = [{done.passed for done in side} - {None} for side in (old, new)]
    if not all(verdicts):
        return "none"
    return "passed" if verdicts == [{True}, {True}] else "failed"


def _behaviors(project: Project, found: Change, new: _Seen) -> dict[str, tuple[int, int]]:
    tree = project.nodes.tree()
    fixed: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for counts, contents in ((fixed, found.fixed), (broken, found.broken)):
        for content in contents:
            scenario = new[content][0].scenario_id
            counts[tree.path(scenario).rpartition("/")[0] if scenario in tree else "(no longer in the tree)"] += 1
    return {path: (fixed[path], broken[path]) for path in sorted({*fixed, *broken})}


def _text(done: Recorded) -> tuple[str, str]:
    return input_text(done.input), value_text(done.expected)
