"""A stranger's project names a host that listens: nobody connects to it before the project is trusted, whatever is
done with the project."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from synterm import Guard
from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.errors import RestrictedError
from synterm.providers.registry import Providers
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.storage.trust import VARIABLE
from tests.cli.conftest import Synterm, synterm
from tests.conftest import SMALL, MakeProject
from tests.support.evil_host import EvilHost, evil_host
from tests.support.trusting import trusted

__all__ = ["synterm"]

NEXT = "synterm trust"


@pytest.fixture
def host(own_config: Path) -> Iterator[EvilHost]:
    """The host; the user's settings would let requests to it through."""
    with evil_host() as host:
        (own_config / "settings.toml").write_text(f'approved_endpoints = ["{host.origin}"]\n')
        load_settings.cache_clear()
        yield host


@pytest.fixture
def strange(make_project: MakeProject, host: EvilHost, synterm: Synterm) -> Path:
    """A project that was trusted and run here, and came back from somebody else with models, a judge and an app."""
    path = make_project()
    assert synterm("run", path, "--prompt", "router@v1").code == 0
    far = ModelSpec(name="far", model="openai/far", api_base=f"{host.origin}/v1")
    app = ModelSpec(name="app", model="http/app", api_base=host.origin, params={"method": "DELETE", "path": "/all"})
    judge = '[{"type": "llm-rubric", "model": "far", "value": "is polite"}]'
    with sqlite3.connect(path) as db:
        for spec in (far, app):
            row = (spec.name, spec.name, spec.model_dump_json(exclude_defaults=True), "")
            db.execute("INSERT INTO models (id, name, spec, updated) VALUES (?, ?, ?, ?)", row)
        db.execute("UPDATE nodes SET checks = ? WHERE name = 'Out of scope'", (judge,))
    db.close()
    return path


