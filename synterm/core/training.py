"""A training set: which answers a model is to learn, which to avoid, and for which requests."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, Split
from synterm.core.prompt import Message
from synterm.core.record import record

TRAINING_SCHEMA = "synterm.training/1"

PositiveSource = Literal["human", "expected", "passed"]
"""People judged the answer right; the case expects it word for word; it was recorded and passed the checks."""
AnswerSource = Literal["human", "expected", "passed", "failed"]
"""Of a negative: ``human`` judged it wrong, or it ``failed`` the checks."""
Part = Literal["train", "validation"]
Order = Literal["hard", "added"]
Guard = Literal[
    "split", "lineage", "near-duplicate", "prompt-leak", "no-answer", "same-answer", "tie", "too-long", "private"
]
"""What refuses rows; each is described in docs/finetune.md."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainingPlan(_Frozen):
    """What goes into a training set. The same plan on the same project state gives the same bytes."""

    prompt: str
    """The prompt version whose messages are learnt from: ``router@v2``."""
    behaviors: tuple[str, ...] = ()
    """Globs over the tree, by path or name; none: all."""
    where: tuple[str, ...] = ()
    """Queries that cases must fit as well."""
    splits: tuple[Split, ...] = ("train",)
    """Where cases are taken from. Those of dev and holdout are refused: naming them shows which these are."""
    models: tuple[str, ...] = ()
    """Models of the project whose recorded answers count; none: all."""
    positives: tuple[PositiveSource, ...] = ("human", "expected", "passed")
    """Where right answers come from, the most trusted first; the first that has one gives it."""
    min_score: float = Field(default=1.0, ge=0, le=1)
    """A recorded answer that passed is taken as right from this score on."""
    negatives: int = Field(default=2, ge=0)
    """At most so many wrong answers of a case, the most frequent first."""
    balance: float | None = Field(default=3.0, ge=1)
    """No behavior and no label has more than this many times the examples of the median one; None: take all."""
    limit: int | None = Field(default=None, ge=1)
    """At most so many examples."""
    order: Order = "hard"
    """``hard``: those that fail most come first, and are the last to be left out."""
    instructions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Short system prompts in place of the prompt's own and of its examples, in several phrasings, by a glob over
    behaviors; ``*`` for all. Empty: the prompt as it is."""
    every_phrasing: bool = False
    """Each case once under every phrasing; else under one of them, told by its id."""
    max_tokens: int = Field(default=2048, ge=1)
    """Tokens that a row may have, prompt and answer together."""
    near: float = Field(default=0.9, gt=0, le=1)
    """From this similarity of wording on a case is a near-duplicate of an evaluation case."""
    allow_private: tuple[str, ...] = ()
    """Texts that may stand there although they look like personal data or keys; ``*`` in them is any text."""
    validation: float = Field(default=0.1, ge=0, lt=1)
    """The share of lineages that is set aside to watch the training."""
    seed: int = 0


@record
class TrainingAnswer:
    """An answer to learn, or one to avoid."""

    messages: tuple[Message, ...]
    """The assistant's message; of a dialog all turns that follow the request, the last by the assistant."""
    source: AnswerSource
    reason: str
    """Why it is right or wrong, in words: what a check or a person said."""
    score: float | None = None
    """What checks gave it, 0 to 1; None where they did not judge it."""
    model: str = ""
    """The project's model that gave it; empty for one that the case expects."""
    variant: str = ""
    """``router@v2 · smollm2``; empty for one that the case expects."""
    run_id: str = ""

    @property
    def text(self) -> str:
        """What the assistant says last."""
        return self.messages[-1].content


@record
class TrainingExample:
    """One request with the answers to learn and to avoid."""

    case: Case
    behavior: str
    """The path of the behavior: ``Routing/Ambiguous``."""
    scenario: str
    """The path of the scenario."""
    label: str
    """The label that is expected, in a label check's own spelling; empty where there is none."""
    prompt: tuple[Message, ...]
    """What is sent, rendered: under an instruction, that in place of system messages and examples."""
    positives: tuple[TrainingAnswer, ...]
    """The best first; one at most for now."""
    negatives: tuple[TrainingAnswer, ...]
    """The most frequent first."""
    difficulty: float | None = None
    """The share of recorded verdicts on the case that failed, 0 to 1; None when it was never evaluated."""
    instruction: str = ""
    """The phrasing that stands in for the prompt's own; empty for the prompt as it is."""
    phrasing: int = 0
    """Its number among the phrasings, from 0."""
    tools: tuple[dict[str, Any], ...] = ()
    """Functions that the model may call, as OpenAI's API has them."""
    tokens: int = 0
    """Of the prompt and the longest answer, as tiktoken counts them (o200k_base)."""
    part: Part = "train"

    @property
    def id(self) -> str:
        """``CASE`` or ``CASE#2`` for a further phrasing: tells the rows of a set apart."""
        return f"{self.case.id}#{self.phrasing + 1}" if self.phrasing else self.case.id

    @property
    def pairs(self) -> tuple[tuple[TrainingAnswer, TrainingAnswer], ...]:
        """Every (chosen, rejected)."""
        return tuple((right, wrong) for right in self.positives for wrong in self.negatives)


class Refusal(_Frozen):
    """Something that may not go into a training set, and why."""

    guard: Guard
    case_id: str
    root_id: str
    behavior: str
    input: str
    """Its beginning."""
    reason: str
    """In words: "it is 96 % alike the holdout case 8FH3K2QW"."""
    what: Literal["example", "answer", "pair"] = "example"
    """Whether all of the case is refused, or one answer or pair of it."""
    other: str = ""
    """The evaluation case that it would leak, where there is one."""


@record
class TrainingSet:
    """What is written out, and what is not."""

    plan: TrainingPlan
    examples: tuple[TrainingExample, ...]
    """Both parts, each in its order."""
    refusals: tuple[Refusal, ...]
    left_out: dict[str, int]
    """How many examples were left out without being wrong, by the reason: ``balance``, ``limit``."""
    cases: dict[str, int]
    """Cases that the plan names, by the behavior's path."""

    def part(self, part: Part) -> tuple[TrainingExample, ...]:
        """The examples of one part."""
        return tuple(example for example in self.examples if example.part == part)


class BehaviorTraining(_Frozen):
    """What a training set has of a behavior."""

    path: str
    cases: int
    """Cases of the behavior that the plan names."""
    examples: int
    roots: int
    """Independent lineages among them: variations of one seed are not so many data points."""
    positives: dict[str, int]
    """By source."""
    negatives: int
    pairs: int
    labels: dict[str, int]
    hard: int
    """Examples that failed in more than half of their verdicts."""


class TrainingReport(_Frozen):
    """A training set as JSON, without its texts: a contract with whoever reads it."""

    schema_: str = Field(default=TRAINING_SCHEMA, alias="schema")
    project: str
    plan: TrainingPlan
    cases: int
    examples: dict[Part, int]
    roots: dict[Part, int]
    positives: dict[str, int]
    negatives: int
    pairs: int
    tokens: dict[Part, int]
    labels: dict[str, int]
    behaviors: tuple[BehaviorTraining, ...]
    refused: dict[str, int]
    """By guard."""
    refusals: tuple[Refusal, ...]
    left_out: dict[str, int]
    splits: dict[Split, int]
    """All accepted cases of the project by split."""
    models: tuple[str, ...]
    """Models whose answers are in it."""
