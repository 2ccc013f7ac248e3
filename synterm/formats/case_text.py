"""A case as people write it: in the text form of a project, or on a line of a JSONL file."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from synterm.core.case import Case, Origin, Split, Status
from synterm.core.ids import new_id
from synterm.errors import InputError


def _input(value: Any) -> Any:
    if isinstance(value, str | dict):
        return cast("Any", value)
    raise ValueError('must be a text, or named values such as {message: "…"}')


InputText = Annotated[Any, BeforeValidator(_input)]
"""Named values, or a text that stands for the value of a prompt's only variable."""


Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]
"""The name of a thing that may be renamed: a ULID, or what another program gave it."""


class CaseText(BaseModel):
    """One case, before it has a place in a project."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: InputText
    """Named values, or a bare text that fills the prompt's only variable."""
    expected: Any = None
    """What is expected: a label, a text or any JSON value; nothing where checks need none."""
    tags: tuple[str, ...] = ()
    """Words to find it by."""
    split: Split = "dev"
    """``dev`` to work on, ``holdout`` to be kept from what learns, ``train`` to learn from."""

    def case(self, scenario_id: str, variable: str | None, origin: Origin | None = None) -> Case:
        """The case, in a scenario; `variable` is what a bare text fills, None when that is not clear.

        Raises InputError for a bare text without such a variable.
        """
        return Case(
            scenario_id=scenario_id,
            input=named_input(self.input, variable),
            expected=self.expected,
            tags=self.tags,
            split=self.split,
            origin=origin or Origin(),
        )


class CaseRow(CaseText):
    """A case with what a project file notes beside it; people who write by hand leave that out."""

    id: Id | None = None
    """A ULID; without one it gets a new one."""
    status: Status = "accepted"
    """``draft`` waits for review and is not evaluated; nor is what was rejected."""
    origin: Origin | None = None
    """How it came to be; without it, it was made by hand."""
    root: Id | None = None
    """The id of the case at the start of its lineage; without it, that is the case itself."""
    row: int | None = Field(default=None, ge=1, lt=2**62)
    """Its row number; without it, cases follow each other by id."""
    updated: str | None = None
    """When it was changed last."""

    def case(self, scenario_id: str, variable: str | None, origin: Origin | None = None) -> Case:
        """As for any case; what stands here goes first."""
        return Case(
            id=self.id or new_id(),
            scenario_id=scenario_id,
            input=named_input(self.input, variable),
            expected=self.expected,
            tags=self.tags,
            split=self.split,
            status=self.status,
            origin=self.origin or origin or Origin(),
            root_id=self.root or "",
        )


def named_input(value: str | dict[str, Any], variable: str | None) -> dict[str, Any]:
    """An input as named values. Raises InputError for a bare text when there is no one variable for it."""
    if isinstance(value, dict):
        return value
    if variable is None:
        raise InputError("a bare text needs a prompt with one variable", hint='name the value: {"message": "…"}')
    return {variable: value}
