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

ESCAPES = (
    "\x1b]52;c;b3duZWQ=\x07",  # fills the clipboard
    "\x1b]0;owned\x07",  # names the window
    "\x1b]8;;http://127.0.0.1:9/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]1337;File=name=eA==;inline=1:eA==\x07",  # a picture
    "\x1b[31;8mhidden\x1b[0m",
    "\x1b[2J\x1b[H\x1b[3J",  # clears the screen, and what was before
    "\x1b[?1049l\x1b[?25l\x1bc",
    '\x1b[21t\x1b[6n\x1bP$q"p\x1b\\',  # has the terminal type an answer
    "\x1bPq#0;2;0;0;0#0~\x1b\\",  # a picture of sixels
    "\x1b[5i print\x1b[4i",
    "\x9b31mcsi\x9d0;owned\x9c\x90p\x9c",
    "a\rb\x08\x08c\x0b\x0cd",
)
MARKUP = (
    "[/]",
    "[0]",
    "[bold red]x[/foo]",
    "[@click=app.exit]click[/]",
    "[link=http://127.0.0.1:9/]x[/link]",
    ":smile: $text-error \\[x",
)
LAST_LINE = "\x1b]52;c;eA==\x07\x9b7m\u202e[/x][@click=app.exit]"
"""Of each kind something, and short, so that it stands there uncut where texts are cut."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def escaped(written: str, allowed: re.Pattern[str] = _COLOURS) -> list[str]:
    """What in `written` acts on a terminal, beyond the sequences that are `allowed`."""
    rest = allowed.sub("", written)
    return sorted({char for char in rest if char in _FORBIDDEN})


_FORBIDDEN = frozenset(CONTROLS)


def hostile_project(payload: str, answer: str | None = None) -> str:
    """The text form of a project with `payload` in every text that it has, `answer` (or the payload) by the model."""
    said = payload if answer is None else answer
    rules = [{"match": "limit", "in": "user", "outcome": "rate limited"}]

    def case(text: str, **more: Any) -> dict[str, Any]:
        return {
            "input": {"message": f"{payload} {text}", "extra": payload},
            "expected": payload,
            "tags": [payload[:40]],
            **more,
        }

    checks = [
        {"type": "equals"},
        {"type": "contains", "value": payload},
        {"type": "label", "labels": [payload, "other"]},
    ]
    body = [
        {"role": "system", "content": f"{payload} be kind"},
        {"role": "user", "content": "{{ message }} {{ extra }}"},
    ]
    scenario = {
        "scenario": f"s {payload}",
        "description": payload,
        "checks": checks,
        "gates": [{"min_pass_rate": 0.9}, {"must_pass_tag": payload[:40]}],
        "cases": [case("one"), case("two"), case("limit"), case("held", split="holdout"), case("learn", split="train")],
    }
    plain = {
        "scenario": "plain",
        "checks": [{"type": "equals"}],
        "cases": [{"input": {"message": f"plain {number}", "extra": "x"}, "expected": said} for number in range(2)],
    }
    document = {
        "synterm": 1,
        "name": f"p {payload}",
        "meta": {"note": payload},
        "models": [{"name": f"m {payload}", "model": "scripted/rules", "params": {"rules": rules, "default": said}}],
        "documents": [{"name": "d", "text": payload}],
        "prompts": [
            {
                "name": f"r {payload.partition('[@')[0]}",
                "versions": [
                    {"note": payload, "messages": body},
                    {
                        "note": f"2 {payload}",
                        "messages": [{**body[0], "content": payload}, body[1]],
                        "examples": [{"input": {"message": payload, "extra": payload}, "expected": payload}],
                    },
                ],
            }
        ],
        "tree": [
            {
                "feature": f"f {payload}",
                "description": payload,
                "behaviors": [{"behavior": f"b {payload}", "description": payload, "scenarios": [scenario, plain]}],
            }
        ],
    }
    return json.dumps(document)
