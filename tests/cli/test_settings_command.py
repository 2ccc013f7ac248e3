"""`synterm settings`: what can be set, what is, and where."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from synterm.settings import Settings, load_settings
from tests.cli.conftest import Synterm


def test_it_prints_a_file_with_every_setting_explained(synterm: Synterm, own_config: Path) -> None:
    done = synterm("settings")
    assert (done.code, done.err) == (0, "")
    assert tomllib.loads(done.out) == {}, "nothing is set"
    for name in Settings.model_fields:
        assert name in done.out
    assert "# a whole number from 1 to 2,000; default: unset" in done.out
    assert not (own_config / "settings.toml").exists()


def test_what_is_set_is_no_comment(synterm: Synterm, own_config: Path) -> None:
    (own_config / "settings.toml").write_text('theme = "nord"\n[keys]\n"app.zoom" = "f5"')
    load_settings.cache_clear()
    assert tomllib.loads(synterm("settings").out) == {"theme": "nord", "keys": {"app.zoom": "f5"}}


def test_it_says_where_the_file_belongs(synterm: Synterm, own_config: Path) -> None:
    done = synterm("settings", "--path")
    assert done.out == f"{own_config / 'settings.toml'}\n"


def test_it_makes_the_file_once(synterm: Synterm, own_config: Path) -> None:
    path = own_config / "settings.toml"
    done = synterm("settings", "--init")
    assert (done.code, done.out) == (0, "")
    assert str(path) in done.err
    assert tomllib.loads(path.read_text()) == {}
    path.write_text('theme = "mine"')
    again = synterm("settings", "--init")
    assert again.code == 2
    assert "is there already" in again.err
    assert path.read_text() == 'theme = "mine"'


def test_it_prints_json_that_fits_its_schema(synterm: Synterm) -> None:
    import jsonschema

    done = synterm("settings", "--json")
    jsonschema.validate(done.json, json.loads(synterm("schema", "settings").out))
    assert done.json["live_sample"] == 24


def test_a_broken_file_is_told_of_with_its_line(synterm: Synterm, own_config: Path) -> None:
    (own_config / "settings.toml").write_text("\nthme = 'x'")
    load_settings.cache_clear()
    done = synterm("settings")
    assert done.code == 2
    assert "settings.toml, line 2: thme: there is no such setting" in done.err
    assert "did you mean theme" in done.err
