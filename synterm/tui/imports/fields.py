"""The fields of the form of an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from synterm.errors import SyntermError
from synterm.formats.sources.registry import load_source, source_names
from synterm.tui.imports.choice import AS_FILE, COLUMN, INPUT, NONE
from synterm.tui.imports.reading import Head

_MOST_COLUMNS = 300
"""So many columns can be chosen from."""
_JUDGED = frozenset(("promptfoo",))
"""The kinds whose assertions may ask a model."""


@dataclass(frozen=True, slots=True)
class PickField:
    """One thing to choose, or to type."""

    name: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    """Words and value of each choice; none where it is typed."""
    help: str = ""
    section: str = ""
    """The headline above it, where one begins."""


def fields_of(head: Head, models: Sequence[str]) -> list[PickField]:
    """What there is to choose for a file."""
    columns = [(name or "(no name)", f"{COLUMN}{name}") for name in head.names[:_MOST_COLUMNS]]
    none, as_file = ("nothing", NONE), ("as the file says", AS_FILE)
    unnamed = ("as the file names it", AS_FILE) if head.named else none
    told = [as_file] if head.source.tells_expected else []
    found = [PickField("format", "Kind", _kinds(), "What the file is", "Read as")]
    if head.source.name == "csv":
        header = [("names the columns", "yes"), ("is data", "no")]
        found.append(PickField("header", "First row", header, "Whether the first row of the table is a header"))
    if head.source.name in _JUDGED and models:
        judges = [("no model", NONE), *((name, name) for name in models)]
        found.append(PickField("judge", "Judge", judges, "The model that llm-rubric and its like ask"))
    found += [
        PickField(
            f"{INPUT}{number}",
            name,
            [unnamed, *columns],
            f"The column that fills {{{{ {name} }}}} of the prompt",
            "Which column is what" if not number else "",
        )
        for number, name in enumerate(head.variables)
    ]
    return [
        *found,
        PickField("expected", "Expected", [*told, none, *columns], "What the answer should be"),
        PickField("tags", "Tags", [none, *columns], "A list, or words with commas between"),
        PickField("split", "Split", [none, *columns], "dev, holdout or train"),
        PickField("path", "Scenario", [("the one below", NONE), *columns], "A scenario for each value of a column"),
        PickField("into", "Into", help="FEATURE/BEHAVIOR/SCENARIO; made where it is not there", section="The cases"),
        PickField("status", "As", [("accepted", "accepted"), ("drafts", "draft")], "Drafts wait for somebody"),
        PickField("all-split", "All in", _SPLITS, "The split of all of them"),
        PickField("more-tags", "Add tags", help="a, b: tags for all"),
        PickField("kind", "From", [("a file", "import"), ("production", "production")], "Kept in their origin"),
    ]


_SPLITS = [
    ("as the file says, else dev", AS_FILE),
    ("dev: iterate on them", "dev"),
    ("holdout: the final word", "holdout"),
    ("train: for tuning", "train"),
]


@lru_cache(maxsize=1)
def _kinds() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name in source_names():
        try:
            found.append((f"{name}  {load_source(name).title}", name))
        except SyntermError:
            continue  # a plugin that can't be loaded reads nothing; who asks for it by name is told why
    return found
