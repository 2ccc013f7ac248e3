"""The proxy that the environment may name: gone by only where the user's settings say so (``use_proxy``).

What names a proxy for one program names it for all, so it is no word on who may carry keys.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from synterm.errors import SettingsError
from synterm.settings import load_settings

_NAMES = tuple(name for upper in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY") for name in (upper, upper.lower()))
_UNUSED = "SYNTERM_UNUSED_PROXY"
"""Tells a process, whose environment has no proxy, of the one that it was not given."""


def proxy_used(environ: Mapping[str, str]) -> bool:
    """Whether calls go through a proxy."""
    return _named(environ) is not None and _wanted()


def unused_proxy(environ: Mapping[str, str] | None = None) -> str | None:
    """The variable that names a proxy which is not gone by; None: there is none, or it is."""
    known = os.environ if environ is None else environ
    if name := known.get(_UNUSED):
        return name
    name = _named(known)
    return None if name is None or _wanted() else name


def with_wanted_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that makes calls: without a proxy, unless it is wanted."""
    name = unused_proxy(environ)
    if name is None:
        return dict(environ)
    return {own: value for own, value in environ.items() if own not in _NAMES} | {_UNUSED: name}


def _named(environ: Mapping[str, str]) -> str | None:
    return next((name for name in _NAMES if environ.get(name)), None)


def _wanted() -> bool:
    try:
        return load_settings().use_proxy
    except SettingsError:  # told where the settings are needed
        return False
