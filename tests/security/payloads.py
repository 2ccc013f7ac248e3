"""Texts that try to be more than text on a terminal, and a project that has them wherever a project has texts."""

from __future__ import annotations

import json
import re
from typing import Any

CONTROLS = (
    *map(chr, (*range(0x09), *range(0x0B, 0x20), 0x7F, *range(0x80, 0xA0))),
    *"\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e",
    *"\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206f\ufeff\ufff9\ufffa\ufffb",
    *"\U000e0001\U000e0041\U000e007f",
)
"""C0 but tab and newline, DEL, C1; what reorders, joins or hides its surroundings."""

ESCAPES = {
    "clipboard and title": (
        "\x1b]52;c;b3duZWQ=\x07",
        "\x1b]0;owned\x07",
        "\x1b]8;;http://127.0.0.1:9/\x1b\\a\x1b]8;;\x1b\\",
    ),
    "pictures": ("\x1b]1337;File=name=eA==;inline=1:eA==\x07", "\x1bPq#0;2;0;0;0#0~\x1b\\"),
    "colours, moves, erasing": ("\x1b[31;8mhidden\x1b[0m", "\x1b[2J\x1b[H\x1b[3J", "\x1b[?1049l\x1b[?25l\x1bc"),
    "questions, which a terminal answers as if typed": ("\x1b[21t\x1b[6n", '\x1bP$q"p\x1b\\', "\x1b[5i print\x1b[4i"),
    "C1, backspaces, returns": ("\x9b31mcsi\x9d0;owned\x9c\x90p\x9c", "a\rb\x08\x08c\x0b\x0cd"),
}
"""By what they do."""
MARKUP = (
    "[/]",
    "[0]",
    "[bold red]x[/foo]",
    "[@click=app.exit]click[/]",
    "[link=http://127.0.0.1:9/]x[/link]",
    ":smile: $text-error \\[x",
)
SHORT = "\x1b]52;c;eA==\x07\x9b7m\u202e[/x][@click=app.exit]"
"""Of each kind something, so short that it stands there uncut where texts are cut."""
NAME = "\x1b]52;c;eA==\x07\x9b7m\u202e[0][x]"
"""The same for names: without what names can't have."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def acting(written: str, allowed: re.Pattern[str] = _COLOURS) -> list[str]:
    """What in `written` acts on a terminal, beyond the sequences that are `allowed`."""
    return sorted(set(allowed.sub("", written)) & _FORBIDDEN)


_FORBIDDEN = frozenset(CONTROLS)


def hostile_project(text: str = SHORT, name: str = NAME) -> str:
    """The text form of a project with `text` in every text that it has, and `name` in every name."""
    rules = [{"match": "limit", "in": "user", "outcome": "rate limited"}]

    def case(words: str, **more: Any) -> dict[str, Any]:
        given = {"message": f"{text} {words}", "extra": text}
        return {"input": given, "expected": text, "tags": [text[:40]], **more}

    checks = [
        {"type": "equals"},
        {"type": "contains", "value": text},
        {"type": "label", "labels": [f"w {text}", "other"]},
    ]
    body = [
        {"role": "system", "content": f"{text} be kind"},
        {"role": "user", "content": "{{ message }} {{ extra }}"},
    ]
    hostile = {
        "scenario": f"s {name}",
        "description": text,
        "checks": checks,
        "gates": [{"min_pass_rate": 0.9}, {"must_pass_tag": text[:40]}],
        "cases": [
            *(case(words) for words in ("one", "two", "limit")),
            case("kept apart", split="holdout"),
            case("the quick brown fox", split="train"),
        ],
    }
    plain = {
        "scenario": "plain",
        "checks": [{"type": "equals"}],
        "cases": [
            {"input": {"message": f"plain {number}", "extra": "x"}, "expected": answer}
            for number, answer in enumerate((text, "x"))
        ],
    }
    second = [{**body[0], "content": text}, body[1]]
    examples = [{"input": {"message": text, "extra": text}, "expected": text}]
    versions = [
        {"note": text, "messages": body},
        {"note": f"2 {text}", "messages": second, "examples": examples},
    ]
    behavior = {"behavior": f"b {name}", "description": text, "scenarios": [hostile, plain]}
    document = {
        "synterm": 1,
        "name": f"p {name}",
        "meta": {"note": text},
        "models": [
            {"name": f"m {name}", "model": "scripted/rules", "params": {"rules": rules, "default": text}},
            {"name": f"e {name}", "model": "openai/x", "api_base": "http://127.0.0.1:9/v1"},
        ],
        "documents": [{"name": "d", "text": text.replace("\0", "")}],
        "prompts": [{"name": f"r {name}", "versions": versions}],
        "tree": [{"feature": f"f {name}", "description": text, "behaviors": [behavior]}],
    }
    return yaml_of(document)


SCENARIO = f"f {NAME}/b {NAME}/s {NAME}"
PROMPT, MODEL = f"r {NAME}", f"m {NAME}"


def yaml_of(document: dict[str, Any]) -> str:
    """A document as YAML of printable ASCII, whatever its texts hold."""
    return re.sub("[^ -~]", lambda one: f"\\U{ord(one.group()):08X}", json.dumps(document, ensure_ascii=False))
