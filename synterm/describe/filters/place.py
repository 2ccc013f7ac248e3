"""Candidates that don't lie where cases are missing."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, field_validator

from synterm.core.case import Case, value_text
from synterm.describe.candidate import Candidate
from synterm.describe.coverage.length import LENGTHS, length_of, words_in
from synterm.describe.coverage.noise import NOISES, noise_of
from synterm.describe.coverage.tone import TONES, tone_of
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.generators.lines import lines_of
from synterm.describe.wording import compared, shown
from synterm.errors import did_you_mean
from synterm.text import plural


class InPlace(Filter):
    """Drops what does not lie at a place of the [coverage](coverage.md): another length, tone, noise or label.

    Of what was made of a seed, the text that differs from the seed's is looked at.
    """

    type = "place"
    title = "another length, tone, noise or label than is missing"

    label: str | None = Field(default=None, min_length=1)
    length: str | None = None
    """terse, short, medium or long."""
    tone: str | None = None
    """plain, polite, impatient, angry or enthusiastic; of English texts."""
    noise: str | None = None
    """clean, misspelt or chat-like; of English texts."""

    @field_validator("length")
    @classmethod
    def _length(cls, value: str | None) -> str | None:
        return _known(value, tuple(LENGTHS))

    @field_validator("tone")
    @classmethod
    def _tone(cls, value: str | None) -> str | None:
        return _known(value, TONES)

    @field_validator("noise")
    @classmethod
    def _noise(cls, value: str | None) -> str | None:
        return _known(value, NOISES)

    def open(self, known: Known) -> Judge:
        return _PlaceJudge(self)


class _PlaceJudge(Judge):
    def __init__(self, wanted: InPlace) -> None:
        self._wanted = wanted

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        other = next(self._elsewhere(candidate, _text(candidate, seed)), None)
        return Found(False, None, other) if other else Found(True, None, "where cases are missing")

    def _elsewhere(self, candidate: Candidate, text: str) -> Iterator[str]:
        wanted = self._wanted
        if wanted.label is not None and candidate.expected != wanted.label:
            told = value_text(candidate.expected)
            yield f"expects {shown(told) if told else 'nothing'}, and {wanted.label} is missing"
        if wanted.length is not None and length_of(words := words_in(text)) != wanted.length:
            yield f"{length_of(words)}, and {wanted.length} is missing: {plural(words, 'word')}"
        if wanted.tone is not None and (tone := tone_of(text)) != wanted.tone:
            yield f"{tone}, and {wanted.tone} is missing"
        if wanted.noise is not None and (noise := noise_of(text)) != wanted.noise:
            yield f"{noise}, and {wanted.noise} is missing"


def _text(candidate: Candidate, seed: Case | None) -> str:
    before = seed.input if seed else {}
    changed = {name: value for name, value in candidate.input.items() if before.get(name) != value}
    lines = lines_of(changed or candidate.input, (), None)
    return "\n".join(text for _, text in lines) if lines else compared(candidate.input)


def _known(value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise ValueError(f"{value!r} is none of them; {did_you_mean(value, known)}")
    return value
