"""What a run found reads the same on the console, in JUnit, on GitHub's pages and in HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.cli.conftest import Done, Synterm
from tests.conftest import SMALL, MakeProject

GATES = "gates: [{min_pass_rate: 0.5}, {max_cost_usd: 1}, {must_pass_tag: trivia}]"


def told(synterm: Synterm, path: Path, *words: str) -> tuple[Done, dict[str, str]]:
    """A run, and each way in which it is told, as text."""
    folder = path.parent
    files = {"junit": folder / "j.xml", "html": folder / "r.html", "comment": folder / "c.md"}
    made = synterm("run", path, *words, "--github", *(word for name, at in files.items() for word in (f"--{name}", at)))
    plain = {name: re.sub("<[^>]+>", " ", at.read_text()) for name, at in files.items() if name != "junit"}
    tests = JUnitXml.fromfile(str(files["junit"]))
    junit = "\n".join(
        f"{test.name}: {' '.join(result.message for result in test.result) or 'ok'}"
        for suite in tests
        if suite.name in ("gates", "regressions")
        for test in suite
    )
    return made, {"console": " ".join((made.out + made.err).split()), "junit": junit, **plain}


def test_several_gates_over_the_run_under_several_variants(make_project: MakeProject, synterm: Synterm):
    path = make_project(SMALL.replace("name: small router", f"name: small router\n{GATES}", 1))
    made, ways = told(synterm, path, "--prompt", "router@v1", "--prompt", "router@v2")
    assert made.code == 1
    assert "✗ router@v1: the gate over the whole run (at least 50 % pass) fails: 25 % pass, 1 of 4" in ways["console"]
    assert "✓ router@v2: the gate over the whole run (at least 50 % pass) holds" in ways["console"]
    assert "✗ router@v1: the gate over the whole run (no case tagged trivia may fail) fails: 1 of 1" in ways["console"]
    assert ways["junit"].splitlines()[1:] == [
        "the whole run [router@v1 · rules]: at least 50 % pass: found: 25 % pass, 1 of 4",
        "the whole run [router@v2 · rules]: at least 50 % pass: ok",
        "the whole run [router@v1 · rules]: at most $1 in all: ok",
        "the whole run [router@v2 · rules]: at most $1 in all: ok",
        "the whole run [router@v1 · rules]: no case tagged trivia may fail: found: 1 of 1 case fails",
        "the whole run [router@v2 · rules]: no case tagged trivia may fail: ok",
    ]
    for way in ("html", "comment"):
        for words in (
            r"whole run\s+at least 50 % pass\s+25 % pass, 1 of 4\s+router@v1 · rules",
            r"whole run\s+no case tagged trivia may fail\s+1 of 1 case fails\s+router@v1 · rules",
            r"whole run\s+at most \$1 in all\s+it is \$0, of 4 answers\s+router@v2 · rules",
        ):
            # The page says the variant before, the table after what was found.
            parts = words.split(r"\s+")
            if way == "html":
                parts = [parts[0], parts[-1], *parts[1:-1]]
            assert re.search(r"\s+".join(parts), ways[way]), (way, words)


@pytest.mark.parametrize("way", ["console", "junit", "comment", "html"])
def test_what_got_worse_comes_before_what_did_not_and_the_worst_first(
    make_project: MakeProject, synterm: Synterm, way: str
):
    path = make_project(_manners(), "manners.db")
    assert synterm("run", path, "--prompt", "greeter@v1", "--quiet").code == 0
    assert synterm("baseline", path, "set", "main").code == 0
    made, ways = told(synterm, path, "--baseline", "main")
    assert made.code == 1
    slash = " / " if way == "html" else "/"
    table = ways[way][ways[way].index("p adj.") :] if way == "console" else ways[way]
    # The tree has them the other way round.
    at = [table.index(f"Manners{slash}{name}") for name in ("All", "Some", "Steady")]
    assert at == sorted(at)
    assert re.search("(p < |<)0.001", ways[way].replace("&lt;", "<"))


def _manners() -> str:
    def cases(word: str, count: int) -> str:
        return "".join(f'\n              - {{input: {word} {number}, expected: "yes"}}' for number in range(count))

    return f"""\
synterm: 1
name: manners
models:
  - name: rules
    model: scripted/rules
    params:
      rules:
        - {{match: steady, in: user, answer: "yes"}}
        - {{match: kind, in: system, answer: "yes"}}
      default: "no"
prompts:
  - name: greeter
    versions:
      - messages:
          - {{role: system, content: Be kind.}}
          - {{role: user, content: "{{{{ message }}}}"}}
      - messages:
          - {{role: system, content: Be stern.}}
          - {{role: user, content: "{{{{ message }}}}"}}
tree:
  - feature: Manners
    checks: [{{type: equals}}]
    behaviors:
      - behavior: Steady
        scenarios:
          - scenario: steady
            cases:{cases("steady", 2)}
      - behavior: Some
        scenarios:
          - scenario: some
            cases:{cases("steady some", 8)}{cases("some", 9)}
      - behavior: All
        scenarios:
          - scenario: all
            cases:{cases("all", 12)}
"""
