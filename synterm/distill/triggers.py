"""What goes with failing: attributes of a case that more failures have than others, with how sure that is.

Each attribute is a two-by-two table: has it or not, fails or not. Variations of one seed are no independent cases, so
in a table each lineage counts once among those that have the attribute, and once among those that don't, as failing
where more than half of its cases there do. Lift is the ratio of the two shares (relative risk), with the interval of D.
Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies", Biometrics 34 (1978) 469–474; where
nothing fails on one side, with half a case added to each cell. The p-value is Fisher's exact test, two-sided, adjusted
for all attributes that were looked at (Benjamini and Hochberg). An attribute goes with failing; that it is why, nobody
can say.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, sqrt
from statistics import NormalDist
from typing import NamedTuple

from synterm.core.case import Case, input_text
from synterm.core.dialog import NAME, is_dialog
from synterm.core.distill import Bounds, Trigger
from synterm.describe.coverage.length import LENGTHS, length_of, words_in
from synterm.describe.coverage.noise import noise_of
from synterm.describe.coverage.tone import tone_of
from synterm.describe.generators.english import is_foreign
from synterm.evaluate.statistics import adjust
from synterm.text import one_line, plural

LEAST = 5
"""An attribute that fewer lineages have, or lack, tells nothing."""
_MOST_VALUES = 12
"""A value of the input with more different ones is no attribute."""
_LONGEST_VALUE = 40
_NEGATES = re.compile(r"\b(?:no|not|never|none|nobody|nothing|without|cannot|\w+n['’]t|dont|cant|wont|isnt)\b", re.I)
_NUMBER = re.compile(r"\d")
_CONFIDENCE = 0.95
_SHOWN = 40

Attribute = tuple[str, str]
"""Its name and value: ("length", "long")."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A case that has a verdict."""

    case: Case
    failed: bool


class Table(NamedTuple):
    """Lineages that have an attribute and fail, all that have it, and the same of those that lack it."""

    failed: int
    having: int
    other_failed: int
    others: int


def triggers_of(evaluated: Sequence[Evaluated], most: int = 20) -> list[Trigger]:
    """The attributes that go with failing, the surest first; at most so many. Those that go with passing are left out.

    Attributes that all have, or too few, are not looked at, and of two that the same cases have only one is.
    """
    having: dict[Attribute, set[int]] = defaultdict(set)
    for at, one in enumerate(evaluated):
        for attribute in attributes_of(one.case):
            having[attribute].add(at)
    for attribute, places in _slots([one.case for one in evaluated]).items():
        having[attribute] |= places
    tables = {attribute: _table(evaluated, places) for attribute, places in _distinct(having).items()}
    looked_at = {name: table for name, table in tables.items() if min(table.having, table.others) >= LEAST}
    p_values = [fisher(table) for table in looked_at.values()]
    adjusted = adjust(p_values)
    found = [
        _trigger(attribute, table, evaluated, having[attribute], p, corrected)
        for (attribute, table), p, corrected in zip(looked_at.items(), p_values, adjusted, strict=True)
        if table.failed * table.others > table.other_failed * table.having
    ]
    return sorted(found, key=lambda one: (one.p_value, one.attribute, one.value))[:most]


def attributes_of(case: Case) -> Iterator[Attribute]:
    """What can be measured of a case by itself."""
    text = input_text(case.input)
    yield "length", length_of(words_in(text))
    if is_foreign(text):
        yield "language", "not English"
    else:
        yield "tone", tone_of(text)
        yield "writing", noise_of(text)
    if _NEGATES.search(text):
        yield "negation", "yes"
    if "?" in text:
        yield "question mark", "yes"
    if _NUMBER.search(text):
        yield "numbers", "yes"
    if is_dialog(case.input):
        said = case.input[NAME].get("turns")
        turns = len(said) if isinstance(said, list) else 0  # pyright: ignore[reportUnknownArgumentType]
        yield "dialog", plural(turns, "turn") if turns else "simulated"
    if isinstance(case.expected, str) and len(case.expected) <= _LONGEST_VALUE:
        yield "expected", case.expected
    yield "origin", case.origin.kind
    for kind in _generators(case):
        yield "generator", kind
    yield from (("tag", tag) for tag in case.tags)


def fisher(table: Table) -> float:
    """Fisher's exact test, two-sided: the chance of a table as unlikely as this one, or more, with the same margins."""
    failed, having, other_failed, others = table
    fails, total = failed + other_failed, having + others
    low, high = max(0, fails - others), min(having, fails)
    fixed = _choose(total, fails)
    chances = [exp(_choose(having, count) + _choose(others, fails - count) - fixed) for count in range(low, high + 1)]
    own = chances[failed - low]
    # As likely but for rounding is as likely.
    return min(sum(chance for chance in chances if chance <= own * (1 + 1e-7)), 1.0)


