"""New cases of values that others have: this customer with that order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from pydantic import Field

from synterm.core.case import Case
from synterm.core.dialog import NAME
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate, Keeps
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.example import Example
from synterm.describe.generators.fields import Words
from synterm.errors import InputError

_MISSES = 60


class Recombine(Maker):
    """Takes one or more values of the input from other cases of the scenario: for inputs of several named values.

    Whether values go together is not known here. So other cases must expect the same result, and even then it is
    unknown whether the new case does. With `depends_on` you say which values alone decide the result: these stay, the
    others come from any case, and the result is the same.
    """

    type = "recombine"
    title = "swaps named values between cases of a scenario"
    then = "the same with depends_on, else unknown"
    example = Example(
        {},
        {"message": "where is my parcel?", "customer": "Ann, since 2019"},
        "track",
        (
            ({"message": "my parcel is late", "customer": "Bob, new"}, "track"),
            ({"message": "cancel my order", "customer": "Eve, since 2021"}, "cancel"),
        ),
    )

    values: Words = ()
    """The values that may be swapped; all that two cases share without it."""
    depends_on: Words = ()
    """The values that alone decide what is expected."""
    most: int = Field(default=2, ge=1, le=20)
    """How many values are swapped at most in one case."""

    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """Different ones, none equal to a case that is known, until there are no more. Raises InputError, in words,
        where nothing can be swapped."""
        if seed is None or len(seed.input) < 2:
            raise InputError("needs a case whose input has several values")
        choices = self._choices(seed, around)
        if not choices:
            raise InputError("no other case of the scenario has another value for it")
        made = {canonical_json(case.input) for case in (seed, *around.examples)}
        keeps: Keeps = "same" if self.depends_on else "unknown"
        misses = 0
        while misses < _MISSES:
            # At least one value stays: with all of them swapped it is just another case.
            most = min(self.most, len(choices), len(seed.input) - 1)
            names = sorted(random.sample([*choices], random.randint(1, most)))
            new = {name: random.choice(choices[name]) for name in names}
            values = {**seed.input, **{name: value for name, (value, _) in new.items()}}
            if (key := canonical_json(values)) in made:
                misses += 1
                continue
            made.add(key)
            misses = 0
            note = ", ".join(f"{name} of case {case_id[-8:]}" for name, (_, case_id) in new.items())
            yield Candidate(values, seed.expected, keeps, note, tags=(self.type,))

    def _choices(self, seed: Case, around: Surroundings) -> Mapping[str, list[tuple[Any, str]]]:
        """For each value that may be swapped what it can be, each once, with the case that it comes from."""
        wanted = canonical_json(seed.expected)
        others = [case for case in around.examples if self.depends_on or canonical_json(case.expected) == wanted]
        choices: dict[str, list[tuple[Any, str]]] = {}
        for name, own in seed.input.items():
            if name == NAME or name in self.depends_on or (self.values and name not in self.values):
                continue
            known = {canonical_json(own)}
            for case in others:
                if name in case.input and (key := canonical_json(case.input[name])) not in known:
                    known.add(key)
                    choices.setdefault(name, []).append((case.input[name], case.id))
        return choices