def test_no_command_asks_anybody_and_each_says_why(
    synterm: Synterm, strange: Path, host: EvilHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    for words in (
        ["run", strange],
        ["run", strange, "--model", "rules"],
        ["run", strange, "--batch"],
        ["run", strange, "--quiet", "--json", "-"],
        ["run", strange, "--against", "@v1"],
        ["run", strange, "--source", "production"],
        ["run", strange, "--trust-manifest", "sha256:" + "0" * 64],
        ["generate", strange, "--with", "paraphrase", "--model", "far", "--count", "1"],
        ["generate", strange, "--with", "casing"],
        ["coverage", strange, "--fill", "1"],
        ["distill", strange, "--judge", "far"],
        ["distill", strange, "--cluster", "--writer", "far"],
        ["finetune", strange, "--teacher", "far"],
        ["finetune", strange, "--trainer", "openai", "--base", "gpt-4o-mini-2024-07-18"],
        ["finetune", strange, "--trainer", "local"],
        ["models", strange, "--test", "far"],
        ["models", strange, "--test", "app"],
    ):
        done = synterm(*words)
        assert done.code == 2, (words, done)
        assert "restricted" in done.err, words
        assert done.out == "", words
        assert NEXT in done.err, words
        assert f"  ask openai/far at {host.origin}/v1, without a key" in done.err, words
        assert f"  ask http/app at {host.origin}, without a key; sending method DELETE, path /all" in done.err, words
    assert host.connections == 0


def test_what_only_looks_edits_and_exports_goes_on(
    synterm: Synterm, strange: Path, host: EvilHost, tmp_path: Path
) -> None:
    for words in (
        ["ls", strange],
        ["show", strange, "prompt", "router"],
        ["history", strange],
        ["dump", strange],
        ["diff", strange, strange],
        ["report", strange, "-o", tmp_path / "report.html"],
        ["run", strange, "--dry-run"],
        ["distill", strange],
        ["coverage", strange, "--no-map"],
        ["models", strange],
        ["edit", strange, "model", "rules", "--name", "by rules"],
        ["add", strange, "case", "Routing/Ambiguous/borderline", "--input", "what now"],
        ["baseline", strange, "set", "main"],
    ):
        done = synterm(*words)
        assert done.code in (0, 1), (words, done)
        assert "restricted" not in done.err, words
    with Project.open(strange) as project:
        assert project.trust.restricted, "edits of a restricted project trust nothing"
    assert host.connections == 0


def test_trusted_it_is_asked_and_trusted_no_longer_it_is_not(synterm: Synterm, strange: Path, host: EvilHost) -> None:
    digest = synterm("trust", strange, "--json").json["digest"]
    assert synterm("trust", strange, "--manifest", "sha256:" + "0" * 64).code == 2
    assert synterm("trust", strange, "--manifest", digest).code == 0
    assert synterm("models", strange, "--test", "far").code == 3
    assert host.connections > 0
    seen = host.connections
    assert "trusted no longer" in synterm("trust", strange, "--revoke").err
    assert synterm("models", strange, "--test", "far").code == 2
    assert host.connections == seen


def test_ci_trusts_exactly_one_digest(
    synterm: Synterm, strange: Path, host: EvilHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = synterm("trust", strange, "--json").json["digest"]
    run = ["run", strange, "--model", "rules", "--behavior", "Ambiguous"]
    refused = synterm(*run)
    assert digest in refused.err
    assert synterm(*run, "--trust-manifest", digest).code == 0
    assert synterm(*run).code == 2, "it holds for one run"
    monkeypatch.setenv(VARIABLE, f"sha256:0 {digest}")
    assert synterm(*run).code == 0
    with sqlite3.connect(strange) as db:
        db.execute("UPDATE models SET spec = replace(spec, '/v1', '/v2')")
    db.close()
    assert synterm(*run).code == 2
    assert "which is another" in synterm(*run).err
    assert host.connections == 0


async def test_the_door_to_all_models_is_shut_whoever_knocks(strange: Path, host: EvilHost) -> None:
    """Also for whoever held on to a provider, and when the file changes under a run."""
    with Project.open(strange) as project:
        specs = project.models.all()
        async with Providers.of(project) as providers:
            await providers.warm(specs)
            held = [(spec, providers.for_model(spec)) for spec in specs]
            request = (Message(role="user", content="peru"),)
            for spec, provider in held:
                completion = await provider.complete(Request(spec, request, spec.params, values={"message": "peru"}))
                assert completion.outcome is Outcome.NOT_SENT
                assert (completion.error or "").startswith("restricted: ")
                assert NEXT in (completion.hint or "")
            with pytest.raises(RestrictedError):
                providers.litellm_for(specs[1])
            project.trust.grant()
            answered = await held[0][1].complete(Request(specs[0], request, specs[0].params))
            assert answered.outcome is Outcome.COMPLETE
            with sqlite3.connect(strange) as db:
                db.execute("UPDATE models SET spec = replace(spec, '/v1', '/v2')")
            db.close()
            for spec, provider in held:
                assert (await provider.complete(Request(spec, request, spec.params))).outcome is Outcome.NOT_SENT
            from_file = project.trust.capabilities
        project.trust.grant(from_file)
    assert host.connections == 0


async def test_what_can_not_be_read_counts_as_restricted(strange: Path) -> None:
    with Project.open(trusted(strange)) as project:
        spec = project.models.get("rules")
        async with Providers.of(project) as providers:
            with sqlite3.connect(strange) as db:
                db.execute("UPDATE models SET spec = '{' WHERE name = 'far'")
            db.close()
            said = await providers.for_model(spec).complete(Request(spec, (Message(role="user", content="x"),)))
            assert said.outcome is Outcome.NOT_SENT
            assert "nobody can say what the project asks for" in (said.error or "")


def test_a_guard_with_judges_does_not_start_and_one_without_goes_on(
    strange: Path, host: EvilHost, synterm: Synterm, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RestrictedError, match="judges"):
        Guard(strange, "Out of scope", judges=True)
    assert synterm("guard", strange, "--behavior", "Out of scope", "--judges").code == 2
    with Guard(strange, "Ambiguous") as guard:
        assert guard.check("clarify").passed
    with Project.open(strange) as project:
        monkeypatch.setenv(VARIABLE, project.trust.capabilities.digest)
    with Guard(strange, "Out of scope", judges=True, judge_cap_usd=100) as guard:
        with sqlite3.connect(strange) as db:
            db.execute("UPDATE models SET spec = replace(spec, '/v1', '/v2')")
        db.close()
        assert not guard.reload()
        assert "restricted" in (guard.stale or "")
    assert host.connections == 0


def test_what_is_made_of_a_text_is_restricted_and_says_so_in_one_line(
    synterm: Synterm, tmp_path: Path, host: EvilHost
) -> None:
    text = tmp_path / "their project.yaml"
    models = f"models:\n  - {{name: far, model: openai/far, api_base: '{host.origin}/v1'}}\n"
    text.write_text(SMALL.replace("models:\n", models))
    path = tmp_path / "their project.db"
    for words in (["new", path, "--from", text], ["load", text, "-o", path]):
        done = synterm(*words)
        told = [line for line in done.err.splitlines() if "restricted" in line]
        assert told == [
            f"restricted: it asks for 1 thing that you have not trusted it with; synterm trust '{path}' shows it"
        ]
        assert synterm("run", path).code == 2
        path.unlink()
        done = synterm(*words, "--trust")
        assert f"trusted to ask openai/far at {host.origin}/v1, without a key" in done.err
        assert "restricted" not in done.err
        with Project.open(path) as project:
            assert not project.trust.restricted
        path.unlink()
    assert host.connections == 0


def test_a_merge_trusts_what_both_sides_were_trusted_with_and_nothing_that_a_strange_side_adds(
    synterm: Synterm, make_project: MakeProject, host: EvilHost, tmp_path: Path
) -> None:
    base = make_project()
    mine, ours, theirs = tmp_path / "mine.db", tmp_path / "ours.db", tmp_path / "theirs.db"
    for copy in (mine, ours, theirs):
        copy.write_bytes(base.read_bytes())
    for copy, name in ((mine, "one"), (ours, "two")):
        synterm("add", copy, "model", name, "--model", f"openai/{name}", "--api-base", f"{host.origin}/v1")
    done = synterm("merge", "-o", tmp_path / "both.db", "--base", base, mine, ours)
    assert done.code == 0, done
    assert "restricted" not in done.err
    spec = ModelSpec(name="three", model="openai/three", api_base=f"{host.origin}/v1")
    with Project.open(theirs) as project:
        project.models.put(spec).result()
    done = synterm("merge", "-o", tmp_path / "all.db", "--base", base, mine, ours, theirs)
    assert "restricted: it asks for" in done.err
    why = synterm("trust", tmp_path / "all.db", "--show").out
    assert f"new: ask openai/three at {host.origin}/v1" in why
    assert "new: ask openai/one" not in why
    assert host.connections == 0


def test_what_its_user_does_with_commands_stays_trusted(
    synterm: Synterm, make_project: MakeProject, host: EvilHost
) -> None:
    path = make_project()
    synterm("add", path, "model", "far", "--model", "openai/far", "--api-base", f"{host.origin}/v1")
    synterm("edit", path, "model", "far", "--model", "openai/farther")
    synterm("add", path, "feature", "F")
    assert synterm("models", path, "--test", "far").code == 3
    assert host.connections > 0


def test_the_question_at_a_terminal_takes_only_a_yes(
    strange: Path, monkeypatch: pytest.MonkeyPatch, synterm: Synterm
) -> None:
    for key, code in (("n", 1), ("", 1), ("\x04", 1), ("y", 0)):
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        monkeypatch.setattr("synterm.cli.trust.single_keys", nullcontext)
        monkeypatch.setattr("synterm.cli.trust.read_key", lambda key=key: key)
        assert synterm("trust", strange).code == code, key
