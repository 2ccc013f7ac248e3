"""Where keys go: a project names a variable only, and the user's settings say to which hosts its value may be sent."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.errors import ModelError, SettingsError
from synterm.providers.access import check_endpoint
from synterm.providers.families import FAMILIES
from synterm.providers.key_hosts import bound_keys, default_hosts, key_names, matches
from synterm.settings import load_settings, parse_settings
from tests.cli.conftest import Synterm, synterm
from tests.conftest import MakeProject
from tests.support.http_stub import Stub, stub

__all__ = ["stub", "synterm"]

CANARY = "canary-0123456789abcdef"
HERE = "http://127.0.0.1:8850/v1"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No keys and no endpoints in the environment but those that a test sets."""
    for family in FAMILIES:
        for name in (*family.keys, *family.bases, *filter(None, [family.base])):
            monkeypatch.delenv(name, raising=False)


def say(config: Path, text: str) -> None:
    (config / "settings.toml").write_text(text, encoding="utf-8")
    load_settings.cache_clear()


def spec(model: str = "openai/x", api_base: str | None = None, api_key_env: str | None = None) -> ModelSpec:
    return ModelSpec(name="m", model=model, api_base=api_base, api_key_env=api_key_env)


STRANGE = [
    spec(api_base=HERE, api_key_env="OPENAI_API_KEY"),
    spec(api_base=HERE, api_key_env="MY_KEY"),
    spec(api_base="https://evil.example/v1", api_key_env="OPENAI_API_KEY"),
    spec("http/app", "https://evil.example/v1", "AWS_SECRET_ACCESS_KEY"),
    spec(api_key_env="AWS_SECRET_ACCESS_KEY"),
    spec("anthropic/claude", api_key_env="OPENAI_API_KEY"),
    spec("anthropic/claude", api_base="https://api.openai.com/v1", api_key_env="ANTHROPIC_API_KEY"),
    spec("watsonx/x", api_key_env="GITHUB_TOKEN"),
]
"""Models of a stranger's project, each of which would have a key go where its owner never said."""


