"""Beginning the dialog of a case: with its prompt, its user, and the check that ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import NAME, dialog_of
from synterm.core.evaluation import Task
from synterm.core.prompt import Message
from synterm.core.tree import CheckConfig
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.conversation import Conversation, Render
from synterm.evaluate.plan import shown_to
from synterm.evaluate.renderers import renderer


def begin_dialog(task: Task, checklist: Checklist) -> Conversation:
    """The conversation of a case that is a dialog, its first line said where it is known.

    Raises InputError for a dialog that can't be held: a model that is not there, a check that can't end it.
    """
    spec = dialog_of(task.case.input)
    if spec is None:
        raise InputError("the case is no dialog")
    conversation = Conversation(
        task,
        spec,
        _render(task, checklist),
        checklist.model(spec.user) if spec.user else None,
        checklist.constraint(task.case.scenario_id) if task.variant.model.constrained else None,
    )
    if spec.stop_when is not None:
        conversation.decides = _decides(spec.stop_when, task.case)
    conversation.begin()
    return conversation


def _render(task: Task, checklist: Checklist) -> Render:
    """How a turn becomes messages: with the context that is found for that turn, where the prompt takes some."""
    made = renderer(shown_to(task.variant.model, task.variant.body))

    def render(values: dict[str, Any]) -> tuple[Message, ...]:
        turn = Task(task.case.model_copy(update={"input": values}), task.variant)
        found = checklist.retriever.retrieve(turn)
        return made.render(values, found) if found else made.render(values)

    return render


def _decides(config: CheckConfig, case: Case) -> Callable[[str], bool]:
    try:
        check = load_check(config)
    except InputError as error:
        raise InputError(error.message, hint=error.hint, where=f"{NAME}.stop_when") from error
    if check.asks:
        raise InputError(f"a dialog can't be ended by {check.type}: it would ask a model", where=f"{NAME}.stop_when")

    def passes(answer: str) -> bool:
        _, passed, _ = judge([check], Answer(Completion(Outcome.COMPLETE, answer), case))
        return passed is True

    return passes