def lift(table: Table) -> tuple[float, Bounds]:
    """The share that fails with the attribute ÷ that without it, and its 95 % interval."""
    failed, having, other_failed, others = map(float, table)
    # Without these there is no logarithm of the ratio; where all fail there is one as it is.
    if not min(failed, other_failed):
        failed, having, other_failed, others = failed + 0.5, having + 1, other_failed + 0.5, others + 1
    ratio = (failed / having) / (other_failed / others)
    spread = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2) * sqrt(1 / failed - 1 / having + 1 / other_failed - 1 / others)
    return ratio, (ratio * exp(-spread), ratio * exp(spread))


def _choose(total: int, count: int) -> float:
    """The logarithm of the binomial coefficient."""
    return lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)


def _generators(case: Case) -> Iterator[str]:
    listed = case.origin.detail.get("steps")
    for one in listed if isinstance(listed, list) else ():  # pyright: ignore[reportUnknownVariableType]
        if isinstance(one, Mapping):
            yield str(one.get("type"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _slots(cases: Sequence[Case]) -> dict[Attribute, set[int]]:
    """Values of inputs that come over and over: ("city", "Rome")."""
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for at, case in enumerate(cases):
        if len(case.input) > 1:
            for name, value in case.input.items():
                if isinstance(value, str | int | float | bool) and len(str(value)) <= _LONGEST_VALUE:
                    found[name][str(value)].add(at)
    return {
        (name, value): places
        for name, values in found.items()
        if 1 < len(values) <= _MOST_VALUES
        for value, places in values.items()
    }


def _distinct(having: Mapping[Attribute, set[int]]) -> dict[Attribute, set[int]]:
    """Of attributes that the very same cases have, the first by name."""
    once: dict[frozenset[int], Attribute] = {}
    for attribute in sorted(having):
        once.setdefault(frozenset(having[attribute]), attribute)
    return {attribute: having[attribute] for attribute in sorted(once.values())}


def _table(evaluated: Sequence[Evaluated], places: set[int]) -> Table:
    sides: dict[bool, dict[str, Counter[bool]]] = {True: defaultdict(Counter), False: defaultdict(Counter)}
    for at, one in enumerate(evaluated):
        sides[at in places][one.case.root_id][one.failed] += 1

    def counted(side: Mapping[str, Counter[bool]]) -> tuple[int, int]:
        return sum(counts[True] > counts[False] for counts in side.values()), len(side)

    return Table(*counted(sides[True]), *counted(sides[False]))


def _trigger(
    attribute: Attribute, table: Table, evaluated: Sequence[Evaluated], places: set[int], p: float, adjusted: float
) -> Trigger:
    failed = sum(one.failed for one in evaluated)
    failed_here = sum(evaluated[at].failed for at in places)
    ratio, bounds = lift(table)
    shown = ratio if table.other_failed else None
    return Trigger(
        attribute=attribute[0],
        value=attribute[1],
        words=trigger_words(attribute, table, shown),
        cases=len(places),
        failed=failed_here,
        other_cases=len(evaluated) - len(places),
        other_failed=failed - failed_here,
        roots=table.having,
        lift=shown,
        lift_ci=bounds,
        p_value=p,
        p_adjusted=adjusted,
    )


def trigger_words(attribute: Attribute, table: Table, ratio: float | None) -> str:
    """``long inputs (30 words and more) fail 2.4 times as often as others: 12 of 30 against 20 of 120``."""
    against = f"{table.failed} of {table.having} against {table.other_failed} of {table.others}"
    often = "fail, and no others do" if ratio is None else f"fail {ratio:.1f} times as often as others"
    return f"{_subject(*attribute)} {often}: {against}"


_SUBJECTS: Mapping[str, Callable[[str], str]] = {
    "length": lambda value: f"{value} inputs ({LENGTHS[value]})" if value in LENGTHS else f"{value} inputs",
    "tone": lambda value: f"{value} inputs",
    "writing": lambda value: f"{value} inputs",
    "language": lambda value: f"inputs that are {value}",
    "negation": lambda _: "inputs with a negation",
    "question mark": lambda _: "inputs with a question mark",
    "numbers": lambda _: "inputs with numbers",
    "dialog": lambda value: f"dialogs ({value})",
    "expected": lambda value: f"cases that expect {one_line(value, _SHOWN)}",
    "origin": lambda value: f"cases of origin {value}",
    "generator": lambda value: f"cases made by {one_line(value, _SHOWN)}",
    "tag": lambda value: f"cases with the tag {one_line(value, _SHOWN)}",
}


def _subject(name: str, value: str) -> str:
    words = _SUBJECTS.get(name)
    return words(value) if words else f"cases with {one_line(name, _SHOWN)} = {one_line(value, _SHOWN)}"


def evaluated_cases(cases: Iterable[Case], verdicts: Mapping[str, bool]) -> list[Evaluated]:
    """The cases that have a verdict: by id, whether it failed."""
    return [Evaluated(case, verdicts[case.id]) for case in cases if case.id in verdicts]
