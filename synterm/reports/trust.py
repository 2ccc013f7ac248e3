"""What a project asks for, and whether it is trusted with that, as a JSON document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.storage.trust import Trust


class TrustDocument(BaseModel):
    """What a project would be able to do on this machine."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.trust/1"] = Field(default="synterm.trust/1", alias="schema")
    project: str
    """Its name."""
    project_id: str
    restricted: bool
    """Whether it asks for more than it is trusted with."""
    digest: str
    """``sha256:…`` over what it asks for; the same wherever it asks for the same."""
    words: list[str]
    """What it asks for, a line each."""
    asks: dict[str, Any]
    """The same, whole: `models`, `prompts` (what they say over what apps are sent), `plugins`."""
    trusted: dict[str, Any] | None
    """What it is trusted with, in the same form; null where it is not on the user's list."""
    news: list[str]
    """What it was not trusted with, what it no longer asks for, and what is wrong with the list, a line each."""


def trust_document(name: str, project_id: str, trust: Trust) -> TrustDocument:
    """The document of a project."""
    asked, before = trust.capabilities, trust.before
    return TrustDocument(
        project=name,
        project_id=project_id,
        restricted=trust.restricted,
        digest=asked.digest,
        words=asked.words(),
        asks=asked.document(),
        trusted=None if before is None else before.document(),
        news=trust.why() if trust.restricted else [],
    )
