"""What the merge does with each table of a project file.

Three kinds of rows. *Named* ones are called by what they say and never change. *Edited* ones have an id, and people
change them: two that differ are settled column by column. *Recorded* ones are what happened: answers, runs and what
runs found; they are only ever added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from synterm.core.finding import Finding
from synterm.core.ids import content_id
from synterm.core.prompt import PromptBody
from synterm.core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that are called by what they say."""

    table: str
    key: str
    says: tuple[str, ...]
    name_of: Callable[..., Any] | None = None
    """What a row that says this is called, where a file may be held to it. The same may be written in two ways."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Rows that people change. Columns that are not named here are settled each by itself."""

    table: str
    key: tuple[str, ...]
    time: str | None = "updated"
    """When a row was changed last."""
    units: tuple[tuple[str, ...], ...] = ()
    """Columns that belong together: they are taken from one side, all of them. The first one names them to people."""
    least: tuple[str, ...] = ()
    """Columns of which the smallest value counts."""
    along: tuple[str, ...] = ()
    """Columns that make no conflict: what the side says that was changed last."""
    latest: bool = False
    """Whether what was changed last counts, and nothing is a conflict."""
    outranks: Callable[[dict[str, Any]], bool] | None = None
    """With `latest`: which rows count before all others, however old they are."""
    number: str | None = None
    """A column that only counts rows."""
    twins: tuple[str, ...] = ()
    """What names a row to people: two files may have made the same thing under two ids."""


def _name_of_case(given: str, expected: str) -> str:
    return content_id("case", {"input": orjson.loads(given), "expected": orjson.loads(expected)})


def _name_of_recipe(body: str) -> bytes:
    return Recipe(orjson.loads(body)).id


def _name_of_prompt(body: str) -> str:
    return PromptBody.model_validate_json(body).id


def _by_person(row: dict[str, Any]) -> bool:
    try:
        return Finding(row["kind"], (), orjson.loads(row["body"])).by_person
    except (ValueError, TypeError, AttributeError):
        return False  # a stranger's file: what can't be read nobody said


NAMED = (
    Named("contents", "id", ("input", "expected"), _name_of_case),
    Named("prompt_bodies", "id", ("body",), _name_of_prompt),
    Named("recipes", "id", ("body",), _name_of_recipe),
    Named("grades", "key", ("body",)),
)
EDITED = (
    Edited("meta", ("key",), time=None),
    Edited("nodes", ("id",), twins=("parent_id", "name")),
    Edited("prompts", ("id",), units=(("draft", "draft_examples", "draft_params"),), twins=("name",)),
    Edited("prompt_versions", ("prompt_id", "body_id"), time=None, least=("created", "number")),
    Edited("models", ("id",), units=(("spec", "name"),), twins=("name",)),
    Edited("documents", ("id",), units=(("text", "content_id", "characters"),), twins=("name",)),
    Edited("cases", ("id",), number="pk"),
    Edited("reviews", ("content_id", "output_id", "source", "who"), least=("id", "created"), latest=True),
    Edited("baselines", ("name", "scenario_id"), along=("who",)),
    Edited("generations", ("id",), latest=True),
    Edited("findings", ("id",), latest=True, outranks=_by_person),
    Edited("tunings", ("id",), latest=True),
    Edited("traffic_logs", ("id",), latest=True),
    Edited("traffic", ("id",), number="pk", latest=True),
)
"""In the order in which they are settled: what others refer to comes first."""
RECORDED = ("responses", "runs", "run_columns", "evaluations", "batches", "batch_requests", "spending")
LEFT_OUT: dict[str, str] = {
    "_sqlite_migrations": "a new file has its own",
}
"""Tables that are not merged, and why."""


def merged_tables() -> frozenset[str]:
    """All tables that the merge carries over."""
    return frozenset((*(one.table for one in NAMED), *(one.table for one in EDITED), *RECORDED))


def edited(table: str) -> Edited:
    """What is said above of a table of edited rows."""
    return next(one for one in EDITED if one.table == table)
