"""A case: one data point that a scenario holds."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synterm.core.dialog import NAME, headline
from synterm.core.ids import content_id, new_id

DOCUMENTS = "documents"
"""The name under which an input names the documents that are relevant to the case: for checks, not for the prompt."""

Split = Literal["dev", "holdout", "train"]
Status = Literal["accepted", "draft", "rejected"]
OriginKind = Literal["manual", "import", "production", "generated", "distilled"]


class Origin(BaseModel):
    """How a case came to be; `detail` names the file, generator, settings or model."""

    model_config = ConfigDict(frozen=True)

    kind: OriginKind = "manual"
    """Who or what made it."""
    seed_id: str | None = None
    """The case it was made from, if any."""
    detail: dict[str, Any] = Field(default_factory=dict)
    """The file, generator, settings or model, by name."""


class Case(BaseModel):
    """One data point. Its content never changes under one `content_id`; editing a case gives it a new one."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=new_id)
    scenario_id: str
    input: dict[str, Any]
    """Named values for the prompt's placeholders."""
    expected: Any = None
    """A label, a text or a JSON value; None where nothing is expected."""
    tags: tuple[str, ...] = ()
    split: Split = "dev"
    status: Status = "accepted"
    origin: Origin = Origin()
    root_id: str = ""
    """The case at the start of its lineage (itself, for one made by hand): splits follow the root."""

    @model_validator(mode="before")
    @classmethod
    def _own_root(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("root_id"):  # pyright: ignore[reportUnknownMemberType]
            case_id: str = data.get("id") or new_id()  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            return {**data, "id": case_id, "root_id": case_id}  # pyright: ignore[reportUnknownVariableType]
        return data  # pyright: ignore[reportUnknownVariableType]

    @property
    def content_id(self) -> str:
        """The name of what is evaluated: input and expected result."""
        return content_id("case", {"input": self.input, "expected": self.expected})

    @property
    def title(self) -> str:
        """The input as one text: the only value, or ``name: value`` pairs."""
        return input_text(self.input)


def input_text(values: dict[str, Any]) -> str:
    """Named values as one text for lists and search; a list of relevant documents beside them is left out."""
    if len(values) > 1 and isinstance(values.get(DOCUMENTS), list):
        values = {name: value for name, value in values.items() if name != DOCUMENTS}
    if len(values) == 1:
        return _shown(*next(iter(values.items())))
    return " · ".join(f"{name}: {_shown(name, value)}" for name, value in values.items())


def _shown(name: str, value: Any) -> str:
    return headline(cast("dict[str, Any]", value)) if name == NAME and isinstance(value, dict) else str(value)


def value_text(value: object) -> str:
    """An expected or found value as text; empty for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    import orjson

    return orjson.dumps(value).decode()
