"""An export at work, in a thread: the same files as `synterm export` writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from synterm.core.manifest import Manifest, Needs
from synterm.core.training import TrainingPlan, TrainingReport
from synterm.errors import UsageError
from synterm.storage.project import Project
from synterm.text import megabytes, one_line
from synterm.tui.screens.text import MUTED
from synterm.tui.widgets.table import Cell, TableColumn


@dataclass(frozen=True, slots=True)
class FormatLine:
    """A format that can be written."""

    name: str
    title: str
    reader: str
    rows: int
    """About how many rows it would have; 0: what it needs is not there."""
    needs: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written in a format."""

    folder: Path
    manifest: Manifest


def format_lines(report: TrainingReport) -> list[FormatLine]:
    """Every format, with what the set has for it. Imports all of them."""
    from synterm.finetune.formats.registry import all_formats

    return [
        FormatLine(form.name, form.title, form.reader, _rows(form.needs, report), form.needs) for form in all_formats()
    ]


def _rows(needs: Needs, report: TrainingReport) -> int:
    right = sum(report.positives.values())
    if needs == "pairs":
        return report.pairs
    if needs == "right and wrong answers":
        return right + report.negatives if right and report.negatives else 0
    return right or (report.negatives if needs == "any answers" else 0)


COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("format", 22),
    TableColumn("rows", 7, right=True),
    TableColumn("what it is"),
    TableColumn("for", 20, rank=1),
)


def format_cells(line: FormatLine, chosen: bool) -> Sequence[Cell]:
    """One format."""
    if not line.rows:
        return [(" ", ""), (line.name, "dim"), ("–", "dim"), (f"needs {line.needs}", "error"), (line.reader, "dim")]
    mark = ("●", "accent") if chosen else ("○", "dim")
    return [mark, (line.name, ""), (f"{line.rows:,}", "pass"), (line.title, "dim"), (line.reader, "dim")]


class Exporting:
    """Builds the set anew, as the project is now, and writes it in one format after the other."""

    def __init__(self, project: Project, plan: TrainingPlan, formats: Sequence[str], folder: Path) -> None:
        self._project, self._plan, self._formats, self._folder = project, plan, formats, folder
        self._stop = threading.Event()
        self.doing = "counting …"
        """What it is at."""
        self.written: list[Written] = []

    @property
    def stopped(self) -> bool:
        """Whether it was stopped on the way."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Write no further format; what is written stays."""
        self._stop.set()

    def run(self) -> None:
        """Do it, in whatever thread this is. Raises SyntermError where a format could not be written."""
        from synterm.finetune.build import build
        from synterm.finetune.export import export

        self._check_folders()
        with Project.look(self._project.path) as project:
            found = build(project, self._plan)
            for number, name in enumerate(self._formats, start=1):
                if self.stopped:
                    return
                self.doing = f"writing {name}, {number} of {len(self._formats)} …"
                folder = folder_of(self._folder, name, len(self._formats))
                self.written.append(Written(folder, export(project, found, name, folder)))

    def _check_folders(self) -> None:
        """Before any work. Raises UsageError for a folder that holds something else."""
        from synterm.finetune.folder import MANIFEST, check_target

        if len(self._formats) > 1 and (self._folder / MANIFEST).exists():
            raise UsageError(
                "holds an export itself", where=str(self._folder), hint="several formats need a folder above theirs"
            )
        for name in self._formats:
            check_target(folder_of(self._folder, name, len(self._formats)))


def folder_of(folder: Path, name: str, count: int) -> Path:
    """Where a format goes: of several, each has a folder of its own."""
    return folder / name if count > 1 else folder


def written_text(written: Sequence[Written]) -> Iterator[Content]:
    """What was written, format by format."""
    for one in written:
        made = one.manifest
        rows = " + ".join(f"{count:,} {part}" for part, count in made.rows.items() if count)
        size = sum(file.bytes for file in made.files)
        yield Content.assemble(
            ("✓ ", "$text-success"),
            (made.format, "bold"),
            f"  {rows} rows · {sum(made.tokens.values()):,} tokens · {megabytes(size)}",
        )
        yield Content(f"  {one_line(str(one.folder), 200)}")
        names = "  ".join(file.name for file in made.files)
        yield Content.styled(f"  {one_line(names, 300)}", MUTED)
        if made.not_held:
            reasons = ", ".join(f"{count:,} × {reason}" for reason, count in made.not_held.items())
            yield Content.styled(f"  not in it: {one_line(reasons, 200)}", "$text-warning")
        for warning in made.warnings:
            yield Content.styled(f"  ◌ {one_line(warning, 200)}", "$text-warning")
        yield Content.styled(f"  sha256 {made.sha256[:16]}…: the same project state gives the same bytes", MUTED)
