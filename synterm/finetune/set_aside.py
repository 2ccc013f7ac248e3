"""Setting lineages aside for training: whole ones, from dev to train, so that nothing of dev is learnt by heart."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synterm.core.case import Case, Split, value_text
from synterm.core.setting_aside import BehaviorAside, SetAside
from synterm.core.tree import Tree
from synterm.describe.duplicates import near_duplicates
from synterm.describe.groups import Groups
from synterm.errors import UsageError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.quality import labels_of
from synterm.evaluate.query.where import read_where
from synterm.finetune.families import Kin, families
from synterm.finetune.guards.near_duplicate import nearness
from synterm.finetune.guards.wording import inputs_of
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

Stratum = tuple[str, str]
"""A behavior's path and the label that is expected, empty where there is none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is to be set aside, and of what."""

    share: float
    """Of the lineages that are in dev or in train, so many shall be in train."""
    near: float = 0.9
    """From this likeness on two cases are near-duplicates, which stay together."""
    seed: int = 0
    scenarios: Sequence[str] | None = None
    """Their ids; None: all."""
    where: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Lineage:
    """Cases that come of each other."""

    cases: Sequence[Kin]
    name: str
    """The id of its first case: the same whatever is in its split."""
    stratum: Stratum | None
    """None: it is not among what was asked for."""

    @property
    def splits(self) -> frozenset[Split]:
        """The splits that its cases are in: one, unless a file was merged or edited."""
        return frozenset(case.split for case in self.cases)

    @property
    def is_dev(self) -> bool:
        """Whether all of it is in dev."""
        return all(case.split == "dev" for case in self.cases)

    @property
    def is_train(self) -> bool:
        """Whether all of it is in train."""
        return all(case.split == "train" for case in self.cases)


class _Bundle:
    """Lineages that are near-duplicates of each other: they move together or not at all."""

    def __init__(self, lineages: Sequence[_Lineage], seed: int) -> None:
        self.lineages = lineages
        self.movable = [one for one in lineages if one.is_dev and one.stratum]
        splits = frozenset[Split]().union(*(one.splits for one in lineages))
        staying = any("dev" in one.splits for one in lineages if one not in self.movable)
        self.held = "holdout" if "holdout" in splits else "elsewhere" if staying else ""
        """Why it can't move: what it is like stays where models are evaluated; empty where it can."""
        self.size = Counter(one.stratum for one in self.movable if one.stratum)
        first = min(one.name for one in lineages)
        drawn = hashlib.sha256(f"{seed} {first}".encode()).digest()
        # What is like something in train is refused there as long as it stays.
        self.order = ("train" not in splits, drawn)


def set_aside(project: Project, wanted: Wanted) -> SetAside:
    """Move lineages from dev to train until the share is there, and tell what was moved.

    Whole lineages move, with their drafts. Of each behavior and label the share is taken (largest remainder), so that
    both splits stay alike. What is a near-duplicate of a case of holdout stays; of others, all move or none, so that
    no case in train is like one that models are evaluated on. The same again moves nothing. Raises UsageError for a
    query that asks for a split, InputError for one that says nothing known.
    """
    found = foresee_aside(project, wanted)
    if keys := array("q", project.cases.keys_of(found.case_ids)):
        project.cases.assign("split", {"train": keys}).result()
    return found


def foresee_aside(project: Project, wanted: Wanted) -> SetAside:
    """What `set_aside` would move; nothing is moved. Raises as it does."""
    tree = project.nodes.tree()
    fitting = _fitting(project, wanted)
    cases = {case.id: case for case in project.cases.select(CaseFilter(status=None))}
    lineages = list(_lineages(project, tree, cases, fitting))
    bundles = _bundles(lineages, cases, wanted)
    domain = [one for one in lineages if one.stratum and (one.is_dev or one.is_train)]
    moved = _chosen(bundles, domain, wanted.share)
    return _told(project, wanted, domain, moved, bundles, cases)


def _fitting(project: Project, wanted: Wanted) -> frozenset[str]:
    """The ids of the accepted cases that are asked for."""
    where = read_where(project, wanted.where, accepted_only=True)
    if any("split" in query.names for query in where.queries):
        raise UsageError(
            "cases are moved from dev to train: a query can't ask for a split as well",
            hint="leave split: out of --where",
        )
    chosen = where.narrowed(CaseFilter(scenario_ids=wanted.scenarios))
    return frozenset(case_id for _, case_id in project.cases.keyed(chosen))


def _lineages(project: Project, tree: Tree, cases: Mapping[str, Case], fitting: frozenset[str]) -> Iterator[_Lineage]:
    checklist = Checklist(tree, models=project.models.all())
    for family in families(Kin.of(case) for case in cases.values()):
        meant = next((kin.id for kin in family if kin.id in fitting), None)
        stratum = None if meant is None else _stratum(tree, checklist, cases[meant])
        yield _Lineage(family, min(kin.id for kin in family), stratum)


def _stratum(tree: Tree, checklist: Checklist, case: Case) -> Stratum:
    expected = value_text(case.expected).strip().casefold()
    labels = {label.casefold(): label for label in labels_of(checklist, case.scenario_id)}
    return _behavior(tree, case), labels.get(expected, "")


