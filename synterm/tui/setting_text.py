"""Values of settings as one line of text, to show and to type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from synterm.errors import SettingsError
from synterm.settings import Settings, why_invalid

AT_ONCE = frozenset(Settings.model_fields) - {
    "concurrency",
    "approved_endpoints",
    "trusted_clusters",
    "key_hosts",
    "use_proxy",
    "fast_path",
}
"""The settings that the open workbench takes up; the others hold from the next start."""


def shown_value(value: object) -> str:
    """``true``, ``0.5``, ``a, b``, ``app.quit = ctrl+x; view.zoom = f5``, ``LLM_KEY = https://a,https://b``; empty for
    what is unset."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        table = cast("Mapping[str, str | tuple[str, ...]]", value)
        return "; ".join(
            f"{name} = {given if isinstance(given, str) else ','.join(given)}" for name, given in table.items()
        )
    if isinstance(value, tuple):
        return ", ".join(cast("tuple[str, ...]", value))
    return "" if value is None else str(value)


def read_value(name: str, text: str) -> Any:
    """What `shown_value` shows, read back; None for nothing. Raises SettingsError for what the setting can't be."""
    text = text.strip()
    if not text:
        return None
    value: Any = text
    if name in ("keys", "key_hosts"):
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        value = {key.strip(): given.strip() for key, _, given in pairs}
        if name == "key_hosts":
            value = {key: _listed(given) for key, given in value.items()}
    elif name in ("approved_endpoints", "trusted_clusters"):
        value = _listed(text)
    try:
        return getattr(Settings.model_validate({name: value}), name)
    except ValidationError as error:
        wrong, message, hint = why_invalid(error)
        raise SettingsError(f"{wrong}: {message}", hint=hint) from error


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
