"""Documents and context from the command line, on real project files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, Synterm

PROJECT = """\
synterm: 1
name: shop
models:
  - name: script
    model: scripted/rules
    params: {rules: [{match: "30 days", in: system, answer: "30 days"}], default: no idea}
documents:
  - {name: shipping.md, text: "We ship within two days. A parcel takes a week to an island."}
  - {file: texts/returns.md, name: returns.md}
  - {file: texts/hostile.txt}
prompts:
  - name: helper
    versions:
      - messages: &messages
          - {role: system, content: "Answer from this:\\n{{ context }}"}
          - {role: user, content: "{{ message }}"}
        params: {context: {top_k: 1}}
      - messages: *messages
        params: {context: {top_k: 2}}
tree:
  - feature: Help
    behaviors:
      - behavior: Facts
        scenarios:
          - scenario: returns
            checks: [{type: retrieval, measure: recall, threshold: 1}, {type: contains, value: days}]
            cases:
              - input:
                  message: how long does a parcel take to an island, and may I return it?
                  documents: [shipping.md, returns.md]
"""
HOSTILE = "{{ 7 * 7 }} [/red] \x1b[31m {% for x in range(9) %} " + "x" * 100_000


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """The text form of a project, with documents beside it."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/returns.md").write_text(
        "\ufeff# Returns\nA product may be returned: you return it within 30 days."
    )
    (tmp_path / "texts/hostile.txt").write_text(HOSTILE)
    path = tmp_path / "shop.yaml"
    path.write_text(PROJECT)
    return path


@pytest.fixture
def path(text: Path, tmp_path: Path, synterm: Synterm) -> Path:
    made = tmp_path / "shop.db"
    done = synterm("new", made, "--from", text)
    assert done.code == 0, done.err
    return made


@pytest.fixture
def evaluate(synterm: Synterm, path: Path) -> Callable[..., Any]:
    def run(*, code: int = 0) -> Any:
        done = synterm("run", path, "--prompt", "helper@all", "--quiet", "--json", "-")
        assert done.code == code, done.err
        return done.json

    return run


def names(done: Done) -> list[str]:
    return [line.split("\t")[0] for line in done.out.splitlines()]


def test_documents_of_a_text_form_are_there_as_they_were(synterm: Synterm, path: Path) -> None:
    assert names(synterm("ls", path, "documents")) == ["returns.md", "shipping.md", "texts/hostile.txt"]
    assert synterm("show", path, "document", "returns.md").out.startswith("# Returns\nA product")
    shown = synterm("show", path, "document", "texts/hostile.txt").out
    assert "{{ 7 * 7 }} [/red] ␛[31m {% for" in shown and "\x1b" not in shown


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{file: texts/none.md}", "no file 'texts/none.md'"),
        ("{file: ../outside.md}", "leads out"),
        ("{file: shop.yaml}", "not a text file"),
        ("{name: a.md}", "needs a text or a file"),
        ("{text: hello}", "needs a name"),
        ("{name: shipping.md, text: again}", "stands twice"),
        ('{name: a.md, text: ""}', "is empty"),
    ],
)
def test_wrong_documents_of_a_text_form_are_named_with_their_line(
    synterm: Synterm, text: Path, tmp_path: Path, entry: str, words: str
) -> None:
    text.write_text(text.read_text().replace("prompts:\n", f"  - {entry}\nprompts:\n"))
    done = synterm("new", tmp_path / "other.db", "--from", text)
    assert done.code == 2 and words in done.err and "shop.yaml line 11" in done.err and "documents[3]" in done.err


def test_wrong_settings_of_a_text_form_are_named_with_their_line(synterm: Synterm, text: Path, tmp_path: Path) -> None:
    text.write_text(text.read_text().replace("top_k: 2", "top_k: 99"))
    done = synterm("new", tmp_path / "other.db", "--from", text)
    assert done.code == 2 and "params.context.top_k: must be at most 50" in done.err and "shop.yaml line" in done.err


def test_two_versions_that_differ_in_top_k_are_two_columns_with_other_contexts(evaluate: Callable[..., Any]) -> None:
    report = evaluate()
    assert [variant["name"] for variant in report["variants"]] == ["helper@v1 · script", "helper@v2 · script"]
    one, two = report["evaluations"]
    assert [chunk["document"] for chunk in one["retrieved"]] == ["shipping.md"]
    assert [chunk["document"] for chunk in two["retrieved"]] == ["shipping.md", "returns.md"]
    assert (one["output"], two["output"]) == ("no idea", "30 days"), "the second request holds what the first lacks"
    assert (one["passed"], two["passed"]) == (False, True)
    assert (one["checks"][0]["score"], two["checks"][0]["score"]) == (0.5, 1.0)


def test_cached_answers_have_what_was_found_and_the_same_verdicts(evaluate: Callable[..., Any]) -> None:
    first, again = evaluate(), evaluate()
    assert again["totals"]["cached"] == 2

    def told(report: Any) -> list[Any]:
        return [(one["retrieved"], one["passed"], one["score"], one["checks"]) for one in report["evaluations"]]

    assert told(first) == told(again)


