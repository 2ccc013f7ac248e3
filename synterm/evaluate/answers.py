"""Asking models for other things than verdicts: some requests at a time, through the same engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import Task, Variant
from synterm.core.prompt import PromptBody
from synterm.core.request import Request
from synterm.evaluate.events import Event, Halted
from synterm.evaluate.flights import Flights
from synterm.evaluate.limits import Limits
from synterm.evaluate.traffic import Traffic
from synterm.storage.project import Project

PURPOSE = "generate"
"""What stands in place of a prompt's name."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back."""

    by_key: Mapping[str, Completion]
    """By request key. A request that was not sent, since a limit was reached, has none."""
    halted: Halted | None
    """Whether a limit was reached, and which."""


async def ask_all(
    wanted: Sequence[tuple[Case, Request]],
    project: Project,
    traffic: Traffic,
    limits: Limits,
    show: Callable[[Event], None] = lambda _: None,
) -> Answers:
    """The answers to requests, each with the case that it is about: from the project file, else from the models.

    An answer is on disk before it is given. When the caller is cancelled what is under way is cancelled too, and what
    came in is kept. Raises ProjectError when the project file fails.
    """
    requests = {request.key: (case, request) for case, request in wanted}
    found = dict(project.responses.lookup([*requests], limits.kept))
    missing = [pair for key, pair in requests.items() if key not in found]
    if not missing:
        return Answers(found, None)

    def tell(task: Task, completion: Completion) -> None:
        assert task.request, "only requests were added"
        found[task.request.key] = completion

    flights = Flights(show, tell, traffic, project, limits)
    try:
        lanes = [flights.add(_task(case, request), request) for case, request in missing]
        for lane in dict.fromkeys(lanes):
            if lane:
                lane.route.endpoint.pump()
        flights.no_more()
        await flights.landed()
    finally:
        await flights.close()
    return Answers(found, flights.halted)


def _task(case: Case, request: Request) -> Task:
    body = PromptBody(messages=request.messages)
    return Task(case, Variant(PURPOSE, "draft", body, request.model), request=request)
