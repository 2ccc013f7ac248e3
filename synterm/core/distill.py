"""Why failures fail, as JSON: a contract with whoever reads it, and what findings hold."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.production import LOGGED, PRODUCTION

DISTILL_SCHEMA = "synterm.distill/1"

FailureType = Literal["spec gap", "model error", "wrong label", "judge error", "infrastructure"]
FAILURE_TYPES: tuple[FailureType, ...] = get_args(FailureType)
"""Nobody described what is wanted; the model got it wrong; the case expects the wrong thing; a check misjudges a right
answer; no answer came, or no verdict."""

Bounds = tuple[float, float]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Triage(_Frozen):
    """Of which type a failure is, and why. The body of a finding about (the case's content, the answer)."""

    type: FailureType
    reason: str
    """In words: "9 of 10 models agree on schedule, which the case does not expect"."""
    by: str
    """Who proposed it: ``rules``, a model's name, or a person's login name."""
    confirmed: bool = False
    """Whether a person said so: then nothing is proposed any more."""


class Failing(_Frozen):
    """A case that keeps failing under a variant."""

    case_id: str
    content_id: str
    output_id: str
    """Of the last answer that failed; empty where there was none."""
    root_id: str
    scenario_id: str
    behavior: str
    """The path of the behavior."""
    prompt: str
    version: str
    model: str
    input: str
    """As one text."""
    expected: str | None
    got: str
    """The label that was read, else the beginning of the answer, else the error."""
    reason: str
    """What the first failed check says."""
    tags: tuple[str, ...] = ()
    runs: int
    """How many runs were looked at that evaluated this very content under this prompt and model."""
    judged: int
    """Evaluations with a verdict in all of them."""
    failed: int
    errors: int
    """Evaluations without a verdict."""
    triage: Triage | None = None

    @property
    def is_logged(self) -> bool:
        """Whether it is a call of production, and no case."""
        return (self.prompt, self.version) == (PRODUCTION, LOGGED)

    @property
    def subject(self) -> tuple[str, str]:
        """What a triage of it is about: the case's content and the answer."""
        return self.content_id, self.output_id


class Cluster(_Frozen):
    """Failures that are alike. The body of a finding about the cluster's id."""

    id: str
    """Stays the same from run to run as long as most of its cases do."""
    name: str
    """A few words: "short follow-ups read as clarify"."""
    hypothesis: str
    """Why they fail, in one line."""
    by: str
    """Who named it: ``rules``, ``model NAME``, or a person's login name; a person's name is never replaced."""
    case_ids: tuple[str, ...]
    """All of it, the most typical first."""
    root_ids: tuple[str, ...]
    """The lineages of the cases, sorted: by these it is known again."""
    share: float
    """Of all failures that were clustered, 0 to 1."""
    pattern: str
    """The error that is most common in it: "schedule instead of clarify"; empty where there is none."""
    behaviors: dict[str, int]
    """Cases by the behavior's path."""
    types: dict[str, int] = Field(default_factory=dict)
    """Cases by failure type, as far as they have one."""
    trend: tuple[tuple[str, int], ...] = ()
    """The last runs, the oldest first: id, and how many of these cases failed in it."""


class Trigger(_Frozen):
    """Something measurable that goes with failing."""

    attribute: str
    """``length``, ``tag``, ``tone``, ``typos``, ``negation``, ``language``, ``generator``, a value's name …"""
    value: str
    words: str
    """The line of a table that one can read aloud: "long messages fail 2.4 times as often as others"."""
    cases: int
    """Cases that have it."""
    failed: int
    """Of these, how many fail."""
    other_cases: int
    other_failed: int
    roots: int
    """Independent lineages that have it."""
    lift: float | None
    """The rate of failing with it ÷ that of all others; None where no other fails."""
    lift_ci: Bounds | None
    """95 %."""
    p_value: float
    p_adjusted: float
    """After Benjamini and Hochberg's correction over all attributes that were looked at."""


class Tried(_Frozen):
    """What became of one input that was tried out."""

    input: dict[str, Any]
    passed: int
    """Repeats that passed."""
    failed: int
    errors: int = 0
    got: str = ""
    """The label or the beginning of the answer, of the last repeat."""


class Shrunk(_Frozen):
    """The smallest input that still fails, and the nearest that passes. The body of a finding about (case, variant)."""

    case_id: str
    prompt: str
    version: str
    model: str
    expected: Any = None
    before: Tried
    smallest: Tried
    """`before` where nothing could be left out."""
    passing: Tried | None
    """The nearest input found that passes, nearest to `smallest`; None where none was found."""
    change: str
    """What tells `passing` from `smallest`, in words; empty without one."""
    requests: int
    """Answers that were asked for."""
    cached: int
    """Answers that the project file had."""
    cost_usd: float = 0.0
    ended: str
    """Why it ended: "nothing more can be left out", "60 requests were made"."""
    flaky: bool = False
    """Whether some input of the way passed in some repeats and failed in others."""
    sense: bool = False
    """Whether each input that was tried is nearer to cases that expect the same than to those that expect what was
    answered; without that the smallest may ask for something else."""


class Step(_Frozen):
    """One value on a dimension, and what became of it."""

    value: float
    label: str
    """As people read it: "30 % of the letters", "12 words", "tone: angry"."""
    tried: Tried


class Boundary(_Frozen):
    """Where the verdict flips along one dimension. The body of a finding about (case, variant, dimension)."""

    case_id: str
    prompt: str
    version: str
    model: str
    dimension: str
    """``noise``, ``length``, ``phrasing``, ``temperature``, ``value:NAME``."""
    steps: tuple[Step, ...]
    """By value, each of them tried."""
    flips: tuple[tuple[float, float], ...]
    """Between which values the verdict turns, nearest neighbours that were tried; empty where it never does."""
    words: str
    """"passes up to 12 % of letters, fails from 15 % on"."""
    requests: int
    cached: int
    cost_usd: float = 0.0
    ended: str


class Round(_Frozen):
    """One round of looking around failures."""

    generation_id: str
    made: int
    """Candidates that the generators made."""
    kept: int
    """Those that the quality filters left."""
    failed: int
    """Of these, those that fail too."""
    passed: int
    errors: int
    """Those without a verdict; they stay as drafts."""
    requests: int
    """Answers of the app that were asked for."""
    cached: int


class Neighbourhood(_Frozen):
    """What was found around failures."""

    cluster: str = ""
    """The id of the cluster that was looked around; empty for failures that were chosen by hand."""
    scenario: str
    """The path of the scenario that holds what fails too; empty where nothing did."""
    rounds: tuple[Round, ...]
    failed: int
    passed: int
    pass_rate: float | None
    """Of all neighbours that have a verdict, under the variant that they were evaluated under."""
    ended: str


class AttackTry(_Frozen):
    """One attack on one case, and what became of it."""

    case_id: str
    family: str
    """What kind of trick it is: ``role-play``, ``round 3``."""
    note: str
    """What was done, in a few words."""
    tried: Tried
    succeeded: bool
    """Whether the app's answer failed the checks of the case's scenario, in more than half of the repeats."""
    obeyed: bool = False
    """Whether the answer says the word that the attack asks for."""
    score: float | None = None
    """How near the attacking model thinks that it came, 1 to 10; None where it was not asked."""
    grown_from: int | None = None
    """The place, among the attacks of the report, of the one that it was made from."""


class FamilyCount(_Frozen):
    """How often the tricks of one kind succeeded."""

    tried: int
    succeeded: int
    errors: int = 0
    """Without a verdict."""


class AttackReport(_Frozen):
    """What an attack found. The body of a finding about (case, variant, kind) holds the part that is about the case."""

    kind: str
    """As ``--attack`` calls it."""
    title: str
    """What it does, in a line."""
    prompt: str
    version: str
    model: str
    attacker: str = ""
    """The model that wrote the attacks; empty where none did."""
    cases: tuple[str, ...]
    """The cases that were attacked, by id: those that pass without an attack."""
    broken: tuple[str, ...]
    """Of these, those of which some attack succeeded."""
    tries: tuple[AttackTry, ...]
    """In the order in which they were made."""
    families: dict[str, FamilyCount]
    left_out: int = 0
    """Cases that do not pass without any attack, or have no verdict: an attack on them would say nothing."""
    requests: int
    """Answers of the app that were asked for."""
    asked: int = 0
    """Answers of the attacking model that were asked for."""
    cached: int
    """Answers of either that the project file had."""
    cost_usd: float = 0.0
    ended: str
    notes: tuple[str, ...] = ()
    """What could not be done, and why."""


class DistillReport(BaseModel):
    """What ``synterm distill --json`` gives."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.distill/1"] = Field(default=DISTILL_SCHEMA, alias="schema")
    project: str
    run_id: str
    """The run whose failures these are: the newest of those looked at."""
    runs: int
    """How many runs were looked at."""
    evaluated: int
    """Cases that have a verdict in it, over all variants."""
    failing: tuple[Failing, ...] = ()
    """Those that keep failing."""
    passing_now: int = 0
    """Cases that failed in an earlier one of the runs, and not in the last."""
    flaky: int = 0
    """Cases that failed in some repeats only, and do not keep failing."""
    clusters: tuple[Cluster, ...] = ()
    """The largest first; failures that are like no others are in none."""
    triggers: tuple[Trigger, ...] = ()
    shrunk: tuple[Shrunk, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    neighbourhoods: tuple[Neighbourhood, ...] = ()
    attacks: tuple[AttackReport, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why."""
