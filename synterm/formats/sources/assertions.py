"""Assertions of promptfoo as checks: those that mean the same here; the others are told, and kept as they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from synterm.checks.registry import BUILT_IN, load_check
from synterm.core.ids import canonical_json
from synterm.core.tree import CheckConfig
from synterm.errors import InputError
from synterm.formats.strict_json import load_json

_OURS = frozenset(("type", "value", "threshold", "weight", "metric"))
_HARMLESS = frozenset(("provider", "rubricPrompt"))
"""Who judges, and in which words: that is for --judge to say here."""
_ASKING = frozenset(("llm-rubric", "factuality"))
_EXPECTING = (
    "equals",
    "contains",
    "icontains",
    "starts-with",
    "factuality",
    "levenshtein",
    "rouge-n",
    "bleu",
    "gleu",
    "similar",
    "contains-any",
    "icontains-any",
    "contains-all",
    "icontains-all",
)
"""Checks that take what the case expects where they have no value: the value moves to the case, the first of these."""
_MOST = 1000
_PLACE = re.compile(r"\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}")
_WRITTEN = re.compile(r"(?P<type>(?:not-)?[a-z][a-z0-9:-]*?)(?:\((?P<threshold>[0-9.]+)\))?:(?P<value>.*)", re.DOTALL)
_SHORT = {"grade": "llm-rubric", "fn": "javascript", "eval": "javascript"}
_WITHOUT_VALUE = frozenset(("is-json", "is-xml", "is-html", "is-sql", "is-refusal", "contains-json", "latency", "cost"))


@dataclass(slots=True)
class Mapped:
    """What became of the assertions of a test."""

    checks: list[CheckConfig] = field(default_factory=list[CheckConfig])
    expected: Any = None
    left: list[Any] = field(default_factory=list[Any])
    """Those that can't be checks here, word for word."""
    reasons: list[str] = field(default_factory=list[str])
    """Why, one for each of `left`."""

    def leave(self, assertion: Any, reason: str) -> None:
        """Count one that is no check here."""
        self.left.append(assertion)
        self.reasons.append(reason)


def map_assertions(
    assertions: Sequence[Any], values: Mapping[str, Any], judge: str | None, threshold: float | None = None
) -> Mapped:
    """The checks of a test with these values; the value of one of them becomes what the case expects.

    `judge` is the model of the project that checks which ask a model get; `threshold` is that of the whole test.
    """
    mapped = Mapped()
    for assertion in assertions[:_MOST]:
        found = _check(assertion, values, judge)
        if isinstance(found, str):
            mapped.leave(assertion, found)
        else:
            mapped.checks.append(found)
    if threshold is not None and mapped.checks:
        if mapped.left:
            # Without some of its assertions, a test's score says nothing about its threshold.
            for check in mapped.checks:
                mapped.leave(check, "stands in a test with a threshold that others count for")
            mapped.checks = []
        else:
            mapped.checks = [{"type": "assert-set", "threshold": threshold, "assert": mapped.checks}]
        return mapped
    _move_expected(mapped)
    return mapped


def written(text: str) -> Any:
    """The assertion that a cell of ``__expected`` says: ``contains:yes``, ``similar(0.8):hello``, ``positive``."""
    bare = text.strip()
    if bare in _WITHOUT_VALUE:
        return {"type": bare}
    match = _WRITTEN.fullmatch(bare)
    kind = _SHORT.get(match["type"], match["type"]) if match else ""
    if match is None or not _known(kind):
        return {"type": "equals", "value": text}
    assertion: dict[str, Any] = {"type": kind}
    if match["threshold"]:
        assertion["threshold"] = float(match["threshold"])
    if value := match["value"].strip():
        assertion["value"] = _listed(value) if kind.removeprefix("not-").endswith(("-any", "-all")) else value
    if kind in ("latency", "cost") and "threshold" not in assertion:
        assertion["threshold"] = _number(assertion.pop("value", None))
    return assertion


def _check(assertion: Any, values: Mapping[str, Any], judge: str | None) -> CheckConfig | str:
    """The check, or why it can't be one."""
    if not isinstance(assertion, dict):
        return "is no assertion"
    given = cast("dict[str, Any]", assertion)
    kind = given.get("type")
    if not isinstance(kind, str):
        return "has no type"
    if kind == "assert-set":
        return _set(given, values, judge)
    if others := sorted(given.keys() - _OURS - _HARMLESS):
        return f"{kind} with {others[0]}"
    config: CheckConfig = {name: given[name] for name in given if name in _OURS and given[name] is not None}
    kind = config["type"] = kind.replace("similar:cosine", "similar")
    if kind.removeprefix("not-") in _ASKING:
        if judge is None:
            return f"{kind} asks a model: --judge MODEL says which"
        config["model"] = judge
    try:
        if "value" in config:
            config["value"] = _filled(config["value"], values)
        load_check(config)
    except (InputError, ValueError) as error:
        reason = _reason(error)
        return kind if "is not a type of check" in reason else f"{kind}: {reason}"
    return config


def _set(given: dict[str, Any], values: Mapping[str, Any], judge: str | None) -> CheckConfig | str:
    if others := sorted(given.keys() - _OURS - {"assert"}):
        return f"assert-set with {others[0]}"
    found: Any = given.get("assert")
    members = cast("list[Any]", found)[:_MOST] if isinstance(found, list) else []
    checks = [_check(one, values, judge) for one in members]
    if unfit := next((check for check in checks if isinstance(check, str)), None):
        return f"assert-set: {unfit}"
    config: CheckConfig = {name: given[name] for name in given if name in _OURS} | {"assert": checks}
    try:
        load_check(config)
    except InputError as error:
        return f"assert-set: {_reason(error)}"
    return config


def _move_expected(mapped: Mapped) -> None:
    for kind in _EXPECTING:
        for check in mapped.checks:
            if check["type"] == kind and check.get("value") is not None:
                mapped.expected = check.pop("value")
                return


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    """The value with a test's values in the place of ``{{ name }}``. Raises ValueError for more of a template."""
    if isinstance(value, list):
        return [_filled(one, values) for one in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    if value.startswith(("file://", "package:")):
        raise ValueError("its value is in a file")
    if (whole := _PLACE.fullmatch(value.strip())) and whole[1] in values:
        return values[whole[1]]
    filled = _PLACE.sub(lambda found: _text(values[found[1]]) if found[1] in values else found[0], value)
    if "{{" in filled or "{%" in filled:
        raise ValueError("its value is a template")
    return filled


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value).decode()


def _known(kind: str) -> bool:
    bare = kind.removeprefix("not-").partition(":")[0]
    return bare in BUILT_IN or bare in _NAMES


_NAMES = frozenset(
    """answer-relevance classifier context-faithfulness context-recall context-relevance conversation-relevance g-eval
    guardrails is-valid-function-call is-valid-openai-function-call javascript meteor model-graded-closedqa
    model-graded-factuality moderation perplexity perplexity-score pi python ruby search-rubric select-best max-score
    human webhook trajectory trace-error-spans trace-span-count trace-span-duration skill-used file
    agent-rubric""".split()
)
"""Types of promptfoo's that are no checks here."""


def _listed(value: str) -> Any:
    if value.startswith("["):
        try:
            return load_json(value)
        except ValueError:
            return value  # no JSON: commas separate
    return [part.strip() for part in value.split(",")]


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value  # the check says what is wrong with it


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, InputError) else str(error)
