"""What there is to know about failures before anybody says of which type they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synterm.analysis.grouping import can_tell_meanings
from synterm.core.case import Case, input_text, value_text
from synterm.core.distill import Failing
from synterm.core.evaluation import variant_name
from synterm.core.tree import Tree
from synterm.describe.likeness import likeness, units
from synterm.errors import ModelError, NotFoundError
from synterm.storage.case_filter import CaseFilter, Term
from synterm.storage.project import Project

MOST_CASES = 20_000
"""So many accepted cases are looked at as neighbours, evenly over scenarios."""
_MOST_BY_WORDING = 2000
"""The same without embeddings, as comparing takes longer."""
NEIGHBOURS = 5
_AT_ONCE = 512
_FIRST = 64
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An accepted case of another lineage that is near to a failure; a held-out one only to a held-out one."""

    case_id: str
    title: str
    expected: str | None
    likeness: float
    """By meaning where there are embeddings, else by wording; 0 to 1."""
    wording: float
    """By wording."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one failure."""

    reviewed_right: tuple[str, ...] = ()
    """Who judged this very answer right."""
    reviewed_wrong: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    """The nearest first, at most `NEIGHBOURS`."""
    by_meaning: bool = True
    others: Mapping[str, str | None] | None = None
    """What the other variants of the run said of the case, by name: the label, or None where it passed."""
    answers: Mapping[str, tuple[int, int]] | None = None
    """The labels that the variant answered in the run: how often, and how many of these failed."""
    labels: tuple[str, ...] = ()
    """The labels that the checks of the scenario know."""
    unnamed: bool = False
    """Whether the prompt nowhere names the label that is expected, though the checks know it."""
    described: bool = True
    """Whether its behavior has a description."""


def gather(
    project: Project, run_id: str, failing: Sequence[Failing], labels: Mapping[str, Sequence[str]]
) -> list[Facts]:
    """The facts about failures of a run, in their order. `labels`: those that the checks know, by scenario id."""
    tree = project.nodes.tree()
    said = project.reviews.for_outputs({one.subject for one in failing if one.output_id})
    near, by_meaning = _neighbours(project, failing)
    others = _others(project, run_id, failing)
    answers = _answers(project, run_id)
    prompts = _Prompts(project)
    found: list[Facts] = []
    for one, neighbours in zip(failing, near, strict=True):
        reviews = said.get(one.subject, [])
        known = tuple(labels.get(one.scenario_id, ()))
        found.append(
            Facts(
                reviewed_right=tuple(review.who or "somebody" for review in reviews if review.passed),
                reviewed_wrong=tuple(review.who or "somebody" for review in reviews if not review.passed),
                neighbours=tuple(neighbours),
                by_meaning=by_meaning,
                others=others.get((one.case_id, _column(one)), {}),
                answers=answers.get(_column(one)),
                labels=known,
                unnamed=one.expected in known and not prompts.names(one.prompt, one.version, str(one.expected)),
                described=_is_described(tree, one.scenario_id),
            )
        )
    return found


def _column(failing: Failing) -> str:
    return variant_name(failing.prompt, failing.version, failing.model)


def _is_described(tree: Tree, scenario_id: str) -> bool:
    if scenario_id not in tree:
        return True
    return any(node.description.strip() for node in tree.lineage(scenario_id) if node.level != "feature")


class _Prompts:
    """What prompts say, by prompt and version."""

    def __init__(self, project: Project) -> None:
        self._texts: dict[tuple[str, str], str] = {}
        for prompt in project.prompts.all():
            for label, body in [(one.label, one.body) for one in prompt.versions] + [("draft", prompt.draft)]:
                said = [message.content for message in body.messages]
                said += [value_text(example.expected) for example in body.examples]
                self._texts[prompt.name, label] = "\n".join(said).casefold()

    def names(self, prompt: str, version: str, label: str) -> bool:
        """Whether a prompt names a label; also where the version is gone, since nothing can be said then."""
        text = self._texts.get((prompt, version))
        spoken = label.casefold()
        return text is None or spoken in text or spoken.replace("_", " ") in text


