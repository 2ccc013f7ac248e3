"""What every check is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from synterm.checks.question import Question, Replies, Reply
from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.dialog import Transcript
from synterm.core.evaluation import CheckResult
from synterm.core.ids import content_id
from synterm.core.request import Constraint


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check looks at: the completion, and the case that it answers."""

    completion: Completion
    case: Case
    replies: Replies = field(default_factory=dict[Question, Reply])
    """What models said to the questions of checks (`Check.questions`)."""

    @property
    def text(self) -> str:
        """The answer's text, as the model gave it; of a dialog the last answer."""
        return self.completion.said

    @property
    def transcript(self) -> Transcript | None:
        """The dialog, where the case is one."""
        return self.completion.transcript

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
    def asks(self) -> bool:
        """Whether it may ask a model about an answer."""
        return bool(self.judges)

    @property
    def judges(self) -> Collection[str]:
        """The names of the models that it asks."""
        return ()

    @property
    def costs(self) -> bool:
        """Whether judging costs money or takes long: its verdicts are then kept in the project file."""
        return False

    def grader_key(self, answer: Answer) -> bytes:
        """What decides the verdict on an answer: this check's configuration, the answer and the case. A SHA-256."""
        body = {
            "type": self.type,
            "check": self.model_dump(mode="json", exclude={"weight"}),
            "text": answer.completion.text,
            "outcome": answer.completion.outcome.value,
            "input": answer.case.input,
            "expected": answer.expected,
        }
        return bytes.fromhex(content_id("grader", body))

    def questions(self, answer: Answer) -> Sequence[Question]:
        """What it asks a model about an answer; `judge` finds what came back in the answer's `replies`."""
        return ()

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
