"""Documents in the project file."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.document import Document, make_document
from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.storage.project import Project
from tests.support.older import older_file

ONE, TWO = Document(name="one.md", text="# One\n"), Document(name="two.txt", text="two")


def test_documents_come_back_by_name_and_without_texts_in_lists(project: Project) -> None:
    project.documents.put(TWO, ONE).result()
    entries = project.documents.entries()
    assert [(entry.name, entry.characters) for entry in entries] == [("one.md", 6), ("two.txt", 3)]
    assert [entry.content_id for entry in entries] == [ONE.content_id, TWO.content_id]
    assert project.documents.get("one.md") == ONE
    assert list(project.documents.texts(["two.txt", "gone.md"])) == [TWO]


def test_many_documents_are_read_page_by_page(project: Project) -> None:
    documents = [Document(name=f"{number:04}.md", text=f"text {number}") for number in range(1203)]
    project.documents.put(*documents).result()
    assert [entry.name for entry in project.documents.entries()] == [document.name for document in documents]
    assert list(project.documents.texts(document.name for document in documents)) == documents


def test_a_document_of_the_same_name_is_replaced_and_keeps_its_id(project: Project) -> None:
    project.documents.put(ONE).result()
    [before] = project.documents.entries()
    project.documents.put(Document(name="one.md", text="changed")).result()
    [after] = project.documents.entries()
    assert after.id == before.id and after.content_id != before.content_id
    assert project.documents.get("one.md").text == "changed"


def test_a_removed_document_is_gone_and_can_be_put_back(project: Project) -> None:
    project.documents.put(ONE, TWO).result()
    before = project.documents.entries()
    taken = project.documents.take("one.md").result()
    with pytest.raises(NotFoundError, match=r"no document named 'one\.md'") as refusal:
        project.documents.get("one.md")
    assert refusal.value.hint
    project.documents.put_back(taken).result()
    assert project.documents.entries() == before
    with pytest.raises(InputError, match="by now"):
        project.documents.put_back(taken).result()
    assert (project.documents.remove("one.md").result(), project.documents.remove("one.md").result()) == (1, 0)


def test_what_others_write_is_noticed(project: Project) -> None:
    before = project.marks().result()
    project.documents.put(ONE).result()
    assert project.marks().result().documents != before.documents


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("", "text", "name"),
        ("x" * 201, "text", "name"),
        ("a\nb", "text", "name"),
        ("a\x1b[31m", "text", "name"),
        ("a.md", "  \n", "is empty"),
        ("a.md", "nul \0 here", "NUL character, at 4"),
        ("a.md", "half \ud83d", "half a character, at 5"),
        ("a.md", "x" * 4_000_001, "too long"),
    ],
)
def test_what_no_document_can_be_is_refused(name: str, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_document(name, text)


def test_a_file_of_the_version_before_gets_room_for_documents(path: Path) -> None:
    older_file(path, 5).conn.close()
    with Project.open(path) as project:
        project.documents.put(ONE).result()
        assert project.documents.get("one.md") == ONE


def test_a_file_that_can_only_be_looked_at_refuses_documents(path: Path) -> None:
    with Project.create(path, "a project") as project:
        project.documents.put(ONE).result()
    with Project.look(path) as project:
        assert project.documents.get("one.md") == ONE
        with pytest.raises(ProjectError, match="read-only"):
            project.documents.put(TWO).result()
