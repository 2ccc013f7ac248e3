"""The themes there are: those that come with synterm, and the user's own in ``<settings folder>/themes``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from textual.theme import Theme

from synterm.errors import SettingsError
from synterm.paths import config_dir, themes_dir
from synterm.text import plural
from synterm.tui.look.theme_file import read_theme

DEFAULT = "synterm-dark"
Snapshot = dict[Path, tuple[int, int]]
"""When each file was changed last, in nanoseconds, and its size."""


def user_themes_dir() -> Path:
    """Where people put themes of their own."""
    return config_dir() / "themes"


def load_themes() -> tuple[list[Theme], list[SettingsError]]:
    """All themes that can be read, and an error for each file that can't, or that takes the name of another's theme."""
    themes: dict[str, Theme] = {}
    files: dict[str, Path] = {}
    errors: list[SettingsError] = []
    for path in (*_files(themes_dir()), *_files(user_themes_dir())):
        try:
            theme = read_theme(path)
        except SettingsError as error:
            errors.append(error)
            continue
        if theme.name in themes:
            errors.append(_clash(path, theme.name, files[theme.name]))
        themes[theme.name], files[theme.name] = theme, path
    return list(themes.values()), errors


def snapshot() -> Snapshot | None:
    """The state of the user's theme files; None where there is no folder for them."""
    folder = user_themes_dir()
    if not folder.is_dir():
        return None
    found: Snapshot = {}
    for path in _files(folder):
        try:
            stat = path.stat()
        except FileNotFoundError:
            # It was just deleted.
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def errors_text(errors: Sequence[SettingsError]) -> str:
    """All that is wrong, as one message."""
    lines = (f"{error}" + (f"\n  {error.hint}" if error.hint else "") for error in errors)
    return "\n".join((f"{plural(len(errors), 'theme file')} to look at", *lines))


def _files(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob("*.toml"))


def _clash(path: Path, name: str, other: Path) -> SettingsError:
    return SettingsError(
        f"name: {name!r} is the name of {other.name} too; this file wins",
        where=str(path),
        hint=f'for both, write another name = "{name}-2"',
    )