def _behavior(tree: Tree, case: Case) -> str:
    return tree.path(case.scenario_id).rpartition("/")[0]


def _bundles(lineages: Sequence[_Lineage], cases: Mapping[str, Case], wanted: Wanted) -> list[_Bundle]:
    """The lineages by what they are like, in the order in which they are to be moved."""
    number_of = {kin.id: number for number, one in enumerate(lineages) for kin in one.cases}
    groups = Groups(len(lineages))
    for found in near_duplicates(_as_compared(cases.values()), nearness(wanted.near)):
        first, *others = {number_of[case_id] for case_id in found.ids}
        for other in others:
            groups.join(first, other)
    together: dict[int, list[_Lineage]] = {}
    for number, one in enumerate(lineages):
        together.setdefault(groups.labels[number], []).append(one)
    return sorted((_Bundle(some, wanted.seed) for some in together.values()), key=lambda bundle: bundle.order)


def _as_compared(cases: Iterable[Case]) -> Iterator[Case]:
    """Each case by each text that guards compare it by. What was rejected is nobody's double."""
    for case in cases:
        if case.status != "rejected":
            for text in inputs_of(case.input).texts:
                yield case.model_copy(update={"input": {"text": text}})


def _chosen(bundles: Sequence[_Bundle], domain: Sequence[_Lineage], share: float) -> list[_Lineage]:
    """The lineages that move. Goes over them until no more fits, so that the same again finds nothing."""
    sizes = Counter(one.stratum for one in domain if one.stratum)
    there = Counter(one.stratum for one in domain if one.stratum and one.is_train)
    total = int(share * len(domain) + 0.5)
    quotas = apportioned(total, sizes)
    waiting = [bundle for bundle in bundles if bundle.movable and not bundle.held]
    moved: list[_Lineage] = []
    while True:
        missing = Counter({stratum: max(quotas[stratum] - there[stratum], 0) for stratum in sizes})
        left = total - there.total()
        if missing.total() > left:
            missing = apportioned(max(left, 0), missing)
        rest: list[_Bundle] = []
        for bundle in waiting:
            if any(count > missing[stratum] for stratum, count in bundle.size.items()):
                rest.append(bundle)
                continue
            missing.subtract(bundle.size)
            there += bundle.size
            moved += bundle.movable
        if len(rest) == len(waiting):
            return moved
        waiting = rest


def apportioned(total: int, sizes: Mapping[Stratum, int]) -> Counter[Stratum]:
    """`total` shared out in proportion to sizes, by the largest remainder (Hamilton's method); what is equal, in the
    order of names."""
    whole = sum(sizes.values())
    if not whole:
        return Counter()
    parts = {name: divmod(total * size, whole) for name, size in sorted(sizes.items())}
    found = Counter({name: quotient for name, (quotient, _) in parts.items()})
    by_rest = sorted(parts, key=lambda name: (-parts[name][1], name))
    found.update(by_rest[: total - found.total()])
    return found


def _told(
    project: Project,
    wanted: Wanted,
    domain: Sequence[_Lineage],
    moved: Sequence[_Lineage],
    bundles: Sequence[_Bundle],
    cases: Mapping[str, Case],
) -> SetAside:
    gone = {one.name for one in moved}
    held = Counter(bundle.held for bundle in bundles for _ in bundle.movable if bundle.held)
    rows: dict[str, list[_Lineage]] = {}
    for one in domain:
        assert one.stratum
        rows.setdefault(one.stratum[0], []).append(one)
    ids = [kin.id for one in moved for kin in one.cases]
    return SetAside(
        share=wanted.share,
        lineages=len(domain),
        before=sum(one.is_train for one in domain),
        moved=len(moved),
        case_ids=tuple(ids),
        accepted=sum(cases[case_id].status == "accepted" for case_id in ids),
        like_holdout=held["holdout"],
        like_elsewhere=held["elsewhere"],
        behaviors=tuple(_row(path, some, gone) for path, some in sorted(rows.items())),
        baselines=_baselines(project, frozenset(ids)),
    )


def _row(path: str, lineages: Sequence[_Lineage], gone: set[str]) -> BehaviorAside:
    moved = [one for one in lineages if one.name in gone]
    before = sum(one.is_train for one in lineages)
    return BehaviorAside(
        path=path,
        lineages=len(lineages),
        before=before,
        moved=len(moved),
        cases=sum(len(one.cases) for one in moved),
        left=len(lineages) - before - len(moved),
    )


def _baselines(project: Project, moved: frozenset[str]) -> dict[str, int]:
    """How many of the cases each baseline has verdicts on, by name."""
    found: Counter[str] = Counter()
    for name, run_id in sorted({(pin.name, pin.run_id) for pin in project.baselines.all()} if moved else ()):
        judged = {
            verdict.case_id for column in project.runs.columns(run_id) for verdict in project.comparing.verdicts(column)
        }
        found[name] += len(judged & moved)
    return {name: count for name, count in found.items() if count}
