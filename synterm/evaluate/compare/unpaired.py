"""Production's logged calls held against a baseline's cases, or other calls: what was asked is not the same, so rates
are compared, and no pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from synterm.core.comparison import CompareReport, PartComparison, PassComparison, VariantComparison
from synterm.core.production import production_of
from synterm.core.tree import Level, Tree
from synterm.evaluate.compare.chosen import Chosen
from synterm.evaluate.compare.manner import Judges, Manner, common, same_as_recorded
from synterm.evaluate.compare.notes import notes_on_sides
from synterm.evaluate.compare.places import GONE, known_of, part_of, parts_of, side_of
from synterm.evaluate.compare.sides import SideVariant, counting, side_variants
from synterm.evaluate.unpaired import Rate, RateComparison, compare_rates, rate_of
from synterm.text import one_line, plural

_DATED = re.compile(r"-(latest|\d{4}-?\d{2}-?\d{2}|\d{3,4})")
_NOT_THE_SAME = "the two sides were not asked the same: a difference may lie in that, too"
_NAMED = 3


@dataclass(slots=True)
class _Root:
    """An independent data point: a lineage of cases, or calls that ask the same."""

    passed: float = 0.0
    """By weights."""
    judged: float = 0.0
    count: int = 0


@dataclass(slots=True)
class _Points:
    """What a side says: its independent data points by scenario, which is known by its path."""

    by_scenario: dict[str, dict[str, _Root]] = field(default_factory=dict[str, dict[str, _Root]])
    judged: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, scenario: str, root: str, weight: float, *, passed: bool) -> None:
        one = self.by_scenario.setdefault(scenario, {}).setdefault(root, _Root())
        one.passed += weight * passed
        one.judged += weight
        one.count += 1
        self.judged[scenario] = self.judged.get(scenario, 0) + 1

    def roots(self, scenarios: Iterable[str]) -> list[_Root]:
        """Those of some scenarios; one that is in several counts once."""
        found: dict[str, _Root] = {}
        for scenario in scenarios:
            for name, one in self.by_scenario.get(scenario, {}).items():
                into = found.setdefault(name, _Root())
                into.passed, into.judged = into.passed + one.passed, into.judged + one.judged
                into.count += one.count
        return list(found.values())


@dataclass(slots=True)
class _Part:
    """A part of the tree that both sides have."""

    path: str
    before: list[_Root]
    after: list[_Root]
    calls: int
    """What was judged after."""


def compare_unpaired(before: Chosen, after: Chosen, by: Level = "behavior") -> CompareReport:
    """The pass rates of the later side against those of the earlier one, for each of its variants, judged alike:
    docs/production.md says how. `by`: which parts of the tree the report's `behaviors` are. Raises ProjectError."""
    trees = before.project.nodes.tree(), after.project.nodes.tree()
    judges = Judges(before.project, trees[0]), Judges(after.project, trees[1])
    known, notes = side_variants(before), dict[str, None]()
    made: list[VariantComparison] = []
    alone: list[str] = []
    for variant in side_variants(after):
        other, note = _opposite(known, variant)
        if other is None:
            alone.append(variant.name)
            continue
        notes.update({note: None} if note else {})
        made.append(_Compared(other, variant, trees, judges, by).comparison(notes))
    for side, its in ((before, judges[0]), (after, judges[1])):
        if its.unasked:
            count = plural(its.unasked, "answer")
            notes[f"{one_line(side.name)}: {count} left out, which a judge would have to be asked about"] = None
    return CompareReport(
        before=side_of(before),
        after=side_of(after),
        comparisons=made,
        variants_unpaired=alone,
        notes=[*notes_on_sides(before, after), _NOT_THE_SAME, *notes],
    )


@dataclass(slots=True)
class _Compared:
    """One variant after against what it is held against."""

    before: SideVariant
    after: SideVariant
    trees: tuple[Tree, Tree]
    judges: tuple[Judges, Judges]
    by: Level

    def comparison(self, notes: dict[str, None]) -> VariantComparison:
        """The figures; `notes` takes what is to be said of them."""
        ids = self._scenarios(0), self._scenarios(1)
        manners = {key: found for key in ids[1] if key in ids[0] and (found := self._manners(ids[0][key], ids[1][key]))}
        old, new = (
            _points(side, tree, judges, {key: pair[at] for key, pair in manners.items()})
            for at, (side, tree, judges) in enumerate(
                zip((self.before, self.after), self.trees, self.judges, strict=True)
            )
        )
        part = part_of(self.trees[1], self.by)

        def place(key: str) -> str:
            return part(ids[1].get(key, key))

        shared = [key for key in new.by_scenario if key in old.by_scenario]
        if again := [place(key) for key in shared if any(manners.get(key, ()))]:
            notes[f"judged again, so that both sides are judged alike: {_several(again)}"] = None
        if alone := [place(key) for key in new.by_scenario if key not in old.by_scenario]:
            notes[f"{self.before.name} says nothing of {_several(alone)}"] = None
        parts = [
            _part(path, [key for key in shared if place(key) == path], old, new)
            for path in (*parts_of(self.trees[1], self.by), GONE)
            if any(place(key) == path for key in shared)
        ]
        found = compare_rates((_rate(one.before), _rate(one.after)) for one in parts)
        return VariantComparison(
            before=self.before.name,
            after=self.after.name,
            whole=_whole(parts),
            behaviors=[_comparison(one, figures) for one, figures in zip(parts, found, strict=True)],
            gated=list(self._gated(shared, old, new)),
            fixed=[],
            broken=[],
            unpaired=[],
        )

    def _scenarios(self, at: int) -> dict[str, str]:
        """The ids of a side's scenarios by their paths, by which they are known on the other side."""
        tree = self.trees[at]
        return {tree.path(node.id): node.id for node in tree.scenarios()}

    def _manners(self, old: str, new: str) -> tuple[Manner | None, Manner | None] | None:
        """In what manner either side is to be judged again in a scenario, as each knows it, so that both are judged
        alike; None for a side whose verdicts are taken as they were recorded, or for both where one has none."""
        sources = self.before.source(old), self.after.source(new)
        if sources[0] is None or sources[1] is None:
            return None
        was = self.judges[0].manner(sources[0].run, old), self.judges[1].manner(sources[1].run, new)
        if same_as_recorded(*was):
            return None, None
        bare, asking = common(*was)
        wanted = (
            self.judges[0].today(old, bare=bare, judges=asking),
            self.judges[1].today(new, bare=bare, judges=asking),
        )
        first, second = (
            None if same_as_recorded(one, other) else other for one, other in zip(was, wanted, strict=True)
        )
        return first, second

    def _gated(self, shared: Sequence[str], old: _Points, new: _Points) -> Iterator[PartComparison]:
        """Of the other levels, the parts that have a gate on regressions: each a question of its own."""
        tree = self.trees[1]
        for node in tree.walk():
            if node.level != self.by and any(gate.no_regression for gate in node.gates):
                own = {tree.path(scenario.id) for scenario in tree.scenarios(node.id)}
                part = _part(tree.path(node.id), [key for key in shared if key in own], old, new)
                if part.before and part.after:
                    yield _comparison(part, compare_rates([(_rate(part.before), _rate(part.after))])[0])


