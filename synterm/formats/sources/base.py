"""What every source of cases is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from synterm.core.case import Split, Status
from synterm.core.tree import CheckConfig
from synterm.errors import InputError
from synterm.formats.sources.call_facts import CallFacts
from synterm.formats.sources.peek import Peek
from synterm.plugins import as_words
from synterm.text import one_line

_SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "dev": "dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "test": "holdout",
    "testing": "holdout",
    "holdout": "holdout",
}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source, before it is a case."""

    where: str
    """File and line, as errors name it."""
    number: int
    """Its line, or its place among the others where lines say nothing: from 1."""
    fields: dict[str, Any]
    """Named values that the input may be made of."""
    whole: bool = False
    """Whether the fields are the input, all of them; else it is for the mapping to say which."""
    bare: bool = False
    """Whether the input is one value without a name, in the only field; it fills the prompt's only variable."""
    expected: Any = None
    """The expected result, where the format says what that is."""
    tags: tuple[str, ...] = ()
    split: Split | None = None
    """None where the file says nothing of it."""
    status: Status = "accepted"
    path: str | None = None
    """The scenario's path, where the file says it."""
    proposed: bool = False
    """Whether the path is only a proposal: what people say goes over it."""
    checks: tuple[CheckConfig, ...] = ()
    """The checks that its answer is judged by, those that exist here."""
    detail: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else of it is kept in the case's origin."""
    call: CallFacts | None = None
    """What is known of the call that it is of, where the file is a log."""


Rows = Iterator[SourceRow | InputError]


@dataclass(slots=True)
class SourceFile:
    """A file that is read, and what there is to say about it as a whole."""

    path: Path
    """A file, or a folder."""
    title: str
    """How errors and origins call it."""
    peek: Peek
    encoding: str | None = None
    """How its text is written; None: as `encodings` finds out."""
    header: bool = True
    """Whether the first row of a table names its columns."""
    lists: tuple[str, ...] = ()
    """Only these of its lists are read; empty: all."""
    folder: Path | None = None
    """The folder that it may name files in; None: it may name none."""
    judge: str | None = None
    """The project's model that checks which ask a model get."""
    notes: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        """Something people should know, once."""
        if (line := one_line(text, 300)) not in self.notes and len(self.notes) < 20:
            self.notes.append(line)

    def at(self, line: int) -> str:
        """``file.csv line 17``."""
        return f"{self.title} line {line}"


class Source(ABC):
    """A kind of file that cases come from."""

    name: ClassVar[str]
    """What --format calls it."""
    title: ClassVar[str]
    """What it is, in a line."""
    extra: ClassVar[str | None] = None
    """The extra that it needs to be installed (``parquet``), if any."""
    tells_expected: ClassVar[bool] = False
    """Whether a row says what is expected; else a column is looked for."""

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        """Whether a file looks like one of these."""
        return False

    @abstractmethod
    def rows(self, file: SourceFile) -> Rows:
        """Each row as it is asked for; for one that can't be read the error. Raises OSError, InputError."""


def rows_of(source: Source, file: SourceFile) -> Rows:
    """The rows of a file. Whatever a plugin's source raises is an InputError that names it."""
    with as_words(source, f"the source {source.name}", OSError):
        yield from source.rows(file)


def split_named(name: str) -> Split | None:
    """The split that a name such as ``oos_train`` or ``test-00000-of-00001`` speaks of; None for none."""
    words = "".join(char if char.isalnum() else " " for char in name.casefold()).split()
    return next((_SPLITS[word] for word in words if word in _SPLITS), None)


def text_row(where: str, number: int, value: Any, name: str = "input", **known: Any) -> SourceRow:
    """The row of an input that is named values, or one value that gets a name."""
    if isinstance(value, dict):
        return SourceRow(where, number, {str(key): one for key, one in value.items()}, whole=True, **known)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return SourceRow(where, number, {name: value}, whole=True, bare=True, **known)
