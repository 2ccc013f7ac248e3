"""The types of checks that come with synterm, and where each is. Any other type is what a plugin brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

NOT = "not-"
"""Before a type: passes where the check fails, and fails where it passes."""

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
"""As ``module:Class``, by type."""

_INNER = ("assert", "check")
"""The fields in which checks of synterm hold others."""


def foreign_types(configs: Iterable[Any]) -> frozenset[str]:
    """The types in configurations of checks, also in those within others, that do not come with synterm.

    What a plugin's check holds is its own business, so that every ``type`` in there counts.
    """
    found: set[str] = set()
    left: list[Any] = list(configs)
    while left:
        one = left.pop()
        if isinstance(one, list | tuple):
            left.extend(cast("list[Any]", one))
        elif isinstance(one, Mapping):
            fields = cast("Mapping[str, Any]", one)
            kind = str(fields.get("type", "")).removeprefix(NOT)
            if kind in BUILT_IN:
                left.extend(fields.get(name) for name in _INNER)
            else:
                found |= {kind} if kind else set()
                left.extend(fields.values())
    return frozenset(found)
