"""The settings on the screen: changed in place, written to the file, taken up at once where that can be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, OptionList, Static

from synterm.errors import SettingsError
from synterm.settings import Settings, load_settings
from synterm.tui.screens.settings import SettingsScreen
from synterm.tui.screens.theme import ThemeScreen
from synterm.tui.setting_text import read_value, shown_value
from tests.tui.conftest import Bench, MakeProject, OpenBench

NAMES = list(Settings.model_fields)


async def choose(bench: Bench, name: str, text: str | None = None) -> None:
    """Go to a setting, press enter, and where it is typed, type it."""
    rows = bench.app.screen.query_one("#settings-list", OptionList)
    rows.highlighted = NAMES.index(name)
    rows.focus()
    await bench.pilot.press("enter")
    await bench.pilot.pause()
    if text is not None:
        bench.app.screen.query_one(Input).value = text
        await bench.pilot.press("enter")
    await bench.pilot.pause()
    if not isinstance(bench.app.screen, ThemeScreen):
        await bench.settle()


async def opened(bench: Bench) -> None:
    bench.screen.grid.focus()
    await bench.pilot.press("comma")
    await bench.pilot.pause()
    assert isinstance(bench.app.screen, SettingsScreen)


@pytest.fixture
def file(own_config: Path) -> Path:
    path = own_config / "settings.toml"
    path.write_text("# mine\nlive_sample = 12  # few\n")
    load_settings.cache_clear()
    return path


async def test_every_setting_is_listed_with_its_value_and_the_file(
    file: Path, make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(200, 40)) as bench:
        await opened(bench)
        text = bench.text()
        assert [name for name in NAMES if name not in text] == []
        assert "12" in text
        assert str(file) in text.replace("\n", "")


async def test_a_change_is_checked_written_and_taken_up(
    file: Path, make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await opened(bench)
        await choose(bench, "animations")
        assert file.read_text() == "# mine\nlive_sample = 12  # few\nanimations = false\n"
        assert bench.app.animation_level == "none"
        await choose(bench, "live_sample", "0")
        assert "live_sample: it should be greater than or equal to 1" in bench.text()
        assert "live_sample = 12" in file.read_text()
        await choose(bench, "live_sample", "7")
        assert "live_sample = 7  # few" in file.read_text()
        await choose(bench, "live_cap_usd", "2.5")
        assert bench.screen.live._purse.cap_usd == 2.5
        await choose(bench, "keys", "view.zoom = f5")
        assert bench.app._keymap == {"view.zoom": "f5"}
        await bench.pilot.press("escape")
        assert bench.app.screen is bench.screen


async def test_a_setting_goes_back_to_its_default(file: Path, make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await opened(bench)
        bench.app.screen.query_one(OptionList).highlighted = NAMES.index("live_sample")
        await bench.pilot.press("delete")
        await bench.settle()
        assert "live_sample" not in file.read_text()
        assert "# mine" in file.read_text()


async def test_a_broken_file_is_told_of_and_left_alone(
    file: Path, make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(200, 40)) as bench:
        file.write_text("theme = 'x'\nlive_smaple = 3")
        await opened(bench)
        said = bench.app.screen.query_one("#setting-said", Static)
        assert "line 2: live_smaple: there is no such setting" in str(said.content)
        assert said.region.height >= 2
        await choose(bench, "animations")
        assert file.read_text() == "theme = 'x'\nlive_smaple = 3"


async def test_what_holds_later_says_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await opened(bench)
        rows = bench.app.screen.query_one(OptionList)
        rows.highlighted = NAMES.index("fast_path")
        await bench.pilot.pause()
        assert "Holds from the next start." in bench.text()
        rows.highlighted = NAMES.index("debounce_ms")
        await bench.pilot.pause()
        assert "Holds from the next start." not in bench.text()


async def test_the_theme_is_chosen_in_its_own_list(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await opened(bench)
        await choose(bench, "theme")
        assert isinstance(bench.app.screen, ThemeScreen)
        await bench.pilot.press("escape")
        await bench.settle()
        assert isinstance(bench.app.screen, SettingsScreen)


HOSTS = st.lists(st.sampled_from(("https://a.example", "http://localhost:*", "groq")), max_size=2).map(tuple)
TEXTS = st.text("abc./:", min_size=1, max_size=6)


@given(
    settings=st.builds(
        Settings,
        theme=TEXTS,
        animations=st.booleans(),
        live_sample=st.integers(1, 99),
        day_cap_usd=st.none() | st.floats(0, 1e6),
        approved_endpoints=st.lists(TEXTS, max_size=3).map(tuple),
        keys=st.dictionaries(TEXTS, TEXTS, max_size=3),
        key_hosts=st.dictionaries(st.sampled_from(("A_KEY", "b")), HOSTS, max_size=2),
    )
)
def test_what_is_shown_is_read_back(settings: Settings) -> None:
    for name in NAMES:
        value = getattr(settings, name)
        assert read_value(name, shown_value(value)) in (value, value or None)


def test_what_can_not_be_is_refused() -> None:
    with pytest.raises(SettingsError, match="concurrency"):
        read_value("concurrency", "many")
