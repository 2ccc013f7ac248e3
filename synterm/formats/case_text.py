"""A case as people write it: in the text form of a project, or on a line of a JSONL file."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict

from synterm.core.case import Case, Origin, Split
from synterm.errors import InputError


def _input(value: Any) -> Any:
    if isinstance(value, str | dict):
        return cast("Any", value)
    raise ValueError('must be a text, or named values such as {message: "…"}')


InputText = Annotated[Any, BeforeValidator(_input)]
"""Named values, or a text that stands for the value of a prompt's only variable."""


class CaseText(BaseModel):
    """One case, before it has a place in a project."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: InputText
    expected: Any = None
    tags: tuple[str, ...] = ()
    split: Split = "dev"

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


def named_input(value: str | dict[str, Any], variable: str | None) -> dict[str, Any]:
    """An input as named values. Raises InputError for a bare text when there is no one variable for it."""
    if isinstance(value, dict):
        return value
    if variable is None:
        raise InputError("a bare text needs a prompt with one variable", hint='name the value: {"message": "…"}')
    return {variable: value}
