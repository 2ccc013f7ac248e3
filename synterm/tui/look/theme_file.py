"""One theme file: TOML with `name`, `dark`, `ansi`, and the tables `colors` and `variables`, all of it checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from synterm.errors import SettingsError, did_you_mean
from synterm.tui.look.contrast import quietest

_COLORS = ("primary", *"secondary accent foreground background surface panel success warning error boost".split())
_TOP = ("name", "dark", "ansi", "colors", "variables")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_STYLES = frozenset("none not bold b dim d italic i underline u underline2 reverse r strike s blink".split())
_SHARE = re.compile(r"(.*?)\s+\d{1,3}(\.\d+)?%")
_QUIET = {"text-muted": 6.0, "text-disabled": 4.6}
"""The contrasts of the two quiet kinds of text, where a theme does not say what they are."""
_ANSI = frozenset(("ansi-background", "ansi-foreground"))


def read_theme(path: Path) -> Theme:
    """The theme in one file. Raises SettingsError naming file and key, with what to write instead."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise _wrong(path, "it is not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise _wrong(path, f"it can't be read: {error.strerror or error}") from error
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, str(error), 'themes are TOML: key = "value", [table]') from error
    for key in data:
        _check_known(path, key, _TOP, "")
    colors = _table(path, data, "colors")
    if "primary" not in colors:
        raise _wrong(path, "colors.primary is missing", 'write primary = "#rrggbb" under [colors]')
    for key, value in colors.items():
        _check_known(path, key, _COLORS, "colors.")
        _check_color(path, f"colors.{key}", value)
    variables = _table(path, data, "variables")
    for key, value in variables.items():
        _check_variable(path, key, value)
    dark, ansi = (_flag(path, key, data.get(key, key == "dark")) for key in ("dark", "ansi"))
    return Theme(name=_name(path, data), dark=dark, ansi=ansi, variables=variables, **colors)


def complete(theme: Theme) -> Theme:
    """The theme with quiet text that can be read on all its grounds, unless it says itself what that is.

    To find that takes longer than to read a theme: it is done once, for those that are worn.
    """
    if theme.variables.keys() >= (_ANSI if theme.ansi else _QUIET.keys()):
        return theme
    if theme.ansi:
        # Textual's style sheets name these, but it makes them for other themes only.
        for name in _ANSI:
            theme.variables.setdefault(name, "ansi_default")
    else:
        made = theme.to_color_system().generate()
        grounds = [Color.parse(made[name]) for name in ("background", "surface", "panel")]
        text = Color.parse(made["foreground"])
        for name, ratio in _QUIET.items():
            theme.variables.setdefault(name, quietest(text, grounds, ratio).hex6)
    return theme


@cache
def _known_variables() -> tuple[str, ...]:
    return tuple(Theme(name="any", primary="#808080").to_color_system().generate())


def _name(path: Path, data: Mapping[str, Any]) -> str:
    name = data.get("name", path.stem)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        hint = 'write name = "my-theme": letters, digits, - and _, a letter first'
        raise _wrong(path, f"name: {name!r} is no name of a theme", hint)
    return name


def _flag(path: Path, key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(path, f"{key}: {value!r} is neither true nor false", f"write {key} = true, without quotes")
    return value


def _table(path: Path, data: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise _wrong(path, f"{key} must be a table", f"write [{key}]")
    return table  # pyright: ignore[reportUnknownVariableType]


def _check_known(path: Path, key: str, known: tuple[str, ...], prefix: str) -> None:
    if key not in known:
        raise _wrong(path, f"{prefix}{key} is nothing that a theme has", did_you_mean(key, known))


def _check_variable(path: Path, key: str, value: object) -> None:
    _check_known(path, key, _known_variables(), "variables.")
    if not key.endswith(("text-style", "link-style", "link-style-hover")):
        _check_color(path, f"variables.{key}", value, also=("auto", "initial", "transparent"))
    elif not isinstance(value, str) or not value.split() or not _STYLES.issuperset(value.split()):
        raise _wrong(
            path, f"variables.{key}: {value!r} is no text style", 'write "bold", "underline", "reverse", "none"'
        )


def _check_color(path: Path, key: str, value: object, also: tuple[str, ...] = ()) -> None:
    text = value if isinstance(value, str) else ""
    share = _SHARE.fullmatch(text)
    base = share.group(1) if share and also else text
    try:
        if base not in also:
            Color.parse(base)
    except ColorParseError as error:
        raise _wrong(path, f"{key}: {value!r} is no colour", 'write it as "#rrggbb"') from error


def _wrong(path: Path, message: str, hint: str | None = None) -> SettingsError:
    return SettingsError(message, where=str(path), hint=hint)
