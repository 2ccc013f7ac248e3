"""What a person decided about a case that waited for review. Its origin keeps every decision, the last one last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synterm.core.case import Case, Status

REVIEW = "review"
"""The name under which a case's origin keeps its decisions."""
DROPPED = "dropped"
"""The name under which it keeps what the filter said that dropped it."""
NO_REASON = "rejected in review"
"""The reason of who gives none."""

Verdict = Literal["accepted", "rejected", "restored"]
"""``restored``: what was rejected, or dropped by a filter, waits for review again."""

STATUS: Mapping[Verdict, Status] = {"accepted": "accepted", "rejected": "rejected", "restored": "draft"}
"""What becomes of the case."""


class Decision(BaseModel):
    """One decision."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    reason: str = ""
    """Why it was rejected."""
    who: str = ""
    """The login name of who decided, or the name that was given."""
    time: str = ""
    """ISO 8601, UTC."""
    was: dict[str, Any] = Field(default_factory=dict)
    """What was edited on the way, as it was: ``input``, ``expected``."""

    @property
    def words(self) -> str:
        """In a line: ``rejected by ann, 2026-03-01 09:30: wrong label``."""
        by = f" by {self.who}" if self.who else ""
        when = f", {self.time[:16].replace('T', ' ')}" if self.time else ""
        edited = f", {' and '.join(sorted(self.was))} edited" if self.was else ""
        return f"{self.verdict}{by}{when}{edited}" + (f": {self.reason}" if self.reason else "")

    def kept(self) -> dict[str, Any]:
        """As the origin keeps it."""
        return self.model_dump(mode="json", exclude_defaults=True)


def decisions_of(case: Case) -> list[Decision]:
    """What was decided about a case, the first decision first. What synterm never wrote there is left out."""
    kept: Any = case.origin.detail.get(REVIEW)
    found: list[Decision] = []
    for entry in cast("list[Any]", kept) if isinstance(kept, list) else []:
        try:
            found.append(Decision.model_validate(entry))
        except ValidationError:
            continue  # a file from elsewhere may hold anything there
    return found


def decided(case: Case, decision: Decision) -> Case:
    """The case after a decision; its lineage, and so its split, stay as they are."""
    kept: Any = case.origin.detail.get(REVIEW)
    before: list[Any] = cast("list[Any]", kept) if isinstance(kept, list) else []
    origin = case.origin.model_copy(
        update={"detail": {**case.origin.detail, REVIEW: [*before, decision.kept()]}},
    )
    return case.model_copy(update={"status": STATUS[decision.verdict], "origin": origin})


def edited_in_review(before: Case, after: Case) -> dict[str, Any]:
    """What an edit changed, as `Decision.was` keeps it."""
    was: dict[str, Any] = {}
    if before.input != after.input:
        was["input"] = before.input
    if before.expected != after.expected:
        was["expected"] = before.expected
    return was


def cause_of(case: Case) -> str:
    """Why a case is rejected, in the words that it can be found by: the filter, or what the reviewer said."""
    last = next(iter(reversed(decisions_of(case))), None)
    if last and last.verdict == "rejected":
        return last.reason or NO_REASON
    dropped: Any = case.origin.detail.get(DROPPED)
    name: Any = cast("dict[str, Any]", dropped).get("filter") if isinstance(dropped, dict) else None
    return name if isinstance(name, str) else "no reason is kept"
