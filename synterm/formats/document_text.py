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
            document = build_document(form, folder)
            if document.name in names:
                raise InputError(f"{document.name!r} stands twice here")
        except InputError as error:
            findings.add_at(("documents", index), error)
            continue
        names.add(document.name)
        found.append(document)
    return found


def build_document(form: DocumentForm, folder: Path) -> Document:
    """The document; one that a project file had (it has an id) as it is. Raises InputError."""
    if form.file is not None:
        return read_document(file_beside(folder, form.file), form.name or form.file)
    return whole_document(form)


def whole_document(form: DocumentForm) -> Document:
    """The same for one whose text stands here. Raises InputError."""
    if form.file is not None:
        raise InputError("needs its text here; a file is named under documents, in the first part", where="file")
    if form.id is not None:
        return Document(name=form.name or "", text=form.text or "")
    return make_document(form.name or "", form.text or "")
