"""A recorded run as numbers again: the same counts that its report was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from synterm.core.case import Case, Origin
from synterm.core.completion import Completion
from synterm.core.context import Retrieval
from synterm.core.dialog import FINISH, is_dialog
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.core.metrics import GroupReport
from synterm.core.model import ModelSpec
from synterm.core.production import production_of
from synterm.core.prompt import Message, PromptBody
from synterm.evaluate.groups import group_reports
from synterm.evaluate.repeating import Repeating
from synterm.evaluate.report import RunResult
from synterm.evaluate.review.judges import known_judges
from synterm.evaluate.steadiness import Steadiness
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord

_PAGE = 500
_UNREAD = PromptBody(messages=(Message(role="user", content=""),))
_UNTOLD = Origin()
"""Said of each case: pydantic would copy its default for each, which took half of the time."""


@dataclass(frozen=True, slots=True)
class RecordedVariant(Variant):
    """A variant of a recorded run, known by name: what its prompt said is not read."""

    body_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The prompt's content, by its id, and the model's name."""
        return (self.body_id, self.model.name)


@dataclass(slots=True, repr=False)
class Recount:
    """A recorded run, counted."""

    run: RunRecord
    result: RunResult

    def groups(self) -> list[GroupReport]:
        """Its metrics by feature, behavior, scenario and tag."""
        sheet, tree = self.result.sheet, self.result.tree
        return group_reports(sheet, tree, self.result.labels, Steadiness(sheet, tree))


def recount(project: Project, run: RunRecord, labels: Sequence[str] = ()) -> Recount:
    """Count a recorded run. Reads all of its evaluations: call it in a thread, on a connection of its own.

    `labels` fixes the order of known labels. Raises ProjectError.
    """
    variants, production = variants_of(project, run), production_of(run.config)
    how = repeating_of(run)
    result = RunResult(
        project.nodes.tree(),
        list(variants.values()),
        _planned(run, 1 if production else len(variants), how),
        base=base_keys(run),
        gates=project.gates,
        labels=labels,
        repeating=how,
        production=production,
    )
    result.wall_s = float(_number(run.totals.get("wall_s")))
    result.rounds = int(_number(run.totals.get("rounds")))
    for page in chunks(project.runs.recorded(run.id), _PAGE):
        # Each call of a run over traffic is in one column only.
        weights = project.logged.weights(done.case_id for done in page) if production and production.weighted else {}
        for done in page:
            evaluation = evaluation_of(done, variants[done.body_id, done.model_name], judgings=how.judgings)
            result.add(evaluation)
            if weights:
                result.sheet.weigh(evaluation.task.case, weights.get(done.case_id, 1.0))
    result.calibrations = known_judges(project, result.sheet)
    return Recount(run, result)


def repeating_of(run: RunRecord) -> Repeating:
    """How often a recorded run evaluated each case."""
    repeats, judgings = (max(int(_number(run.config.get(name))), 1) for name in ("repeats", "judgings"))
    return Repeating(repeats, judgings, run.config.get("stop_early") is True)


def _planned(run: RunRecord, variants: int, how: Repeating) -> int:
    """How many evaluations the run was to make: one that stops early knows it only at its end."""
    if how.stop_early and run.totals:
        return int(_number(run.totals.get("evaluations")) + _number(run.totals.get("not_made")))
    return int(variants * _number(run.config.get("cases")) * how.each)


def variants_of(project: Project, run: RunRecord) -> dict[tuple[str, str], Variant]:
    """The variants of a run by key, in the order that its configuration names them."""
    models = {model.name: model for model in project.models.all()}
    found = project.runs.columns(run.id)
    order = [(item.get("body"), item.get("model")) for item in _named(run)]
    found.sort(key=lambda column: order.index(column[3:5]) if column[3:5] in order else len(order))
    made: dict[tuple[str, str], Variant] = {}
    for _, prompt, version, body_id, model_name in found:
        # A model of that name may be gone by now; a name that a model can't have is one that synterm never wrote.
        model = models.get(model_name) or ModelSpec.model_construct(name=model_name, model=model_name)
        made[body_id, model_name] = RecordedVariant(prompt, version, _UNREAD, model, body_id)
    return made


def base_keys(run: RunRecord) -> frozenset[tuple[str, str]]:
    """The variants of a run, by key, that were there for the others to be held against."""
    return frozenset(
        (str(item.get("body")), str(item.get("model"))) for item in _named(run) if item.get("base") is True
    )


def evaluation_of(done: Recorded, variant: Variant, case_id: str | None = None, judgings: int = 1) -> Evaluation:
    """A recorded evaluation as one that can be counted; `case_id` is what its case is to be called.

    `judgings`: how often its run judged each answer.
    """
    # Without validation: it was validated before it was recorded, and there may be a hundred thousand.
    case = Case.model_construct(
        id=case_id or done.case_id,
        root_id=done.root_id,
        scenario_id=done.scenario_id,
        input=done.input,
        tags=done.tags,
        origin=_UNTOLD,
    )
    completion = Completion(
        done.outcome,
        done.text,
        FINISH if is_dialog(done.input) else None,
        usage=done.usage,
        cost_usd=done.cost_usd,
        latency_ms=done.latency_ms,
        error=done.error,
        hint=done.hint,
        cached=done.cached,
    )
    task = Task(case, variant, done.repeat, answer=None if judgings == 1 else done.repeat // judgings)
    return Evaluation(task, completion, done.checks, done.passed, done.score)


def looker(result: RunResult) -> Callable[[Recorded], Retrieval | None]:
    """Finds again, for evaluations that a run made, what they found in the documents: it is not recorded."""
    variants = {variant.key: variant for variant in result.variants}

    def look(done: Recorded) -> Retrieval | None:
        variant = variants.get((done.body_id, done.model_name))
        if variant is None:
            return None
        case = Case.model_construct(id=done.case_id, scenario_id=done.scenario_id, input=done.input, origin=_UNTOLD)
        return result.retriever.retrieve(Task(case, variant, done.repeat))

    return look


def _named(run: RunRecord) -> Iterable[dict[str, object]]:
    named = run.config.get("variants")
    return [item for item in named if isinstance(item, dict)] if isinstance(named, list) else []  # pyright: ignore[reportUnknownVariableType]


def _number(value: object) -> int | float:
    return value if isinstance(value, (int, float)) else 0
