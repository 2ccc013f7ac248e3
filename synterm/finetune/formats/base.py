"""What every format of training files is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from synterm.core.manifest import DataFile, ExportOptions, Method, Needs, Weights
from synterm.core.record import record
from synterm.core.training import Part, TrainingAnswer, TrainingExample, TrainingSet

TRAIN_AND_VALIDATION: Mapping[Part, str] = {"train": "train.jsonl", "validation": "validation.jsonl"}


@record
class Row:
    """A line of a file."""

    body: dict[str, Any]
    """What stands there; its keys in the order in which they are written."""
    right: TrainingAnswer | None = None
    """The right answer in it, where there is one."""
    wrong: TrainingAnswer | None = None
    """The wrong answer in it: beside the right one in a pair, by itself where each is judged."""


@record
class LeftOut:
    """Something that a format cannot hold."""

    reason: str
    """In words that are counted: no texts of the example."""


RowMaker = Callable[[TrainingExample], Iterator[Row | LeftOut]]


@record
class Dataset:
    """Files that hold the same kind of rows."""

    method: Method
    files: Mapping[Part, str]
    """The name of each part's file."""
    rows: RowMaker


@record
class Made:
    """What was written: for the files that speak of the others."""

    chosen: TrainingSet
    options: ExportOptions
    data: tuple[DataFile, ...]
    """The files of rows; only those that hold any."""
    weights: Weights | None
    """KTO's, where there are rows for it."""

    def file(self, method: Method, part: Part = "train") -> DataFile | None:
        """The file of a part, where it has rows."""
        return next((file for file in self.data if file.method == method and file.part == part), None)

    @property
    def methods(self) -> tuple[Method, ...]:
        """What there are rows to train on for."""
        return tuple(dict.fromkeys(file.method for file in self.data if file.part == "train"))


class Format(ABC):
    """A layout of training files. One that is installed with another package is an entry point of `synterm.formats`."""

    name: ClassVar[str]
    """By which it is asked for."""
    title: ClassVar[str]
    """What it is, in a line."""
    reader: ClassVar[str]
    """Which tool reads it."""
    needs: ClassVar[Needs]

    @abstractmethod
    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        """The files of rows, and how each row is made."""

    def beside(self, made: Made) -> dict[str, str]:
        """Further files by their names: configurations for the tool. None if nothing else is said."""
        return {}

    def warnings(self, made: Made) -> list[str]:
        """What who trains with it should know."""
        return []

    @abstractmethod
    def how_to_train(self, made: Made) -> str:
        """A paragraph of Markdown with commands that run, in the folder."""


def shell(*lines: str) -> str:
    """A block of commands in Markdown."""
    return "\n".join(["```sh", *lines, "```"])
