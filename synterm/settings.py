"""The user's settings: one TOML file, all of it optional."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synterm.errors import SettingsError
from synterm.paths import config_dir


class Settings(BaseModel):
    """What a user may set in ``settings.toml``. Nothing here comes from a project file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str = "synterm-dark"
    """The workbench's theme."""
    debounce_ms: int = Field(default=120, ge=0, le=10_000)
    """How long after the last key a draft is evaluated, for models that cost nothing, in milliseconds."""
    debounce_priced_ms: int = Field(default=600, ge=0, le=60_000)
    """The same for priced models."""
    live_cap_usd: float = Field(default=1.0, ge=0)
    """What the workbench may spend in one sitting, in US dollars."""
    day_cap_usd: float | None = Field(default=None, ge=0)
    """What all who use one project file on this machine may spend in a day together, in US dollars; unset: no cap."""
    cache_truncated: bool = False
    """Whether answers that were cut off at the token limit are served again, instead of being asked for afresh."""
    live_sample: int = Field(default=24, ge=1)
    """How many cases live mode evaluates under a priced model; the key for all runs the rest."""
    concurrency: int | None = Field(default=None, ge=1, le=2000)
    """Requests at a time to one model; unset: what suits the provider."""
    approved_endpoints: tuple[str, ...] = ()
    """Origins (``https://host``) that project files may name as `api_base`. Keys go nowhere else."""
    fast_path: bool = True
    """Whether endpoints that speak OpenAI's chat protocol are asked directly. Off sends everything through LiteLLM."""


def settings_path() -> Path:
    """Where the settings file is looked for."""
    return config_dir() / "settings.toml"


@cache
def load_settings() -> Settings:
    """The user's settings, or the defaults without a file. Raises SettingsError naming file and key."""
    path = settings_path()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(error), where=str(path)) from error
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(Settings.model_fields)
        raise SettingsError(f"{key}: {first['msg']}", where=str(path), hint=f"known keys: {known}") from error
