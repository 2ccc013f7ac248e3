"""The processes of these tests: LiteLLM's proxy, and the guard that serves over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
PROXY = Path(os.environ.get("PROXY_ENV", ROOT / ".venv-proxy")) / "bin" / "litellm"
"""LiteLLM's command in the environment that docs/guard-litellm.md tells how to make; ``PROXY_ENV`` names another."""
KEY = "sk-0123456789abcdef0123456789abcdef0123456789abcdef"
"""The proxy's master key."""
TOKEN = "fedcba9876543210fedcba9876543210"
"""What the guard's service asks for."""
_QUIET = {
    # Nothing is fetched and nothing told elsewhere.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_TELEMETRY": "False",
    "LITELLM_MASTER_KEY": KEY,
}
_PATIENCE_S = 240.0
"""A proxy starts in 8 seconds, and in more on a machine that does much else."""


def own_folders(home: Path) -> dict[str, str]:
    """The environment in which synterm keeps its own files below `home`."""
    return {f"SYNTERM_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "STATE", "LOG", "DATA")}


def synterm(home: Path, *words: str) -> str:
    """What a command of synterm prints; it must succeed."""
    command = [sys.executable, "-m", "synterm", *words]
    env = os.environ | own_folders(home)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=env, cwd=home)
    assert done.returncode == 0, f"synterm {' '.join(words)} ended with {done.returncode}:\n{done.stderr}"
    return done.stdout


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Process:
    """A program that serves at a port of this machine. What it prints goes to a file beside its configuration."""

    def __init__(self, command: list[str], home: Path, env: dict[str, str], alive: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.printed = home / f"{port}.txt"
        with self.printed.open("wb") as out:
            self._process = subprocess.Popen(
                command, cwd=home, env=os.environ | own_folders(home) | env, stdout=out, stderr=subprocess.STDOUT
            )
        self._wait_for(self.url + alive)

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.printed.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End it, and wait for its end."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)

    def _wait_for(self, alive: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise AssertionError(f"it ended with {self._process.returncode} at its start:\n{self.output[-4000:]}")
            try:
                if httpx.get(alive, timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError(f"nobody answers at {alive}:\n{self.output[-4000:]}")


@dataclass(frozen=True)
class Said:
    """What a client of the proxy got."""

    status: int
    headers: Mapping[str, str]
    body: str
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """The events of a stream."""

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The answer's text; of a stream, of all of its pieces."""
        if not self.events:
            return self.json["choices"][0]["message"]["content"]
        deltas = [choice["delta"] for event in self.events for choice in event.get("choices", ())]
        return "".join(delta.get("content") or "" for delta in deltas)

    @property
    def error(self) -> str:
        """The message of the error that was sent."""
        return (self.events[-1] if self.events else self.json)["error"]["message"]


class Proxy(Process):
    """LiteLLM's proxy with a configuration."""

    def __init__(self, home: Path, name: str, config: str, env: dict[str, str] | None = None) -> None:
        port = free_port()
        (home / name).write_text(config, encoding="utf-8")
        command = [str(PROXY), "--config", name, "--host", "127.0.0.1", "--port", str(port)]
        super().__init__(command, home, _QUIET | (env or {}), "/health/liveliness", port)

    def ask(self, text: str, *guardrails: str, path: str = "/v1/chat/completions", **more: Any) -> Said:
        """What a client gets that says `text`, and wants it judged by these guardrails."""
        body: dict[str, Any] = {"model": "router", "messages": [{"role": "user", "content": text}], **more}
        if guardrails:
            body["guardrails"] = list(guardrails)
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.stream("POST", self.url + path, json=body, headers=headers, timeout=_PATIENCE_S) as response:
            content = response.read().decode()
        is_stream = response.headers["content-type"].startswith("text/event-stream")
        return Said(response.status_code, response.headers, content, _events(content) if is_stream else [])


class Serving(Process):
    """``synterm guard --serve``."""

    def __init__(self, home: Path, project: str, *options: str) -> None:
        port = free_port()
        command = [sys.executable, "-m", "synterm", "guard", project, "--serve", "--port", str(port)]
        command += ["--token-env", "SYNTERM_GUARD_TOKEN", *options]
        super().__init__(command, home, {"SYNTERM_GUARD_TOKEN": TOKEN}, "/healthz", port)


def _events(content: str) -> list[dict[str, Any]]:
    lines = (line.removeprefix("data: ") for line in content.splitlines() if line.startswith("data: "))
    return [json.loads(line) for line in lines if line != "[DONE]"]
