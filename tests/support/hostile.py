"""A project whose texts try to be more than text in a page: inputs, answers, names, reasons."""

from __future__ import annotations

import json
from typing import Any

ATTEMPTS = (
    "<script>window.owned = 1; alert(1)</script>",
    "</script><script>window.owned = 1</script>",
    "<!--<script>window.owned = 1</script>",
    "]]><script>window.owned = 1</script>",
    '"><img src=x onerror="window.owned = 1">',
    "<svg/onload=window.owned=1>",
    "</textarea></style></title></td></table><iframe srcdoc='<script>top.owned=1</script>'>",
    "javascript:window.owned=1//' onmouseover='window.owned=1",
    "{{ 7 * 7 }}{% raw %}${7*7}<%= 7 * 7 %>",
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
    '<base href="http://127.0.0.1:9/"><link rel=stylesheet href=//127.0.0.1:9/x.css>',
    "&lt;script&gt;window.owned=1&lt;/script&gt;&#60;b&#62;",
    "\u2028\u2029 line ends of old scripts",
    "\u202eesrever\u202c \u2066isolated\u2069",
    "שלום עולם, مرحبا",
    "\x1b]52;c;b3duZWQ=\x07\x1b[31m",
    "__proto__",
)
LONG = "<b>long</b> " * 90_000
"""Over a million characters."""


def hostile_project() -> str:
    """The text form: for each attempt a case that says it, expects it and is answered with it."""
    texts = [*ATTEMPTS, LONG]
    rules = [{"match": f"case {number}:", "in": "user", "answer": text} for number, text in enumerate(texts)]
    cases: list[dict[str, Any]] = [
        {"input": {"message": f"case {number}: {text}"}, "expected": text, "tags": [text[:60]]}
        for number, text in enumerate(ATTEMPTS)
    ]
    cases.append({"input": {"message": f"case {len(ATTEMPTS)}:"}, "expected": "short", "tags": ["long"]})
    scenarios: list[dict[str, Any]] = [{"scenario": ATTEMPTS[2], "checks": [{"type": "equals"}], "cases": cases}]
    talk = {"dialog": {"turns": [f"case {number}: again" for number in range(3)]}}
    scenarios.append(
        {"scenario": "talks", "checks": [{"type": "contains", "value": ATTEMPTS[4]}], "cases": [{"input": talk}]}
    )
    document = {
        "synterm": 1,
        "name": ATTEMPTS[1],
        "models": [{"name": "rules", "model": "scripted/rules", "params": {"rules": rules, "default": ATTEMPTS[5]}}],
        "prompts": [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}" + "</script><b>"}]}],
        "tree": [{"feature": ATTEMPTS[0], "behaviors": [{"behavior": ATTEMPTS[6], "scenarios": scenarios}]}],
    }
    return json.dumps(document)
