"""Themes: readable, and errors that name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from synterm.errors import SettingsError
from synterm.paths import themes_dir
from synterm.tui.themes import load_themes, read_theme

SHIPPED = sorted(themes_dir().glob("*.toml"))


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """The relative luminance of WCAG 2.2, 0 to 1."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_text_has_enough_contrast(path: Path) -> None:
    theme = read_theme(path)
    background = Color.parse(theme.background or "")
    for name in ("foreground", "primary", "success", "warning", "error", "accent"):
        ratio = contrast(background, Color.parse(getattr(theme, name)))
        assert ratio >= 4.5, f"{name}: {ratio:.2f}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[colors]\nprimary = "nocolor"', "colors.primary"),
        ('[colors]\nprimary = "#fff"\nbakground = "#000"', "colors.bakground"),
        ("[colors]", "colors.primary is missing"),
        ("colors = 3", "colors must be a table"),
        ("= broken", "Invalid"),
    ],
)
def test_a_broken_theme_names_file_and_key(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_theme(path)
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_a_users_theme_is_loaded_and_a_broken_one_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTERM_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#112233"')
    (folder / "broken.toml").write_text("[colors]")
    themes, errors = load_themes()
    assert "mine" in {theme.name for theme in themes}
    assert {path.stem for path in SHIPPED} <= {theme.name for theme in themes}
    assert [str(error.where).endswith("broken.toml") for error in errors] == [True]