def _opposite(known: Sequence[SideVariant], variant: SideVariant) -> tuple[SideVariant | None, str | None]:
    """What a variant is held against: the same, or the last of the same model, or the last; and what to say of it."""
    for fits in (_same, _same_model):
        if found := [one for one in known if fits(one, variant)]:
            return found[-1], None
    if not known:
        return None, None
    note = f"{variant.name}: no variant before has this model, so it is held against {known[-1].name}"
    return known[-1], note


def _same(one: SideVariant, other: SideVariant) -> bool:
    return (one.prompt, one.model) == (other.prompt, other.model)


def _same_model(one: SideVariant, other: SideVariant) -> bool:
    """Whether two names mean one model: as the project calls it, as its provider does, or that with a date."""
    return bool(_names(one) & _names(other))


def _names(side: SideVariant) -> set[str]:
    names = {side.model, *(source.variant.model.resolved for source in side.each)}
    tails = {name.rpartition("/")[2] for name in names}
    return {_DATED.sub("", name) for name in tails}


def _points(side: SideVariant, tree: Tree, judges: Judges, manners: Mapping[str, Manner | None]) -> _Points:
    """A side's data points, each scenario judged in its manner."""
    path, points = known_of(tree), _Points()
    for source in side.each:
        production = production_of(source.run.config)
        weighted = production is not None and production.weighted
        most = counting(source.how)
        for page in side.project.comparing.pages(source.column):
            own = [
                done
                for done in page
                if side.source(done.scenario_id) is source and (most is None or done.repeat < most)
            ]
            weights = side.project.logged.weights(done.case_id for done in own) if weighted else {}
            places = [path(done.scenario_id) for done in own]
            verdicts = judges.verdicts(own, source.variant, [manners.get(place) for place in places])
            for done, place, passed in zip(own, places, verdicts, strict=True):
                if passed is not None:
                    points.add(place, done.root_id, weights.get(done.case_id, 1.0), passed=passed)
    return points


def _part(path: str, scenarios: Sequence[str], old: _Points, new: _Points) -> _Part:
    calls = sum(new.judged[key] for key in scenarios)
    return _Part(path, old.roots(scenarios), new.roots(scenarios), calls)


def _rate(roots: Sequence[_Root], scale: float = 1.0) -> Rate:
    shares, weights = _shares(roots, scale)
    return rate_of(shares, weights)


def _shares(roots: Sequence[_Root], scale: float = 1.0) -> tuple[list[float], list[float]]:
    """Of each data point, which share of it passed, and what it weighs: as much as its verdicts do on average."""
    return [one.passed / one.judged for one in roots], [scale * one.judged / one.count for one in roots]


def _whole(parts: Sequence[_Part]) -> PartComparison:
    """All parts together, mixed before as they are after: a baseline has as many cases of what is rare as of what is
    common, and its plain mean would differ from that of production if nothing had changed."""
    shares: list[float] = []
    weights: list[float] = []
    for part in parts:
        _, own = _shares(part.before)
        _, theirs = _shares(part.after)
        more, weigh = _shares(part.before, fsum(theirs) / fsum(own))
        shares += more
        weights += weigh
    whole = _Part("", [], [one for part in parts for one in part.after], sum(part.calls for part in parts))
    return _comparison(whole, compare_rates([(rate_of(shares, weights), _rate(whole.after))])[0])


def _comparison(part: _Part, found: RateComparison) -> PartComparison:
    passes = PassComparison(
        compared=part.calls,
        roots=len(part.after),
        fixed=0,
        broken=0,
        roots_up=0,
        roots_down=0,
        rate_before=found.before.share,
        rate_after=found.after.share,
        difference=found.difference,
        difference_ci=found.interval,
        p_value=found.p_value,
        p_adjusted=found.p_adjusted,
        verdict=found.verdict,
        more_cases_needed=found.more_needed,
        detectable=found.detectable,
        sizes=(round(found.before.n, 1), round(found.after.n, 1)),
    )
    return PartComparison(path=part.path, passes=passes)


def _several(names: Sequence[str]) -> str:
    once = [*dict.fromkeys(map(one_line, names))]
    more = f" and {len(once) - _NAMED} more" if len(once) > _NAMED else ""
    return ", ".join(once[:_NAMED]) + more
