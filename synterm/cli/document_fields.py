"""Documents on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from synterm.core.document import MAX_BYTES, Document
from synterm.errors import UsageError
from synterm.formats.document_files import document_of, read_document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options for documents."""
    parser.add_argument("files", metavar="FILE", nargs="+", help=".txt or .md files, or - for stdin")
    parser.add_argument("--name", metavar="NAME", help="what it is called; else as its file is")


def new_documents(args: argparse.Namespace) -> list[Document]:
    """The documents that the options say. Raises UsageError and InputError."""
    files: list[str] = args.files
    if args.name is not None and len(files) > 1:
        raise UsageError("--name is for one document", hint="add them one by one")
    documents = [_read(name, args.name) for name in files]
    names = [document.name for document in documents]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two files are called {twice!r}", hint="add them one by one, with --name")
    return documents


def _read(file: str, name: str | None) -> Document:
    if file != "-":
        return read_document(Path(file), name)
    if name is None:
        raise UsageError("what stdin is called must be said", hint="--name NAME")
    return document_of(sys.stdin.buffer.read(MAX_BYTES + 1), name, "stdin")
