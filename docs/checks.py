"""Writes checks.md, the page on every check, from the checks' own code: ``python docs/checks.py``; with names it
prints what the page says of those, also of a plugin's.

A check's docstring, the line under each of its fields and its example are all there is to it; a test says when the page
is not what they say.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from from_code import cell, paragraphs, section, to_json

from synterm.checks.base import Check, Example
from synterm.checks.registry import CHECKS

PAGE = Path(__file__).parent / "checks.md"
HEAD = """\
# Checks

<!-- Made by docs/checks.py from the checks themselves: change those. -->

A check judges an answer: it gives a score from 0 to 1, whether the answer passed, and a reason. Checks stand in a
scenario, each as its `type` and its fields:

```yaml
checks:
  - {type: icontains, value: refund}
  - {type: not-regex, value: "(?i)as an ai"}
  - {type: latency, threshold: 2000, weight: 0}
```

What holds for all of them:

- The names are those of promptfoo's assertions where the meaning is the same.
- `not-` before a type turns its verdict around, and its score to 1 minus it.
- `weight` (1) says how much the score counts in the mean; with 0 the check is shown and decides nothing.
- `metric` gives a name under which `synterm run` sums up the scores, for each variant: mean, interval, share passed.
- A check that can't judge (the case expects nothing, the expected value is of the wrong kind, the answer is longer than
  it reads) gives no verdict and says why. That is an error, not a failure; `not-` does not turn it into a pass.
- An answer that is empty, cut off at the token limit or held back by a content filter fails by that alone, whatever the
  checks say about its text.
- An answer that calls tools is judged as text: `[{"name": …, "arguments": {…}}]`, or, where it says something too,
  `{"content": …, "tool_calls": [{"name": …, "arguments": {…}}]}`.
- A changed check or threshold judges the answers that are in the project file anew: nothing is sent. Only answers that
  were held to a check's labels or schema are others when those change.
- `similar`, `language`, `sentiment` and some kinds of `no-pii` lean on libraries that come with
  `pip install 'synterm[analysis]'`; without them these checks give no verdict, and say so.
- Your own come as a plugin: [plugins.md](plugins.md). `synterm ls my.db checks` lists all that are there.
- Regular expressions are [RE2's](https://github.com/google/re2/wiki/Syntax), which take no longer on hostile text.

## One check in several places

A check on a feature or a behavior holds for all scenarios below it: that is the way to say a thing once. For scenarios
in different places, name a check, above all an `assert-set`, with a YAML anchor where it stands first, and point to it
from the others; in the project file each scenario then has its own copy.

```yaml
checks:
  - &polite
    type: assert-set
    metric: polite
    threshold: 0.6
    assert:
      - {type: icontains, value: please}
      - {type: not-icontains, value: at once}
      - {type: sentiment, min: 0.4, weight: 2}
# … and in another scenario
checks: [*polite, {type: latency, threshold: 2000}]
```

## All checks
"""


def page() -> str:
    """The whole page, as Markdown."""
    checks = {kind: CHECKS.find(kind) for kind in sorted(CHECKS.built_in)}
    lines = [HEAD, "| check | what it says |", "| --- | --- |"]
    lines += [f"| [`{kind}`](#{kind}) | {cell(paragraphs(check)[0])} |" for kind, check in checks.items()]
    return "\n".join((*lines, *(line for check in checks.values() for line in _section(check)), ""))


def _section(check: type[Check]) -> Iterator[str]:
    yield from section(check, (name for name in check.model_fields if name not in ("weight", "metric")))
    if check.example is not None:
        yield f"\n{_example(check, check.example)}"


def _example(check: type[Check], example: Example) -> str:
    lines = [f"check     {to_json({'type': check.type, **example.fields})}"]
    if example.input is not None:
        lines.append(f"input     {to_json(example.input)}")
    if example.tools:
        lines.append(f"tools     {to_json(example.tools)}")
    if example.expected is not None:
        lines.append(f"expected  {to_json(example.expected)}")
    if example.dialog:
        sides = ("user      ", "answer    ")
        lines += [f"{sides[number % 2]}{to_json(said)}" for number, said in enumerate(example.dialog)]
        lines.append(f"end       {example.end}")
    if example.found is not None:
        lines.append(f"found     {', '.join(example.found)}")
    known = f" {to_json(example.completion)}" if example.completion else ""
    if not example.dialog:
        lines.append(f"answer    {to_json(example.output)}{known}")
    lines += [f"judge     {reply}" for reply in example.replies]
    lines.append(f"verdict   {_verdict(example)}: {example.reason}")
    return "\n".join(("```text", *lines, "```"))


def _verdict(example: Example) -> str:
    if example.passed is None:
        return "none"
    word = "pass" if example.passed else "fail"
    return word if example.score is None else f"{word}, {example.score:g}"


def sections(names: Iterable[str]) -> str:
    """What the page would say of these, also of those that a plugin brings."""
    return "\n".join(line for name in names for line in _section(CHECKS.find(name))).lstrip("\n") + "\n"


if __name__ == "__main__":
    if names := sys.argv[1:]:
        print(sections(names), end="")
    else:
        PAGE.write_text(page(), encoding="utf-8")
        print(f"wrote {PAGE}")
