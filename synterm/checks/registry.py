"""From the checks that a project names to checks that judge."""

from __future__ import annotations

from typing import Any

from synterm.checks.base import Check
from synterm.checks.negated import NOT, negated
from synterm.plugins import Registry

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


class _Checks(Registry[Check]):
    """``not-`` before a type turns it around."""

    def _class(self, name: str) -> type[Check]:
        inner = name.removeprefix(NOT)
        if inner == name or inner.startswith(NOT) or name in self:
            return super()._class(name)
        return negated(self.find(inner))


CHECKS = _Checks("check", Check, BUILT_IN)


def load_check(config: dict[str, Any]) -> Check:
    """The check of a configuration such as ``{"type": "label", "labels": […]}``; ``not-`` before a type negates it.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    return CHECKS.make(config)
