"""Which logged calls a run judges, and by what: told from counts, before the first call is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.production import LOGGED, PRODUCTION, Form, LeftOut, ProductionReport
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Tree
from synterm.evaluate.forms import Forms
from synterm.storage.logged import Kind
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter
from synterm.text import one_line

BODY = PromptBody(messages=(Message(role="user", content="what the app asked in production; its log tells not how"),))
"""What stands in place of a prompt's text. Its id names the columns of all such runs, so it never changes."""
MOST_MODELS = 20
"""So many models get a column of their own: those that answered most."""
OTHERS = "other models"
UNKNOWN = "unknown model"
_LONGEST_NAME = 100
_ORIGIN = Origin(kind="production")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the traffic is to be judged, and how."""

    which: TrafficFilter
    """By when calls were answered or brought in, and by which models."""
    scenario_ids: Sequence[str] | None = None
    """Only calls that were placed in these."""
    min_confidence: float = 0.0
    limit: int | None = None
    """Only the first so many of those that can be judged."""
    judges: bool = True
    """Whether checks that ask a model take part."""
    expect_behavior: bool = False
    """Whether what all cases of a behavior expect is expected of its calls."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The calls that will be judged."""

    which: TrafficFilter
    limit: int | None
    variants: tuple[Variant, ...]
    columns: Mapping[str, Variant]
    """By the model's name as the log has it."""
    in_scenario: Mapping[str, int]
    expected: Mapping[str, Any]
    """What is expected of a call of a scenario where its log does not tell, by scenario id."""
    report: ProductionReport

    def expected_of(self, scenario_id: str, told: Any) -> Any:
        """What should have been answered; None where nobody knows. `told`: what the log says."""
        return self.expected.get(scenario_id) if told is None else told


def choose(project: Project, tree: Tree, forms: Forms, wanted: Wanted) -> Chosen:
    """The calls that are wanted and can be judged, and why the others are not."""
    row, row_id = project.logged.mark()
    window = replace(wanted.which, up_to_row=row)
    expected = _expected(project, tree) if wanted.expect_behavior else {}
    nothing = [
        scenario.id
        for scenario in tree.scenarios()
        if scenario.id not in expected and not forms.unexpecting.of(scenario.id)
    ]
    known = [scenario.id for scenario in tree.scenarios() if forms.full.of(scenario.id)]
    meant = set(known if wanted.scenario_ids is None else wanted.scenario_ids)
    which = replace(
        window,
        placings=("placed",),
        scenario_ids=[scenario for scenario in known if scenario in meant],
        min_confidence=wanted.min_confidence or None,
        only_expected_in=nothing,
    )
    found = project.logged.kinds(which, limit=wanted.limit)
    every = project.logged.kinds(window, wanted.min_confidence)
    variants, columns = _columns(found)
    return Chosen(
        which=which,
        limit=wanted.limit,
        variants=variants,
        columns=columns,
        in_scenario=_summed(found),
        expected=expected,
        report=_report(window, wanted, forms, found, expected).model_copy(
            update={
                "not_judged": _not_judged(every, found, wanted, tree, (known, nothing)),
                "after_row": window.after_row or 0,
                "row": row,
                "row_id": row_id,
            }
        ),
    )


def case_of(call_id: str, root_id: str, scenario_id: str, given: dict[str, Any], expected: Any) -> Case:
    """The case that a call is judged as."""
    # Without validation: there may be a hundred thousand, and the log was validated when it was read.
    return Case.model_construct(
        id=call_id,
        scenario_id=scenario_id,
        input=given,
        expected=expected,
        tags=(),
        split="dev",
        status="accepted",
        origin=_ORIGIN,
        root_id=root_id,
    )


def _expected(project: Project, tree: Tree) -> dict[str, Any]:
    """What all accepted cases of a behavior expect, by the ids of its scenarios: where it is one and the same."""
    said, found = project.logged.expectations(), dict[str, Any]()
    for behavior in (node for node in tree.walk() if node.level == "behavior"):
        scenarios = [scenario.id for scenario in tree.scenarios(behavior.id)]
        values = [value for scenario in scenarios for value in said.get(scenario, ())]
        if values and values[0] is not None and all(value == values[0] for value in values):
            found.update(dict.fromkeys(scenarios, values[0]))
    return found


