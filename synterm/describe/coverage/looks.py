"""What one case is like, as far as it counts for coverage."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from synterm.core.case import Case
from synterm.core.coverage import Axis
from synterm.describe.coverage.length import length_of, words_in
from synterm.describe.coverage.noise import noise_of
from synterm.describe.coverage.tone import tone_of
from synterm.describe.generators.english import is_foreign
from synterm.describe.generators.lines import lines_of
from synterm.describe.wording import compared

_LABEL = 60
"""Characters that a label has at most."""
_EACH = 4
"""Of labels there are so many cases each, on average at least; of answers that are texts hardly two."""
FOREIGN = "not English"
"""Of tone and noise, which are told of English only."""
NO_LABEL, NOTHING = "another result", "nothing expected"
"""Of a case under label checks that expects none of their labels; that expects nothing."""


@dataclass(slots=True)
class Look:
    """A case without its text."""

    id: str
    scenario_id: str
    root_id: str
    at: dict[Axis, str]
    """Its value on each axis; shared between cases that have the same."""
    tags: tuple[str, ...]
    origin: str
    words: int
    expects: str = ""
    """What it expects, where no check says which labels there are and it may be one."""
    says: str = ""
    """The id of the oldest case that says nearly the same: its own, until one is found."""


class Looking:
    """Looks at cases."""

    def __init__(self, labels: Mapping[str, Sequence[str]], variables: Sequence[str]) -> None:
        """`labels`: those that the checks of each scenario know, by its id; `variables`: what prompts take."""
        self._labels = {scenario: frozenset(known) for scenario, known in labels.items()}
        self._variables = tuple(variables)

    def look(self, case: Case) -> Look:
        """What the case is like."""
        text = said(case, self._variables)
        words = words_in(text)
        foreign = is_foreign(text)
        tone, noise = (FOREIGN, FOREIGN) if foreign else (tone_of(text), noise_of(text))
        label = self._label(case)
        expects = "" if label else label_like(case)
        at = _shared(label, length_of(words), tone, noise, case.split)
        return Look(case.id, case.scenario_id, case.root_id, at, case.tags, case.origin.kind, words, expects, case.id)

    def _label(self, case: Case) -> str:
        known = self._labels.get(case.scenario_id)
        if not known:
            return ""
        if isinstance(case.expected, str) and case.expected in known:
            return case.expected
        return NOTHING if case.expected is None else NO_LABEL


def label_like(case: Case) -> str:
    """What a case expects, if it may be a label: a short text in one line; else nothing."""
    expected = case.expected
    short = isinstance(expected, str) and 0 < len(expected) <= _LABEL and expected.isprintable()
    return sys.intern(expected) if short else ""


def labels_by_use(looks: Sequence[Look]) -> tuple[str, ...]:
    """The labels of cases for which no check names any, as imported ones: what they expect, where the same few short
    texts come over and over. Each look gets its label.
    """
    counts = Counter(look.expects for look in looks if look.expects)
    cases = sum(counts.values())
    if len(counts) < 2 or len(counts) * _EACH > cases or cases * 2 < len(looks):
        return ()
    for look in looks:
        if look.expects:
            at = look.at
            look.at = _shared(look.expects, at["length"], at["tone"], at["noise"], at["split"])
    return tuple(sorted(counts))


def said(case: Case, variables: Sequence[str]) -> str:
    """The text that counts: what the user says, which is what generators rewrite; else all that the input holds."""
    lines = lines_of(case.input, variables, None)
    return "\n".join(text for _, text in lines) if lines else compared(case.input)


@lru_cache(maxsize=4096)
def _shared(label: str, length: str, tone: str, noise: str, split: str) -> dict[Axis, str]:
    at: dict[Axis, str] = {"label": label, "length": length, "tone": tone, "noise": noise, "split": split}
    return at if label else {axis: value for axis, value in at.items() if axis != "label"}
