"""The judging alone: how many answers each check judges in a second, and its longest time on a hostile one of 1 MB.

Times are those of one core, so that what else the machine does counts for little.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace
from typing import Any

from synterm.checks.base import Answer, Check, Example
from synterm.checks.judge import judge
from synterm.checks.registry import CHECKS, load_check

COUNT = 100_000
SIZE = 1_000_000
THREE = [
    {"type": "icontains", "value": "refund"},
    {"type": "regex", "value": r"\border \d+\b"},
    {"type": "word-count", "value": {"max": 60}},
]
FURTHER: dict[str, dict[str, Any]] = {
    "brevity": {"target": 10, "unit": "tokens"},
    "contains-json": {},
    "contains-xml": {"value": "no.such.element"},
    "is-json": {},
    "is-xml": {"value": "a.a.a.a"},
    "levenshtein": {"value": "日本語order" * 240},
    "regex": {"value": "(.*a){10}(b|c|d)+$"},
    "rouge-n": {"value": "a " * 10_000, "n": 9},
}
WORDS = "your order is on its way we can refund it within days please wait for the parcel and thank you".split()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="answers for the three checks (%(default)s)")
    parser.add_argument("--only", nargs="*", default=sorted(CHECKS.built_in), metavar="TYPE", help="these checks")
    args = parser.parse_args()
    print(f"three text checks on {args.count:,} answers: {three(args.count):.2f} s (goal: under 3 s for 100,000)\n")
    print("| check | judged a second | longest on 1 MB, ms | on |\n| --- | ---: | ---: | --- |")
    hostile = hostile_texts()
    for kind in args.only:
        check, example = of(kind)
        slowest, name = max((taken(*each, text), name) for name, text in hostile.items() for each in variants(kind))
        print(f"| {kind} | {rate(check, example):,.0f} | {slowest * 1000:,.0f} | {name} |", flush=True)


def three(count: int) -> float:
    """How long three text checks take on so many different answers, in seconds."""
    checks = [load_check(config) for config in THREE]
    answers = [replace_text(Example({}, "", None, "").answer(checks[0]), text) for text in usual_texts(count)]
    start = time.process_time()
    for answer in answers:
        judge(checks, answer)
    return time.process_time() - start


def of(kind: str) -> tuple[Check, Example]:
    """A check as in its example."""
    example = CHECKS.find(kind).example
    assert example is not None
    return load_check({"type": kind, **example.fields}), example


def variants(kind: str) -> list[tuple[Check, Example]]:
    """The same check with fields that make it read more."""
    check, example = of(kind)
    fields = FURTHER.get(kind)
    return [(check, example)] if fields is None else [(check, example), (load_check({"type": kind, **fields}), example)]


def rate(check: Check, example: Example) -> float:
    """How many answers like the example's are judged in a second."""
    texts = [example.output, *usual_texts(199)]
    answers = [replace_text(example.answer(check), text) for text in texts]
    for answer in answers:
        judge([check], answer)
    rounds, start = 0, time.process_time()
    while (spent := time.process_time() - start) < 0.3:
        for answer in answers:
            judge([check], answer)
        rounds += 1
    return rounds * len(answers) / spent


def taken(check: Check, example: Example, text: str) -> float:
    """How long one answer takes, in seconds."""
    answer = replace_text(example.answer(check), text)
    start = time.process_time()
    judge([check], answer)
    return time.process_time() - start


def replace_text(answer: Answer, text: str) -> Answer:
    """The same answer with another text."""
    return replace(answer, completion=replace(answer.completion, text=text))


def usual_texts(count: int) -> list[str]:
    """Answers of about 30 words, no two alike."""
    chance = random.Random(5)
    return [f"{' '.join(chance.choices(WORDS, k=30))}, order {number}." for number in range(count)]


def hostile_texts() -> dict[str, str]:
    """Texts of 1 MB that naive readers take long on."""
    chance = random.Random(7)

    def filled(piece: str, end: str = "") -> str:
        return (piece * (SIZE // len(piece) + 1))[: SIZE - len(end)] + end

    any_words = " ".join("".join(chance.choices("abcdefgh", k=7)) for _ in range(SIZE // 8))
    pieces: dict[str, Any] = {
        "one letter": "a",
        "spaces": " ",
        "lines": "\n",
        "one word": "order ",
        "dots": "a. ",
        "vowels": "aeiouy",
        "quotes": '"',
        "backslashes": "\\",
        "half-open quotes": 'a "b\\',
        "Han": "日本語",
        "emoji": "🙂",
        "half characters": "\ud800",
        "open brackets": "[",
        "open braces": '{"a":',
        "brackets without JSON": "[a,] ",
        "small JSON": "[1] ",
        "open tags": "<a>",
        "half-open tags": '<a b="',
        "tags without names": "<",
        "small elements": "<a/>",
        "entities": "&amp;",
        "comments": "<!--",
        "scripts": "<script>",
        "fences": "```",
        "open fences": "```sql SELECT 1 ",
        "parentheses": "(",
        "selects": "SELECT a FROM b; ",
        "columns": "a,",
        "refusals": "I can ",
        "apostrophes": "I'm 're ",
    }
    texts = {name: filled(piece) for name, piece in pieces.items()}
    half = SIZE // 2
    return {
        **texts,
        "any words": any_words,
        "deep JSON": "[" * half + "]" * half,
        "deep JSON that fails": "[a," + "[" * half + "]" * half + "]",
        "deep elements": "<a>" * (SIZE // 7) + "</a>" * (SIZE // 7),
        "a long list": "[" + "1," * (half - 1) + "1]",
        "calls": "[" + ",".join(['{"name":"f","arguments":{}}'] * (SIZE // 28)) + "]",
        "parentheses in SQL": "SELECT " + filled("("),
        "short SQL, deep": "SELECT " + "(" * 24_000 + "1" + ")" * 24_000,
        "short SQL, long": "SELECT " + "abc," * 12_000 + "abc FROM t",
        "an HTML page": "<div>" + filled("<p>a", "") + "</div>",
    }


if __name__ == "__main__":
    main()
