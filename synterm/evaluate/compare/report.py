"""One side held against the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from synterm.core.comparison import CompareReport, PartComparison, Side, VariantComparison, Verdict
from synterm.core.tree import Level, Tree
from synterm.evaluate.compare.cases import changed_cases, unpaired_cases
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.notes import notes_on_cases, notes_on_checks, notes_on_sides, notes_on_variants
from synterm.evaluate.compare.pairing import Pair, Paired, pair_cases
from synterm.evaluate.compare.parts import compare_alone, compare_parts
from synterm.evaluate.compare.sides import SideVariant, side_variants, stand_against

GONE = "(no longer in the tree)"
"""The behavior of cases whose scenario was removed."""


def compare(before: Chosen, after: Chosen, by: Level = "behavior") -> CompareReport:
    """The later side against the earlier one: for each pair of variants what was fixed, what broke, and whether that
    counts. docs/verdicts.md says how each figure comes about. `by`: which parts of the tree the report's `behaviors`
    are.

    Reads all verdicts of both sides: in a window, call it in a thread, on a connection of its own. Raises ProjectError.
    """
    trees = before.project.nodes.tree(), after.project.nodes.tree()
    pairs, left_before, left_after = stand_against(side_variants(before), side_variants(after))
    made = [_compare(pair, trees, by) for pair in pairs]
    ids = {(pair.before.scenario_id, pair.after.scenario_id) for _, paired in made for pair in paired.pairs}
    path = _path(trees[1])
    scenarios = {path(pair[1]) or GONE: pair for pair in sorted(ids)}
    return CompareReport(
        before=_side(before),
        after=_side(after),
        comparisons=[comparison for comparison, _ in made],
        variants_unpaired=[one.name for one in left_after],
        notes=[
            *notes_on_sides(before, after),
            *notes_on_variants(left_before, pairs),
            *notes_on_cases(paired for _, paired in made),
            *notes_on_checks((before, after), pairs, scenarios),
        ],
    )


def _compare(
    sides: tuple[SideVariant, SideVariant], trees: tuple[Tree, Tree], by: Level
) -> tuple[VariantComparison, Paired]:
    before, after = sides
    known = _known(trees[0]), _known(trees[1])
    paired = pair_cases(before.verdicts(), after.verdicts(), known)
    judged = [pair for pair in paired.pairs if pair.judged]
    part_of = _part(trees[1], by)
    whole, behaviors = compare_parts(judged, part_of, _parts(trees[1], by))
    verdicts: dict[str, Verdict] = {part.path: part.passes.verdict for part in behaviors}
    paths = _path(trees[0]), _path(trees[1])
    fixed, broken = changed_cases(judged, sides, paths[1], lambda scenario: verdicts[part_of(scenario)])
    unpaired, counts = unpaired_cases(paired, (before.project, after.project), paths)
    comparison = VariantComparison(
        before=before.name,
        after=after.name,
        whole=whole,
        behaviors=behaviors,
        gated=list(_gated(judged, trees[1], by)),
        fixed=fixed,
        broken=broken,
        unpaired=unpaired,
        unpaired_counts=counts,
    )
    return comparison, paired


def _gated(pairs: Sequence[Pair], tree: Tree, by: Level) -> Iterator[PartComparison]:
    """Of the other levels, the parts that have a gate on regressions."""
    nodes = [node for node in tree.walk() if node.level != by and any(gate.no_regression for gate in node.gates)]
    by_scenario: dict[str, list[Pair]] = {}
    for pair in pairs if nodes else ():
        by_scenario.setdefault(pair.after.scenario_id, []).append(pair)
    for node in nodes:
        own = [pair for scenario in tree.scenarios(node.id) for pair in by_scenario.get(scenario.id, ())]
        if own:
            yield compare_alone(tree.path(node.id), own)


def _side(side: Chosen) -> Side:
    run = side.main
    return Side(
        name=side.name,
        project=side.project.name,
        run_id=run.id if run else None,
        started=run.started if run else None,
        git_commit=run.git_commit if run else None,
    )


def _path(tree: Tree) -> Callable[[str], str]:
    """The path of a scenario; nothing where it is gone."""
    return _remembered(lambda scenario: tree.path(scenario) if scenario in tree else "")


def _known(tree: Tree) -> Callable[[str], str]:
    """What a scenario is known by in another project too: its path; or its id, where it is gone."""
    return _remembered(lambda scenario: tree.path(scenario) if scenario in tree else scenario)


def _part(tree: Tree, level: Level) -> Callable[[str], str]:
    """The path of the feature, behavior or scenario that a scenario's cases count for."""

    def part(scenario: str) -> str:
        line = tree.lineage(scenario) if scenario in tree else ()
        return next((tree.path(node.id) for node in line if node.level == level), GONE)

    return _remembered(part)


def _parts(tree: Tree, level: Level) -> list[str]:
    return [tree.path(node.id) for node in tree.walk() if node.level == level]


def _remembered(path: Callable[[str], str]) -> Callable[[str], str]:
    """The same, worked out once for each scenario: it is asked for each case."""
    found: dict[str, str] = {}

    def look(scenario: str) -> str:
        if scenario not in found:
            found[scenario] = path(scenario)
        return found[scenario]

    return look
