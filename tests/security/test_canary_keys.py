"""Keys planted in the environment, all that can be done and all that can fail, and then: they are nowhere."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm import paths
from synterm.hidden import hidden, learn, secret_values, without_credentials
from synterm.providers.families import FAMILIES
from synterm.settings import load_settings, settings_path
from tests.cli.conftest import Done, Synterm, synterm
from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.support.bound import bind
from tests.support.http_stub import Reply, Stub, stub
from tests.support.litellm_starts import real_starts

__all__ = ["stub", "synterm"]

CANARY = "c4n4ry/0123&"
PLANTED = (
    *(name for family in FAMILIES for name in family.keys if name != "AWS_PROFILE"),
    *("LLM_KEY", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "DB_PASSWORD", "SESSION_SECRET"),
)


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A key in each variable that can hold one; each is another."""
    for name in PLANTED:
        monkeypatch.setenv(name, f"{CANARY}{name.lower()}")
    bind("LLM_KEY")
    monkeypatch.chdir(tmp_path)
    with real_starts():
        yield


def found_in(*places: Path) -> list[str]:
    """The files in which a key stands, as it is or as JSON or HTML write it."""
    marks = (CANARY.encode(), CANARY.replace("/", "\\/").encode(), CANARY.replace("&", "&amp;").encode())
    files = (file for place in places for file in place.rglob("*") if file.is_file())
    return [str(file) for file in files if any(mark in file.read_bytes() for mark in marks)]


def outside() -> tuple[Path, ...]:
    """Where synterm keeps things outside of the project file."""
    return paths.log_dir(), paths.state_dir(), paths.config_dir()


def clean(done: Done) -> Done:
    """The same, in which no key stands."""
    assert CANARY not in done.out + done.err
    assert "c4n4ry" not in done.out + done.err
    return done


SAID = f"ok, your key is {CANARY}llm_key and {CANARY}openai_api_key"
REPLIES = {
    "fine": Reply(SAID),
    "refused": Reply(status=401, error={"message": SAID}),
    "moved": Reply(status=307, headers={"Location": f"https://x.example/{CANARY}llm_key"}),
    "broken": Reply(body=f'{{"{SAID}"'.encode()),
    "odd": Reply(finish_reason="content_filter", refusal=SAID),
}
"""What an endpoint says that gives back what it was sent."""


