"""Opening what is imported: a file, a folder, or stdin, which is kept in a file until it is read."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from synterm.errors import InputError
from synterm.formats.gzipped import ENDING, is_gzipped, unpack
from synterm.formats.sources.base import Source, SourceFile
from synterm.formats.sources.peek import Peek, peek
from synterm.formats.sources.registry import OF_CASES, guess_source, load_source

_PIECE = 1 << 20
_MOST_STDIN = 2_000_000_000


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is to be read, where it does not tell."""

    format: str | None = None
    encoding: str | None = None
    header: bool = True
    lists: tuple[str, ...] = ()
    judge: str | None = None
    of_calls: bool = False
    """Whether it is a log: formats that hold cases are not guessed."""


@contextlib.contextmanager
def opened_source(name: str, options: FileOptions) -> Generator[tuple[Source, SourceFile]]:
    """The file `name`, ``-`` for stdin, and what reads it. Raises InputError, UsageError."""
    if name == "-":
        with tempfile.NamedTemporaryFile(prefix="synterm-") as kept:
            _keep_stdin(kept)
            yield _source(Path(kept.name), "stdin", None, options)
        return
    path = Path(name)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        raise InputError(str(error), where=name) from error
    if not exists:
        raise InputError("there is no such file", where=name)
    if not is_folder and not path.is_file():
        raise InputError("is no plain file", where=name, hint="- reads stdin")
    if not is_folder and _is_gzipped(path):
        with tempfile.NamedTemporaryFile(prefix="synterm-") as kept:
            unpack(path, kept, path.name)
            yield _source(Path(kept.name), path.name.removesuffix(ENDING), path.parent, options)
        return
    yield _source(path, path.resolve().name if is_folder else path.name, path if is_folder else path.parent, options)


def sha256_of(file: SourceFile) -> str:
    """The SHA-256 of a file; of a folder that of the names and sums of its files. Raises OSError."""
    if file.path.is_file():
        return _sum(file.path)
    whole = hashlib.sha256()
    for path in sorted(one for one in file.path.rglob("*") if one.is_file()):
        whole.update(f"{path.relative_to(file.path).as_posix()}\0{_sum(path)}\n".encode())
    return whole.hexdigest()


def _source(path: Path, title: str, folder: Path | None, options: FileOptions) -> tuple[Source, SourceFile]:
    looked = peek(path, title)
    file = SourceFile(
        path,
        title,
        looked,
        encoding=options.encoding,
        header=options.header,
        lists=options.lists,
        folder=folder,
        judge=options.judge,
    )
    source = _kind(looked, file, options)
    if looked.entries and source.name != "huggingface":
        raise InputError("is a folder", where=title, hint="--format huggingface reads folders")
    return source(), file


def _kind(looked: Peek, file: SourceFile, options: FileOptions) -> type[Source]:
    if options.format:
        return load_source(options.format)
    return guess_source(looked, file.note, OF_CASES if options.of_calls else frozenset())


def _is_gzipped(path: Path) -> bool:
    try:
        return is_gzipped(path)
    except OSError as error:
        raise InputError(error.strerror or str(error), where=path.name) from error


def _keep_stdin(kept: IO[bytes]) -> None:
    size = 0
    while piece := sys.stdin.buffer.read(_PIECE):
        size += len(piece)
        if size > _MOST_STDIN:
            raise InputError(f"over {_MOST_STDIN // 1_000_000_000} GB", where="stdin", hint="give it as a file")
        kept.write(piece)
    kept.flush()


def _sum(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            total.update(piece)
    return total.hexdigest()
