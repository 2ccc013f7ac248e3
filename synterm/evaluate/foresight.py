"""How long a run would take, what bounds it, and what it comes to: by what recorded answers of its models took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor
from statistics import fmean, quantiles
from typing import NamedTuple

from synterm.core.model import ModelSpec
from synterm.storage.responses import Past

OWN_MS: Mapping[str, float] = {"local": 0.35, "dask": 0.28, "ray": 0.32}
"""CPU of the process that makes the run, in milliseconds an evaluation with light checks, by who asks the models: the
first as docs/performance.md has it, workers in proportion to it as `benchmarks/scale.py` found them (docs/scale.md)."""
CACHED_MS = 0.09
"""The same where the answer is in the file (docs/performance.md)."""
LITELLM_MS = 4.5
"""CPU of a call through LiteLLM, in milliseconds, in one process for each that asks."""
EVALUATION_BYTES = 450
"""What an evaluation adds to the project file besides its answer's text and the response as it came (docs/scale.md)."""
CACHED_BYTES = 150
"""The same where the answer is in the file already."""
USUAL_BYTES = 1000
"""What an answer and its response are taken to have where none is recorded."""
EVALUATION_MEMORY = 500
"""What an evaluation takes of the memory of the process that makes the run, in bytes (docs/performance.md, growth)."""
_SLOWER = 3.0
"""How much slower this machine may be than the one that was measured: the same run took 0.32 ms of CPU an evaluation on
one machine, and 1.02 on another that had more to do (docs/performance.md, docs/scale.md)."""
_LARGE_BYTES = 8e9
"""A larger file works, but takes minutes to be checked, copied and merged."""
_MUCH_MEMORY = 2e9
_LONG_S = 600.0
"""A run that takes less is not worth dividing."""
_MOST_SHARES = 64


class Span(NamedTuple):
    """An estimate: from where to where."""

    low: float
    high: float

    def times(self, low: float, high: float | None = None) -> Span:
        """Both ends, each times its factor."""
        return Span(self.low * low, self.high * (low if high is None else high))


@dataclass(frozen=True, slots=True)
class Pace:
    """What the recorded answers of a model took."""

    answers: int
    """On how many it rests."""
    seconds: Span | None
    """How long one took; None where none was timed."""
    usd: Span | None
    """What one cost; None where nobody knows."""
    tokens: float | None
    """How many tokens one had with its prompt, on average."""
    size: float
    """Bytes of its text and its response, on average."""


def pace_of(past: Sequence[Past]) -> Pace | None:
    """What answers took; None without any.

    Spans are the quartiles, drawn out to the mean: many calls of which some take long take as long as the mean says.
    """
    if not past:
        return None
    tokens = [(one.prompt_tokens or 0) + one.completion_tokens for one in past if one.completion_tokens is not None]
    return Pace(
        len(past),
        _span([one.latency_ms / 1000 for one in past if one.latency_ms is not None]),
        _span([one.cost_usd for one in past if one.cost_usd is not None]),
        fmean(tokens) if tokens else None,
        fmean(one.size for one in past),
    )


def _span(values: Sequence[float]) -> Span | None:
    if not values:
        return None
    mean = fmean(values)
    first, _, third = quantiles(values, method="inclusive") if len(values) > 1 else (mean, mean, mean)
    return Span(min(first, mean), max(third, mean))


class Kind(StrEnum):
    """How a model is asked, as far as it decides what bounds a run."""

    DIRECT = "over HTTP from the process that asks"
    LITELLM = "through LiteLLM, in a process of its own"
    EMBEDDED = "the embedded model, in a process of its own"
    SCRIPTED = "by rules"


@dataclass(frozen=True, slots=True)
class Way:
    """The way to a model."""

    kind: Kind
    endpoint: str
    """Models of one endpoint share its calls at a time."""
    width: int
    """Calls at a time at first."""
    most: int
    """Calls at a time that it comes to while all goes well."""


