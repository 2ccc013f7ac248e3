"""Where each key may go. A project only names the environment variable that holds a key; the user's settings say to
which hosts its value may be sent (``[key_hosts]``).

Without a line there, a provider's own variable goes to that provider's own endpoint, and any other goes nowhere. With
one it goes where the line says and nowhere else. A key never leaves this machine unencrypted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from synterm.core.model import ModelSpec
from synterm.errors import ModelError, SettingsError, did_you_mean
from synterm.providers.families import BY_NAME, FAMILIES
from synterm.providers.openai_endpoints import base_of
from synterm.providers.urls import is_loopback, origin
from synterm.settings import load_settings, settings_path
from synterm.settings_file import change_setting

Hosts = Mapping[str, Sequence[str]]
"""Environment variables, and where the values may go: origins, and names of providers."""


def user_hosts() -> Hosts:
    """What the user's settings say. Raises ModelError where they can't be read."""
    try:
        return load_settings().key_hosts
    except SettingsError as error:
        raise ModelError(str(error), hint=error.hint) from error


def default_hosts(variable: str, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Where a variable may go of which the user said nothing: the endpoints of the providers whose own it is."""
    known = os.environ if environ is None else environ
    own = (url for family in FAMILIES if variable in family.keys for url in family.endpoints(known))
    return tuple(dict.fromkeys(place for url in own if (place := origin(url))))


def key_names(spec: ModelSpec, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The environment variables whose values a call of `spec` may send."""
    known = os.environ if environ is None else environ
    if spec.api_key_env is not None:
        return (spec.api_key_env,)
    if spec.api_base is not None:
        return ()
    return tuple(name for name in _own_names(spec, known) if known.get(name))


def destination(spec: ModelSpec, environ: Mapping[str, str] | None = None) -> str | None:
    """The URL that a call of `spec` goes to; None where only LiteLLM knows."""
    known = os.environ if environ is None else environ
    if spec.api_base is not None:
        return spec.api_base
    if (found := base_of(spec, known)) is not None:
        return found[0]
    family = BY_NAME.get(spec.provider)
    return family.endpoint(known) if family else None


def check_key(
    spec: ModelSpec, hosts: Hosts, loopback: Callable[[str], bool] = is_loopback, *, unset: bool = False
) -> bool:
    """Whether `spec` sends a key that may go where it goes; False: it sends none. `unset`: also one that is not set.

    Raises ModelError, with the line to add, for a key that may not.
    """
    names = [name for name in key_names(spec) if unset or os.environ.get(name)]
    url = destination(spec) if names else None
    for name in names:
        if not may_go(name, spec, hosts):
            raise _not_bound(name, spec, hosts)
        if url is not None and not url.lower().startswith("https:") and not loopback(url):
            place = origin(url) or spec.provider
            raise ModelError(
                f"the model {spec.name!r} would send the key in {name} to {place}, which is not encrypted",
                hint="use https",
            )
    return bool(names)


def matches(entry: str, place: str | None) -> bool:
    """Whether an entry of the settings names an origin: ``http://localhost:*`` names this machine with any port."""
    if place is None:
        return False
    if entry.rstrip("/").endswith(":*"):
        return is_loopback(place) and origin(entry.rstrip("/").removesuffix(":*")) == _without_port(place)
    return origin(entry) == place


@dataclass(frozen=True, slots=True)
class BoundKey:
    """A key, and the origins that it may go to."""

    name: str
    value: str
    hosts: tuple[str, ...]


def bound_keys(environ: Mapping[str, str], hosts: Hosts) -> list[BoundKey]:
    """The keys of which it is known where they may go; a guard goes by their values.

    Of families that find their way by other means (regions, tenants) nothing is known.
    """
    found: dict[str, BoundKey] = {}
    for name in sorted({*hosts, *(name for family in FAMILIES for name in family.keys)}):
        places = _known_places(name, environ, hosts)
        if places is not None and len(value := environ.get(name, "")) >= _SHORTEST:
            # One value may be under several names.
            before = found.get(value)
            found[value] = BoundKey(name, value, (*before.hosts, *places) if before else places)
    return list(found.values())


_SHORTEST = 8
"""What is shorter is no key, and stands in headers by chance."""


def bind(variable: str, hosts: Sequence[str]) -> tuple[str, ...]:
    """Let a key go to these hosts, besides where it may go already; gives all of them. Raises SettingsError."""
    before = load_settings().key_hosts
    places = [origin(host) or host.rstrip("/") for host in hosts]
    now = tuple(dict.fromkeys((*before.get(variable, default_hosts(variable)), *places)))
    change_setting("key_hosts", {**before, variable: now})
    return now


def unbind(variable: str) -> tuple[str, ...]:
    """Take back what the settings say of a key; gives where it may go without. Raises SettingsError where they say
    nothing."""
    before = dict(load_settings().key_hosts)
    if before.pop(variable, None) is None:
        raise SettingsError(f"nothing is said of {variable}", hint=did_you_mean(variable, before))
    change_setting("key_hosts", before or None)
    return default_hosts(variable)


def settings_line(name: str, hosts: Iterable[str]) -> str:
    """The line of ``[key_hosts]`` that says where a key may go."""
    return f"{name} = {json.dumps(list(hosts))}"


def place_name(spec: ModelSpec) -> str:
    """Where a call of `spec` goes, as the settings name it: an origin, or the provider where only LiteLLM knows."""
    url = destination(spec)
    return (origin(url) if url else None) or spec.provider


def may_go(name: str, spec: ModelSpec, hosts: Hosts) -> bool:
    """Whether the key in a variable may go where a call of `spec` goes."""
    url = destination(spec)
    place = origin(url) if url else None
    if (entries := hosts.get(name)) is not None:
        own = spec.api_base is None and spec.provider in entries
        return own or any(matches(entry, place) for entry in entries)
    if spec.api_base is None and name in _own_names(spec, os.environ):
        return True
    return place is not None and place in default_hosts(name)


def _own_names(spec: ModelSpec, environ: Mapping[str, str]) -> tuple[str, ...]:
    if (found := base_of(spec.model_copy(update={"api_base": None}), environ)) is not None:
        return found[1]
    family = BY_NAME.get(spec.provider)
    return family.keys if family else ()


def _not_bound(name: str, spec: ModelSpec, hosts: Hosts) -> ModelError:
    place = place_name(spec)
    already = hosts.get(name, default_hosts(name))
    line = settings_line(name, [*already, place])
    said = f"the model {spec.name!r} sends the key in {name} to {place}, and you have not said that it may go there"
    hint = f"if it may: synterm settings --bind {name} {place} (under [key_hosts] in {settings_path()}: {line})"
    return ModelError(said, hint=hint)


def _known_places(name: str, environ: Mapping[str, str], hosts: Hosts) -> tuple[str, ...] | None:
    """Where the value of a variable may go; None where that is not known as origins."""
    if (entries := hosts.get(name)) is not None:
        named = [_endpoints(entry, environ) if ":" not in entry else (entry,) for entry in entries]
        return tuple(chain.from_iterable(named)) if all(named) else None
    named = [family.endpoints(environ) for family in FAMILIES if name in family.keys]
    return tuple(chain.from_iterable(named)) if all(named) else None


def _endpoints(provider: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    return BY_NAME[provider].endpoints(environ) if provider in BY_NAME else ()


def _without_port(place: str) -> str:
    scheme, _, rest = place.partition("://")
    host = rest[: rest.index("]") + 1] if rest.startswith("[") else rest.partition(":")[0]
    return f"{scheme}://{host}"
