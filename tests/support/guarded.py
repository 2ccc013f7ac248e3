"""A project whose behaviors have checks of all kinds for a guard, and a plugin with a check that takes its time."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path

import pytest

from synterm.checks.registry import CHECKS

DESK = """\
synterm: 1
name: help desk
models:
  - {name: judge, model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:9/v1", params: {max_tokens: 100}}
prompts:
  - name: desk
    messages: [{role: user, content: "{{ message }}"}]
tree:
  - feature: Desk
    behaviors:
      - behavior: Routing
        checks: [{type: label, labels: [schedule, summarize, clarify]}]
        scenarios:
          - scenario: meetings
            cases: [{input: "when do we meet?", expected: schedule}]
          - scenario: vague
            cases: [{input: "do it", expected: clarify}]
      - behavior: Tickets
        checks:
          - type: is-json
            value: {type: object, required: [title, urgency], properties: {urgency: {type: integer}}}
        scenarios:
          - scenario: plain
            cases: [{input: "my screen is black"}]
      - behavior: Replies
        checks:
          - {type: not-icontains, value: "as an ai"}
          - {type: word-count, value: {max: 120}}
          - {type: no-secrets}
          - {type: no-pii, kinds: [email, card]}
        scenarios:
          - scenario: short
            checks: [{type: brevity, target: 20, threshold: 0.5, weight: 0}]
            cases: [{input: "hi"}]
          - scenario: with a number
            checks: [{type: regex, value: "(?i)ticket #[0-9]+"}]
            cases: [{input: "where is my ticket?"}]
  - feature: Tone
    behaviors:
      - behavior: Politeness
        checks:
          - {type: not-icontains, value: "whatever"}
          - {type: llm-rubric, model: judge, value: "is polite"}
          - {type: latency, threshold: 3000}
          - {type: equals, weight: 0}
        scenarios:
          - scenario: plain
            cases: [{input: "hi", expected: "Hello!"}]
"""

_CODE = """
import threading
from synterm.checks.base import Check

go = threading.Event()
begun = threading.Semaphore(0)

class Held(Check):
    "Judges when it is told to go on."
    type = "held"
    broken: bool = False
    def judge(self, answer):
        begun.release()
        go.wait(30)
        if self.broken:
            raise RuntimeError("out of order")
        return self.verdict("no" not in answer.text, "as it was told")
"""


class HeldCheck:
    """The plugin's check ``held``, which waits until it may go on."""

    def __init__(self, go: threading.Event, begun: threading.Semaphore) -> None:
        self.go = go
        self.begun = begun
        """Released each time that it begins to judge."""


def install_held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> HeldCheck:
    """Put the plugin where Python finds it, for the rest of the test."""
    info = folder / "someones_patience-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-patience\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{CHECKS.group}]\nheld = someones_patience:Held\n")
    (folder / "someones_patience.py").write_text(_CODE)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(__import__("sys").modules, "someones_patience", raising=False)
    CHECKS.look_again()
    module = importlib.import_module("someones_patience")
    return HeldCheck(module.go, module.begun)


def desk_with(*checks: str) -> str:
    """The project with one behavior, ``Desk/Held``, of these checks."""
    head = DESK.partition("    behaviors:\n")[0]
    listed = "".join(f"          - {check}\n" for check in checks)
    return (
        f"{head}    behaviors:\n      - behavior: Held\n        checks:\n{listed}"
        '        scenarios: [{scenario: plain, cases: [{input: "hi"}]}]\n'
    )