def _columns(kinds: Sequence[Kind]) -> tuple[tuple[Variant, ...], dict[str, Variant]]:
    """A column for each model that answered, the one that answered most last, as the newest variant of a run is; and
    which model is in which."""
    calls = Counter[str]()
    for kind in kinds:
        calls[kind.model] += kind.calls
    ordered = sorted(calls, key=lambda model: (-calls[model], model))
    made: dict[str, Variant] = {}
    columns: dict[str, Variant] = {}
    for place, model in enumerate(ordered):
        name = (one_line(model, _LONGEST_NAME).strip() or UNKNOWN) if place < MOST_MODELS else OTHERS
        if name not in made:
            made[name] = Variant(PRODUCTION, LOGGED, BODY, ModelSpec(name=name, model=name))
        columns[model] = made[name]
    return tuple(reversed(made.values())), columns


def _summed(kinds: Sequence[Kind]) -> dict[str, int]:
    found = Counter[str]()
    for kind in kinds:
        found[kind.scenario_id] += kind.calls
    return dict(found)


def _report(
    window: TrafficFilter, wanted: Wanted, forms: Forms, kinds: Sequence[Kind], expected: Mapping[str, Any]
) -> ProductionReport:
    lightest = min((kind.lightest for kind in kinds), default=1.0)
    told, by_behavior = Counter[str](), Counter[str]()
    for kind in kinds:
        if kind.expected:
            told[kind.scenario_id] += kind.calls
        elif kind.scenario_id in expected:
            by_behavior[kind.scenario_id] += kind.calls
    in_scenario = _summed(kinds)
    known = {scenario: told[scenario] + by_behavior[scenario] for scenario in in_scenario}
    return ProductionReport(
        since=window.since,
        until=window.until,
        first=min((kind.first for kind in kinds), default=""),
        last=max((kind.last for kind in kinds), default=""),
        calls=sum(in_scenario.values()),
        stands_for=round(fsum(kind.weight for kind in kinds), 3),
        weighted=any(kind.heaviest > lightest * (1 + 1e-9) for kind in kinds),
        unanswered=sum(kind.unanswered for kind in kinds),
        expected={who: sum(counts.values()) for who, counts in (("log", told), ("behavior", by_behavior)) if counts},
        left_out=tuple(_left_out(forms, in_scenario, known)),
        judges=wanted.judges,
        min_confidence=wanted.min_confidence,
        forms={scenario: _form(known[scenario], count) for scenario, count in in_scenario.items()},
    )


def _form(known: int, calls: int) -> Form:
    if not known:
        return "unexpecting"
    return "full" if known == calls else "mixed"


def _left_out(forms: Forms, in_scenario: Mapping[str, int], known: Mapping[str, int]) -> list[LeftOut]:
    """The checks that judged nothing, with how many calls were judged without them."""
    counts = Counter[tuple[str, str]]()
    for scenario, calls in in_scenario.items():
        for is_known, number in ((True, known[scenario]), (False, calls - known[scenario])):
            if number:
                for one in set(forms.left_out(scenario, expected=is_known)):
                    counts[one] += number
    return [LeftOut(type=kind, why=why, calls=number) for (kind, why), number in sorted(counts.items())]


def _not_judged(
    every: Sequence[Kind],
    found: Sequence[Kind],
    wanted: Wanted,
    tree: Tree,
    scenarios: tuple[Sequence[str], Sequence[str]],
) -> dict[str, int]:
    """Calls that are not among those found, by why."""
    known, nothing = set(scenarios[0]), set(scenarios[1])
    meant = None if wanted.scenario_ids is None else set(wanted.scenario_ids)
    counts = Counter[str]()
    for kind in every:
        if (why := _why(kind, known, nothing, meant, tree)) is not None:
            counts[why] += kind.calls
    counts["over the limit"] = counts.pop("", 0) - sum(kind.calls for kind in found)
    return {why: number for why, number in counts.items() if number > 0}


def _why(kind: Kind, known: set[str], nothing: set[str], meant: set[str] | None, tree: Tree) -> str | None:
    """Why calls are not judged; empty where they are, None where they were not asked for."""
    if kind.placing == "unplaced":
        return "not placed yet"
    if meant is not None and kind.scenario_id not in meant:
        return None
    if kind.placing == "uncovered":
        return "uncovered"
    if kind.scenario_id not in tree:
        return "placed in a scenario that is gone"
    if not kind.sure:
        return "placed with too little confidence"
    if kind.scenario_id not in known or (kind.scenario_id in nothing and not kind.expected):
        return "no check can judge them"
    return ""
