"""Writing a training set as files that a tool trains on, with all that is to be known about them."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from synterm import __version__
from synterm.core.manifest import (
    Counts,
    DataFile,
    ExportOptions,
    FileEntry,
    Manifest,
    ProjectEntry,
    PromptEntry,
)
from synterm.core.training import Part, TrainingAnswer, TrainingExample, TrainingSet
from synterm.errors import NotFoundError, UsageError
from synterm.finetune.card import card
from synterm.finetune.cost import cost_of
from synterm.finetune.folder import MANIFEST, FileWriter, new_folder, write_file
from synterm.finetune.formats.base import Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import json_line
from synterm.finetune.formats.registry import load_format
from synterm.finetune.formats.rows import EXAMPLES
from synterm.finetune.formats.weights import kto_weights
from synterm.finetune.lineage import LINEAGE, lineage_entry
from synterm.reports.json import json_text, safe_json
from synterm.storage.project import Project

_PARTS: tuple[Part, ...] = get_args(Part)
README = "README.md"


def export(
    project: Project, chosen: TrainingSet, format_name: str, folder: Path, options: ExportOptions | None = None
) -> Manifest:
    """Write a training set in a format into `folder`, all of it or nothing; the same set gives the same bytes.

    Raises UsageError when there is no such format, nothing to write, or the folder holds what no export wrote;
    InputError when it can't be written.
    """
    form = load_format(format_name)
    with new_folder(folder) as place:
        return _Export(project, chosen, form, options or ExportOptions(), place).write()


def foresee(project: Project, chosen: TrainingSet, format_name: str, options: ExportOptions | None = None) -> Manifest:
    """What `export` would write, without a folder."""
    form = load_format(format_name)
    with tempfile.TemporaryDirectory(prefix="synterm-") as place:
        return _Export(project, chosen, form, options or ExportOptions(), Path(place)).write()


def rows_of(chosen: TrainingSet, format_name: str, part: Part = "train") -> list[Row]:
    """The rows of a part, of the format's first kind of rows, as `export` writes them: for trainers that run here."""
    dataset = load_format(format_name).datasets(chosen)[0]
    return [row for example in chosen.part(part) for row in dataset.rows(example) if isinstance(row, Row)]


