"""What is compared: recorded runs, whole or some of their variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from synterm.storage.project import Project
from synterm.storage.runs import RunRecord

VariantKey = tuple[str, str]
"""A prompt's content, by its id, and the model's name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One side of a comparison. A project that was opened for it is closed with it: use it in a ``with``."""

    project: Project
    runs: Mapping[str, RunRecord]
    """By scenario id: which run its cases are taken from; ``""``: all others. Without that one only those scenarios are
    compared."""
    variants: Sequence[VariantKey] | None
    """Only these; None: of each prompt and model the last version."""
    name: str
    """As it was asked for."""
    opened: ExitStack | None = None
    """What closes the project, if it was opened for this side."""

    def __enter__(self) -> Chosen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the project if it was opened for this side."""
        if self.opened:
            self.opened.close()

    @property
    def main(self) -> RunRecord | None:
        """The run that stands for the side: that of all scenarios without their own, or the only one."""
        if "" in self.runs:
            return self.runs[""]
        ids = {run.id for run in self.runs.values()}
        return next(iter(self.runs.values())) if len(ids) == 1 else None

    @property
    def each(self) -> list[RunRecord]:
        """Its runs, each once, the main one first."""
        ordered = sorted(self.runs.items(), key=lambda entry: (entry[0] != "", entry[1].id))
        return list({run.id: run for _, run in ordered}.values())


def chosen_run(project: Project, run: RunRecord, name: str, variants: Sequence[VariantKey] | None = None) -> Chosen:
    """One run as a side."""
    return Chosen(project, {"": run}, variants, name)
