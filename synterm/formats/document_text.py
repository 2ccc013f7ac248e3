"""From the documents of a text form to documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synterm.core.document import Document, make_document
from synterm.errors import InputError
from synterm.formats.beside import file_beside
from synterm.formats.document_files import read_document
from synterm.formats.findings import Findings
from synterm.formats.project_form import DocumentForm


def build_documents(forms: Sequence[DocumentForm], folder: Path, findings: Findings) -> list[Document]:
    """The documents; those that are wrong are left out, and told to `findings`."""
    found: list[Document] = []
    names: set[str] = set()
    for index, form in enumerate(forms):
        try:
            document = _document(form, folder)
            if document.name in names:
                raise InputError(f"{document.name!r} stands twice here")
        except InputError as error:
            findings.add_at(("documents", index), error)
            continue
        names.add(document.name)
        found.append(document)
    return found


def _document(form: DocumentForm, folder: Path) -> Document:
    if form.file is None:
        return make_document(form.name or "", form.text or "")
    return read_document(file_beside(folder, form.file), form.name or form.file)
