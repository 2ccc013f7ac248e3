"""An evaluation: one case under one variant, judged by checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.context import Retrieval
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.recipe import Recipe
from synterm.core.record import record
from synterm.core.request import Request

_LABELLING = ("label", "assert-set")


@record
class CheckResult:
    """What one check found. A check that could not judge abstains: `passed` is None and `error` says why."""

    type: str
    passed: bool | None
    score: float | None
    """0 to 1; None when it abstains."""
    reason: str
    error: str | None = None
    label: str | None = None
    """The label that a label check read from the answer."""
    expected_label: str | None = None
    """The label that was expected, in the check's own spelling."""
    metric: str | None = None
    """The name under which reports sum up the scores."""
    parts: tuple[CheckResult, ...] = ()
    """What the checks of a set found, in order."""
    judge: str | None = None
    """The model that judged and the version of its instructions, where a model did: ``openai/gpt-4o · 3f2a91``."""
    agreed: float | None = None
    """The share of the judgements that pass, where a model judged the answer more than once and its verdict counts."""

    @property
    def reading(self) -> tuple[str, str | None] | None:
        """The expected label and the one that was read, where a label check compared them, by itself or in a set."""
        # ``not-label`` asks for any other label, so it tells of no mix-up.
        return (self.expected_label, self.label) if self.expected_label and self.type in _LABELLING else None

    @property
    def agreements(self) -> tuple[float, ...]:
        """What `agreed` says, also of the checks of a set."""
        own = () if self.agreed is None else (self.agreed,)
        return sum((part.agreements for part in self.parts), own)

    @classmethod
    def abstain(cls, check_type: str, error: str) -> CheckResult:
        """No verdict, with the reason."""
        return cls(check_type, None, None, "", error)


@dataclass(frozen=True, slots=True)
class Variant:
    """One grid column: a prompt body under a model."""

    prompt: str
    version: str
    """``v2`` or ``draft``."""
    body: PromptBody
    model: ModelSpec

    @property
    def name(self) -> str:
        """``router@v2 · smollm2``."""
        return variant_name(self.prompt, self.version, self.model.name)

    @property
    def key(self) -> tuple[str, str]:
        """What tells two variants apart: the prompt's content and the model's name."""
        return (self.body.id, self.model.name)


def variant_name(prompt: str, version: str, model: str) -> str:
    """What people call a variant: ``router@v2 · smollm2``."""
    return f"{prompt}@{version} · {model}"


Cell = tuple[str, str, str, str, str, int]
"""Case id; the variant's prompt, version, body id and model; repeat."""


@record
class Task:
    """One evaluation to be made. Once rendered it has a request, or the problem why there is none."""

    case: Case
    variant: Variant
    repeat: int = 0
    request: Request | None = None
    problem: str | None = None
    """Why there is no request: a placeholder without a value, a template that fails."""
    then: Callable[[Completion], None] | None = field(default=None, compare=False)
    """Who gets the answer, where it is one step on the way to a verdict: a judge's reply, a turn of a dialog."""
    recipe: Recipe | None = None
    """How its request comes about; None when that can't be said, and for tasks that were made by hand."""
    content: str = ""
    """The case's content id, where it is worked out already: that takes a hash."""
    answer: int | None = None
    """The repeat whose answer is judged, where it is another one's: its answer is judged again."""
    retrieval: Retrieval | None = None
    """What was found for it in the documents, where that is worked out already."""

    @property
    def cell(self) -> Cell:
        """The place in a grid. A draft and the version that it was kept as say the same: each has places of its own."""
        variant = self.variant
        return (self.case.id, variant.prompt, variant.version, *variant.key, self.repeat)

    @property
    def made(self) -> int:
        """The repeat that its answer was, or is to be, made for."""
        return self.repeat if self.answer is None else self.answer

    @property
    def content_id(self) -> str:
        """The name of the case's content."""
        return self.content or self.case.content_id

    @property
    def shortcut(self) -> bytes | None:
        """What names its answer without rendering the request; None without a recipe."""
        return None if self.recipe is None else self.recipe.shortcut(self.content_id, self.made)


@record
class Evaluation:
    """A judged answer."""

    task: Task
    completion: Completion
    checks: tuple[CheckResult, ...] = ()
    passed: bool | None = None
    """None: no verdict (the call failed, or every check abstained). An error is not a failure."""
    score: float | None = None
    """Mean score of the checks that judged, weighted, 0 to 1."""
    others: tuple[Completion, ...] = ()
    """What else was asked for the verdict: the replies of judges."""

    @property
    def calls(self) -> tuple[Completion, ...]:
        """All answers that were asked for: that of the app, or both sides' of a dialog, and the judges' replies."""
        return (*(self.completion.steps or (self.completion,)), *self.others)

    @property
    def label(self) -> str | None:
        """The label that was read from the answer, if a check reads labels."""
        return next((check.label for check in self.checks if check.label is not None), None)

    @property
    def error(self) -> str | None:
        """Why there is no verdict, in words; None when there is one."""
        if self.passed is not None:
            return None
        if self.completion.error:
            return self.completion.error
        return next((check.error for check in self.checks if check.error), "no check gave a verdict")

    @property
    def reason(self) -> str:
        """The first reason for a failure, else why there is no verdict, else the first reason given."""
        if self.passed is None:
            return self.error or ""
        if not self.completion.outcome.answered or not self.checks:
            return self.completion.outcome.value
        failed = (check.reason for check in self.checks if check.passed is False)
        return next(failed, self.checks[0].reason)
