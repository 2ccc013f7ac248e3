"""What stands in the form of an import, as the import takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from synterm.core.case import Split
from synterm.formats.case_import import Wanted
from synterm.formats.import_file import FileOptions
from synterm.formats.import_mapping import Columns
from synterm.tui.imports.reading import Head

NONE = "none"
"""The value of a field that says: no column."""
AS_FILE = "file"
"""The value of a field that says: as the file says."""
COLUMN = "column:"
"""How the value of a field begins that names a column."""
INPUT = "input-"
"""How the names of fields begin that say the column of a variable; its number follows."""

Choices = Mapping[str, str]
"""What stands in the form: by field a `COLUMN` with its name, `NONE`, `AS_FILE`, or what was chosen or typed."""


def first_choices(head: Head) -> dict[str, str]:
    """What the form begins with: what the file looks like."""
    guess = head.guess
    nothing = AS_FILE if head.source.tells_expected else NONE
    unnamed = AS_FILE if head.named else NONE
    inputs = {
        f"{INPUT}{number}": _column(guess.inputs.get(name), unnamed) for number, name in enumerate(head.variables)
    }
    return {
        "format": head.source.name,
        "header": "yes" if head.options.header else "no",
        "judge": head.options.judge or NONE,
        **inputs,
        "expected": _column(guess.expected, nothing),
        "tags": _column(guess.tags, NONE),
        "split": _column(guess.split, NONE),
        "path": NONE,
        "into": "" if head.tells_path else head.into,
        "all-split": AS_FILE,
        "status": "accepted",
        "kind": "import",
        "more-tags": "",
    }


def wanted_of(head: Head, choices: Choices) -> Wanted:
    """The import that is chosen."""

    def column(field: str) -> str | None:
        value = choices[field]
        return value.removeprefix(COLUMN) if value.startswith(COLUMN) else None

    names = {f"{INPUT}{number}": name for number, name in enumerate(head.variables)}
    return Wanted(
        columns=Columns(
            inputs={name: chosen for field, name in names.items() if (chosen := column(field))},
            expected=column("expected"),
            no_expected=choices["expected"] == NONE,
            tags=column("tags"),
            no_tags=choices["tags"] == NONE,
            arms=head.guess.arms,
            split=column("split"),
            no_split=choices["split"] == NONE,
            path=column("path"),
        ),
        into=choices["into"].strip() or None,
        tags=tuple(tag for part in choices["more-tags"].split(",") if (tag := part.strip())),
        split=cast(Split, choices["all-split"]) if choices["all-split"] != AS_FILE else None,
        kind="production" if choices["kind"] == "production" else "import",
        draft=choices["status"] == "draft",
    )


def options_of(head: Head, choices: Choices) -> FileOptions:
    """How the file is to be read."""
    judge = choices["judge"]
    return FileOptions(
        format=choices["format"], header=choices["header"] != "no", judge=None if judge == NONE else judge
    )


def _column(name: str | None, otherwise: str) -> str:
    return otherwise if name is None else f"{COLUMN}{name}"
