"""A model of the project: a name for a model string, its parameters and where it is reached."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.ids import canonical_json

DEFAULT_EMBEDDED = "embedded/smollm2-135m"
"""What ``embedded/default`` stands for. Requests carry this name, so a later default is not taken for this one."""


ADAPTER_MARK = "+"
"""Stands between the embedded model's name and the adapter's in a model string: ``embedded/smollm2-135m+3f2a91…``."""
_ALIAS = "embedded/default"
_ADAPTER = re.compile(re.escape(DEFAULT_EMBEDDED + ADAPTER_MARK) + "([0-9a-f]{16})", re.A)


def adapter_of(resolved: str) -> str | None:
    """The first digits of the SHA-256 of the adapter that a resolved model string names; None where it names none."""
    match = _ADAPTER.fullmatch(resolved)
    return match[1] if match else None


class Price(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    input: float = Field(ge=0)
    """Per million tokens of the prompt."""
    output: float = Field(ge=0)
    """Per million tokens of the answer."""


class ModelSpec(BaseModel):
    """A model as the project holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    """What it is called in the project."""
    model: str = Field(min_length=1, max_length=300)
    """A LiteLLM model string (``openai/gpt-4o-mini``), ``embedded/default``, ``scripted/rules``, or ``http/NAME`` for
    an HTTP endpoint of the app under test."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the call: ``temperature``, ``max_tokens``, ``seed``, ``stop`` …; of an ``http/NAME`` target, how it
    is asked: ``body``, ``answer``, ``headers`` …"""
    api_base: str | None = None
    """The endpoint's URL, where it is not the provider's own."""
    api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The environment variable that holds the key; never the key itself."""
    constrain: bool | None = None
    """Whether answers are held to a check's labels or schema; None: yes for embedded models, no for others."""

    price: Price | None = None
    """What it costs, where that is not to be taken from LiteLLM's price list."""
    rpm: int | None = Field(default=None, ge=1)
    """The most requests a minute that its endpoint allows; None: as many as it takes without complaint."""
    tpm: int | None = Field(default=None, ge=1)
    """The most tokens a minute, prompts and answers together."""

    def __eq__(self, other: object) -> bool:
        return self._said() == other._said() if isinstance(other, ModelSpec) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> bytes:
        # By value, a parameter's ``1`` would be ``true``.
        return canonical_json(self.model_dump(mode="json"))

    @property
    def provider(self) -> str:
        """The first part of the model string: ``embedded``, ``openai`` …; ``openai`` for a bare name."""
        head, slash, _ = self.model.partition("/")
        return head if slash else "openai"

    @property
    def resolved(self) -> str:
        """The model string with aliases replaced by what they stand for."""
        name, mark, adapter = self.model.partition(ADAPTER_MARK)
        return f"{DEFAULT_EMBEDDED}{mark}{adapter}" if name == _ALIAS else self.model

    @property
    def constrained(self) -> bool:
        """Whether answers are held to the labels or the schema of a check."""
        return self.provider == "embedded" if self.constrain is None else self.constrain

    @property
    def takes_values(self) -> bool:
        """Whether it is asked with the values of a case, beside the messages: an app's endpoint has fields for them."""
        return self.provider == "http"

    @property
    def free(self) -> bool:
        """Whether a call costs nothing: the model runs on this machine."""
        return self.provider in ("embedded", "scripted")
