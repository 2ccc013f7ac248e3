"""What each type of failure asks for: a behavior, a candidate for training, a mended case, a verdict, another try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.distill import Failing, FailureType
from synterm.core.ids import content_id
from synterm.core.review import Review
from synterm.core.tree import Node
from synterm.errors import InputError
from synterm.storage.project import Project

TRAINING = "training-candidate"
"""The tag of cases whose failure is the model's own: what fine-tuning would look at."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a type asks for."""

    title: str
    explanation: str


ACTIONS: dict[FailureType, Action] = {
    "spec gap": Action("new behavior", "a behavior of its own for what is wanted, with these cases as drafts"),
    "model error": Action("training candidate", f"the tag {TRAINING} on the case"),
    "wrong label": Action("fix the case", "another expected result, or none"),
    "judge error": Action("calibration label", "your verdict that the answer is right: the check is held against it"),
    "infrastructure": Action("retry", "the same requests once more, whatever the project file has"),
}


def new_behavior(project: Project, failing: Sequence[Failing], name: str) -> tuple[list[Node], list[Case]]:
    """A behavior beside that of the failures, with a scenario that holds copies of their cases as drafts.

    Nothing is written. Raises InputError where the failures stand in several features, or the name is taken.
    """
    tree = project.nodes.tree()
    lines = [tree.lineage(one.scenario_id) for one in failing if one.scenario_id in tree]
    features = {line[0].id: line[0] for line in lines}
    if len(features) != 1:
        raise InputError(f"the failures stand in {len(features)} features: choose those of one")
    [feature] = features.values()
    siblings = tree.children(feature.id)
    if any(node.name == name for node in siblings):
        raise InputError(f"{feature.name} has a behavior {name!r} already")
    behavior = Node(parent_id=feature.id, level="behavior", name=name, position=len(siblings))
    # The checks of the scenario that they failed in judge them here too, where the feature's own don't.
    own = tuple(check for node in lines[0][1:] for check in node.checks)
    scenario = Node(parent_id=behavior.id, level="scenario", name="from failures", checks=own)
    cases = {case.id: case for case in project.cases.named([one.case_id for one in failing])}
    return [behavior, scenario], [_copy(case, scenario.id) for case in cases.values()]


def _copy(case: Case, scenario_id: str) -> Case:
    made = content_id("distilled copy", [case.id, scenario_id])[:26].upper()
    origin = Origin(kind="distilled", seed_id=case.id, detail={"how": "spec gap"})
    return case.model_copy(update={"id": made, "scenario_id": scenario_id, "status": "draft", "origin": origin})


def as_candidate(case: Case) -> Case:
    """The case, marked as a candidate for training. Its split stays: only `train` may be exported."""
    return case if TRAINING in case.tags else case.model_copy(update={"tags": (*case.tags, TRAINING)})


def with_expected(case: Case, expected: Any) -> Case:
    """The case with another expected result: it is new content, so that answers are judged anew."""
    return case.model_copy(update={"expected": expected})


def calibration_label(failing: Failing, who: str, note: str = "") -> Review:
    """A person's verdict that the answer is right, against the check's. Raises InputError where there is no answer."""
    if not failing.output_id:
        raise InputError("there is no answer to judge")
    return Review(failing.content_id, failing.output_id, passed=True, who=who, note=note or "the check misjudged it")
