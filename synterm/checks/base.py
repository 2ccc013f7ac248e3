"""What every check is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.context import Retrieval, Retrieved
from synterm.core.evaluation import CheckResult
from synterm.core.ids import content_id
from synterm.core.request import Constraint


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check looks at: the completion, the case that it answers, and what was found for it in the documents."""

    completion: Completion
    case: Case
    retrieval: Retrieval | None = None
    """None where the prompt takes no context."""

    @property
    def retrieved(self) -> tuple[Retrieved, ...] | None:
        """The chunks that were found, the best first; None where the prompt takes no context or none could be found."""
        return None if self.retrieval is None or self.retrieval.problem else self.retrieval.chunks

    @property
    def context(self) -> str | None:
        """The same as the text that ``{{ context }}`` stands for."""
        return None if self.retrieval is None or self.retrieval.problem else self.retrieval.text

    @property
    def text(self) -> str:
        """The answer's text, as the model gave it."""
        return self.completion.text

    @property
    def expected(self) -> Any:
        """The case's expected result; None where there is none."""
        return self.case.expected


class Check(BaseModel, ABC):
    """A check is its configuration and `judge`. Subclasses set `type` and add their own fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    """The name in project files; the same as promptfoo's assertion where the meaning is the same."""

    weight: float = Field(default=1.0, ge=0)
    """How much its score counts in the mean; with 0 it is shown and counts for nothing."""

    @property
    def costs(self) -> bool:
        """Whether judging costs money or takes long: its verdicts are then kept in the project file."""
        return False

    def grader_key(self, answer: Answer) -> bytes:
        """What decides the verdict on an answer: this check's configuration, the answer and the case. A SHA-256."""
        body = {
            "type": self.type,
            "check": self.model_dump(mode="json", exclude={"weight"}),
            "text": answer.text,
            "outcome": answer.completion.outcome.value,
            "input": answer.case.input,
            "expected": answer.expected,
        }
        if answer.retrieval is not None:
            body["context"] = answer.context
        return bytes.fromhex(content_id("grader", body))

    @abstractmethod
    def judge(self, answer: Answer) -> CheckResult:
        """The verdict on one answer. May raise InputError when it can't judge this case: it then abstains."""

    def constraint(self) -> Constraint | None:
        """What a model could be held to, so that its answer can pass; None when there is nothing."""
        return None

    def verdict(
        self,
        passed: bool,
        reason: str,
        *,
        score: float | None = None,
        label: str | None = None,
        expected_label: str | None = None,
    ) -> CheckResult:
        """A result of this check; the score is 1 or 0 unless given."""
        found = float(passed) if score is None else score
        return CheckResult(self.type, passed, found, reason, label=label, expected_label=expected_label)
