from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.providers import availability, weights
from synterm.providers.availability import known_families, usable
from synterm.providers.families import FAMILIES
from tests.support.bound import bind


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No keys, no credentials in the home directory, no weights."""
    for family in FAMILIES:
        for name in (*family.keys, *filter(None, [family.base])):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def spec(model: str, api_base: str | None = None, api_key_env: str | None = None) -> ModelSpec:
    return ModelSpec(name="m", model=model, api_base=api_base, api_key_env=api_key_env)


def test_the_embedded_model_can_be_fetched_then_used(bare: Path):
    found = usable(spec("embedded/default"))
    assert (found.state, found.ok) == ("fetch", True)
    assert "98 MB" in found.reason
    place = weights.place()
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        file.truncate(weights.DEFAULT.size)
    assert usable(spec("embedded/default")).state == "ready"


def test_another_embedded_model_is_missing():
    found = usable(spec("embedded/smollm2-135"))
    assert not found.ok
    assert "embedded/smollm2-135m" in (found.hint or "")


@pytest.mark.parametrize("module", ["xllamacpp", "pip"])
def test_what_is_not_installed_is_named_with_the_way_to_install_it(module: str, monkeypatch: pytest.MonkeyPatch):
    here = availability.find_spec
    monkeypatch.setattr(availability, "find_spec", lambda name: None if name == module else here(name))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    found = usable(spec("embedded/default"))
    assert found.state == "missing"
    assert found.hint == "pip install 'synterm[local]'"


def test_the_scripted_model_is_always_there():
    assert usable(spec("scripted/rules")).state == "ready"


def test_a_family_is_ready_once_its_key_is_set(monkeypatch: pytest.MonkeyPatch):
    found = usable(spec("anthropic/claude"))
    assert (found.state, found.hint) == ("missing", "set it: export ANTHROPIC_API_KEY=…")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret-value")
    found = usable(spec("anthropic/claude"))
    assert (found.state, found.reason) == ("ready", "key in ANTHROPIC_API_KEY")


def test_a_bare_name_is_a_model_of_openai(monkeypatch: pytest.MonkeyPatch):
    assert "OPENAI_API_KEY" in (usable(spec("gpt-4o-mini")).hint or "")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert usable(spec("gpt-4o-mini")).ok


def test_credentials_in_the_home_directory_count(bare: Path):
    assert not usable(spec("bedrock/x")).ok
    (bare / ".aws").mkdir()
    (bare / ".aws" / "credentials").write_text("[default]")
    assert usable(spec("bedrock/x")).ok


def test_a_model_on_this_machine_needs_no_key():
    assert usable(spec("ollama/llama3")).ok
    assert usable(spec("openai/stub", "http://127.0.0.1:8850/v1")).ok


def test_a_server_without_an_address_of_its_own_needs_one():
    assert "api_base" in (usable(spec("hosted_vllm/x")).hint or "")
    assert usable(spec("hosted_vllm/x", "http://127.0.0.1:8000/v1")).ok


def test_a_key_that_the_model_names_must_be_set(monkeypatch: pytest.MonkeyPatch):
    named = spec("openai/stub", "http://127.0.0.1:8850/v1", "STUB_API_KEY")
    monkeypatch.delenv("STUB_API_KEY", raising=False)
    assert usable(named).hint == "set it: export STUB_API_KEY=…"
    monkeypatch.setenv("STUB_API_KEY", "k")
    assert "you have not said that it may go there" in usable(named).reason
    bind("STUB_API_KEY")
    assert usable(named).reason == "key in STUB_API_KEY at http://127.0.0.1:8850"


def test_an_endpoint_must_be_approved():
    named = spec("openai/stub", "https://x.example/v1")
    assert "not approved" in usable(named).reason
    assert usable(named, ["https://x.example"]).ok


def test_a_family_that_is_not_listed_is_left_to_litellm():
    assert usable(spec("watsonx/x")).state == "ready"


def test_the_list_has_every_family_once_with_its_state():
    listed = known_families()
    assert [one.name for one in listed][:2] == ["embedded", "scripted"]
    assert len({one.name for one in listed}) == len(listed)
    states = {one.name: one.availability.state for one in listed}
    assert (states["embedded"], states["openai"], states["ollama"]) == ("fetch", "missing", "ready")
