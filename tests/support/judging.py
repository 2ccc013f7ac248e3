"""A check that asks a judge, brought by a plugin as people install one, and a project that it judges."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.checks.registry import CHECKS

JUDGE = "little-judge@2026-01 · 3f2a"

_CODE = f"""
from synterm.checks.base import Check
from synterm.core.evaluation import CheckResult

class Rubric(Check):
    "Judges like a model: mostly right, and wrong about what the rubric does not foresee."
    type = "rubric"
    def judge(self, answer):
        number = int(answer.case.input["message"].split()[-1])
        passed = (answer.text == answer.expected) != (number % 7 == 3)
        return CheckResult(self.type, passed, float(passed), "as the rubric says", judge={JUDGE!r})
"""

PROJECT = """\
synterm: 1
name: judged router
models:
  - name: rules
    model: scripted/rules
    params: {rules: [{match: "meet", in: user, answer: schedule}], default: clarify}
  - {name: other, model: scripted/rules, params: {default: schedule}}
prompts:
  - name: router
    messages: [{role: user, content: "{{ message }}"}]
tree:
  - feature: Routing
    checks: [{type: rubric}]
    behaviors:
      - behavior: Routes
        gates: [{min_pass_rate: 0.5}]
        scenarios:
          - scenario: plain
            cases:
"""
"""Three of five answers of ``rules`` are right. The judge is wrong about one case in seven."""


def judged_project(cases: int = 70) -> str:
    """The project as text, with so many cases: ``meet 0``, ``meet 1``, … and every fifth two ``hm``."""
    lines = [
        f'              - {{input: "{"hm" if number % 5 > 2 else "meet"} {number}", expected: schedule}}'
        for number in range(cases)
    ]
    return PROJECT + "\n".join(lines) + "\n"


def install_judge(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the plugin where Python finds it, for the rest of the test."""
    info = folder / "someones_judge-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: someones-judge\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{CHECKS.group}]\nrubric = someones_judge:Rubric\n")
    (folder / "someones_judge.py").write_text(_CODE)
    monkeypatch.syspath_prepend(str(folder))
    CHECKS.look_again()