@dataclass(frozen=True, slots=True)
class Load:
    """All that a run would ask of one model."""

    spec: ModelSpec
    way: Way
    requests: int
    """Questions of judges and turns of dialogs among them."""
    tokens: int
    """About how many tokens they have, where no recorded answer tells."""
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Hands:
    """Who asks the models and judges."""

    engine: str = "local"
    workers: int = 1
    known: bool = True
    """False: the number of workers is that of a cluster; all is reckoned for one."""
    cores: int | None = None
    """The processors that all workers share; None: each has what it needs."""
    concurrency: int | None = None
    """Calls at a time to each endpoint, as the user says."""

    def each(self, way: Way) -> Span:
        """Calls at a time of one worker: at first, and while all goes well."""
        if self.concurrency:
            return Span(*[ceil(self.concurrency / self.workers)] * 2)
        return Span(way.width, way.most)

    def at_a_time(self, way: Way) -> Span:
        """The same of all together."""
        return Span(*[self.concurrency] * 2) if self.concurrency else self.each(way).times(self.workers)


class Bound(StrEnum):
    """What a run may have to wait for."""

    RPM = "requests a minute"
    TPM = "tokens a minute"
    CALLS = "calls at a time × latency"
    LITELLM = "CPU of LiteLLM"
    EMBEDDED = "speed of the embedded model"
    DRIVER = "CPU of the process that makes the run"


@dataclass(frozen=True, slots=True)
class Leg:
    """What one bound alone would take: the run takes as long as the longest."""

    bound: Bound
    seconds: Span
    loads: tuple[Load, ...] = ()
    """What it is about; none: the whole run."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What is foreseen of a run."""

    hands: Hands
    loads: tuple[Load, ...]
    legs: tuple[Leg, ...]
    unknown: tuple[Load, ...]
    """Models of which no answer was timed yet."""
    file_bytes: float
    """How many bytes of the project file there would be more."""
    file_now: int
    evaluations: int

    @property
    def seconds(self) -> Span | None:
        """How long it takes; None where a model is unknown."""
        if self.unknown or not self.legs:
            return None
        return Span(max(leg.seconds.low for leg in self.legs), max(leg.seconds.high for leg in self.legs))

    @property
    def longest(self) -> Leg | None:
        """What bounds it while all goes well, as far as that is known."""
        return max(self.legs, key=lambda leg: leg.seconds, default=None)

    @property
    def worst(self) -> Leg | None:
        """What bounds it where all goes as slowly as it may."""
        return max(self.legs, key=lambda leg: leg.seconds.high, default=None)

    @property
    def usd(self) -> Span | None:
        """What it costs, by recorded answers; None where a model's are missing."""
        spans = [load.pace.usd.times(load.requests) if load.pace and load.pace.usd else None for load in self.loads]
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        return Span(sum(span.low for span in known), sum(span.high for span in known))

    @property
    def rests_on(self) -> int:
        """On how many recorded answers time and price rest."""
        return sum(load.pace.answers for load in self.loads if load.pace)

    @property
    def shares(self) -> int:
        """Into how many shares it is better divided; 1: it is not."""
        return max(self.shares_by_file, self.shares_by_memory, self.shares_by_driver)

    @property
    def shares_by_file(self) -> int:
        """Into how many, so that no file is unwieldy."""
        return min(_MOST_SHARES, max(1, ceil((self.file_now + self.file_bytes) / _LARGE_BYTES)))

    @property
    def memory_bytes(self) -> int:
        """How much memory its evaluations take together."""
        return self.evaluations * EVALUATION_MEMORY

    @property
    def shares_by_memory(self) -> int:
        """Into how many, so that none takes much memory."""
        return min(_MOST_SHARES, max(1, ceil(self.memory_bytes / _MUCH_MEMORY)))

    @property
    def shares_by_driver(self) -> int:
        """Into how many, so that the processes that make the runs are what bounds them no more."""
        longest = self.longest
        if longest is None or longest.bound is not Bound.DRIVER or longest.seconds.low < _LONG_S:
            return 1
        others = [leg.seconds.low for leg in self.legs if leg.bound is not Bound.DRIVER]
        wanted = max([_LONG_S, *others])
        return min(_MOST_SHARES, max(2, floor(longest.seconds.low / wanted)))


@dataclass(frozen=True, slots=True)
class Whole:
    """The run as a whole."""

    evaluations: int
    cached: int
    """Of them, those whose answers are in the file."""
    file_now: int
    """Bytes of the project file."""