def test_an_edited_document_is_asked_about_anew(
    synterm: Synterm, path: Path, tmp_path: Path, evaluate: Callable[..., Any]
) -> None:
    evaluate()
    edited = tmp_path / "returns.md"
    edited.write_text("Within 60 days you may return it.")
    assert synterm("add", path, "document", edited).err == "document returns.md replaced: 33 characters\n"
    foreseen = synterm("run", path, "--prompt", "helper@v2", "--dry-run").out
    assert "1 request" in foreseen and "the documents that context is taken from changed" in foreseen
    report = evaluate()
    assert [one["cached"] for one in report["evaluations"]] == [True, False]
    assert report["evaluations"][1]["output"] == "no idea"


def test_a_removed_document_is_found_no_more(synterm: Synterm, path: Path, evaluate: Callable[..., Any]) -> None:
    evaluate()
    assert synterm("rm", path, "document", "shipping.md").code == 2, "it asks first"
    assert "\nremoved document 'shipping.md'" in synterm("rm", path, "document", "shipping.md", "--yes").err
    assert names(synterm("ls", path, "documents")) == ["returns.md", "texts/hostile.txt"]
    one, _ = evaluate()["evaluations"]
    assert [chunk["document"] for chunk in one["retrieved"]] == ["returns.md"]
    assert one["checks"][0]["reason"] == 'recall 0.5, needs 1: not found "shipping.md"'
    synterm("rm", path, "document", "returns.md", "texts/hostile.txt", "--yes")
    one, _ = evaluate(code=3)["evaluations"]
    assert one["error"] == "the project has no documents: synterm add PROJECT document FILE"
    assert one["retrieved"] is None and one["outcome"] == "not sent"


def test_a_hostile_document_stands_in_the_request_as_it_is(synterm: Synterm, path: Path) -> None:
    params = '--param=context={"documents": ["texts/*"], "query": "range 7", "top_k": 1}'
    made = synterm("add", path, "prompt", "echo", "--user", "{{ context }} {{ message }}", params)
    assert made.code == 0, made.err
    rules = '--param=rules=[{"match": "{{ 7 * 7 }} [/red]", "answer": "days"}]'
    synterm("add", path, "model", "other", "--model", "scripted/rules", rules, "--param=default=rendered")
    report = synterm("run", path, "--prompt", "echo", "--model", "other", "--quiet", "--json", "-").json
    assert report["evaluations"][0]["output"] == "days"


def test_without_context_nothing_is_retrieved(synterm: Synterm, path: Path) -> None:
    synterm("add", path, "prompt", "plain", "--user", "{{ message }}")
    [done] = synterm("run", path, "--prompt", "plain", "--quiet", "--json", "-").json["evaluations"]
    assert done["retrieved"] is None
    assert done["checks"][0]["error"] == "the prompt takes no context: its params have none"


def test_files_that_are_no_documents_are_refused_and_nothing_is_added(
    synterm: Synterm, path: Path, tmp_path: Path
) -> None:
    good, latin, binary = (tmp_path / name for name in ("good.md", "latin.txt", "page.pdf"))
    good.write_text("good")
    latin.write_bytes("Gr\u00fc\u00dfe".encode("latin-1"))
    binary.write_bytes(b"%PDF")
    for files, words in (
        ((good, latin), f"{latin}: not UTF-8 (byte 2)"),
        ((good, binary), "not a text file by its ending"),
        ((good, tmp_path / "none.md"), "No such file"),
        ((good, good), "two files are called 'good.md'"),
        ((good, latin, "--name", "x"), "--name is for one document"),
        (("-",), "what stdin is called"),
    ):
        done = synterm("add", path, "document", *files)
        assert done.code == 2 and words in done.err
    assert "good.md" not in names(synterm("ls", path, "documents"))


def test_stdin_is_a_document_too(synterm: Synterm, path: Path) -> None:
    done = synterm("add", path, "document", "-", "--name", "piped", given=b"from a pipe\n")
    assert (done.code, done.err) == (0, "added document piped: 12 characters\n")
    long = synterm("add", path, "document", "-", "--name", "long", given=b"x" * 4_000_001)
    assert long.code == 2 and "longer than a document may be" in long.err


def test_the_list_fits_its_schema(synterm: Synterm, path: Path) -> None:
    from jsonschema import Draft202012Validator

    listing = synterm("ls", path, "documents", "--json").json
    Draft202012Validator(synterm("schema", "documents").json).validate(listing)
    assert listing["schema"] == "synterm.documents/1" and len(listing["documents"]) == 3
    assert synterm("show", path, "document", "returns.md", "--json").json["documents"][0]["name"] == "returns.md"


def test_wrong_settings_on_the_command_line_are_named(synterm: Synterm, path: Path) -> None:
    done = synterm("add", path, "prompt", "q", "--user", "{{ context }}", '--param=context={"topk": 2}')
    assert done.code == 2 and "context.topk: is not a field here; did you mean top_k?" in done.err
