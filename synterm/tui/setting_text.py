"""Values of settings as one line of text, to show and to type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from synterm.errors import SettingsError
from synterm.settings import Settings, why_invalid

AT_ONCE = frozenset(Settings.model_fields) - {"concurrency", "approved_endpoints", "fast_path"}
"""The settings that the open workbench takes up; the others hold from the next start."""


def shown_value(value: object) -> str:
    """``true``, ``0.5``, ``a, b``, ``app.quit = ctrl+x; view.zoom = f5``; empty for what is unset."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "; ".join(f"{name} = {keys}" for name, keys in cast("Mapping[str, str]", value).items())
    if isinstance(value, tuple):
        return ", ".join(cast("tuple[str, ...]", value))
    return "" if value is None else str(value)


def read_value(name: str, text: str) -> Any:
    """What `shown_value` shows, read back; None for nothing. Raises SettingsError for what the setting can't be."""
    text = text.strip()
    if not text:
        return None
    value: Any = text
    if name == "keys":
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        value = {key.strip(): keys.strip() for key, _, keys in pairs}
    elif name == "approved_endpoints":
        value = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return getattr(Settings.model_validate({name: value}), name)
    except ValidationError as error:
        wrong, message, hint = why_invalid(error)
        raise SettingsError(f"{wrong}: {message}", hint=hint) from error
