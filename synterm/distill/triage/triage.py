"""Triage of failures: rules propose, a model may, and what a person said stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synterm.core.distill import Failing, FailureType, Triage
from synterm.core.finding import Finding
from synterm.core.model import ModelSpec
from synterm.distill.triage.facts import gather
from synterm.distill.triage.judge import questions, read_judgement
from synterm.distill.triage.rules import propose
from synterm.evaluate.answers import ask_all
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.traffic import Traffic
from synterm.storage.project import Project


def triaged(project: Project, run_id: str, failing: Sequence[Failing]) -> list[Failing]:
    """Failures of a run, each with a type. What is kept of before stays; the rest is proposed by rules.

    Nothing is asked and nothing written. Raises InputError for checks that can't be used.
    """
    missing = [one for one in failing if one.triage is None]
    if not missing:
        return [*failing]
    checklist = Checklist(project.nodes.tree())
    labels = {
        scenario: tuple(label for part in checklist.parts(scenario) for label in getattr(part, "labels", ()))
        for scenario in {one.scenario_id for one in missing}
    }
    facts = gather(project, run_id, missing, labels)
    proposed = {id(one): propose(one, known) for one, known in zip(missing, facts, strict=True)}
    return [one if one.triage else one.model_copy(update={"triage": proposed[id(one)]}) for one in failing]


async def judged(
    project: Project,
    traffic: Traffic,
    failing: Sequence[Failing],
    model: ModelSpec,
    limits: Limits = DEFAULT_LIMITS,
    show: Callable[[Event], None] = lambda _: None,
) -> tuple[list[Failing], list[str]]:
    """The failures as a model judges their type, but for those that a person confirmed; and what went wrong, in words.

    What the model does not tell stays as it was proposed. Answers come from the project file where it has them. Raises
    ProjectError as `ask_all` does.
    """
    open_ones = [one for one in failing if not (one.triage and one.triage.confirmed)]
    tree = project.nodes.tree()
    descriptions = {
        scenario: "\n".join(node.description for node in tree.lineage(scenario) if node.description)
        for scenario in {one.scenario_id for one in open_ones}
        if scenario in tree
    }
    asked = questions(open_ones, model, descriptions, _prompts(project))
    answers = await ask_all(asked, project, traffic, limits, show)
    found: dict[int, Triage] = {}
    problems: list[str] = [f"{answers.halted.reason}; {answers.halted.hint}"] if answers.halted else []
    for one, (_, request) in zip(open_ones, asked, strict=True):
        if reply := answers.by_key.get(request.key):
            try:
                found[id(one)] = read_judgement(reply, model)
            except ValueError as error:
                problems.append(str(error))
    new = [one.model_copy(update={"triage": found[id(one)]}) if id(one) in found else one for one in failing]
    return new, list(dict.fromkeys(problems))


def confirmed(failing: Failing, kind: FailureType, who: str, reason: str = "") -> Finding:
    """That a person says of which type a failure is: it is kept, and nothing else is proposed for it any more.

    It is about the case's content and this answer: another answer is another failure.
    """
    before = failing.triage
    told = reason or (before.reason if before and before.type == kind else f"{who} says so")
    made = Triage(type=kind, reason=told, by=who, confirmed=True)
    return Finding("triage", failing.subject, made.model_dump(mode="json"), who=who)


def _prompts(project: Project) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for prompt in project.prompts.all():
        bodies = [("draft", prompt.draft), *((one.label, one.body) for one in prompt.versions)]
        found |= {
            (prompt.name, label): "\n\n".join(message.content for message in body.messages) for label, body in bodies
        }
    return found
