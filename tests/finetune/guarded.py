"""A project whose cases tests say one by one, and examples of them as they come to the guards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.dialog import opened
from synterm.core.prompt import Message
from synterm.core.render import Renderer
from synterm.core.training import Refusal, TrainingAnswer, TrainingExample, TrainingPlan
from synterm.evaluate.variants import choose_prompts
from synterm.finetune.guards.apply import guard
from synterm.storage.project import Project
from tests.conftest import MakeProject

TEXT = """\
synterm: 1
name: guarded
models:
  - {name: rules, model: scripted/rules, params: {rules: [{match: room, in: user, answer: schedule}], default: clarify}}
prompts:
  - name: router
    messages:
      - {role: system, content: "Sort. Questions go to help@router.io."}
      - {role: user, content: "{{ message }}"}
tree:
  - feature: Routing
    checks: [{type: label, labels: [schedule, clarify]}]
    behaviors:
      - {behavior: One, scenarios: [{scenario: first}]}
      - {behavior: Two, scenarios: [{scenario: second}]}
"""


def empty_project(make_project: MakeProject, name: str = "guarded.db") -> Path:
    """Two behaviors without cases."""
    return make_project(TEXT, name)


def put(project: Project, text: Any, split: str = "train", *, scenario: str = "first", **fields: Any) -> Case:
    """Add a case; `seed`: the one that it is made of."""
    seed: Case | None = fields.pop("seed", None)
    case = Case.model_validate(
        {
            "scenario_id": project.nodes.find(scenario).id,
            "input": text if isinstance(text, dict) else {"message": text},
            "expected": "schedule",
            "split": split,
            "origin": Origin(kind="generated", seed_id=seed.id) if seed else Origin(),
            **({"root_id": seed.root_id} if seed else {}),
            **fields,
        }
    )
    project.cases.put([case]).result()
    return case


def answer(text: str, source: Any = "expected", **more: Any) -> TrainingAnswer:
    """An answer of the assistant."""
    return TrainingAnswer((Message(role="assistant", content=text),), source, "", **more)


def example(
    project: Project, case: Case, right: Sequence[Any] = ("schedule",), wrong: Sequence[Any] = (), **more: Any
) -> TrainingExample:
    """What is learnt of a case: texts, or answers."""
    body = choose_prompts(project.prompts.all(), ["router"])[0][2]
    path = project.nodes.tree().path(case.scenario_id)
    fields: dict[str, Any] = {
        "case": case,
        "behavior": path.rpartition("/")[0],
        "scenario": path,
        "label": "schedule",
        "prompt": Renderer(body).render(opened(case.input)),
        "positives": tuple(one if isinstance(one, TrainingAnswer) else answer(one) for one in right),
        "negatives": tuple(
            one if isinstance(one, TrainingAnswer) else answer(one, "failed", score=0.0) for one in wrong
        ),
    }
    return TrainingExample(**fields | more)


def guarded(project: Project, *examples: TrainingExample, **plan: Any) -> tuple[list[TrainingExample], list[Refusal]]:
    """What the guards let through of examples, and what they refuse."""
    return guard(project, TrainingPlan(prompt="router", **plan), examples)
