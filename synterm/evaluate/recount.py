"""A recorded run as numbers again: the same counts that its report was made of."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.context import Retrieval
from synterm.core.dialog import FINISH, is_dialog
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.evaluate.report import RunResult
from synterm.evaluate.review.judges import known_judges
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord

_UNREAD = PromptBody(messages=(Message(role="user", content=""),))


@dataclass(frozen=True, slots=True)
class RecordedVariant(Variant):
    """A variant of a recorded run, known by name: what its prompt said is not read."""

    body_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The prompt's content, by its id, and the model's name."""
        return (self.body_id, self.model.name)


@dataclass(slots=True)
class Bill:
    """What a variant's answers take, from the cache or not: what an app would pay and send."""

    cost_usd: float = 0.0
    priced: int = 0
    """Answers whose cost is known."""
    answers: int = 0
    tokens: int = 0
    counted: int = 0
    """Answers whose tokens are known."""
    scores: array[float] = field(default_factory=lambda: array("d"))

    def add(self, done: Recorded) -> None:
        """Count one evaluation."""
        self.answers += done.outcome.answered
        if done.cost_usd is not None:
            self.priced += 1
            self.cost_usd += done.cost_usd
        if done.usage.prompt is not None and done.usage.completion is not None:
            self.counted += 1
            self.tokens += done.usage.prompt + done.usage.completion
        if done.score is not None:
            self.scores.append(done.score)

    @property
    def per_thousand(self) -> float | None:
        """US dollars for 1000 cases; None while the cost of some answer is unknown."""
        return self.cost_usd / self.priced * 1000 if self.priced and self.priced >= self.answers else None

    @property
    def tokens_each(self) -> float | None:
        """Tokens of prompt and answer for a case; None without counts."""
        return self.tokens / self.counted if self.counted else None


@dataclass(slots=True, repr=False)
class Recount:
    """A recorded run, counted."""

    run: RunRecord
    result: RunResult
    bills: dict[tuple[str, str], Bill]
    """By variant key."""


def recount(project: Project, run: RunRecord, labels: Sequence[str] = ()) -> Recount:
    """Count a recorded run. Reads all of its evaluations: call it in a thread, on a connection of its own.

    `labels` fixes the order of known labels. Raises ProjectError.
    """
    variants = variants_of(project, run)
    planned = int(len(variants) * _number(run.config.get("cases")) * max(_number(run.config.get("repeats")), 1))
    result = RunResult(project.nodes.tree(), list(variants.values()), planned=planned, labels=labels)
    result.wall_s = float(_number(run.totals.get("wall_s")))
    bills = {key: Bill() for key in variants}
    for done in project.runs.recorded(run.id):
        key = (done.body_id, done.model_name)
        result.add(evaluation_of(done, variants[key]))
        bills[key].add(done)
    result.calibrations = known_judges(project, result.sheet)
    return Recount(run, result, bills)


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


def evaluation_of(done: Recorded, variant: Variant, case_id: str | None = None) -> Evaluation:
    """A recorded evaluation as one that can be counted; `case_id` is what its case is to be called."""
    # Without validation: it was validated before it was recorded, and there may be a hundred thousand.
    case = Case.model_construct(
        id=case_id or done.case_id, root_id=done.root_id, scenario_id=done.scenario_id, input=done.input
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
    return Evaluation(Task(case, variant, done.repeat), completion, done.checks, done.passed, done.score)


def looker(result: RunResult) -> Callable[[Recorded], Retrieval | None]:
    """Finds again, for evaluations that a run made, what they found in the documents: it is not recorded."""
    variants = {variant.key: variant for variant in result.variants}

    def look(done: Recorded) -> Retrieval | None:
        variant = variants.get((done.body_id, done.model_name))
        if variant is None:
            return None
        case = Case.model_construct(id=done.case_id, scenario_id=done.scenario_id, input=done.input)
        return result.retriever.retrieve(Task(case, variant, done.repeat))

    return look


def _named(run: RunRecord) -> Iterable[dict[str, object]]:
    named = run.config.get("variants")
    return [item for item in named if isinstance(item, dict)] if isinstance(named, list) else []  # pyright: ignore[reportUnknownVariableType]


def _number(value: object) -> int | float:
    return value if isinstance(value, (int, float)) else 0
