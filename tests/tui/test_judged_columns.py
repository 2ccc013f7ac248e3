"""Answers that a model judges, in the workbench."""

from __future__ import annotations

import json
from pathlib import Path

from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from tests.support.http_stub import Messages, Stub
from tests.tui.conftest import OpenBench, stub

PROJECT = """\
synterm: 1
name: shop
models:
  - {name: app, model: openai/app, api_base: "URL", price: {input: 0, output: 0}, params: {max_tokens: 20}}
  - {name: judge, model: openai/judge, api_base: "URL", price: {input: 0, output: 0}}
prompts:
  - name: helpdesk
    versions:
      - {note: first, messages: [{role: user, content: "be kind: {{ message }}"}]}
      - {note: second, messages: [{role: user, content: "{{ message }}"}]}
tree:
  - feature: Helpdesk
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: plain
            checks: [{type: llm-rubric, value: kind, model: judge}]
            cases: [{input: one}, {input: two}, {input: {message: x, dialog: {turns: [three, four]}}}]
"""


def _answer(messages: Messages) -> str:
    if "You judge" in messages[0]["content"]:
        return json.dumps({"reason": "kind", "score": 5 if "be kind" in str(messages) else 2})
    return f"answer to {messages[-1]['content']}"


async def test_columns_that_say_the_same_are_all_judged_and_asked_for_once(
    tmp_path: Path, open_bench: OpenBench, stub: Stub
) -> None:
    source, path = tmp_path / "shop.yaml", tmp_path / "shop.db"
    source.write_text(PROJECT.replace("URL", stub.url), encoding="utf-8")
    build_project(path, read_project_text(source))
    stub.reply(_answer)
    async with open_bench(path) as bench:
        await bench.settle()
        columns = bench.screen.session.board.columns
        counts = {column.title: (column.counts.passed, column.counts.failed) for column in columns}
        assert counts == {"app · draft": (0, 3), "app · v2": (0, 3), "app · v1": (3, 0)}
        said = [json.dumps(call.body) for call in stub.calls]
        assert len(said) == len(set(said)), "what two columns share is asked for once"


__all__ = ["stub"]
