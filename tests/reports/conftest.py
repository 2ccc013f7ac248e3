"""Reports made from real evaluations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Task, Variant
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.report import RunReport
from synterm.core.tree import Node, Tree
from synterm.evaluate.report import RunResult, build_report

LABELS = ("schedule", "summarize", "clarify")


class Made(NamedTuple):
    """A report, and what it was built from."""

    report: RunReport
    result: RunResult
    evaluations: list[Evaluation]


MakeReport = Callable[..., Made]


@pytest.fixture
def make_report() -> MakeReport:
    """A report: ``make_report({"v1": "ppf?"}, gate=0.5)``, with a letter for each case: pass, fail, ? no verdict."""
    return report_of


def report_of(
    outcomes: dict[str, str],
    *,
    gate: float | None = None,
    inputs: Sequence[str] = (),
    names: Sequence[str] = ("Routing", "Out of scope", "off-topic"),
    model: str = "rules",
    roots: Sequence[str] = (),
    errors: Sequence[str] = (),
    **changed: Any,
) -> Made:
    tree, scenario = _tree(names, gate)
    variants = [_variant(version, model) for version in outcomes]
    count = max(map(len, outcomes.values()))
    cases = [
        Case(
            scenario_id=scenario,
            input={"message": inputs[at] if at < len(inputs) else f"message {at}"},
            expected=LABELS[at % 3],
            root_id=roots[at] if roots else "",
        )
        for at in range(count)
    ]
    done = [
        _evaluation(Task(cases[at], variant), letter, errors[at] if errors else "too many requests")
        for variant in variants
        for at, letter in enumerate(outcomes[variant.version])
    ]
    result = RunResult(tree, variants, planned=len(done), labels=LABELS, **changed)
    for evaluation in done:
        result.add(evaluation)
    return Made(build_report(result, run_id="01JZZZZZZZZZZZZZZZZZZZZZZZ", project="meeting router"), result, done)


def _tree(names: Sequence[str], gate: float | None) -> tuple[Tree, str]:
    feature = Node(level="feature", name=names[0])
    gates = (Gate(min_pass_rate=gate),) if gate is not None else ()
    behavior = Node(level="behavior", name=names[1], parent_id=feature.id, gates=gates)
    scenario = Node(level="scenario", name=names[2], parent_id=behavior.id)
    return Tree([feature, behavior, scenario]), scenario.id


def _variant(version: str, model: str) -> Variant:
    body = PromptBody(messages=(Message(role="user", content=f"{version}: {{{{ message }}}}"),))
    return Variant("router", version, body, ModelSpec(name=model, model="scripted/rules"))


def _evaluation(task: Task, letter: str, error: str) -> Evaluation:
    expected = str(task.case.expected)
    if letter == "?":
        failed = Completion(Outcome.RATE_LIMITED, error=error, hint="try later")
        return Evaluation(task, failed)
    label = expected if letter == "p" else LABELS[(LABELS.index(expected) + 1) % 3]
    score = float(letter == "p")
    check = CheckResult("label", letter == "p", score, f"found {label}", label=label, expected_label=expected)
    completion = Completion(Outcome.COMPLETE, text=label, latency_ms=412.0, cost_usd=0.0)
    return Evaluation(task, completion, (check,), letter == "p", check.score)