class _Export:
    """One export on its way."""

    def __init__(
        self, project: Project, chosen: TrainingSet, form: Format, options: ExportOptions, folder: Path
    ) -> None:
        self._project = project
        self._chosen = chosen
        self._format = form
        self._options = options
        self._folder = folder
        self._not_held: Counter[str] = Counter()
        self._kto: Counter[bool] = Counter()
        self._answers: dict[tuple[str, str], None] = {}
        """(model, run) of what was written."""

    def write(self) -> Manifest:
        """Write every file, the manifest last."""
        with FileWriter(self._folder, LINEAGE) as lineage:
            data = tuple(self._data(lineage))
            if not data:
                raise UsageError(f"nothing to write as {self._format.name}", hint=self._why_nothing())
            files: list[FileEntry] = [*data, lineage.done()]
        made = Made(self._chosen, self._options, data, kto_weights(self._kto[True], self._kto[False]))
        for name, text in self._format.beside(made).items():
            files.append(write_file(self._folder, name, text))
        manifest = self._manifest(made)
        files.append(write_file(self._folder, README, card(manifest, self._format, made)))
        manifest = manifest.model_copy(update=_over(files))
        write_file(self._folder, MANIFEST, json_text(manifest))
        return manifest

    def _data(self, lineage: FileWriter) -> Iterator[DataFile]:
        for dataset in self._format.datasets(self._chosen):
            for part in _PARTS:
                made = self._part(dataset, part, lineage)
                if made is not None:
                    yield made
                elif part == "train":
                    # What validates a training that can't be is of no use.
                    break

    def _part(self, dataset: Dataset, part: Part, lineage: FileWriter) -> DataFile | None:
        rows = tokens = 0
        with FileWriter(self._folder, dataset.files[part]) as writer:
            for example, row in self._rows(dataset, part):
                rows += 1
                tokens += example.tokens
                writer.write(_line(row.body))
                lineage.write(_line(lineage_entry(dataset.files[part], rows, example, row)))
            if not rows:
                writer.drop()
                return None
            written = writer.done().model_dump()
        return DataFile(**written, method=dataset.method, part=part, rows=rows, tokens=tokens)

    def _rows(self, dataset: Dataset, part: Part) -> Iterator[tuple[TrainingExample, Row]]:
        """The rows of a part; what there is to know of them, and of those that can't be, is noted on the way."""
        for example in self._chosen.part(part):
            for row in dataset.rows(example):
                if isinstance(row, LeftOut):
                    self._not_held[f"{dataset.method}: {row.reason}"] += 1
                    continue
                if dataset.method == "kto" and part == "train":
                    self._kto[row.right is not None] += 1
                self._answers.update({(one.model, one.run_id): None for one in (row.right, row.wrong) if one})
                yield example, row

    def _manifest(self, made: Made) -> Manifest:
        """All but what is known of the files when they are written."""
        return Manifest(
            synterm=__version__,
            format=self._format.name,
            title=self._format.title,
            sha256="",
            project=ProjectEntry(id=self._project.id, name=self._project.name),
            prompt=_prompt(self._project, self._chosen.plan.prompt),
            plan=self._chosen.plan,
            options=self._options,
            files=(),
            data=made.data,
            rows={part: sum(file.rows for file in made.data if file.part == part) for part in _PARTS},
            tokens={part: sum(file.tokens for file in made.data if file.part == part) for part in _PARTS},
            counts=counts_of(self._chosen),
            left_out=dict(sorted(self._chosen.left_out.items())),
            not_held=dict(sorted(self._not_held.items())),
            models=tuple(sorted({model for model, _ in self._answers if model})),
            runs=tuple(sorted({run for _, run in self._answers if run})),
            kto=made.weights,
            cost=cost_of(made),
            warnings=tuple(_warnings(self._format, made)),
        )

    def _why_nothing(self) -> str:
        if not any(self._chosen.cases.values()):
            return "no case is set aside for training: synterm finetune PROJECT --set-aside 0.4 moves some there"
        if not self._chosen.examples:
            return "the set has no examples: synterm finetune PROJECT says what there is, and what is refused"
        told = "; ".join(f"{reason} ({count:,})" for reason, count in sorted(self._not_held.items())[:3])
        return f"{told}; --instruction TEXT puts a short prompt in its place" if EXAMPLES in told else told


def counts_of(chosen: TrainingSet) -> Counts:
    """The examples of a set, counted."""
    examples = chosen.examples
    right = [answer for example in examples for answer in example.positives]
    wrong = [answer for example in examples for answer in example.negatives]
    return Counts(
        examples={part: len(chosen.part(part)) for part in _PARTS},
        roots={part: len({example.case.root_id for example in chosen.part(part)}) for part in _PARTS},
        behaviors=_counted(example.behavior for example in examples),
        labels=_counted(example.label for example in examples if example.label),
        right=_sources(right),
        wrong=_sources(wrong),
        refused=_counted(refusal.guard for refusal in chosen.refusals),
    )


def _line(body: dict[str, Any]) -> bytes:
    return safe_json(json_line(body)).encode() + b"\n"


def _over(files: list[FileEntry]) -> dict[str, object]:
    """The files in order, and the digest over them."""
    entries = sorted((FileEntry(name=one.name, bytes=one.bytes, sha256=one.sha256) for one in files), key=_name)
    lines = "".join(f"{one.sha256}  {one.name}\n" for one in entries)
    return {"files": tuple(entries), "sha256": hashlib.sha256(lines.encode()).hexdigest()}


def _name(entry: FileEntry) -> str:
    return entry.name


def _prompt(project: Project, name: str) -> PromptEntry:
    wanted, _, label = name.rpartition("@")
    try:
        versions = project.prompts.get(wanted).versions
    except NotFoundError:
        versions = ()
    found = next((version.id for version in versions if version.label == label), "")
    return PromptEntry(name=name, id=found)


def _warnings(form: Format, made: Made) -> Iterator[str]:
    yield from form.warnings(made)
    if "kto" in made.methods and made.weights is None:
        yield "KTO learns from right and from wrong answers, and one kind is missing"
    if not any(file.part == "validation" for file in made.data):
        yield "there is nothing to validate with: --validation sets a share of lineages aside"


def _sources(answers: list[TrainingAnswer]) -> dict[str, int]:
    return _counted(answer.source for answer in answers)


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
