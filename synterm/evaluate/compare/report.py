"""One side held against the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synterm.core.comparison import CompareReport, PartComparison, VariantComparison, Verdict
from synterm.core.production import production_of
from synterm.core.tree import Level, Tree
from synterm.evaluate.compare.cases import changed_cases, unpaired_cases
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.notes import notes_on_cases, notes_on_checks, notes_on_sides, notes_on_variants
from synterm.evaluate.compare.pairing import Pair, Paired, pair_cases
from synterm.evaluate.compare.parts import compare_alone, compare_parts
from synterm.evaluate.compare.places import GONE, known_of, part_of, parts_of, path_of, side_of
from synterm.evaluate.compare.sides import SideVariant, side_variants, stand_against
from synterm.evaluate.compare.unpaired import compare_unpaired


def compare(before: Chosen, after: Chosen, by: Level = "behavior") -> CompareReport:
    """The later side against the earlier one: for each pair of variants what was fixed, what broke, and whether that
    counts. docs/verdicts.md says how each figure comes about. `by`: which parts of the tree the report's `behaviors`
    are.

    Logged calls of production are not the cases of the other side: see `compare_unpaired`.

    Reads all verdicts of both sides: in a window, call it in a thread, on a connection of its own. Raises ProjectError.
    """
    if any(production_of(run.config) for run in (*before.each, *after.each)):
        return compare_unpaired(before, after, by)
    trees = before.project.nodes.tree(), after.project.nodes.tree()
    pairs, left_before, left_after = stand_against(side_variants(before), side_variants(after))
    made = [_compare(pair, trees, by) for pair in pairs]
    ids = {(pair.before.scenario_id, pair.after.scenario_id) for _, paired in made for pair in paired.pairs}
    path = path_of(trees[1])
    scenarios = {path(pair[1]) or GONE: pair for pair in sorted(ids)}
    return CompareReport(
        before=side_of(before),
        after=side_of(after),
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
    known = known_of(trees[0]), known_of(trees[1])
    paired = pair_cases(before.verdicts(), after.verdicts(), known)
    judged = [pair for pair in paired.pairs if pair.judged]
    behavior_of = part_of(trees[1], by)
    whole, behaviors = compare_parts(judged, behavior_of, parts_of(trees[1], by))
    verdicts: dict[str, Verdict] = {part.path: part.passes.verdict for part in behaviors}
    paths = path_of(trees[0]), path_of(trees[1])
    fixed, broken = changed_cases(judged, sides, paths[1], lambda scenario: verdicts[behavior_of(scenario)])
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
