"""What the documentation shows a generator with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _message() -> dict[str, Any]:
    return {"message": "can you set up a meeting with bob tomorrow at 3pm?"}


@dataclass(frozen=True, slots=True)
class Example:
    """A configuration, and a case. What comes of it is not written down: the documentation makes it."""

    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    """The generator's configuration, without its type."""
    input: dict[str, Any] | None = field(default_factory=_message)
    """Of the case that it is made from; None where the generator needs none."""
    expected: Any = "schedule"
    """What that case expects."""
    others: tuple[tuple[dict[str, Any], Any], ...] = ()
    """Input and expected result of other cases in the scenario."""
