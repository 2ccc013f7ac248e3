"""The settings file: what it may say, what is wrong with it, and changing it without losing what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.errors import SettingsError
from synterm.settings import Settings, load_settings, parse_settings, settings_path
from synterm.settings_file import change_setting
from synterm.settings_form import default_text, kind, meanings, settings_form

MINE = """\
# my settings
theme = "nord"   # at night

approved_endpoints = [
  "https://a.example",  # work
]

[keys]
"app.zoom" = "f5"
"""


@pytest.fixture
def written(own_config: Path) -> Path:
    path = own_config / "settings.toml"
    path.write_text(MINE)
    return path


def test_without_a_file_the_defaults_hold(own_config: Path) -> None:
    assert load_settings() == Settings()
    assert settings_path() == own_config / "settings.toml"


@pytest.mark.parametrize("text", ['[keys]\n"app.zoom" = "f5"', '[keys]\napp.zoom = "f5"', '[keys.app]\nzoom = "f5"'])
def test_keys_may_be_written_with_and_without_quotes(text: str) -> None:
    assert parse_settings(text, Path("x.toml")).keys == {"app.zoom": "f5"}


@pytest.mark.parametrize(
    ("text", "where", "says", "hint"),
    [
        ("\nlive_sample = 0", "line 2", "live_sample: it should be greater", "synterm settings"),
        ("theme = 'x'\nthme = 'y'", "line 2", "thme: there is no such setting", "theme"),
        ("[keys]\n\n'app.zoom' = 3", "settings.toml", "keys", "synterm settings"),
        ('[keys]\n"app.zoom" = 3', "line 2", "keys.app.zoom", "synterm settings"),
        ("debounce_ms = 'soon'", "line 1", "debounce_ms", "synterm settings"),
        ("live_cap_usd = inf", "line 1", "live_cap_usd", "synterm settings"),
        ("= 1", "settings.toml", "line 1", "TOML"),
    ],
)
def test_what_is_wrong_names_file_line_and_key(text: str, where: str, says: str, hint: str, own_config: Path) -> None:
    (own_config / "settings.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "settings.toml" in str(caught.value)
    assert where in str(caught.value.where)
    assert says in str(caught.value)
    assert hint in (caught.value.hint or "")


def test_a_change_keeps_comments_order_and_everything_else(written: Path) -> None:
    change_setting("theme", "synterm-light")
    assert written.read_text() == MINE.replace('"nord"', '"synterm-light"')
    settings = change_setting("live_sample", 7)
    assert settings.live_sample == 7
    assert settings.keys == {"app.zoom": "f5"}
    assert load_settings() == settings
    assert [line for line in MINE.splitlines() if line not in written.read_text()] == ['theme = "nord"   # at night']


def test_a_setting_taken_out_has_its_default_again(written: Path) -> None:
    assert change_setting("approved_endpoints", None).approved_endpoints == ()
    assert "# my settings" in written.read_text()
    assert "a.example" not in written.read_text()


def test_a_change_takes_its_place_in_the_documented_file(written: Path) -> None:
    written.write_text(settings_form())
    change_setting("animations", False)
    lines = written.read_text().splitlines()
    assert "# animations = true" not in lines
    place = lines.index("animations = false")
    assert lines[place - 1].startswith("# true or false")
    assert lines[place + 2].startswith("# How long after")


@pytest.mark.parametrize(("key", "value"), [("live_sample", 0), ("nonsense", 1), ("keys", {"a": 3}), ("theme", 3)])
def test_what_can_not_be_is_refused_and_nothing_written(key: str, value: Any, written: Path) -> None:
    with pytest.raises(SettingsError, match=key):
        change_setting(key, value)
    assert written.read_text() == MINE


@pytest.mark.parametrize("broken", ["theme = ", "thme = 'x'", "live_sample = 'x'"])
def test_a_broken_file_is_never_written_over(broken: str, written: Path) -> None:
    written.write_text(broken)
    with pytest.raises(SettingsError, match=re.escape(str(written))):
        change_setting("animations", False)
    assert written.read_text() == broken


def test_a_file_that_is_a_link_stays_one(written: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    written.rename(real)
    written.symlink_to(real)
    change_setting("live_sample", 3)
    assert written.is_symlink()
    assert "live_sample = 3" in real.read_text()


def test_where_nothing_can_be_written_it_is_said(own_config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_config / "file").write_text("")
    monkeypatch.setenv("SYNTERM_CONFIG_DIR", str(own_config / "file" / "below"))
    with pytest.raises(SettingsError) as caught:
        change_setting("live_sample", 3)
    assert "settings.toml" in str(caught.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert set(meanings()) == set(Settings.model_fields)
    assert all(text.strip() for text in meanings().values())
    assert kind("live_sample") == "a whole number from 1"
    assert kind("concurrency") == "a whole number from 1 to 2,000"
    assert default_text("day_cap_usd") == "unset"


def test_the_documented_file_says_the_defaults() -> None:
    form = settings_form()
    assert parse_settings(form, Path("x")) == Settings()
    live = re.sub(r"^# ([a-z_]+ = )", r"\1", form, flags=re.MULTILINE)
    said = tomllib.loads(live)
    assert set(said) == set(Settings.model_fields) - {"keys", "key_hosts"}
    unset = {"day_cap_usd", "concurrency", "approved_endpoints", "trusted_clusters"}
    for name in said.keys() - unset:
        assert said[name] == Settings.model_fields[name].default
    Settings.model_validate(said)


VARIABLES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True, alphabet=st.characters(codec="ascii"))
HOSTS = st.sampled_from(
    ("https://a.example", "https://b.example:8443", "http://localhost:*", "http://[::1]:80", "groq")
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)


@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "theme": TEXTS,
            "animations": st.booleans(),
            "debounce_ms": st.integers(0, 10_000),
            "live_cap_usd": st.floats(0, 1e6),
            "concurrency": st.integers(1, 2000),
            "approved_endpoints": st.lists(TEXTS, max_size=3).map(tuple),
            "keys": st.dictionaries(TEXTS, TEXTS, max_size=3),
            "key_hosts": st.dictionaries(VARIABLES, st.lists(HOSTS, max_size=3).map(tuple), max_size=3),
            "use_proxy": st.booleans(),
        },
    )
)
def test_what_is_printed_says_what_is_set(values: dict[str, Any]) -> None:
    settings = Settings.model_validate(values)
    assert parse_settings(settings_form(settings), Path("x")) == settings


def test_reading_the_settings_does_not_load_what_changes_them() -> None:
    code = "import sys, synterm.settings; sys.exit('tomlkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, timeout=60, check=False)
    assert done.returncode == 0
