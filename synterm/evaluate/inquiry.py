"""What is still to be asked before an answer can be judged: the questions of its checks, and the replies to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synterm.checks.question import Question, Reply
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.core.request import JsonSchema, Request
from synterm.errors import did_you_mean
from synterm.providers.known_params import param_problem

_SEEDED = ("embedded", "openai", "azure", "mistral", "ollama", "hosted_vllm")
"""Whose models take a seed; others refuse the call."""
_MOST_JUDGEMENTS = 100


@dataclass(slots=True)
class Inquiry:
    """An answer on its way to a verdict."""

    task: Task
    completion: Completion
    requests: Mapping[Question, Request]
    """The questions of its checks; those to judges that the project does not have are replied to already."""
    replies: dict[Question, Reply] = field(default_factory=dict[Question, Reply])

    @property
    def missing(self) -> dict[str, Request]:
        """The requests that have no reply yet, by key."""
        return {request.key: request for asked, request in self.requests.items() if asked not in self.replies}

    def take(self, answers: Mapping[str, Completion]) -> None:
        """Take replies, by the keys of their requests."""
        for asked, request in self.requests.items():
            if (answer := answers.get(request.key)) is not None:
                self.replies[asked] = Reply(answer, request.model.resolved)

    @property
    def completions(self) -> tuple[Completion, ...]:
        """All replies of models; one that several questions share stands once."""
        came = {request.key: self.replies[asked] for asked, request in self.requests.items() if asked in self.replies}
        return tuple(reply.completion for reply in came.values())


def inquiry(
    task: Task, completion: Completion, asked: Iterable[Question], models: Mapping[str, ModelSpec]
) -> Inquiry | None:
    """The inquiry that the questions make; None without any."""
    questions = dict.fromkeys(asked)
    if not questions:
        return None
    requests = {
        question: _request(question, models[question.model], task.repeat)
        for question in questions
        if question.model in models
    }
    made = Inquiry(task, completion, requests)
    for question in questions:
        if question.model not in models:
            made.replies[question] = Reply(_unknown(question.model, models), question.model)
    return made


def _request(question: Question, model: ModelSpec, repeat: int) -> Request:
    """The call that a question makes. Repeats of a case are judged anew each, with repeats of the judge's own."""
    # What the model's own parameters say goes over it.
    params: dict[str, Any] = {"temperature": 0} if question.steady else {}
    if question.repeat and model.provider in _SEEDED:
        params["seed"] = question.repeat
    known = {name: value for name, value in params.items() if param_problem(model, name, value) is None}
    return Request(
        model=model,
        messages=question.messages,
        params={**known, **model.params},
        constraint=JsonSchema(question.schema) if model.constrained else None,
        repeat=repeat * _MOST_JUDGEMENTS + question.repeat,
    )


def _unknown(name: str, models: Mapping[str, ModelSpec]) -> Completion:
    hint = did_you_mean(name, models)
    return failed_call(Outcome.NOT_SENT, f"{name!r} is no model of the project" + (f"; {hint}" if hint else ""))