@pytest.mark.parametrize("model", STRANGE, ids=lambda model: f"{model.model} {model.api_base} {model.api_key_env}")
def test_a_key_goes_to_no_host_that_its_owner_did_not_say(model: ModelSpec, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(model.api_key_env or "", CANARY)
    with pytest.raises(ModelError, match="you have not said that it may go there") as caught:
        check_endpoint(model, ["https://evil.example", "https://api.openai.com", "http://127.0.0.1:8850"])
    hint = caught.value.hint or ""
    place = (model.api_base or "").removesuffix("/v1") or {"openai": "https://api.openai.com"}.get(model.provider)
    assert f"synterm settings --bind {model.api_key_env} {place or ''}" in hint
    # The line that is named does it.
    line = hint.rpartition("settings.toml: ")[2].removesuffix(")")
    settings = parse_settings(f"[key_hosts]\n{line}", Path("x"))
    assert settings.key_hosts[model.api_key_env or ""]


@pytest.mark.parametrize(
    "model",
    [
        spec("anthropic/claude"),
        spec("groq/llama"),
        spec(api_key_env="OPENAI_API_KEY"),
        spec(api_base="https://api.openai.com/v1", api_key_env="OPENAI_API_KEY"),
        spec("openai/llama", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    ],
)
def test_a_providers_own_key_goes_to_the_provider_without_a_word(model: ModelSpec, monkeypatch: pytest.MonkeyPatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROQ_API_KEY"):
        monkeypatch.setenv(name, CANARY)
    check_endpoint(model, ())


def test_what_the_settings_say_of_a_key_is_all_that_holds(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    say(own_config, '[key_hosts]\nOPENAI_API_KEY = ["https://gateway.example"]\n')
    check_endpoint(spec(api_base="https://gateway.example/v1", api_key_env="OPENAI_API_KEY"), ())
    for other in (
        None,
        "https://api.openai.com/v1",
        "https://gateway.example:8443/v1",
        "https://gateway.example.evil/",
    ):
        with pytest.raises(ModelError, match="sends the key in OPENAI_API_KEY to"):
            check_endpoint(spec(api_base=other, api_key_env="OPENAI_API_KEY"), ())
    say(own_config, "[key_hosts]\nOPENAI_API_KEY = []\n")
    with pytest.raises(ModelError, match="sends the key in OPENAI_API_KEY to"):
        check_endpoint(spec(), ())


def test_on_this_machine_a_key_may_go_by_http_where_that_was_said(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("APP_TOKEN", CANARY)
    say(own_config, '[key_hosts]\nAPP_TOKEN = ["http://127.0.0.1:8850", "http://localhost:*"]\n')
    check_endpoint(spec(api_base=HERE, api_key_env="APP_TOKEN"), ())
    check_endpoint(spec("http/app", "http://localhost:1234/chat", "APP_TOKEN"), ())
    for other in ("http://127.0.0.1:8851/v1", "http://[::1]:8850/v1", "http://127.0.0.2:8850/v1"):
        with pytest.raises(ModelError, match="you have not said"):
            check_endpoint(spec(api_base=other, api_key_env="APP_TOKEN"), ())


def test_a_key_never_leaves_this_machine_unencrypted(own_config: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://gateway.example/v1")
    with pytest.raises(ModelError, match="which is not encrypted"):
        check_endpoint(spec(), ())
    with pytest.raises(SettingsError, match="is no place that a key may go to"):
        parse_settings('[key_hosts]\nA = ["http://gateway.example"]', Path("x"))


@pytest.mark.parametrize(
    "entry", ["https://*", "https://*.example", "*", "https://a/b", "https://u@h", "http://10.0.0.1"]
)
def test_the_settings_take_no_place_that_means_more_than_one_host(entry: str):
    with pytest.raises(SettingsError, match="is no place that a key may go to"):
        parse_settings(f'[key_hosts]\nA = ["{entry}"]', Path("x"))


def test_an_endpoint_that_the_environment_names_is_the_users_own_word(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway.example/v1")
    check_endpoint(spec(), ())
    assert default_hosts("OPENAI_API_KEY") == ("https://gateway.example",)
    with pytest.raises(ModelError, match="you have not said"):
        check_endpoint(spec(api_base="https://api.openai.com/v1", api_key_env="OPENAI_API_KEY"), ())


def test_what_guards_by_value_knows_every_key_whose_hosts_are_known():
    environ = {"OPENAI_API_KEY": CANARY, "GOOGLE_API_KEY": "g" * 20, "AWS_ACCESS_KEY_ID": "a" * 20, "MY_KEY": "m" * 20}
    known = {key.name: key.hosts for key in bound_keys(environ, {"MY_KEY": ("https://mine.example", "groq")})}
    assert known == {
        "OPENAI_API_KEY": ("https://api.openai.com",),
        "GOOGLE_API_KEY": ("https://generativelanguage.googleapis.com",),
        "MY_KEY": ("https://mine.example", "https://api.groq.com"),
    }
    assert not matches("http://localhost:*", "http://localhost.evil.example")
    assert key_names(spec(api_base=HERE), environ) == ()


def test_a_key_is_bound_and_unbound_by_a_command_and_the_file_is_its_owners(
    synterm: Synterm, own_config: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNTERM_CONFIG_DIR", str(own_config / "deep" / "er"))
    done = synterm("settings", "--bind", "LLM_KEY", "https://LLM.example/v1", "http://localhost:*")
    assert (done.code, done.out) == (0, "")
    assert "the key in LLM_KEY may go to https://llm.example, http://localhost:* and nowhere else" in done.err
    file = own_config / "deep" / "er" / "settings.toml"
    assert file.read_text() == '[key_hosts]\nLLM_KEY = ["https://llm.example", "http://localhost:*"]\n'
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]
    assert "LLM_KEY = [" in synterm("settings").out
    assert synterm("settings", "--bind", "LLM_KEY", "ftp://x").code == 2
    assert synterm("settings", "--bind", "no name", "https://x.example").code == 2
    assert synterm("settings", "--bind", "LLM_KEY").code == 2
    assert synterm("settings", "--unbind", "LLM_KEY").code == 0
    assert file.read_text().strip() == ""
    assert synterm("settings", "--unbind", "LLM_KEY").code == 2


def test_a_run_sends_nothing_until_the_key_is_bound_and_ci_learns_of_it(
    synterm: Synterm, make_project: MakeProject, stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("LLM_KEY", CANARY)
    path = make_project()
    (tmp_path / ".git").mkdir()
    words = ("--model", "openai/x", "--api-base", stub.url, "--api-key-env", "LLM_KEY")
    synterm("add", path, "model", "ours", *words)
    done = synterm("run", path, "--model", "ours")
    assert done.code == 3
    assert f"synterm settings --bind LLM_KEY {stub.origin}" in done.err
    assert stub.calls == []
    assert f"left out: LLM_KEY to {stub.origin}" in synterm("init-ci", path, "-o", str(tmp_path / "a.yml")).err
    synterm("settings", "--bind", "LLM_KEY", stub.origin)
    stub.reply("clarify")
    assert synterm("run", path, "--model", "ours").code == 0
    assert {call.key for call in stub.calls} == {CANARY}
    synterm("init-ci", path, "-o", str(tmp_path / "b.yml"))
    workflow = (tmp_path / "b.yml").read_text()
    assert f"printf '%s\\n' '[key_hosts]' 'LLM_KEY = [\"{stub.origin}\"]' >" in workflow
    assert os.environ["LLM_KEY"] not in workflow
