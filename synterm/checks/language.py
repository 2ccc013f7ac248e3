"""The answer is in the right language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from synterm.analysis import languages
from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.words import words_of
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, ModelError, did_you_mean
from synterm.text import plural

Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]


def _codes(value: Any) -> Any:
    """``en-GB`` is ``en``: dialects are not told apart."""
    return tuple(code.strip().lower().replace("_", "-").partition("-")[0] for code in words_of(value))


class Language(Check):
    """The answer is in a language, or in the same one as the input.

    Told by py3langid (in the extra `analysis`), which knows some 140 languages. It gives no verdict on a text that is
    too short to tell, or on one of which it is not sure enough.
    """

    type = "language"
    example = Example(
        {"value": "en"},
        "Ihr Termin ist am Dienstag um zehn Uhr.",
        False,
        "de (0.97), expected en",
    )

    value: Annotated[tuple[Code, ...], BeforeValidator(_codes)] | None = None
    """The language as ISO 639 code, or several of which any will do; without it, that of `same_as`."""
    same_as: Literal["input", "expected"] = "input"
    """Whose language it must be where no `value` says it: that of the case's input, or of what it expects."""
    confidence: float = Field(default=0.5, ge=0, le=1)
    """How sure it must be of a language; with less there is no verdict."""
    min_letters: int = Field(default=10, ge=1)
    """A text with fewer letters is too short to tell."""

    @property
    def needs_expected(self) -> bool:
        return self.value is None and self.same_as == "expected"

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("input",) if self.value is None and self.same_as == "input" else super().relies_on

    def warm(self) -> None:
        with suppress(ModelError):  # `judge` says it of each answer
            languages.warm()

    def judge(self, answer: Answer) -> CheckResult:
        if self.value is None and self.same_as == "expected" and answer.expected is None:
            raise InputError("the check has no value, and the case expects nothing")
        if not answer.text.strip():
            return self.verdict(False, "the answer is empty")
        wanted = self._wanted(answer)
        found = self._told("the answer", answer.text)
        passed = found.code in wanted
        said = f"{found.code} ({found.confidence:.2f})"
        return self.verdict(passed, said if passed else f"{said}, expected {' or '.join(wanted)}")

    def _wanted(self, answer: Answer) -> Sequence[str]:
        if self.value is None:
            if self.same_as == "expected":
                return (self._told("what the case expects", value_text(answer.expected)).code,)
            return (self._told("the input", " ".join(map(value_text, answer.case.input.values()))).code,)
        known = languages.known_languages()
        for code in self.value:
            if code not in known:
                raise InputError(f"the language {code!r} is not known", hint=did_you_mean(code, known))
        return self.value

    def _told(self, what: str, text: str) -> languages.Language:
        letters = sum(map(str.isalpha, text[: languages.MAX_CHARACTERS]))
        if letters < self.min_letters:
            raise InputError(f"{what} is too short to tell its language: {plural(letters, 'letter')}")
        found = languages.language_of(text)
        if found.confidence < self.confidence:
            raise InputError(f"not sure which language {what} is in: {found.code} at best ({found.confidence:.2f})")
        return found