def _others(project: Project, run_id: str, failing: Sequence[Failing]) -> dict[tuple[str, str], dict[str, str | None]]:
    """What each variant of the run said of each case, by the case and the variant that failed."""
    cases = {one.case_id for one in failing}
    said: dict[str, dict[str, str | None]] = defaultdict(dict)
    try:
        columns = project.runs.columns(run_id)
    except NotFoundError:
        return {}
    for column in columns:
        name = variant_name(column[1], column[2], column[4])
        for recorded in project.stubborn.evaluations(column, cases):
            if recorded.passed is not None and name not in said[recorded.case_id]:
                said[recorded.case_id][name] = None if recorded.passed else recorded.label or ""
    return {
        (one.case_id, _column(one)): {name: label for name, label in said[one.case_id].items() if name != _column(one)}
        for one in failing
    }


def _answers(project: Project, run_id: str) -> dict[str, dict[str, tuple[int, int]]]:
    """What each variant of the run answered, by its name."""
    try:
        columns = project.runs.columns(run_id)
    except NotFoundError:
        return {}
    return {variant_name(one[1], one[2], one[4]): project.stubborn.answers(one[0]) for one in columns}


def _neighbours(project: Project, failing: Sequence[Failing]) -> tuple[list[list[Neighbour]], bool]:
    failed = project.cases.named(list(dict.fromkeys(one.case_id for one in failing)))
    held_out = {case.id for case in failed if case.split == "holdout"}
    # What a held-out case says and expects is for the final word, and in no report that people iterate by.
    open_ones = CaseFilter(terms=[] if held_out else [Term("split", "holdout", negated=True)])
    cases = project.cases.spread(open_ones, MOST_CASES)
    texts = [input_text(case.input)[:_LONGEST] for case in cases]
    if can_tell_meanings():
        try:
            return list(_by_meaning(cases, texts, failing, held_out)), True
        except ModelError:
            pass  # the model can't be loaded: words tell something too, and the facts say which it was
    fewer = cases[:_MOST_BY_WORDING]
    return list(_by_wording(fewer, texts[:_MOST_BY_WORDING], failing, held_out)), False


def _by_meaning(
    cases: Sequence[Case], texts: Sequence[str], failing: Sequence[Failing], held_out: Collection[str]
) -> Iterator[list[Neighbour]]:
    import numpy as np

    from synterm.analysis.embeddings import embedder

    if not texts:
        yield from ([] for _ in failing)
        return
    vectors: Any = np.vstack([embedder().embed(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)])
    for start in range(0, len(failing), _AT_ONCE):
        part = failing[start : start + _AT_ONCE]
        cosines: Any = embedder().embed([one.input for one in part]) @ vectors.T
        for one, row in zip(part, cosines, strict=True):
            found: list[Neighbour] = []
            # Sorting all takes longer than finding the first ones, which mostly are of enough lineages.
            if len(row) > _FIRST:
                first = np.sort(np.argpartition(-row, _FIRST)[:_FIRST])
                found = _nearest(one, cases, _ranked(first, row), held_out)
            whole = _ranked(np.arange(len(row)), row)
            yield found if len(found) == NEIGHBOURS else _nearest(one, cases, whole, held_out)


def _ranked(places: Any, row: Any) -> Iterator[tuple[int, float]]:
    """These places with their cosines, the nearest first, and then the first."""
    import numpy as np

    return ((int(at), float(row[at])) for at in places[np.argsort(-row[places], kind="stable")])


def _by_wording(
    cases: Sequence[Case], texts: Sequence[str], failing: Sequence[Failing], held_out: Collection[str]
) -> Iterator[list[Neighbour]]:
    ready = [units(text) for text in texts]
    for one in failing:
        mine = units(one.input)
        scored = sorted(((likeness(mine, other), -at) for at, other in enumerate(ready)), reverse=True)
        yield _nearest(one, cases, ((-at, like) for like, at in scored), held_out)


def _nearest(
    one: Failing, cases: Sequence[Case], ranked: Iterable[tuple[int, float]], held_out: Collection[str]
) -> list[Neighbour]:
    """`held_out`: the failing cases, by id, that others of the holdout may stand beside."""
    found: list[Neighbour] = []
    roots: set[str] = {one.root_id}
    for at, like in ranked:
        case = cases[at]
        if case.root_id in roots or (case.split == "holdout" and one.case_id not in held_out):
            continue  # variations of one seed are one neighbour
        roots.add(case.root_id)
        expected = None if case.expected is None else value_text(case.expected)
        wording = likeness(units(one.input), units(case.title[:_LONGEST]))
        near = round(min(max(like, 0.0), 1.0), 3)
        found.append(Neighbour(case.id, case.title, expected, near, round(wording, 3)))
        if len(found) == NEIGHBOURS:
            break
    return found