@pytest.mark.parametrize("fast", [True, False], ids=["direct", "litellm"])
def test_no_key_is_in_what_a_run_writes_says_and_logs(
    fast: bool, synterm: Synterm, make_project: MakeProject, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = settings_path()
    file.write_text(f"fast_path = {str(fast).lower()}\n{file.read_text()}")
    load_settings.cache_clear()
    monkeypatch.setenv("OPENAI_BASE_URL", stub.url)
    path = make_project(endpoint_project(stub, [*REPLIES], api_key_env="LLM_KEY"))
    clean(synterm("add", path, "model", "own", "--model", "openai/gpt-4o-mini"))
    stub.reply(lambda messages: REPLIES[messages[-1]["content"].rpartition(" ")[2]])
    out = ("--json", "run.json", "--junit", "j.xml", "--html", "r.html", "--comment", "c.md", "--progress", "json")
    # LiteLLM's process for endpoints that a project names has no keys at all.
    models = {"own": "openai_api_key"} | ({"stub": "llm_key"} if fast else {})
    done = clean(synterm("run", path, *(word for name in models for word in ("--model", name)), *out))
    assert done.code == 3
    assert {call.key for call in stub.calls} == {f"{CANARY}{name}" for name in models.values()}
    report = (tmp_path / "run.json").read_text()
    assert "ok, your key is [key] and" in report
    assert "https://x.example/[key]" in report
    assert found_in(tmp_path, *outside()) == []


def test_no_key_is_in_what_commands_say_or_write_of_a_project_that_holds_one(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
):
    path = make_project()
    (tmp_path / "log.jsonl").write_text(f'{{"input": "send notes to {CANARY}db_password", "expected": "summarize"}}\n')
    log, db = tmp_path / "log.jsonl", tmp_path / "small.db"
    words, key = "Routing/Ambiguous/imported", f"{CANARY}db_password"
    assert clean(synterm("import", path, log, "--into", words)).code == 0
    assert clean(synterm("import", path, log, "--into", words, "--preview")).code == 0
    for command in (
        ["run", path, "--json", "-"],
        ["run", path, "--json", "a.json", "--html", "a.html", "--junit", "a.xml"],
        ["dump", path],
        ["dump", path, "-o", "a.yaml"],
        *(["ls", path, *rest] for rest in ([], ["cases"], ["cases", "--json"], ["runs"], ["models"])),
        *([command, path] for command in ("models", "history", "coverage", "distill", "inbox")),
        ["review", path, "--export", "a.csv"],
        ["report", path, "-o", "b.html"],
        ["baseline", path, "set", "main"],
        ["compare", path, "router@1", "router@2"],
        ["generate", path, "--from", words, "--with", "misspellings"],
        ["export", path, "--format", "openai-sft", "--split", "all", "-o", "sets"],
        ["settings"],
        ["settings", "--json"],
        ["diff", path, path],
        ["guard", path, key],
    ):
        clean(synterm(*command))
    for command in (
        ["run", key],
        ["run", path, "--model", key],
        [key],
        ["settings", "--bind", key, "x y"],
        ["ls", path, key],
        ["add", path, "model", "m", "--model", "openai/x", "--api-key-env", key],
        ["import", path, key],
        ["load", key, "-o", "c.db"],
        ["show", path, "case", key],
        ["compare", path, key, "b"],
    ):
        assert clean(synterm(*command)).code in (2, 3)
    assert "send notes to [key]" in (tmp_path / "a.yaml").read_text()
    assert (tmp_path / "a.html").exists()
    log.unlink()
    assert found_in(tmp_path, *outside()) == [str(db)]


def test_a_crash_keeps_where_it_was_and_no_values(
    synterm: Synterm, make_project: MakeProject, own_logs: Path, monkeypatch: pytest.MonkeyPatch
):
    def crash(args: object) -> int:
        own = os.environ["LLM_KEY"]
        raise RuntimeError(f"refused {own}")

    monkeypatch.setenv("SYNTERM_LOG_DIR", str(own_logs / "deep" / "er"))
    monkeypatch.setattr(importlib.import_module("synterm.cli.ls"), "run", crash)
    done = clean(synterm("ls", make_project()))
    assert "internal error: RuntimeError: refused [key]" in done.err
    log = own_logs / "deep" / "er" / "crash.log"
    assert "RuntimeError: refused [key]" in log.read_text()
    assert "in crash" in log.read_text()
    assert [stat.S_IMODE(place.stat().st_mode) for place in (log, log.parent)] == [0o600, 0o700]
    assert found_in(own_logs) == []


def test_what_is_a_credential_goes_by_its_name_and_its_looks():
    environ = {
        "OPENAI_API_KEY": "sk-0123456789",
        "DB_PASSWORD": "correcthorsebatterystaple",
        "TOKENIZERS_PARALLELISM": "false-ly",
        "TOKEN_LIMIT": "1000000000",
        "SSH_KEY_PATH": "/home/kim/.ssh/id_ed25519",
        "SECRET_STAGE": "production",
        "GREETING": "hello-0123456789",
        "SHORT_KEY": "sk-1",
    }
    assert set(secret_values(environ)) == {"sk-0123456789", "correcthorsebatterystaple", "false-ly"}
    assert set(without_credentials(environ)) == {"GREETING"}
    learn(environ)
    assert hidden("a sk-0123456789 b sk-0123456789") == "a [key] b [key]"
    learn({"A_KEY": 'quo"te&0123456789'})
    assert hidden(r'{"a": "quo\"te&0123456789"} quo&quot;te&amp;0123456789') == '{"a": "[key]"} [key]'
    learn(os.environ)