def foresee(loads: Iterable[Load], hands: Hands, whole: Whole) -> Foresight:
    """What a run comes to."""
    asked = tuple(load for load in loads if load.requests)
    unknown = tuple(load for load in asked if not _timed(load))
    legs = [*_limits(asked), *_calls(asked, hands), *_machines(asked, hands)]
    fresh = sum(load.requests for load in asked)
    own_s = (fresh * OWN_MS[hands.engine] + whole.cached * CACHED_MS) / 1000
    if own_s:
        legs.append(Leg(Bound.DRIVER, Span(own_s, own_s * _SLOWER)))
    answers = sum(load.requests * (load.pace.size if load.pace else USUAL_BYTES) for load in asked)
    size = answers + fresh * EVALUATION_BYTES + whole.cached * CACHED_BYTES
    return Foresight(hands, asked, tuple(legs), unknown, size, whole.file_now, whole.evaluations)


def _timed(load: Load) -> Span | None:
    return load.pace.seconds if load.pace else None


def _limits(loads: Iterable[Load]) -> Iterable[Leg]:
    for load in loads:
        if load.spec.rpm:
            yield Leg(Bound.RPM, _same(load.requests / load.spec.rpm * 60), (load,))
        if load.spec.tpm:
            measured = load.pace.tokens if load.pace else None
            tokens = load.tokens if measured is None else load.requests * measured
            yield Leg(Bound.TPM, _same(tokens / load.spec.tpm * 60), (load,))


def _calls(loads: Sequence[Load], hands: Hands) -> Iterable[Leg]:
    waiting = [load for load in loads if load.way.kind is not Kind.EMBEDDED]
    for some in _together(waiting):
        seconds = [span for load in some if (span := _timed(load))]
        if len(seconds) < len(some):
            continue
        at_a_time = hands.at_a_time(some[0].way)
        count = sum(load.requests for load in some)
        low = sum(span.low * load.requests for span, load in zip(seconds, some, strict=True)) / count
        high = sum(span.high * load.requests for span, load in zip(seconds, some, strict=True)) / count
        slow = max(1.0, count / at_a_time.low) * high
        yield Leg(Bound.CALLS, Span(min(slow, _growing(count, low, at_a_time)), slow), tuple(some))


def _growing(count: int, latency_s: float, at_a_time: Span) -> float:
    """Seconds for so many calls while an endpoint is given more at a time after every window, as `Limit` does."""
    width, done, seconds = at_a_time.low, 0.0, 0.0
    while done < count:
        window = count - done if width >= at_a_time.high else min(max(10.0, width), count - done)
        seconds += max(1.0, window / width) * latency_s
        done += window
        width = min(at_a_time.high, width * 1.25 + 1)
    return seconds


def _machines(loads: Sequence[Load], hands: Hands) -> Iterable[Leg]:
    """What takes processors beside the process that makes the run."""
    there = hands.workers if hands.cores is None else min(hands.workers, hands.cores)
    for some in _together([load for load in loads if load.way.kind is Kind.LITELLM]):
        one_s = sum(load.requests for load in some) * LITELLM_MS / 1000 / there
        yield Leg(Bound.LITELLM, Span(one_s, one_s * _SLOWER), tuple(some))
    embedded = [load for load in loads if load.way.kind is Kind.EMBEDDED]
    spans = [span.times(load.requests) for load in embedded if (span := _timed(load))]
    if embedded and len(spans) == len(embedded):
        # A prompt is read by up to two threads, so that two workers may be in each other's way on two processors.
        least = there if hands.cores is None else min(there, max(1, hands.cores // 2))
        all_s = Span(sum(span.low for span in spans), sum(span.high for span in spans))
        yield Leg(Bound.EMBEDDED, all_s.times(1 / there, 1 / least), tuple(embedded))


def _together(loads: Iterable[Load]) -> list[list[Load]]:
    """Loads of one endpoint together."""
    found: dict[tuple[Kind, str], list[Load]] = {}
    for load in loads:
        found.setdefault((load.way.kind, load.way.endpoint), []).append(load)
    return list(found.values())


def _same(value: float) -> Span:
    return Span(value, value)
