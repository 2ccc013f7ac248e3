"""What the page on the guard over HTTP shows is what happens."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from synterm.cli import guard
from synterm.cli.parser import Parser
from tests.support.docs_script import DOCS
from tests.support.guard_server import build, counted, guarded

PAGE = (DOCS / "guard-http.md").read_text(encoding="utf-8")
SERVICE = DOCS.parent / "synterm" / "production" / "service"
DESK = """\
synterm: 1
name: help desk
prompts: [{name: ask, messages: [{role: user, content: "{{ message }}"}]}]
tree:
  - feature: Desk
    checks: [{type: not-icontains, value: idiot}]
    behaviors: [{behavior: Replies, scenarios: [{scenario: one, cases: [{input: hello}]}]}]
"""
_VARIES = re.compile(r'("(?:id|checks_id|version)":)"[^"]*"|("took_ms":)[\d.]+')


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def _examples() -> list[tuple[str, str]]:
    """The commands of the page that ask something, and what it shows as their output."""
    parts = [
        part for block in _blocks("console") if block.startswith("$ ") for part in re.split(r"^\$ ", block, flags=re.M)
    ]
    return [(command, said) for command, _, said in (part.partition("\n") for part in parts if part)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_each_command_answers_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_TOKEN", "a-token-that-nobody-guesses")
    project = build(tmp_path / "my.db", DESK)
    examples = _examples()
    assert len(examples) == 6
    for options in ((), ("--token-env", "GUARD_TOKEN")):
        async with guarded(project, "--behavior", "Desk", *options) as (server, _):
            for command, shown in examples:
                if ("$GUARD_TOKEN" in command) is not bool(options):
                    continue
                here = command.replace("http://127.0.0.1:8787", server.url)
                done = await asyncio.to_thread(subprocess.run, ["bash", "-c", here], capture_output=True, check=True)
                assert _VARIES.sub(r"\1\2…", done.stdout.decode()) == _VARIES.sub(r"\1\2…", shown), command


async def test_the_client_of_the_page_fails_closed(tmp_path: Path) -> None:
    [text] = _blocks("python")
    project = build(tmp_path / "my.db", DESK)
    async with guarded(project, "--behavior", "Desk") as (server, _):
        said: dict[str, Any] = {}
        exec(text.replace("http://127.0.0.1:8787", server.url), said)
        ask = said["may_be_given"]
        assert await asyncio.to_thread(ask, "Hello.", "hi") is True
        assert await asyncio.to_thread(ask, "You idiot.", "hi") is False
        with pytest.raises(RuntimeError, match="bad_field"):
            await asyncio.to_thread(ask, None, "hi")
        await asyncio.to_thread(server.stop)
        assert await asyncio.to_thread(ask, "Hello.", "hi") is False
        said["guard"].close()


async def test_the_metrics_that_the_page_names_are_there(tmp_path: Path) -> None:
    async with guarded(build(tmp_path / "my.db", DESK), "--behavior", "Desk") as (_, client):
        async with client.post("/v1/check", json={"output": "x"}) as answer:
            assert answer.status == 200
        async with client.get("/nowhere") as answer:
            assert answer.status == 404
        there = {re.sub(r"\{.*", "", name) for name in await counted(client)}
    named = set(re.findall(r"synterm_guard_\w+", PAGE))
    assert {name for name in named if name not in there and f"{name}_count" not in there} == set()
    histograms = {
        name.removesuffix(end) for name in there for end in ("_bucket", "_count", "_sum") if name.endswith(end)
    }
    single = {name for name in there if not any(name.startswith(histogram) for histogram in histograms)}
    assert {name for name in (single | histograms) if name.startswith("synterm")} <= named


def test_each_reason_for_a_refusal_is_in_the_table() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in SERVICE.glob("*.py"))
    reasons = set(re.findall(r'RefusedError\(\s*(?:\d{3}|status), "(\w+)"', source))
    reasons |= set(re.findall(r'refused\("(\w+)"\)', source)) | set(re.findall(r'_unauthorized\("(\w+)"', source))
    assert len(reasons) > 15
    assert {reason for reason in reasons if f"`{reason}`" not in PAGE} == set()


def test_what_runs_it_elsewhere_has_options_that_are_there() -> None:
    parser = Parser("synterm guard", guard.HELP, guard.EXAMPLES)
    guard.add_arguments(parser)
    [unit], [dockerfile] = _blocks("ini"), _blocks("dockerfile")
    [start] = re.findall(r"^ExecStart=\S+/synterm guard (.*)$", unit, re.M)
    [command] = re.findall(r"^CMD (\[.*\])$", dockerfile, re.M)
    for words in (shlex.split(start), json.loads(command)):
        assert parser.parse_args(words).serve is True
    for block in _blocks("yaml"):
        assert yaml.safe_load(block)
