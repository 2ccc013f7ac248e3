"""Cases that are dialogs, in the workbench: held while one types, and shown as what was said."""

from __future__ import annotations

import json
from pathlib import Path

from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from tests.tui.conftest import OpenBench

PROJECT = """\
synterm: 1
name: shop
models:
  - name: app
    model: scripted/rules
    params: {rules: [{match: "4471", in: user, answer: "your refund is booked"}], default: "which order?"}
  - name: customer
    model: scripted/rules
    params: {default: CUSTOMER}
prompts:
  - name: helpdesk
    messages: [{role: system, content: "You are the helpdesk."}, {role: user, content: "{{ message }}"}]
tree:
  - feature: Helpdesk
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: talks
            checks: [{type: turns-to-decision, check: {type: contains, value: booked}}]
            cases:
              - {input: {dialog: {turns: ["my shoes do not fit", "order 4471"]}}}
              - {input: {dialog: {user: customer, goal: a refund, opening: "I want [b]my[/b] money", max_turns: 3}}}
"""


async def test_a_dialog_is_held_and_shown_as_what_was_said(tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "shop.db"
    line = json.dumps({"state": "going on", "message": "no idea"})
    source = tmp_path / "shop.yaml"
    source.write_text(PROJECT.replace("CUSTOMER", repr(line)), encoding="utf-8")
    build_project(path, read_project_text(source))
    async with open_bench(path, size=(140, 50)) as bench:
        await bench.settle()
        text = bench.text()
        assert "💬 my shoes do not fit" in text and "💬 I want [b]my[/b] money" in text
        assert "✓ your refund is booked" in text and "✗ which order?" in text
        assert bench.draft.counts.passed == 1 and bench.draft.counts.failed == 1
        assert "no case has a value" not in text, "turns fill the prompt's variable"
        assert "no-expected" not in text, "what such checks ask for is no expected result"
        bench.screen.grid.focus()
        await bench.pilot.press("enter", "4")
        await bench.settle()
        assert "user: my shoes do not fit" in bench.text()
        assert "assistant: your refund is booked" in bench.text()
        assert "(script ended, after 2 answers)" in bench.text()
        assert '{"dialog"' not in bench.text()
