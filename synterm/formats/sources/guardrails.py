"""What a guard of ours said of a call, in the log of a LiteLLM proxy that it stands in."""

from __future__ import annotations

from typing import Any

from synterm.core.guarding import GUARD_SCHEMA
from synterm.providers.loose_json import as_list, as_object

KEPT = ("id", "project", "behavior", "checks_id", "allowed", "passed", "reason")
"""What is kept of a verdict."""
_LONGEST = 500


def guard_in(information: Any) -> dict[str, Any]:
    """The verdict in LiteLLM's ``guardrail_information``; empty where no guard of ours judged.

    Of several, it is that on the answer, not on what was asked, and one that held it back before one that did not.
    """
    entries = [as_object(entry) for entry in as_list(information)]
    verdicts = [(entry, as_object(entry.get("guardrail_response"))) for entry in entries]
    ours = [(entry, verdict) for entry, verdict in verdicts if verdict.get("schema") == GUARD_SCHEMA]
    if not ours:
        return {}
    entry, verdict = min(ours, key=_rank)
    said = {name: value for name in KEPT if (value := _short(verdict.get(name))) is not None}
    if isinstance(name := entry.get("guardrail_name"), str):
        said["guardrail"] = name[:_LONGEST]
    return said


def _rank(found: tuple[dict[str, Any], dict[str, Any]]) -> tuple[bool, bool]:
    entry, verdict = found
    return entry.get("guardrail_mode") in ("pre_call", "during_call"), verdict.get("allowed") is not False


def _short(value: object) -> str | bool | None:
    return value if isinstance(value, bool) else value[:_LONGEST] if isinstance(value, str) else None
