"""Candidates in another language than the one that is wanted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from synterm.analysis import languages
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared
from synterm.errors import InputError, did_you_mean
from synterm.text import plural

Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


class Language(Filter):
    """Drops what is in another language than its seed, or than those that are named.

    The score is how sure it is (py3langid, in the extra `analysis`) that the text is in another language; 0 where it
    is in the right one. Short texts, and such as it is not sure of, are kept; so is what has a seed whose own language
    is not sure.
    """

    type = "language"
    title = "in another language than its seed, or than wanted"
    side = "below"
    extra = "analysis"

    value: tuple[Code, ...] = ()
    """The languages that will do, as ISO 639 codes (`en`, `de`); without any, that of the seed."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """From so sure on it is dropped."""
    min_letters: Annotated[int, Field(ge=1)] = 20
    """A text of fewer letters is too short to tell."""

    @field_validator("value", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    def open(self, known: Known) -> Judge:
        languages.warm()
        for code in self.value:
            if code not in languages.known_languages():
                hint = did_you_mean(code, languages.known_languages())
                raise InputError(f"the language {code!r} is not known", hint=hint)
        return _LanguageJudge(self)


class _LanguageJudge(Judge):
    def __init__(self, settings: Language) -> None:
        self._settings = settings

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        wanted = self._settings.value or self._of_seed(seed)
        if not wanted:
            return Found(True, None, "there is no seed whose language is sure")
        text = compared(candidate.input)
        letters = _letters(text)
        if letters < self._settings.min_letters:
            return Found(True, None, f"too short to tell its language: {plural(letters, 'letter')}")
        found = languages.language_of(text)
        if found.code in wanted:
            return Found(True, 0.0, f"{found.code}, as wanted")
        score = round(found.confidence, 3)
        return Found(
            found.confidence < self._settings.threshold,
            score,
            f"{found.code} ({score:.2f}), and {' or '.join(wanted)} is wanted",
        )

    def _of_seed(self, seed: Case | None) -> tuple[str, ...]:
        text = compared(seed.input) if seed else ""
        if _letters(text) < self._settings.min_letters:
            return ()
        found = languages.language_of(text)
        return (found.code,) if found.confidence >= self._settings.threshold else ()


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text[: languages.MAX_CHARACTERS]))
