"""Inputs that are made to take very long, and how long they take: ``hostile.py [--only checks,templates,…]``.

checks: every check on answers of 300,000 characters that are made of one thing, against as long an expected text too.
patterns: every pattern of synterm's own for Python's `re`, on texts of 20,000 characters of what it is made of.
arrow: Parquet and Arrow files with some bytes changed, ``--files`` of them: read, or refused, and no process ended.
templates: the bombs of tests/security/test_template_bombs.py.
Seconds are of this process's time on a processor. Exit code 1: something took over ``--most`` seconds, or crashed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import io
import pkgutil
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import regex

import synterm
from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.registry import CHECKS, load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.template import Template
from synterm.errors import InputError, SyntermError
from synterm.formats.import_file import FileOptions, opened_source

ROOT = Path(__file__).resolve().parents[1]
LONG = 300_000
PARTS = (
    *'{ [ {} {"a": ``` <a> <a </a> & a ( " \' <!-- é [1, -- /* 1,'.split(),
    "a ",
    ". ",
    "\n",
    "```sql\nselect 1\n",
    "(select ",
    '{"a":1} x ',
    "select ",
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "x">'
    + "".join(f'<!ENTITY {two} "{f"&{one};" * 100}">' for one, two in ("ab", "bc", "cd", "de"))
    + "]><l>&e;</l>"
)
Timed = Iterator[tuple[str, float]]


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    work()
    return time.process_time() - start


def checks(_: argparse.Namespace) -> Timed:
    """Every check on every text."""
    texts = [*((part * LONG)[:LONG] for part in PARTS), LAUGHS, " ".join(f"w{number}" for number in range(40_000))]
    for name in CHECKS:
        example = CHECKS.find(name).example
        if example is None:
            continue
        check = load_check({"type": name, **example.fields})
        for text in texts:
            for expected in (example.expected or "abc", text[::-1]):
                case = Case(scenario_id="s", input=example.input or {"message": "x"}, expected=expected)
                answer = Answer(Completion(Outcome.COMPLETE, text), case)
                yield f"{name} on {text[:12]!r}", timed(lambda check=check, answer=answer: judge([check], answer))


def own_patterns() -> dict[Any, str]:
    """The patterns that stand in synterm's modules, with where they do."""
    found: dict[Any, str] = {}
    kinds = (re.Pattern, type(regex.compile("a")))
    for module in pkgutil.walk_packages(synterm.__path__, "synterm."):
        if module.name.endswith(("__main__", "litellm_guardrail")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            within = (
                value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]
            )
            found |= {one: f"{module.name}.{name}" for one in within if isinstance(one, kinds)}
    return found


def patterns(_: argparse.Namespace) -> Timed:
    """Every pattern on texts of the characters and words that it names, and some that often go wrong."""
    for pattern, where in own_patterns().items():
        source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        units = {*re.findall(r"\w", source), *" .-_@:/\\\"'<>{}[]()|,;#=+*~`$%&!?\n\t0a1", *PARTS}
        units |= {f"{word} " for word in re.findall(r"[A-Za-z]{2,}", source)[:12]}
        for unit in sorted(units):
            text: Any = unit * (20_000 // len(unit)) + "!\0"
            text = text if isinstance(pattern.pattern, str) else text.encode()

            def work(pattern: Any = pattern, text: Any = text) -> None:
                pattern.search(text), pattern.match(text), pattern.fullmatch(text), list(pattern.finditer(text))

            yield f"{where} on {unit!r}", timed(work)


def arrow(args: argparse.Namespace) -> Timed:
    """Damaged files; a crash of the reader is one of its errors."""
    import pyarrow
    from pyarrow import ipc, parquet

    columns = {"text": ["hello", "wörld", None] * 20, "n": list(range(60)), "l": [["a", "b"], [], None] * 20}
    table = pyarrow.table(columns | {"d": [{"x": 1, "y": "z"}] * 60})
    whole: list[bytes] = []
    for new in (ipc.new_file, ipc.new_stream):
        with new(sink := io.BytesIO(), table.schema) as writer:
            writer.write_table(table)
        whole.append(sink.getvalue())
    parquet.write_table(table, sink := io.BytesIO())
    whole.append(sink.getvalue())
    chance = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.files):
            data = bytearray(chance.choice(whole))
            for _ in range(chance.choice((1, 2, 4, 8, 32))):
                data[chance.randrange(8, len(data))] = chance.choice((0, 255, 127, 128, chance.randrange(256)))
            path = Path(folder, f"{number}.arrow")
            path.write_bytes(data)
            yield f"file {number}", timed(lambda path=path: _read(path))


def _read(path: Path) -> None:
    try:
        with opened_source(str(path), FileOptions(format="parquet")) as (source, file):
            list(source.rows(file))
    except SyntermError:
        return


def templates(_: argparse.Namespace) -> Timed:
    """The bombs of the tests, compiled and rendered."""
    spec = importlib.util.spec_from_file_location("bombs", ROOT / "tests" / "security" / "test_template_bombs.py")
    assert spec is not None
    assert spec.loader is not None
    bombs: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bombs)
    for mark in bombs.test_a_template_that_runs_wild_ends.pytestmark:
        for source, _told in mark.args[1]:
            yield source[:40], timed(lambda source=source: _render(source, bombs))


def _render(source: str, bombs: Any) -> None:
    try:
        Template(source).render({"v": bombs.LONG, "m": bombs.MANY, "d": {"a": 1}, "a": "ab", "ones": "1" * 100_000})
    except InputError:
        return


def main() -> int:
    """Print the slowest of each kind; gives the exit code."""
    kinds = {"checks": checks, "patterns": patterns, "arrow": arrow, "templates": templates}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(kinds))
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=float, default=5.0)
    args = parser.parse_args()
    slow = False
    for kind in args.only.split(","):
        found = sorted(kinds[kind](args), key=lambda one: -one[1])
        slow = slow or found[0][1] > args.most
        print(
            f"{kind}: {len(found):,} tries, the slowest: " + "; ".join(f"{one} {took:.2f} s" for one, took in found[:3])
        )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
