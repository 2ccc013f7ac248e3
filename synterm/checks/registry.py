"""From the checks that a project names to checks that judge."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import ValidationError

from synterm.checks.base import Check
from synterm.checks.negated import NOT, negated
from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError, Problem, problems_of
from synterm.errors import InputError, did_you_mean

GROUP = "synterm.checks"
"""The entry points by which installed packages bring checks."""

BUILT_IN = {
    "assert-set": "synterm.checks.assert_set:AssertSet",
    "bleu": "synterm.checks.bleu:Bleu",
    "brevity": "synterm.checks.brevity:Brevity",
    "contains": "synterm.checks.contains:Contains",
    "contains-all": "synterm.checks.contains:ContainsAll",
    "contains-any": "synterm.checks.contains:ContainsAny",
    "contains-html": "synterm.checks.contains_html:ContainsHtml",
    "contains-json": "synterm.checks.contains_json:ContainsJson",
    "contains-sql": "synterm.checks.contains_sql:ContainsSql",
    "contains-xml": "synterm.checks.contains_xml:ContainsXml",
    "context-faithfulness": "synterm.checks.context_faithfulness:ContextFaithfulness",
    "cost": "synterm.checks.cost:Cost",
    "equals": "synterm.checks.equals:Equals",
    "every-turn": "synterm.checks.every_turn:EveryTurn",
    "factuality": "synterm.checks.factuality:Factuality",
    "finish-reason": "synterm.checks.finish_reason:FinishReason",
    "gleu": "synterm.checks.gleu:Gleu",
    "goal-reached": "synterm.checks.goal_reached:GoalReached",
    "icontains": "synterm.checks.contains:IContains",
    "icontains-all": "synterm.checks.contains:IContainsAll",
    "icontains-any": "synterm.checks.contains:IContainsAny",
    "is-html": "synterm.checks.is_html:IsHtml",
    "is-json": "synterm.checks.is_json:IsJson",
    "is-refusal": "synterm.checks.is_refusal:IsRefusal",
    "is-sql": "synterm.checks.is_sql:IsSql",
    "is-valid-openai-tools-call": "synterm.checks.is_valid_openai_tools_call:IsValidOpenaiToolsCall",
    "is-xml": "synterm.checks.is_xml:IsXml",
    "json-field": "synterm.checks.json_field:JsonField",
    "label": "synterm.checks.label:Label",
    "language": "synterm.checks.language:Language",
    "latency": "synterm.checks.latency:Latency",
    "levenshtein": "synterm.checks.levenshtein:Levenshtein",
    "llm-rubric": "synterm.checks.llm_rubric:LlmRubric",
    "no-pii": "synterm.checks.no_pii:NoPii",
    "no-secrets": "synterm.checks.no_secrets:NoSecrets",
    "pairwise": "synterm.checks.pairwise:Pairwise",
    "readability": "synterm.checks.readability:Readability",
    "regex": "synterm.checks.regex:Regex",
    "repetition": "synterm.checks.repetition:Repetition",
    "retrieval": "synterm.checks.retrieval:Retrieval",
    "rouge-n": "synterm.checks.rouge:RougeN",
    "sentiment": "synterm.checks.sentiment:Sentiment",
    "similar": "synterm.checks.similar:Similar",
    "starts-with": "synterm.checks.contains:StartsWith",
    "tool-call": "synterm.checks.tool_call:ToolCall",
    "tool-call-f1": "synterm.checks.tool_call_f1:ToolCallF1",
    "turns-to-decision": "synterm.checks.turns_to_decision:TurnsToDecision",
    "user-sentiment": "synterm.checks.user_sentiment:UserSentiment",
    "word-count": "synterm.checks.word_count:WordCount",
}
"""The checks that come with synterm, as in its entry points: so they are there in a checkout that is not installed,
looking for plugins costs nothing until one is named, and no plugin takes their names."""


def load_check(config: dict[str, Any]) -> Check:
    """The check of a configuration such as ``{"type": "label", "labels": […]}``; ``not-`` before a type negates it.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    fields = dict(config)
    kind = fields.pop("type", None)
    if not isinstance(kind, str):
        raise InvalidError(
            [Problem(("type",), "is missing" if kind is None else "must be text")], where="check", hint=_written(fields)
        )
    try:
        check_class = _check_class(kind)
    except InputError as error:
        raise InvalidError([Problem(("type",), error.message)], hint=error.hint) from error
    try:
        canonical_json(fields)
        return check_class.model_validate(fields)
    except TypeError as error:
        raise InvalidError([Problem((), f"is not plain JSON: {error}")], where=f"check {kind}") from error
    except ValidationError as error:
        raise InvalidError(problems_of(error, check_class), where=f"check {kind}") from error


def _written(fields: dict[str, Any]) -> str | None:
    """How a check is written, for who left out its type: ``contains: refund``."""
    first = next(iter(fields), "")
    near = get_close_matches(str(first), _places(), 1)
    return f"write {{type: {near[0]}, value: …}}" if near else None


def check_types() -> dict[str, str]:
    """Every type of check that can be used here, with the first line of what it says about itself."""
    return {kind: _summary(kind) for kind in sorted(_places())}


def _summary(kind: str) -> str:
    try:
        return (_check_class(kind).__doc__ or "").strip().partition("\n")[0]
    except InputError as error:
        return error.message


@lru_cache
def _check_class(kind: str) -> type[Check]:
    if kind in BUILT_IN:
        return _load(kind, BUILT_IN[kind])
    places = _places()
    if kind in places:
        return _load(kind, places[kind])
    inner = kind.removeprefix(NOT)
    if inner != kind and not inner.startswith(NOT):
        return negated(_check_class(inner))
    raise InputError(f"{kind!r} is not a type of check", hint=did_you_mean(kind, places))


def _load(kind: str, place: str) -> type[Check]:
    try:
        # A plugin may fail in any way while it is imported.
        loaded: object = EntryPoint(kind, place, GROUP).load()
    except Exception as error:
        raise InputError(f"the check {kind} can't be loaded from {place}: {error or type(error).__name__}") from error
    if not (isinstance(loaded, type) and issubclass(loaded, Check)):
        raise InputError(f"{place} is not a check")
    return loaded


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    """Where each type of check is, as ``module:Class``."""
    return {**{entry.name: entry.value for entry in entry_points(group=GROUP)}, **BUILT_IN}
