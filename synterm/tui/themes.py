"""Themes from TOML files: those that come with synterm, and the user's own in ``<settings folder>/themes``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from synterm.errors import SettingsError
from synterm.paths import config_dir, themes_dir

_COLORS = frozenset("primary secondary accent foreground background surface panel success warning error boost".split())


def load_themes() -> tuple[list[Theme], list[SettingsError]]:
    """All themes that can be read, and an error for each file that can't."""
    themes: dict[str, Theme] = {}
    errors: list[SettingsError] = []
    for path in (*sorted(themes_dir().glob("*.toml")), *sorted((config_dir() / "themes").glob("*.toml"))):
        try:
            theme = read_theme(path)
        except SettingsError as error:
            errors.append(error)
        else:
            themes[theme.name] = theme
    return list(themes.values()), errors


def read_theme(path: Path) -> Theme:
    """The theme in one file. Raises SettingsError naming file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(str(error), where=str(path)) from error
    colors = _table(path, data, "colors")
    if unknown := colors.keys() - _COLORS:
        raise SettingsError(
            f"colors.{min(unknown)} is no colour of a theme", where=str(path), hint=", ".join(sorted(_COLORS))
        )
    if "primary" not in colors:
        raise SettingsError("colors.primary is missing", where=str(path))
    for key, value in colors.items():
        _check_color(path, f"colors.{key}", value)
    variables = {key: str(value) for key, value in _table(path, data, "variables").items()}
    name = data.get("name", path.stem)
    return Theme(name=str(name), dark=bool(data.get("dark", True)), variables=variables, **colors)


def _table(path: Path, data: dict[str, Any], key: str) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{key} must be a table", where=str(path), hint=f"write [{key}]")
    return table  # pyright: ignore[reportUnknownVariableType]


def _check_color(path: Path, key: str, value: object) -> None:
    try:
        Color.parse(str(value))
    except ColorParseError as error:
        raise SettingsError(f"{key}: {value!r} is no colour", where=str(path), hint='write it as "#rrggbb"') from error
