"""Candidates that hold personal data or keys: what the checks of the same names find."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from synterm.checks.base import Answer
from synterm.checks.finds import FreeOf
from synterm.checks.no_pii import Kind, NoPii
from synterm.checks.no_secrets import PATTERNS, NoSecrets
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared
from synterm.errors import SyntermError, did_you_mean


class _Private(Filter):
    allow: tuple[str, ...] = ()
    """What may stand there all the same; `*` is any text."""
    allow_seed: bool = False
    """Whether what stands in the seed may be repeated."""


class NoPiiFilter(_Private):
    """Drops what holds personal data, as the check `no-pii` finds it: addresses, numbers of phones, cards, accounts."""

    type = "no-pii"
    title = "personal data: e-mail addresses, phone, card and account numbers"
    extra = "analysis"

    kinds: tuple[Kind, ...] = Field(default=("email", "phone", "card", "iban", "ip", "us-ssn"), min_length=1)
    """What to look for."""
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """The country (`US`, `DE`) whose phone numbers are found without a leading +."""

    def open(self, known: Known) -> Judge:
        return _open(NoPii(kinds=self.kinds, region=self.region, allow=self.allow, allow_input=self.allow_seed))


class NoSecretsFilter(_Private):
    """Drops what holds keys, tokens or passwords in addresses, as the check `no-secrets` finds them."""

    type = "no-secrets"
    title = "keys, tokens, passwords"

    kinds: tuple[str, ...] = Field(default=tuple(PATTERNS), min_length=1)
    """What to look for."""

    @field_validator("kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        for kind in kinds:
            if kind not in PATTERNS:
                raise ValueError(f"{kind!r} is not a kind of secret; {did_you_mean(kind, PATTERNS)}")
        return kinds

    def open(self, known: Known) -> Judge:
        return _open(NoSecrets(kinds=self.kinds, allow=self.allow, allow_input=self.allow_seed))


def _open(check: FreeOf) -> Judge:
    # Raises ModelError where a library is missing, before anything is generated.
    for finder in check.finders():
        next(finder(""), None)
    return _PrivateJudge(check)


class _PrivateJudge(Judge):
    def __init__(self, check: FreeOf) -> None:
        self._check = check

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        answer = Answer(
            Completion(outcome=Outcome.COMPLETE, text=compared(candidate.input)),
            seed or Case(scenario_id="", input={}),
        )
        try:
            found = self._check.judge(answer)
        except SyntermError as error:
            # What can't be searched to its end may hold anything.
            return Found(False, None, str(error))
        return Found(bool(found.passed), None, found.reason or "nothing found")
