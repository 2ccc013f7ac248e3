"""Cases from a template with parameters, without a seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import gcd, prod
from random import Random
from typing import Annotated, Any, Literal, cast

from pydantic import Discriminator, Field, Tag, model_validator

from synterm.core.case import Case
from synterm.core.dialog import VARIABLE
from synterm.core.ids import canonical_json
from synterm.core.template import compile_template
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.example import Example
from synterm.describe.generators.grammar import (
    MAX_CHARACTERS,
    check_rules,
    drawn,
    filled,
    names_in,
    reached_from,
    texts_of,
)
from synterm.describe.generators.parameters import MAX_VALUES, Range, Valued, valued
from synterm.describe.pairs import covering_rows
from synterm.errors import InputError, did_you_mean
from synterm.text import one_line

MAX_PAIRS = 50_000
"""Mode pairs takes parameters whose values make no more pairs."""
_MISSES = 200
_ALONE = re.compile(r"\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*")
_Values = Annotated[tuple[Any, ...], Field(min_length=1, max_length=MAX_VALUES)]
_Options = Annotated[
    tuple[Annotated[str, Field(max_length=MAX_CHARACTERS)], ...], Field(min_length=1, max_length=MAX_VALUES)
]
Parameter = Annotated[
    Annotated[Range, Tag("range")] | Annotated[_Values, Tag("list")],
    Discriminator(lambda value: "range" if isinstance(value, dict | Range) else "list"),
]
"""A list of values, or a range of numbers."""


class Template(Maker):
    """Fills a text such as ``{{ greeting }}, book {{ room }} at {{ hour }}`` with the values of its parameters. It
    needs no case to begin with.

    A parameter is a list, or a range ``{"from": 9, "to": 17}``; a rule of the grammar is a list of texts in which
    ``{name}`` stands for another rule or a parameter. What is expected stands beside a value
    (``{"value": "peru", "expected": "out_of_scope"}``), or is a template of its own.

    Mode ``all`` makes every combination, ``pairs`` so few that every two values of two parameters meet in one of them,
    ``sample`` some at random.
    """

    type = "template"
    title = "fills a template with all combinations of its parameters, all pairs, or a sample"
    needs_seed = False
    then = "as the template says, or unknown"
    example = Example(
        {
            "text": "{{ greeting }}, is {{ city }} a good place for a meeting at {{ hour }}?",
            "parameters": {
                "city": ["Lima", {"value": "the moon", "expected": "out_of_scope"}],
                "hour": {"from": 9, "to": 11},
                "name": ["Bob", "Ann"],
            },
            "grammar": {"greeting": ["hi", "{hello} {name}"], "hello": ["hello", "good morning"]},
            "mode": "pairs",
        },
        None,
    )

    text: str | dict[str, str]
    """The template (Jinja); or one for each value of the input, by its name."""
    value: str | None = Field(default=None, min_length=1)
    """The name of the value that a single text is; without it the variable that the project's prompts use most."""
    parameters: dict[str, Parameter] = Field(default={}, max_length=50)
    """By name, a list of values or a range of numbers."""
    grammar: dict[str, _Options] = Field(default={}, max_length=50)
    """Rules: by name, what it can be."""
    depth: int = Field(default=4, ge=1, le=10)
    """How many rules may stand one within another."""
    expected: Any = None
    """What is expected: a template, or values with templates in them. ``{{ name }}`` alone gives the value as it is,
    a number as a number."""
    mode: Literal["all", "pairs", "sample"] = "all"
    """Which combinations are made."""
    number: int = Field(default=100, ge=1, le=100_000)
    """How many mode sample makes."""

    @model_validator(mode="after")
    def _fits(self) -> Template:
        _check_names(self)
        if self.mode != "sample":
            try:
                sizes = [len(values) for values in self._axes().values()]
            except InputError as error:
                raise ValueError(f"grammar: {error.message}; {error.hint}") from error
            pairs = sum(a * b for a, b in combinations(sizes, 2))
            if self.mode == "pairs" and pairs > MAX_PAIRS:
                raise ValueError(f"mode pairs takes up to {MAX_PAIRS:,} pairs of values, and here are {pairs:,}")
        return self

    def config(self) -> dict[str, Any]:
        """As it is written: ``from`` and ``to`` by these names."""
        return {"type": self.type, **self.model_dump(mode="json", exclude_defaults=True, by_alias=True)}

    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """Each input once. Raises InputError where a template fails."""
        del seed
        name = self.value or next(iter(around.variables), VARIABLE)
        texts = {name: self.text} if isinstance(self.text, str) else self.text
        made: set[bytes] = set()
        misses = 0
        for row in self._rows(random):
            values = {key: one.value for key, one in row.items()}
            values |= {key: filled(text, values) for key, text in values.items() if key in self.grammar}
            given = {key: compile_template(text).render(values) for key, text in texts.items()}
            misses += 1
            if (key := canonical_json(given)) not in made:
                made.add(key)
                misses = 0
                yield self._candidate(given, row, values)
            if self.mode == "sample" and (len(made) >= self.number or misses > _MISSES):
                return

    def _candidate(self, given: dict[str, Any], row: Mapping[str, Valued], values: dict[str, Any]) -> Candidate:
        beside = [one.expected for one in row.values() if one.expected is not None]
        expected = beside[0] if beside else _rendered(self.expected, values)
        note = ", ".join(f"{name}={one_line(str(value), 40)}" for name, value in values.items())
        keeps = "unknown" if expected is None else "changed"
        return Candidate(given, expected, keeps, one_line(note, 200) or "as it stands", tags=(self.type,))

    def _rows(self, random: Random) -> Iterator[dict[str, Valued]]:
        """A value for each parameter and rule."""
        if self.mode == "sample":
            lists = _lists(self)
            while True:
                row = {name: random.choice(values) for name, values in lists.items()}
                yield row | {rule: Valued(drawn(self.grammar, rule, self.depth, random)) for rule in _rules_used(self)}
        axes = self._axes()
        sizes = [len(values) for values in axes.values()]
        for row in covering_rows(sizes) if self.mode == "pairs" else _all_rows(sizes, random):
            yield {name: values[at] for (name, values), at in zip(axes.items(), row, strict=True)}

    def _axes(self) -> dict[str, list[Valued]]:
        """What varies: the parameters, and the rules that the templates name."""
        rules = {rule: texts_of(self.grammar, rule, self.depth) for rule in _rules_used(self)}
        return _lists(self) | {rule: [Valued(text) for text in texts] for rule, texts in rules.items()}


