"""Data sets of Hugging Face on disk: what `save_to_disk` wrote, or a clone with its data files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from synterm.core.case import Split
from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, split_named
from synterm.formats.sources.json_lines import JsonLines
from synterm.formats.sources.parquet import Parquet
from synterm.formats.sources.peek import Peek, peek
from synterm.formats.sources.table import Table

_READERS: dict[str, type[Source]] = {
    ".arrow": Parquet,
    ".parquet": Parquet,
    ".csv": Table,
    ".tsv": Table,
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
}
_MOST_FILES = 10_000
_INFO = "dataset_info.json"


class HuggingFace(Source):
    """A folder with a data set."""

    name = "huggingface"
    title = "a data set of Hugging Face in a folder: save_to_disk, or a clone with data files"

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return bool(peek.entries)

    def rows(self, file: SourceFile) -> Rows:
        files = list(_files(file.path))
        if not files:
            kinds = ", ".join(_READERS)
            raise InputError(f"there are no data files in it ({kinds})", where=file.title)
        if len(files) > _MOST_FILES:
            raise InputError(f"over {_MOST_FILES:,} files", where=file.title)
        number = 0
        for path in files:
            inner = path.relative_to(file.path)
            split, names = _split(inner), _label_names(path.parent, file.path)
            part = SourceFile(path, inner.as_posix(), peek(path, path.name), file.encoding, file.header)
            for row in _READERS[path.suffix]().rows(part):
                number += 1
                if isinstance(row, SourceRow):
                    row = replace(row, number=number, split=split, fields=_named(row.fields, names))
                yield row
            for note in part.notes:
                file.note(note)


def _files(folder: Path) -> Iterator[Path]:
    """The data files, in the order of their names; those that lead out of the folder are left out."""
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "cache-")) for part in path.relative_to(folder).parts)
        if path.suffix in _READERS and not hidden and path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _split(inner: Path) -> Split | None:
    """By the name of the file, else by those of the folders."""
    return next((split for part in reversed(inner.parts) if (split := split_named(Path(part).stem))), None)


def _label_names(folder: Path, top: Path) -> dict[str, list[str]]:
    """By column, the names of labels that stand as numbers in the rows."""
    while not (folder / _INFO).is_file() and folder != top:
        folder = folder.parent
    try:
        info: Any = json.loads((folder / _INFO).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}  # no names: the numbers are kept as they are
    features: Any = cast("dict[str, Any]", info).get("features") if isinstance(info, dict) else None
    if not isinstance(features, dict):
        return {}
    named: dict[str, list[str]] = {}
    for column, feature in cast("dict[str, Any]", features).items():
        names = cast("dict[str, Any]", feature).get("names") if isinstance(feature, dict) else None
        if isinstance(names, list):
            named[column] = [str(name) for name in cast("list[Any]", names)]
    return named


def _named(fields: dict[str, Any], names: dict[str, list[str]]) -> dict[str, Any]:
    def name(column: str, value: Any) -> Any:
        known = names.get(column)
        return known[value] if known and type(value) is int and 0 <= value < len(known) else value

    return {column: name(column, value) for column, value in fields.items()} if names else fields
