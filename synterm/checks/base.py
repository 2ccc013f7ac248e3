"""What every check is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from synterm.checks.question import Question, Replies, Reply
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.context import Retrieval, Retrieved
from synterm.core.dialog import FINISH, End, Transcript, Turn
from synterm.core.evaluation import CheckResult
from synterm.core.ids import content_id
from synterm.core.record import record
from synterm.core.request import Constraint

Fact = Literal["input", "expected", "context", "cost", "latency", "finish reason", "tools", "dialog"]
"""What may be known of an answer beside its text. A run knows all of it; who judges single answers may not."""


class Grades(Protocol):
    """Verdicts of checks that cost something, by grader key."""

    def lookup(self, key: bytes) -> CheckResult | None:
        """The verdict, if there is one."""
        ...

    def add(self, key: bytes, found: CheckResult) -> object:
        """Keep a verdict."""
        ...


@record
class Answer:
    """What a check looks at: the completion, the case that it answers, and what was found for it in the documents."""

    completion: Completion
    case: Case
    grades: Grades | None = None
    """The verdicts that are known of checks that cost something; a set asks its checks with them."""
    replies: Replies = field(default_factory=dict[Question, Reply])
    """What models said to the questions of checks (`Check.questions`)."""
    tools: Sequence[Any] = ()
    """The tools that the model was offered, as the call's parameters say them."""
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


@dataclass(frozen=True, slots=True)
class Example:
    """One answer, and what a check finds in it. The documentation shows it, and a test holds that it is so."""

    fields: dict[str, Any]
    """The check's configuration, without its type."""
    output: str
    """What the model answered."""
    passed: bool | None
    reason: str
    """The reason, or where it abstains the error."""
    expected: Any = None
    """What the case expects."""
    input: dict[str, Any] | None = None
    """The case's input, where the check looks at it."""
    score: float | None = None
    """The score, to three digits, where it is not 1 for a pass and 0 for a failure."""
    tools: Sequence[Any] = ()
    """The tools that the model was offered."""
    completion: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else is known of the answer: its `cost_usd`, `latency_ms`, `finish_reason`, `outcome`."""
    found: tuple[str, ...] | None = None
    """The documents of the chunks that were found for it, the best first, where the check looks at them."""

    replies: tuple[str, ...] = ()
    """What the judge replies to the check's questions, in order."""
    dialog: tuple[str, ...] = ()
    """What the user and the app say in turn, where the case is a dialog; the output is the last answer then."""
    end: End = "goal reached"
    """How the dialog ends."""

    def answer(self, check: Check) -> Answer:
        """The answer, as `check` gets it."""
        known: dict[str, Any] = {"outcome": Outcome.COMPLETE, **self.completion}
        case = Case(scenario_id="example", input=self.input or {}, expected=self.expected)
        text = self.output
        if self.dialog:
            turns = [Turn("assistant" if number % 2 else "user", said) for number, said in enumerate(self.dialog)]
            text = Transcript(turns, self.end).json()
            known["finish_reason"] = FINISH + self.end
        chunks = tuple(Retrieved(name, "", 1.0) for name in self.found or ())
        retrieval = None if self.found is None else Retrieval(chunks)
        answer = Answer(Completion(text=text, **known), case, tools=self.tools, retrieval=retrieval)
        came = (Reply(Completion(Outcome.COMPLETE, reply), "openai/gpt-4o") for reply in self.replies)
        return replace(answer, replies=dict(zip(check.questions(answer), came, strict=bool(self.replies))))


class Check(BaseModel, ABC):
    """A check is its configuration and `judge`. Subclasses set `type` and `example`, and add their own fields.

    The documentation is made from the code: the docstring's first line stands in the table of all checks, the rest of
    it and the line under each field in the check's own section (``python docs/checks.py``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    """The name in project files; the same as promptfoo's assertion where the meaning is the same."""
    example: ClassVar[Example | None] = None
    """One real use of it; every check that comes with synterm has its own."""
    instead: ClassVar[str | None] = None
    """The field that says what the answer is held against; without it, what the case expects counts."""

    weight: float = Field(default=1.0, ge=0)
    """How much its score counts in the mean; with 0 it is shown and counts for nothing."""
    metric: str | None = Field(default=None, min_length=1, max_length=100)
    """The name under which reports sum up its scores; several checks may have the same."""

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

    @property
    def needs_expected(self) -> bool:
        """Whether it can't judge an answer to a case that expects nothing."""
        return self.instead is not None and getattr(self, self.instead) is None

    def unexpecting(self) -> Check | None:
        """The form of it that judges where nothing is expected, as in production; None where it can't judge there."""
        return None if self.needs_expected else self

    @property
    def relies_on(self) -> Collection[Fact]:
        """What it must know beside the answer's text, and can't judge without."""
        return ("expected",) if self.needs_expected else ()

    def fitting(self, fits: Callable[[Check], bool]) -> Check | None:
        """The form of it that has only those of its `parts` that fit; None where nothing is left to judge by."""
        return self if all(map(fits, self.parts())) else None

    def grader_key(self, answer: Answer) -> bytes:
        """What decides the verdict on an answer: this check's configuration, the answer and the case. A SHA-256."""
        body = {
            "type": self.type,
            "check": self.model_dump(mode="json", exclude={"weight", "metric"}),
            "text": answer.completion.text,
            "outcome": answer.completion.outcome.value,
            "input": answer.case.input,
            "expected": answer.expected,
        }
        if answer.tools:
            body["tools"] = answer.tools
        if answer.retrieval is not None:
            body["context"] = answer.context
        return bytes.fromhex(content_id("grader", body))

    def questions(self, answer: Answer) -> Sequence[Question]:
        """What it asks a model about an answer; `judge` finds what came back in the answer's `replies`."""
        return ()

    @abstractmethod
    def judge(self, answer: Answer) -> CheckResult:
        """The verdict on one answer. May raise InputError when it can't judge this case: it then abstains."""

    def warm(self) -> None:
        """Load what judging needs and takes long to load: a model, a library.

        `Checklist.warm` calls it in a thread before the first verdict, so that `judge`, which runs on the event loop,
        never waits for a file. Called again it costs nothing. What is missing is no error here: `judge` says so.
        """

    def parts(self) -> Iterable[Check]:
        """The checks that judge: itself, or those of a set."""
        return (self,)

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
        return CheckResult(self.type, passed, found, reason, None, label, expected_label, self.metric)
