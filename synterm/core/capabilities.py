"""What a project would be able to do on this machine: whom it would ask, with which key, and whose code it would run.

All else in a project is data. So this, and nothing else of it, is what somebody reads before they trust the project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.text import one_line

DIGEST = "sha256:"
"""What a digest begins with."""
SENT = ("method", "path", "headers", "body", "start", "turn", "end")
"""The parameters of an ``http/NAME`` target that say what its app is sent."""
_SHOWN = 200


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asks(_Frozen):
    """One way in which a model is asked. Its name and its parameters are no part of it: they give nobody anything."""

    model: str
    """The model string: ``openai/gpt-4o-mini``."""
    api_base: str | None = None
    """The endpoint's URL as it stands; None: the provider's own."""
    key: str | None = None
    """The environment variable whose value is sent; None: the one that the provider's own keys are in, if any."""
    price: tuple[float, float] | None = None
    """What the project says that it costs, in US dollars for a million tokens in and out: caps count with it."""
    sends: dict[str, Any] | None = None
    """What an ``http/NAME`` target is sent."""

    def words(self) -> str:
        """``ask openai/stub at https://host/v1, with the key in STUB_KEY``."""
        place = f"at {_shown(self.api_base)}" if self.api_base else "at its provider"
        said = [f"ask {_shown(self.model)} {place}, {self._key_words()}"]
        if self.price is not None:
            said.append("counted as ${:g} in and ${:g} out for a million tokens".format(*self.price))
        if self.sends is not None:
            said.append(f"sending {_fields(self.sends)}" if self.sends else "sending what an app is usually sent")
        return "; ".join(said)

    def _key_words(self) -> str:
        if self.key:
            return f"with the key in {_shown(self.key)}"
        if self.api_base:
            return "without a key"
        provider = self.model.partition("/")[0] if "/" in self.model else "openai"
        return f"with your own key for {_shown(provider)}, if it takes one"


class Capabilities(_Frozen):
    """All of it; every list in order, each thing once."""

    models: tuple[Asks, ...] = ()
    """Neither the embedded model nor scripted ones: they ask nobody."""
    prompts: tuple[dict[str, Any], ...] = ()
    """What prompts say over what apps are sent: parameters that an ``http/NAME`` target of the project would heed."""
    plugins: tuple[str, ...] = ()
    """Types of checks that do not come with synterm: what an installed plugin of that name would run."""

    @property
    def nothing(self) -> bool:
        """Whether it asks for nothing, so that there is nothing to trust."""
        return not (self.models or self.prompts or self.plugins)

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` over all of it: the same wherever the project asks for the same."""
        return DIGEST + hashlib.sha256(canonical_json(self.document())).hexdigest()

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The URLs that it names, each once."""
        return tuple(dict.fromkeys(one.api_base for one in self.models if one.api_base))

    @property
    def keys(self) -> tuple[str, ...]:
        """The environment variables that it names, each once."""
        return tuple(dict.fromkeys(one.key for one in self.models if one.key))

    def document(self) -> dict[str, Any]:
        """As JSON; what is not said is left out."""
        models = [
            {name: value for name, value in one.model_dump(mode="json").items() if value is not None}
            for one in self.models
        ]
        return {"models": models, "prompts": list(self.prompts), "plugins": list(self.plugins)}

    def words(self) -> list[str]:
        """A line for each thing, as a person reads it."""
        return [
            *(one.words() for one in self.models),
            *(f"let a prompt change what apps are sent: {_fields(one)}" for one in self.prompts),
            *(f"run the check {_shown(one)} of a plugin" for one in self.plugins),
        ]

    def within(self, other: Capabilities) -> bool:
        """Whether it asks for nothing that `other` does not ask for."""
        return _keys(self) <= _keys(other)

    def plus(self, other: Capabilities) -> Capabilities:
        """What either asks for."""
        return _made((*self.models, *other.models), (*self.prompts, *other.prompts), (*self.plugins, *other.plugins))

    def minus(self, other: Capabilities) -> Capabilities:
        """What only this one asks for."""
        known = _keys(other)
        return _made(
            (one for one in self.models if _key("models", one.model_dump(mode="json")) not in known),
            (one for one in self.prompts if _key("prompts", one) not in known),
            (one for one in self.plugins if _key("plugins", one) not in known),
        )


NOTHING = Capabilities()
"""What a project asks for that asks for nothing."""


def capabilities_of(
    specs: Iterable[ModelSpec], prompt_params: Iterable[Mapping[str, Any]] = (), plugins: Iterable[str] = ()
) -> Capabilities:
    """What a project with these models, parameters of prompts, and types of foreign checks would be able to do.

    Raises TypeError for what JSON can't hold.
    """
    said = ({name: params[name] for name in SENT if name in params} for params in prompt_params)
    return _made((_asks(spec) for spec in specs if not spec.free), (one for one in said if one), plugins)


def difference(before: Capabilities, now: Capabilities) -> list[str]:
    """What came and what went, a line each: ``new: ask …``, ``gone: ask …``."""
    came, went = now.minus(before).words(), before.minus(now).words()
    return [*(f"new: {line}" for line in came), *(f"gone: {line}" for line in went)]


def _asks(spec: ModelSpec) -> Asks:
    is_app = spec.provider == "http"
    return Asks(
        model=spec.resolved,
        api_base=spec.api_base,
        key=spec.api_key_env,
        price=None if spec.price is None else (spec.price.input, spec.price.output),
        sends={name: spec.params[name] for name in SENT if name in spec.params} if is_app else None,
    )


def _made(models: Iterable[Asks], prompts: Iterable[dict[str, Any]], plugins: Iterable[str]) -> Capabilities:
    by_model = {_key("models", one.model_dump(mode="json")): one for one in models}
    by_prompt = {_key("prompts", one): one for one in prompts}
    return Capabilities(
        models=tuple(by_model[key] for key in sorted(by_model)),
        prompts=tuple(by_prompt[key] for key in sorted(by_prompt)),
        plugins=tuple(sorted(set(plugins))),
    )


def _keys(all_of: Capabilities) -> set[bytes]:
    return {
        *(_key("models", one.model_dump(mode="json")) for one in all_of.models),
        *(_key("prompts", one) for one in all_of.prompts),
        *(_key("plugins", one) for one in all_of.plugins),
    }


def _key(kind: str, body: Any) -> bytes:
    # By value, a parameter's ``1`` would be ``true``.
    return kind.encode() + b"\0" + canonical_json(body)


def _fields(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_shown(_text(value))}" for name, value in fields.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value).decode()


def _shown(text: str) -> str:
    """As a line; where it is cut, how long it is."""
    line = one_line(text, _SHOWN)
    return f"{line} ({len(text):,} characters)" if line.endswith("…") and len(text) > len(line) else line
