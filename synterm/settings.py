"""The user's settings: one TOML file, all of it optional."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from synterm.errors import SettingsError, did_you_mean
from synterm.paths import config_dir


def _dotted(keys: object) -> object:
    """``{"app": {"quit": …}}``, which TOML makes of ``app.quit = …``, as ``{"app.quit": …}``."""
    if not isinstance(keys, Mapping):
        return keys
    flat: dict[str, object] = {}
    for name, value in cast("Mapping[str, object]", keys).items():
        below = _dotted(value)
        if isinstance(below, dict):
            flat.update({f"{name}.{rest}": key for rest, key in cast("dict[str, object]", below).items()})
        else:
            flat[name] = value
    return flat


_Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
_HOST = re.compile(
    r"https://[a-z0-9._-]+(:[0-9]{1,5})?/?|https?://(localhost|127\.[0-9.]+|\[::1\])(:([0-9]{1,5}|\*))?/?|[a-z0-9_]+",
    re.I,
)


def _host(entry: str) -> str:
    if _HOST.fullmatch(entry) is None:
        raise ValueError(f"{entry!r} is no place that a key may go to: https://host, http://localhost:8000 or openai")
    return entry


KeyHosts = dict[_Variable, tuple[Annotated[str, AfterValidator(_host)], ...]]
"""Environment variables that hold keys, and where each may go: origins, or names of providers."""


class Settings(BaseModel):
    """What a user may set in ``settings.toml``. Nothing here comes from a project file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str = "synterm-dark"
    """The workbench's theme."""
    animations: bool = True
    """Whether things may move: smooth scrolling, spinners, blinking cursors."""
    debounce_ms: int = Field(default=120, ge=0, le=10_000)
    """How long after the last key a draft is evaluated, for models that cost nothing, in milliseconds."""
    debounce_priced_ms: int = Field(default=600, ge=0, le=60_000)
    """The same for priced models."""
    live_cap_usd: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """What the workbench may spend in one sitting, in US dollars."""
    day_cap_usd: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """What all who use one project file on this machine may spend in a day together, in US dollars; unset: no cap."""
    cache_truncated: bool = False
    """Whether answers that were cut off at the token limit are served again, instead of being asked for afresh."""
    live_sample: int = Field(default=24, ge=1)
    """How many cases live mode evaluates under a priced model; the key for all runs the rest."""
    concurrency: int | None = Field(default=None, ge=1, le=2000)
    """Requests at a time to one model; unset: what suits the provider."""
    approved_endpoints: tuple[str, ...] = ()
    """Origins (``https://host``) that project files may name as `api_base`."""
    key_hosts: KeyHosts = Field(default_factory=dict[str, tuple[str, ...]])
    """Where each key may go: the name of its environment variable, and hosts (``https://host``). A provider's own
    variable goes to that provider without a line here; with one, only where the line says."""
    trusted_clusters: tuple[str, ...] = ()
    """Schedulers of Dask or Ray on other machines that runs may use though they ask for no certificate
    (``tcp://10.0.0.5:8786``): whoever can reach such a one can run programs as you."""
    use_proxy: bool = False
    """Whether calls go through the proxy that HTTPS_PROXY and its kin name in your environment."""
    fast_path: bool = True
    """Whether endpoints that speak OpenAI's chat protocol are asked directly. Off sends everything through LiteLLM."""
    keys: Annotated[dict[str, str], BeforeValidator(_dotted)] = Field(default_factory=dict[str, str])
    """Keys of your own: the id of a command (the workbench lists them with f1) and its keys, with commas between."""


def settings_path() -> Path:
    """Where the settings file is looked for."""
    return config_dir() / "settings.toml"


@cache
def load_settings() -> Settings:
    """The user's settings, or the defaults without a file. Raises SettingsError naming file, line and key."""
    path = settings_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(error), where=str(path)) from error
    return parse_settings(text, path)


def parse_settings(text: str, path: Path) -> Settings:
    """The settings that the text of a file says. Raises SettingsError naming `path`, line and key."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(error), where=str(path), hint="settings are TOML: key = value") from error
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise _explained(error, text, path) from error


def why_invalid(error: ValidationError) -> tuple[str, str, str]:
    """The first key that is wrong, what is wrong with it, and what to do."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return key, "there is no such setting", did_you_mean(key, Settings.model_fields) or ""
    return (
        key,
        first["msg"].removeprefix("Value error, ").replace("Input should", "it should"),
        "synterm settings shows all with their meaning",
    )


def _explained(error: ValidationError, text: str, path: Path) -> SettingsError:
    key, message, hint = why_invalid(error)
    line = _line_of(key, text)
    return SettingsError(f"{key}: {message}", where=f"{path}, line {line}" if line else str(path), hint=hint)


def _line_of(key: str, text: str) -> int | None:
    """Where a key stands. TOML's parser tells no lines; within a table the last part of the key is looked for."""
    names: list[Any] = [key, key.split(".", 1)[-1], key.split(".")[-1], key.split(".")[0]]
    for name in dict.fromkeys(names):
        found = re.search(rf'^\s*(?:\[\s*)?"?{re.escape(name)}"?\s*[=\]]', text, re.MULTILINE)
        if found:
            return text.count("\n", 0, found.start()) + 1 + found.group().count("\n")
    return None