def _lists(template: Template) -> dict[str, list[Valued]]:
    return {
        name: [valued(value) for value in (given.values if isinstance(given, Range) else given)]
        for name, given in template.parameters.items()
    }


def _all_rows(sizes: list[int], random: Random) -> Iterator[tuple[int, ...]]:
    """Every combination once, in an order that goes through all values from the start, however many there are."""
    total = prod(sizes)
    step = random.randrange(total) | 1
    while gcd(step, total) != 1:
        step += 2 if total % 2 == 0 else 1
    at = random.randrange(total)
    for _ in range(total):
        at = (at + step) % total
        yield _digits(at, sizes)


def _digits(number: int, sizes: list[int]) -> tuple[int, ...]:
    digits: list[int] = []
    for size in sizes:
        number, digit = divmod(number, size)
        digits.append(digit)
    return tuple(digits)


def _rules_used(template: Template) -> list[str]:
    """The rules that the templates themselves name."""
    named = _variables(template.text) | _variables(template.expected)
    return [rule for rule in template.grammar if rule in named]


def _variables(value: Any) -> set[str]:
    """The names in all templates of a value."""
    if isinstance(value, str):
        return set(compile_template(value).variables)
    below: list[Any] = [*cast("dict[str, Any]", value).values()] if isinstance(value, dict) else []
    below += cast("list[Any]", value) if isinstance(value, list | tuple) else []
    return {name for one in below for name in _variables(one)}


def _rendered(expected: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(expected, str):
        alone = _ALONE.fullmatch(expected)
        return values[alone[1]] if alone else compile_template(expected).render(values)
    if isinstance(expected, dict):
        return {name: _rendered(one, values) for name, one in cast("dict[str, Any]", expected).items()}
    if isinstance(expected, list | tuple):
        return [_rendered(one, values) for one in cast("list[Any]", expected)]
    return expected


def _check_names(template: Template) -> None:
    """Raises ValueError, with the field, for names that stand for nothing, or for two things, or nowhere."""
    known = {*template.parameters, *template.grammar}
    if both := sorted({*template.parameters} & {*template.grammar}):
        raise ValueError(f"grammar: {both[0]} is the name of a parameter, too")
    used: set[str] = set()
    for field, value in (("text", template.text), ("expected", template.expected)):
        try:
            used |= _variables(value)
        except InputError as error:
            raise ValueError(f"{field}: {error}") from error
        if missing := sorted(used - known):
            hint = did_you_mean(missing[0], known) or "there are none yet"
            raise ValueError(f"{field}: {missing[0]} is neither a parameter nor a rule; {hint}")
    try:
        check_rules(template.grammar, template.parameters, template.depth)
    except ValueError as error:
        raise ValueError(f"grammar.{error}") from error
    reached = {inner for rule in used & {*template.grammar} for inner in reached_from(template.grammar, rule)}
    used |= reached | {name for rule in reached for option in template.grammar[rule] for name in names_in(option)}
    for field, names in (("parameters", template.parameters), ("grammar", template.grammar)):
        if idle := sorted(set(names) - used):
            raise ValueError(f"{field}: {idle[0]} stands in no template, and would make the same case again and again")
    _check_expected(template)


def _check_expected(template: Template) -> None:
    lists = _lists(template)
    telling = [name for name, values in lists.items() if any(one.expected is not None for one in values)]
    if len(telling) > 1:
        raise ValueError(f"parameters: {telling[0]} and {telling[1]} both say what is expected; only one can")
    if telling and template.expected is not None:
        raise ValueError(f"expected: the values of {telling[0]} say already what is expected")
