"""The report on coverage: every behavior by itself, then all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec

from synterm.core.case import Case
from synterm.core.coverage import Axis, BehaviorCoverage, CoverageReport, Place
from synterm.core.tree import Node, Tree
from synterm.describe.coverage.filling import At
from synterm.describe.coverage.holes import Scope, holes
from synterm.describe.coverage.independent import Tally, looked_at
from synterm.describe.coverage.length import LENGTHS
from synterm.describe.coverage.looks import FOREIGN, Look, Looking, labels_by_use
from synterm.describe.coverage.noise import NOISES, can_spell
from synterm.describe.coverage.plane import MOST_POINTS, Drawn, plane
from synterm.describe.coverage.tone import TONES
from synterm.describe.coverage.wanted import AXES, SPLITS, own_labels, wanted
from synterm.describe.duplicates import By
from synterm.describe.pipeline.places import Places
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.text import plural

WANT = 3
"""Independent cases that a place wants if nothing else is said: one may be odd, two a coincidence."""
_PAGE = 500
_MOST_VALUES = 200
"""So many tags are counted by name."""
OTHERS = "(others)"
_ORDERS: dict[str, Sequence[str]] = {
    "split": (*SPLITS, "train"),
    "length": tuple(LENGTHS),
    "tone": TONES,
    "noise": NOISES,
}

Watch = Callable[[int, int], None]
"""Told after each behavior how many of how many are done; what it raises ends the work."""


def coverage_report(
    project: Project,
    *,
    scenario_ids: Sequence[str] | None = None,
    tags: Sequence[str] = (),
    want: int = WANT,
    by: By | None = None,
    with_map: bool = True,
    most_points: int = MOST_POINTS,
    watch: Watch | None = None,
    going: Callable[[], None] | None = None,
) -> CoverageReport:
    """What the accepted cases of a project cover, behavior by behavior in the order of the tree.

    `scenario_ids`: only these; `tags`: only cases with all of them; `want`: independent cases that each place wants;
    `by`: what finds near-duplicates, by default meaning where ``synterm[analysis]`` is installed, else wording. Holds
    the cases of one behavior at a time, without their texts. Meant for a thread with a connection of its own
    (`Project.look`). `going` is called before each page of cases; what it raises ends the work. Raises InputError for
    checks that can't be used, ModelError for a comparison that can't be made, ProjectError.
    """
    chosen = by or ("meaning" if can_embed() else "wording")
    work = _Work(project, CaseFilter(scenario_ids=scenario_ids, tags=tags), want, chosen, with_map, most_points)
    work.going = going or work.going
    return work.report(watch)


def can_embed() -> bool:
    """Whether texts can be compared by meaning here."""
    return find_spec("wordllama") is not None


def definition(want: int) -> str:
    """What the score is, in words."""
    return (
        f"Every value of label, split, length, tone and noise that a behavior is about wants {want} independent cases; "
        "the score is the share of all these that is there: the sum of min(have, want) ÷ the sum of want. Cases of one "
        "lineage, or that say nearly the same, count as one."
    )


def score_of(places: Iterable[Place]) -> float:
    """The share of what places want that is there, 0 to 1; 0 where nothing is wanted."""
    have = wanted_all = 0
    for place in places:
        have += min(place.have, place.want)
        wanted_all += place.want
    if have == wanted_all:
        return 1.0 if have else 0.0
    return min(round(have / wanted_all, 4), 0.9999)


class _Work:
    def __init__(
        self, project: Project, chosen: CaseFilter, want: int, by: By, with_map: bool, most_points: int
    ) -> None:
        self.going: Callable[[], None] = lambda: None
        self._project = project
        self._tree = project.nodes.tree()
        self._chosen = chosen
        self._want = want
        self._by: By = by
        self._behaviors = list(_behaviors(self._tree, chosen.scenario_ids))
        places = Places(project)
        self._variables = places.variables
        self._labels = {one: places.labels(one) for _, scenarios in self._behaviors for one in scenarios}
        self._looking = Looking(self._labels, self._variables)
        self._drafts = project.cases.counts(
            CaseFilter(scenario_ids=chosen.scenario_ids, tags=chosen.tags, status="draft")
        )
        self._drawn = self._draw(most_points) if with_map and can_embed() else None
        self._points: list[tuple[str, Case]] = []
        self._notes = list(_missing(with_map))
        self._by_use: list[str] = []
        self._foreign = 0

    def report(self, watch: Watch | None) -> CoverageReport:
        found: list[BehaviorCoverage] = []
        for number, (node, scenarios) in enumerate(self._behaviors, 1):
            found.append(self._behavior(node, scenarios))
            if watch:
                watch(number, len(self._behaviors))
        if self._by_use:
            more = f" and {plural(len(self._by_use) - 1, 'other behavior')}" if len(self._by_use) > 1 else ""
            self._notes.append(
                f"in {self._by_use[0]}{more} no check names labels, so what cases expect is taken for them"
            )
        if self._foreign:
            self._notes.append(
                f"tone and noise are told of English only: {plural(self._foreign, 'case')} left out there"
            )
        shown = plane(self._points, self._variables, self._drawn.left_out) if self._drawn else None
        return CoverageReport(
            project=self._project.name,
            by=self._by,
            score=score_of(place for one in found for place in one.places),
            definition=definition(self._want),
            behaviors=tuple(found),
            map=shown,
            notes=tuple(self._notes),
        )

    def _behavior(self, node: Node, scenarios: Sequence[str]) -> BehaviorCoverage:
        chosen = CaseFilter(scenario_ids=scenarios, tags=self._chosen.tags)
        keys = [key for key, _ in sorted(self._project.cases.keyed(chosen), key=lambda one: one[1])]
        path = self._tree.path(node.id)
        looks, note = looked_at(self._pages(keys), self._looking.look, self._by, self._project.cases.named)
        if note:
            self._notes.append(f"{path}: {note}")
        if self._drawn:
            drawn = [keys[at] for at in self._drawn.of(node.id) if at < len(keys)]
            self._points += ((node.id, case) for case in self._pages(drawn))
        self._foreign += sum(look.at["tone"] == FOREIGN for look in looks)
        return self._covered(Scope(node.id, path, scenarios, self._want), looks)

    def _covered(self, scope: Scope, looks: Sequence[Look]) -> BehaviorCoverage:
        known: Sequence[str] = [*dict.fromkeys(label for one in scope.scenarios for label in self._labels[one])]
        if not known and (known := labels_by_use(looks)):
            self._by_use.append(scope.path)
        values = wanted(looks, known, set(own_labels(self._tree, scope.scenarios)))
        tallies: dict[At, Tally] = {((axis, value),): Tally() for axis in AXES for value in values[axis]}
        whole = Tally()
        for look in looks:
            whole.add(look)
            for place in look.at.items():
                if (tally := tallies.get((place,))) is not None:
                    tally.add(look)
        places = [
            Place(axis=axis, value=value, have=tally.have, cases=tally.cases, want=self._want)
            for ((axis, value),), tally in tallies.items()
        ]
        worst, more = holes(scope, looks, places, tallies)
        return BehaviorCoverage(
            node_id=scope.node_id,
            path=scope.path,
            cases=len(looks),
            roots=len({look.root_id for look in looks}),
            independent=whole.have,
            drafts=sum(self._drafts.get(one, 0) for one in scope.scenarios),
            redundancy=round(1 - whole.have / len(looks), 4) if looks else 0.0,
            counts=_counts(looks, known),
            places=tuple(places),
            score=score_of(places),
            holes=tuple(worst),
            more_holes=more,
        )

    def _pages(self, keys: Sequence[int]) -> Iterator[Case]:
        for at in range(0, len(keys), _PAGE):
            self.going()
            yield from self._project.cases.page(keys[at : at + _PAGE])

    def _draw(self, most: int) -> Drawn:
        counts = self._project.cases.counts(CaseFilter(scenario_ids=self._chosen.scenario_ids, tags=self._chosen.tags))
        by_behavior = {node.id: sum(counts.get(one, 0) for one in scenarios) for node, scenarios in self._behaviors}
        return Drawn(by_behavior, most)


def _behaviors(tree: Tree, scenario_ids: Sequence[str] | None) -> Iterator[tuple[Node, list[str]]]:
    """Behaviors with those of their scenarios that are looked at; of all, those without any too."""
    within = None if scenario_ids is None else set(scenario_ids)
    for node in tree.walk():
        if node.level == "behavior":
            scenarios = [one.id for one in tree.scenarios(node.id) if within is None or one.id in within]
            if scenarios or within is None:
                yield node, scenarios


def _counts(looks: Sequence[Look], labels: Sequence[str]) -> dict[str, dict[str, int]]:
    axes: tuple[Axis, ...] = ("split", "tone", "length", "noise", "label")
    counters = {axis: Counter(look.at[axis] for look in looks if axis in look.at) for axis in axes}
    orders = {**_ORDERS, "label": labels}
    return {
        "split": _ordered(counters["split"], orders["split"]),
        "tag": _ordered(Counter(tag for look in looks for tag in look.tags), ()),
        "tone": _ordered(counters["tone"], orders["tone"]),
        "length": _ordered(counters["length"], orders["length"]),
        "noise": _ordered(counters["noise"], orders["noise"]),
        "origin": _ordered(Counter(look.origin for look in looks), ()),
        "label": _ordered(counters["label"], orders["label"]),
    }


def _ordered(counter: Counter[str], order: Sequence[str]) -> dict[str, int]:
    """Known values in their order, then the others, the most frequent first; the rest of many together."""
    named = {value: counter[value] for value in order if value in counter}
    others = sorted(((-count, value) for value, count in counter.items() if value not in named))
    named.update((value, -count) for count, value in others[:_MOST_VALUES])
    if rest := -sum(count for count, _ in others[_MOST_VALUES:]):
        named[OTHERS] = rest
    return named


def _missing(with_map: bool) -> Iterator[str]:
    if not can_spell():
        yield "misspelt cases can't be told without pip install 'synterm[analysis]'"
    if with_map and not can_embed():
        yield "there is no map without pip install 'synterm[analysis]'"
