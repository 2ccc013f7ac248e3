"""Themes: readable, checked, and errors that name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from synterm.errors import SettingsError
from synterm.paths import themes_dir
from synterm.tui.look.contrast import ENOUGH, contrast, quietest
from synterm.tui.look.theme_file import complete, read_theme
from synterm.tui.look.themes import errors_text, load_themes, snapshot

SHIPPED = sorted(themes_dir().glob("*.toml"))
COLOURED = [path for path in SHIPPED if not read_theme(path).ansi]
GROUNDS = ("background", "surface", "panel")
TEXTS = (
    *("foreground", "text-muted", "text-disabled", "text-success", "text-error", "text-warning", "text-accent"),
    *("text-primary", "text-secondary", "success", "error", "warning", "primary", "accent", "secondary"),
)
VERDICTS = ("text-success", "text-error", "text-warning", "text-accent", "text-muted")
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    # The line under the cursor.
    *((text, "block-cursor-background") for text in (*VERDICTS, "block-cursor-foreground")),
    *((text, "block-cursor-blurred-background") for text in (*VERDICTS, "text-disabled", "foreground")),
    ("footer-key-foreground", "footer-background"),
    ("footer-description-foreground", "footer-background"),
    ("input-selection-foreground", "input-selection-background"),
    ("input-cursor-foreground", "input-cursor-background"),
]


class Palette:
    """The colours of a theme as they are on the screen."""

    def __init__(self, path: Path) -> None:
        theme = complete(read_theme(path))
        self.values = {**theme.to_color_system().generate(), **theme.variables}

    def on(self, name: str, ground: Color) -> Color:
        """A colour laid over an opaque ground."""
        base, _, share = self.values[name].partition(" ")
        color = Color.parse(base) if base != "auto" else ground.get_contrast_text(1)
        alpha = color.a * (float(share.rstrip("%")) / 100 if share else 1)
        return ground.blend(color, alpha, alpha=1.0)

    def contrast(self, text: str, ground: str) -> float:
        behind = self.on(ground, self.on("surface", self.on("background", Color(0, 0, 0))))
        return contrast(self.on(text, behind), behind)


@pytest.mark.parametrize("path", COLOURED, ids=lambda path: path.stem)
def test_all_text_has_enough_contrast(path: Path) -> None:
    palette = Palette(path)
    low = {pair: round(ratio, 2) for pair in PAIRS if (ratio := palette.contrast(*pair)) < ENOUGH}
    assert low == {}


@pytest.mark.parametrize("path", COLOURED, ids=lambda path: path.stem)
def test_text_can_be_read_without_colour_too(path: Path) -> None:
    palette = Palette(path)
    for text, ground in PAIRS:
        behind = palette.on(ground, palette.on("surface", palette.on("background", Color(0, 0, 0))))
        grey = contrast(palette.on(text, behind).monochrome, behind.monochrome)
        assert grey >= 4, f"{text} on {ground}: {grey:.2f}"


@pytest.mark.parametrize("path", COLOURED, ids=lambda path: path.stem)
def test_what_is_stale_is_quieter_than_what_is_fresh(path: Path) -> None:
    palette = Palette(path)
    loud = palette.contrast("foreground", "background")
    assert palette.contrast("text-disabled", "background") < palette.contrast("text-muted", "background") < loud


@pytest.mark.parametrize("name", ["synterm-safe", "synterm-contrast", "synterm-contrast-light"])
def test_verdicts_differ_in_blue_for_those_who_do_not_tell_red_from_green(name: str) -> None:
    palette = Palette(themes_dir() / f"{name}.toml")
    ground = palette.on("background", Color(0, 0, 0))
    passed, failed = palette.on("text-success", ground), palette.on("text-error", ground)
    assert passed.b - passed.r >= 60
    assert failed.r - failed.b >= 60


def test_there_is_a_theme_for_each_need() -> None:
    themes = {path.stem: read_theme(path) for path in SHIPPED}
    assert [path for path, theme in themes.items() if path != theme.name] == []
    assert len(themes) >= 7
    assert {theme.dark for theme in themes.values()} == {True, False}
    assert [name for name, theme in themes.items() if theme.ansi] == ["synterm-ansi"]


@given(
    text=st.sampled_from(["#ffffff", "#000000"]),
    grounds=st.lists(st.integers(0, 60), min_size=1, max_size=3),
    ratio=st.floats(3, 8),
)
def test_quiet_text_keeps_the_contrast_that_is_asked_for(text: str, grounds: list[int], ratio: float) -> None:
    shades = [grey if text == "#ffffff" else 255 - grey for grey in grounds]
    backs = [Color(shade, shade, shade) for shade in shades]
    quiet = quietest(Color.parse(text), backs, ratio)
    assert all(contrast(quiet, back) >= ratio for back in backs)


@pytest.mark.parametrize("name", ["nord", "dracula", "textual-light"])
def test_stale_cells_can_be_read_in_other_themes_too(name: str) -> None:
    theme = complete(BUILTIN_THEMES[name])
    ground = Color.parse(theme.to_color_system().generate()["background"])
    assert contrast(Color.parse(theme.variables["text-disabled"]), ground) >= ENOUGH


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ('[colors]\nprimary = "nocolor"', "colors.primary: 'nocolor' is no colour", '"#rrggbb"'),
        ("[colors]\nprimary = 3", "colors.primary: 3 is no colour", '"#rrggbb"'),
        ('[colors]\nprimary = "#fff"\nbakground = "#000"', "colors.bakground", "did you mean background"),
        ("[colors]", "colors.primary is missing", "under [colors]"),
        ("colors = 3", "colors must be a table", "[colors]"),
        ("= broken", "Invalid", "TOML"),
        ('dark = "no"\n[colors]\nprimary = "#fff"', "dark: 'no' is neither", "without quotes"),
        ('nmae = "x"\n[colors]\nprimary = "#fff"', "nmae is nothing", "did you mean name?"),
        ('name = "a b"\n[colors]\nprimary = "#fff"', "name: 'a b' is no name", "letters"),
        ("name = 3\n[colors]\nprimary = '#fff'", "name: 3 is no name", "letters"),
        ('[colors]\nprimary = "#fff"\n[variables]\nborder = "blurple"', "variables.border", "#rrggbb"),
        ('[colors]\nprimary = "#fff"\n[variables]\nborder = 7', "variables.border: 7", "#rrggbb"),
        ('[colors]\nprimary = "#fff"\n[variables]\nbordr = "#fff"', "variables.bordr", "border"),
        ('[colors]\nprimary = "#fff"\n[variables]\nlink-style = "loud"', "variables.link-style", "bold"),
    ],
)
def test_a_broken_theme_names_file_and_key_and_what_to_write(text: str, says: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_theme(path)
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert hint in (caught.value.hint or "")


def test_a_theme_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes('name = "café"'.encode("latin-1"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_theme(path)


def test_a_theme_may_say_all_that_a_theme_has(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'dark = false\n[colors]\nprimary = "rebeccapurple"\n'
        '[variables]\ntext-muted = "auto 70%"\nlink-background = "initial"\nbutton-focus-text-style = "bold reverse"'
    )
    theme = read_theme(path)
    assert (theme.name, theme.dark, theme.variables["text-muted"]) == ("mine", False, "auto 70%")


def test_a_users_theme_is_loaded_and_broken_ones_are_told_of_at_once(own_config: Path) -> None:
    folder = own_config / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#112233"')
    (folder / "broken.toml").write_text("[colors]")
    (folder / "worse.toml").write_text("=")
    themes, errors = load_themes()
    assert "mine" in {theme.name for theme in themes}
    assert {path.stem for path in SHIPPED} <= {theme.name for theme in themes}
    assert [Path(str(error.where)).name for error in errors] == ["broken.toml", "worse.toml"]
    assert all(part in errors_text(errors) for part in ("2 theme files", "broken.toml", "worse.toml", "[colors]"))


def test_of_two_themes_of_one_name_the_winner_is_told(own_config: Path) -> None:
    folder = own_config / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "synterm-dark"\n[colors]\nprimary = "#112233"')
    themes, errors = load_themes()
    assert next(theme.primary for theme in themes if theme.name == "synterm-dark") == "#112233"
    assert "is the name of synterm-dark.toml too; this file wins" in str(errors[0])
    assert "mine.toml" in str(errors[0])


def test_a_snapshot_changes_with_the_files_and_is_none_without_their_folder(own_config: Path) -> None:
    assert snapshot() is None
    (own_config / "themes").mkdir()
    assert snapshot() == {}
    (own_config / "themes" / "mine.toml").write_text("x")
    assert len(snapshot() or {}) == 1
