"""The documents of a real project file, looked through."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm.context import index as index_module
from synterm.context import library as library_module
from synterm.context.library import Library
from synterm.core.context import ContextSettings
from synterm.core.document import Document
from synterm.errors import ProjectError
from synterm.storage.project import Project

TEXTS = {
    "returns.md": "You may return a product within 30 days. The refund goes to the card that you paid with.",
    "shipping.md": "We ship within two days. Parcels to islands take a week.",
    "staff/holidays.md": "Staff have thirty days of holidays a year.",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "shop.db", "shop") as made:
        made.documents.put(*(Document(name=name, text=text) for name, text in TEXTS.items())).result()
        yield made


def found(library: Library, query: str, **settings: object) -> list[str]:
    result = library.retrieve(ContextSettings.model_validate(settings), query)
    assert result.problem is None
    return [chunk.document for chunk in result.chunks]


def test_words_find_the_documents_that_share_them(project: Project) -> None:
    library = Library.of(project)
    assert found(library, "how long may I return it", top_k=1) == ["returns.md"]
    assert found(library, "days", top_k=5, documents=["staff/*"]) == ["staff/holidays.md"]
    assert found(library, "unheard words", top_k=5) == []


def test_the_first_of_many_are_those_of_few(project: Project) -> None:
    library = Library.of(project)
    many = library.retrieve(ContextSettings(top_k=3), "days a product ships").chunks
    assert library.retrieve(ContextSettings(top_k=2), "days a product ships").chunks == many[:2]
    assert [chunk.score for chunk in many] == sorted((chunk.score for chunk in many), reverse=True)


@pytest.mark.parametrize("method", ["embeddings", "hybrid"])
def test_meanings_find_what_shares_no_word(project: Project, method: str) -> None:
    pytest.importorskip("wordllama")
    library = Library.of(project)
    assert found(library, "vacation for employees", top_k=1, method=method) == ["staff/holidays.md"]
    again = Library.of(project).retrieve(ContextSettings(method=method), "money back")  # pyright: ignore[reportArgumentType]
    assert again == library.retrieve(ContextSettings(method=method), "money back")  # pyright: ignore[reportArgumentType]


def test_without_the_extra_the_problem_says_what_to_install(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> object:
        if name.startswith("wordllama"):
            raise ModuleNotFoundError("No module named 'wordllama'", name="wordllama")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    monkeypatch.setitem(__import__("sys").modules, "wordllama", None)
    from synterm.analysis.embeddings import WordLlamaEmbedder

    monkeypatch.setattr(index_module, "embedder", WordLlamaEmbedder)
    library = Library.of(project)
    problem = library.retrieve(ContextSettings(method="hybrid"), "money back").problem
    assert problem is not None and "synterm[analysis]" in problem
    assert found(library, "refund", method="bm25") == ["returns.md"], "words need no extra"


def test_without_documents_the_problem_says_how_to_add_some(tmp_path: Path) -> None:
    with Project.create(tmp_path / "empty.db", "empty") as project:
        problem = Library.of(project).retrieve(ContextSettings(), "anything").problem
    assert problem == "the project has no documents: synterm add PROJECT document FILE"


def test_globs_that_no_document_fits_are_a_problem(project: Project) -> None:
    problem = Library.of(project).retrieve(ContextSettings(documents=("legal/*",)), "x").problem
    assert problem == "no document is named like legal/*: context.documents in the params"


def test_the_digest_tells_of_the_documents_that_are_looked_into(project: Project) -> None:
    before, staff = Library.of(project), ContextSettings(documents=("staff/*",))
    everything = ContextSettings()
    project.documents.put(Document(name="returns.md", text="Now 60 days.")).result()
    after = Library.of(project, before)
    assert after != before
    assert after.digest(everything) != before.digest(everything) and after.digest(staff) == before.digest(staff)
    assert [chunk.text for chunk in after.retrieve(everything, "60").chunks] == ["Now 60 days."]
    project.documents.put(Document(name="returns.md", text=TEXTS["returns.md"])).result()
    assert Library.of(project) == before and Library.of(project).digest(everything) == before.digest(everything)


def test_a_document_that_changed_before_it_was_read_is_no_answer_about_the_old_one(project: Project) -> None:
    library = Library.of(project)
    project.documents.put(Document(name="returns.md", text="Now 60 days.")).result()
    with pytest.raises(ProjectError, match=r"returns\.md.*changed"):
        library.retrieve(ContextSettings(), "return")


def test_an_index_is_made_once_however_many_ask_at_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = index_module.chunk_spans

    def counted(text: str, size: int, overlap: int) -> object:
        made.append(size)
        return real(text, size, overlap)

    monkeypatch.setattr(index_module, "chunk_spans", counted)
    library = Library.of(project)
    threads = [
        threading.Thread(target=library.retrieve, args=(ContextSettings(top_k=number), "days")) for number in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [800] * len(TEXTS)
    assert library.is_ready(ContextSettings(top_k=9)) and not library.is_ready(ContextSettings(chunk_size=400))


def test_too_much_text_is_a_problem_and_no_crash(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "MOST_CHARACTERS", 100)
    problem = Library.of(project).retrieve(ContextSettings(), "days").problem
    assert problem is not None and "over 100 characters" in problem and "documents" in problem


def test_hostile_documents_are_text(project: Project) -> None:
    hostile = {
        "line.txt": "needle " + "x" * 1_000_000,
        "markup.md": "needle [/] [bold] <b>\x1b]52;c;ZXZpbA==\x07\u202e {{ 7 * 7 }} {% for x in y %}",
        "unicode.md": "needle \ud83d".encode("utf-8", "replace").decode() + "👩‍👩‍👧" * 1000,
    }
    project.documents.put(*(Document(name=name, text=text) for name, text in hostile.items())).result()
    chunks = Library.of(project).retrieve(ContextSettings(top_k=10), "needle").chunks
    assert {chunk.document for chunk in chunks} == set(hostile)
    assert next(chunk.text for chunk in chunks if chunk.document == "markup.md") == hostile["markup.md"]
    assert all(len(chunk.text) <= 800 for chunk in chunks)


def test_what_is_kept_in_memory_is_bounded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    small = [ContextSettings(chunk_size=size) for size in range(300, 320)]
    library = Library.of(project)
    for settings in small:
        library.retrieve(settings, "days")
    assert [library.is_ready(settings) for settings in small] == [False] * 12 + [True] * 8
    monkeypatch.setattr(library_module, "_INDEXED", 200)
    library = Library.of(project)
    for settings in small[:3]:
        library.retrieve(settings, "days")
    assert [library.is_ready(settings) for settings in small[:3]] == [False, False, True]
