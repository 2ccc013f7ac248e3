"""The readers of other programs' files, on files."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.errors import InputError, SyntermError
from synterm.formats.import_file import FileOptions, opened_source, sha256_of
from synterm.formats.sources.assertions import map_assertions, written
from synterm.formats.sources.base import SourceRow, split_named
from synterm.formats.sources.registry import BUILT_IN

ROOT = Path(__file__).parents[2]
ON_DISK = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def read(path: Path, **options: Any) -> tuple[str, list[SourceRow | InputError], list[str]]:
    """The format, the rows and the notes of a file."""
    with opened_source(str(path), FileOptions(**options)) as (source, file):
        return source.name, list(source.rows(file)), file.notes


def fields(path: Path, **options: Any) -> list[dict[str, Any]]:
    """The fields of its rows, all of which are good."""
    _, rows, _ = read(path, **options)
    assert [row for row in rows if isinstance(row, InputError)] == []
    return [row.fields for row in rows if isinstance(row, SourceRow)]


def errors(path: Path, **options: Any) -> list[str]:
    """What is wrong with its rows."""
    return [str(row) for row in read(path, **options)[1] if isinstance(row, InputError)]


def make(tmp_path: Path, name: str, data: bytes | str | Any) -> Path:
    """A file; what is no text is written as JSON."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = data if isinstance(data, bytes) else (data if isinstance(data, str) else json.dumps(data)).encode()
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        ("a;b\r\n1;2,5\r\n", [{"a": "1", "b": "2,5"}]),
        ("a\tb\n1\t2\n", [{"a": "1", "b": "2"}]),
        ("a|b\n1|2\n", [{"a": "1", "b": "2"}]),
        ('a,b\n"say ""hi""","x,\ny"\n', [{"a": 'say "hi"', "b": "x,\ny"}]),
        ('a,b\n1,"two\r\nlines"\n', [{"a": "1", "b": "two\r\nlines"}]),
        ("a,b\n1\n", [{"a": "1"}]),
        ("a,b\n1,2,,\n", [{"a": "1", "b": "2"}]),
        ("a,b\n\n,\n1,2", [{"a": "1", "b": "2"}]),
        ("a,b\r1,2\r", [{"a": "1", "b": "2"}]),
        ("a,\n1,2\n", [{"a": "1", "column 2": "2"}]),
        ("only\nx\n", [{"only": "x"}]),
    ],
)
def test_tables_as_they_come(tmp_path: Path, text: str, rows: list[dict[str, str]]) -> None:
    assert fields(make(tmp_path, "t.csv", text)) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_tables_in_encodings_that_are_marked(tmp_path: Path, encoding: str) -> None:
    assert fields(make(tmp_path, "t.csv", "näme\nœuvre 🌍\n".encode(encoding))) == [{"näme": "œuvre 🌍"}]


def test_tables_in_encodings_that_are_guessed_or_said(tmp_path: Path) -> None:
    _, rows, notes = read(make(tmp_path, "t.csv", "a\n“déjà”\n".encode("cp1252")))
    assert [row.fields for row in rows if isinstance(row, SourceRow)] == [{"a": "“déjà”"}]
    assert notes == ["t.csv is not UTF-8: read as cp1252; --encoding says another"]
    assert fields(make(tmp_path, "k.csv", "a\nдом\n".encode("koi8-r")), encoding="koi8-r") == [{"a": "дом"}]
    assert "not utf-8" in errors(make(tmp_path, "b.csv", b"a\n\xff\n"), encoding="utf-8")[0]


def test_a_row_that_is_no_csv_takes_no_other_with_it(tmp_path: Path) -> None:
    path = make(tmp_path, "t.csv", 'a,b\n1,2\n"x"y,3\n4,5\n"open,6\n7,8\n"and ""again,9\n10,11\n')
    _, rows, _ = read(path)
    assert [row.fields["a"] for row in rows if isinstance(row, SourceRow)] == ["1", "4", "7", "10"]
    assert [str(row).partition(":")[0] for row in rows if isinstance(row, InputError)] == [
        "t.csv line 3",
        "t.csv line 5",
        "t.csv line 7",
    ]


def test_a_file_that_is_no_csv_at_all_ends(tmp_path: Path) -> None:
    found = errors(make(tmp_path, "t.csv", "a,b\n" + '"x"y,1\n' * 3000))
    assert len(found) == 1001
    assert "the rest was not read" in found[-1]


def test_tables_without_a_header_and_with_columns_twice(tmp_path: Path) -> None:
    assert fields(make(tmp_path, "t.csv", "x,y\nz,w\n"), header=False) == [{"1": "x", "2": "y"}, {"1": "z", "2": "w"}]
    assert "stands twice" in errors(make(tmp_path, "t.csv", "A,a\n1,2\n"))[0]


_CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff\0"), max_size=20)


@ON_DISK
@given(st.lists(st.tuples(_CELL.filter(str.strip), _CELL), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_any_table_that_csv_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str]], mark: str) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=mark, quoting=csv.QUOTE_ALL).writerows([("first", "second"), *rows])
    assert [(row["first"], row["second"]) for row in fields(make(tmp_path, "t.csv", target.getvalue()))] == rows


@ON_DISK
@given(st.sampled_from(sorted(BUILT_IN)), st.binary(max_size=300))
def test_no_bytes_crash_a_reader(tmp_path: Path, name: str, data: bytes) -> None:
    path = make(tmp_path, "any.bin", data)
    for start in (b"", b"a,b\n", b'{"a": [', b'[{"input": "', b"tests:\n- ", b"PK\x03\x04", b"PAR1"):
        path.write_bytes(start + data)
        try:
            read(path, format=name)
        except SyntermError as error:
            assert str(error)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@ON_DISK
@given(st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), _JSON, min_size=1), min_size=1, max_size=5))
def test_any_list_of_objects_is_read_as_it_is_however_it_is_written(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    whole = {"meta": {"n": 1, "tags": ["x"]}, "deep": {"rows": rows}}
    assert fields(make(tmp_path, "a.json", json.dumps(rows)), format="json") == rows
    assert fields(make(tmp_path, "b.json", json.dumps(whole, indent=1)), format="json") == rows
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    assert fields(make(tmp_path, "c.jsonl", lines), format="jsonl") == rows


def test_rows_of_json_tell_their_lines(tmp_path: Path) -> None:
    path = make(
        tmp_path, "a.json", '{"note": "x", "rows": [\n {"a": 1},\n {"a": NaN},\n {"a": 2, "a": 3},\n {"a": 4}\n]}'
    )
    _, rows, _ = read(path)
    assert [row.where for row in rows if isinstance(row, SourceRow)] == ["a.json line 2", "a.json line 5"]
    assert errors(path) == ["a.json line 3: not JSON: NaN is not a value", "a.json line 4: 'a' stands twice"]


def test_what_stands_before_a_break_is_kept(tmp_path: Path) -> None:
    path = make(tmp_path, "a.json", '[{"a": 1},\n{"a": 2},\n{"a": ')
    assert [row.fields for row in read(path)[1] if isinstance(row, SourceRow)] == [{"a": 1}, {"a": 2}]
    assert "a.json line 3: not JSON" in errors(path)[0]
    assert "something stands behind its end" in errors(make(tmp_path, "b.json", '["x"]]'))[0]


def test_several_lists_are_told_apart_and_splits_follow_their_names(tmp_path: Path) -> None:
    path = make(tmp_path, "a.json", {"train": [["x", "a"]], "oos_val": [["y", "b"]], "test": [["z", "c"]]})
    _, rows, notes = read(path)
    good = [row for row in rows if isinstance(row, SourceRow)]
    assert [(row.fields["1"], row.fields["list"], row.split) for row in good] == [
        ("x", "train", "train"),
        ("y", "oos_val", "dev"),
        ("z", "test", "holdout"),
    ]
    assert "3 lists are read: train, oos_val, test" in notes[0]
    assert fields(path, lists=("test",)) == [{"1": "z", "2": "c"}]


@pytest.mark.parametrize(
    "text", ["{}", "[]", "3", '"x"', "[1, 2]", '{"a": {"b": []}}', "[" * 100_000, '{"a":' * 50_000]
)
def test_json_without_rows_is_an_error_in_words(tmp_path: Path, text: str) -> None:
    try:
        found = errors(make(tmp_path, "a.json", text), format="json")
    except InputError as error:
        found = [str(error)]
    assert found
    assert all(line.startswith("a.json") and len(line) < 200 for line in found)


def test_request_logs_give_what_the_user_said_last(tmp_path: Path) -> None:
    talk = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": [{"type": "text", "text": "book a room"}, {"type": "image_url"}]},
    ]
    answer = {"choices": [{"message": {"role": "assistant", "content": "schedule"}}]}
    lines = [
        {"id": "r1", "model": "gpt-5", "messages": talk, "response": answer, "request_tags": ["web"]},
        {"custom_id": "c", "body": {"messages": talk[:2]}},
        {"messages": talk[:3]},
        {"messages": talk[:1]},
        {
            "request": {"input": [{"role": "user", "content": "new"}]},
            "response": {"output": [{"content": [{"text": "ok"}]}]},
        },
    ]
    name, rows, _ = read(make(tmp_path, "log.jsonl", "\n".join(map(json.dumps, lines))))
    assert name == "log"
    first, batch, tuned, nobody, newer = rows
    assert isinstance(first, SourceRow)
    assert first.fields == {
        "input": "book a room",
        "conversation": "user: hello\n\nassistant: hi\n\nuser: book a room",
        "system": "be brief",
        "answer": "schedule",
    }
    assert first.tags == ("web",)
    assert first.detail["request"] == {"id": "r1", "model": "gpt-5", "answer": "schedule"}
    assert isinstance(batch, SourceRow)
    assert batch.fields["input"] == "hello"
    assert isinstance(tuned, SourceRow)
    assert (tuned.fields["input"], tuned.fields["answer"]) == ("hello", "hi")
    assert isinstance(nobody, InputError)
    assert isinstance(newer, SourceRow)
    assert (newer.fields["input"], newer.fields["answer"]) == ("new", "ok")


SAMPLES = [
    {"id": 1, "epoch": 1, "input": "2+2?", "target": "4", "scores": {"match": {"value": "I"}}},
    {"id": 1, "epoch": 2, "input": "2+2?", "target": "4"},
    {"id": 2, "epoch": 1, "input": [{"role": "user", "content": "pick"}], "choices": ["a", "b"], "target": ["B"]},
]


def test_logs_of_inspect_as_json_and_as_zip(tmp_path: Path) -> None:
    log = {
        "version": 2,
        "status": "success",
        "eval": {"task": "t"},
        "results": {"scores": [{"name": "m"}]},
        "samples": SAMPLES,
    }
    zipped = tmp_path / "log.eval"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", "{}")
        for sample in SAMPLES:
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", json.dumps(sample))
        archive.writestr("samples/3_epoch_1.json", "{broken")
    for path in (make(tmp_path, "log.json", log), zipped):
        name, rows, notes = read(path)
        assert name == "inspect"
        first, second = [row for row in rows if isinstance(row, SourceRow)]
        assert (first.fields, first.expected) == ({"input": "2+2?"}, "4")
        assert first.detail["inspect"]["scores"] == {"match": "I"}
        assert (second.fields["choices"], second.expected) == ("A) a\nB) b", "B")
        assert notes == ["1 sample left out: further epochs of others"]
    assert errors(zipped)[0].startswith("log.eval samples/3_epoch_1.json: can't be read")


def test_a_zip_that_is_none_or_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a ZIP file"):
        read(make(tmp_path, "a.eval", b"PK\x03\x04 and nothing"))
    with zipfile.ZipFile(tmp_path / "b.eval", "w") as archive:
        archive.writestr("header.json", "{}")
    with pytest.raises(InputError, match="holds no samples"):
        read(tmp_path / "b.eval")


def test_seeds_goldens_and_data_sets(tmp_path: Path) -> None:
    seeds = make(tmp_path, "seeds.jsonl", '{"input": "a", "result": "x"}\n{"input": {"q": "b"}, "result": ["y"]}\n')
    name, rows, _ = read(seeds)
    assert name == "okareo"
    assert [(row.fields, row.expected, row.bare) for row in rows if isinstance(row, SourceRow)] == [
        ({"input": "a"}, "x", True),
        ({"q": "b"}, ["y"], False),
    ]
    goldens = make(
        tmp_path,
        "goldens.json",
        [{"input": "a", "expected_output": "x", "actual_output": "z", "context": ["p", "q"]}, {"scenario": "talk"}],
    )
    name, rows, _ = read(goldens)
    assert name == "deepeval"
    assert isinstance(rows[0], SourceRow)
    assert (rows[0].fields, rows[0].expected) == ({"input": "a", "context": "p\n\nq"}, "x")
    assert rows[0].detail == {"deepeval": {"actual_output": "z"}}
    assert "goldens of conversations are not read" in str(errors_hint(rows[1]))
    dataset = make(
        tmp_path,
        "set.yaml",
        "cases:\n- {name: one, inputs: hi, expected_output: x, evaluators: [EqualsExpected, {IsInstance: str}]}\n- {}\n"
        "evaluators: [{LLMJudge: {rubric: polite}}]\n",
    )
    name, rows, notes = read(dataset, judge="m")
    assert name == "pydantic-evals"
    assert isinstance(rows[0], SourceRow)
    assert rows[0].checks == ({"type": "llm-rubric", "value": "polite", "model": "m"}, {"type": "equals"})
    assert rows[0].detail["pydantic_evals"]["evaluators"] == [{"IsInstance": "str"}]
    assert "IsInstance (1)" in notes[0]
    assert str(rows[1]) == "set.yaml line 3: must be a case with inputs"


def errors_hint(row: object) -> str | None:
    """What an error says is to be done."""
    assert isinstance(row, InputError)
    return row.hint


def test_plain_text_by_lines_and_by_blocks(tmp_path: Path) -> None:
    path = make(tmp_path, "a.txt", "one\r\n\r\n two \nthree")
    assert [row["text"] for row in fields(path)] == ["one", " two ", "three"]
    assert [row["text"] for row in fields(path, format="blocks")] == ["one", " two \nthree"]


def test_parquet_and_data_sets_of_hugging_face(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"text": ["a", "b"], "label": [1, 0], "score": [0.5, float("nan")]})
    parquet.write_table(table, tmp_path / "t.parquet")
    assert fields(tmp_path / "t.parquet") == [
        {"text": "a", "label": 1, "score": 0.5},
        {"text": "b", "label": 0, "score": None},
    ]
    for split in ("train", "validation"):
        folder = tmp_path / "set" / split
        folder.mkdir(parents=True)
        with (
            arrow.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
            arrow.ipc.new_stream(file, table.schema) as out,
        ):
            out.write_table(table)
        (folder / "dataset_info.json").write_text(
            '{"features": {"label": {"names": ["no", "yes"], "_type": "ClassLabel"}}}'
        )
    name, rows, _ = read(tmp_path / "set")
    assert name == "huggingface"
    assert [(row.fields["label"], row.split) for row in rows if isinstance(row, SourceRow)] == [
        ("yes", "train"),
        ("no", "train"),
        ("yes", "dev"),
        ("no", "dev"),
    ]
    with pytest.raises(InputError, match="can't be read as Parquet or Arrow"):
        read(make(tmp_path, "bad.parquet", b"PAR1 nothing"))


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="needs pyarrow") as caught:
        read(make(tmp_path, "a.parquet", b"PAR1"))
    assert caught.value.hint == "pip install 'synterm[parquet]'"


def test_a_clone_of_a_data_set_stays_in_its_folder(tmp_path: Path) -> None:
    make(tmp_path, "set/data/test.jsonl", '{"text": "a"}\n')
    make(tmp_path, "secret.csv", "text\nb\n")
    (tmp_path / "set" / "link.csv").symlink_to(tmp_path / "secret.csv")
    _, rows, _ = read(tmp_path / "set")
    assert [(row.fields, row.split) for row in rows if isinstance(row, SourceRow)] == [({"text": "a"}, "holdout")]
    with opened_source(str(tmp_path / "set"), FileOptions()) as (_, file):
        assert len(sha256_of(file)) == 64


@pytest.mark.parametrize(
    ("cell", "assertion"),
    [
        ("schedule", {"type": "equals", "value": "schedule"}),
        ("contains:yes: really", {"type": "contains", "value": "yes: really"}),
        ("similar(0.8):hello", {"type": "similar", "threshold": 0.8, "value": "hello"}),
        ("not-icontains-any:a, b", {"type": "not-icontains-any", "value": ["a", "b"]}),
        ("is-json", {"type": "is-json"}),
        ("grade:is polite", {"type": "llm-rubric", "value": "is polite"}),
        ("fn:output.length", {"type": "javascript", "value": "output.length"}),
        ("latency:2000", {"type": "latency", "threshold": 2000.0}),
        ("note: not a type", {"type": "equals", "value": "note: not a type"}),
    ],
)
def test_assertions_as_cells_write_them(cell: str, assertion: dict[str, Any]) -> None:
    assert written(cell) == assertion


@pytest.mark.parametrize(
    ("assertion", "reason"),
    [
        ({"type": "python", "value": "x"}, "python"),
        ({"type": "contains", "value": "x", "transform": "output.a"}, "contains with transform"),
        ({"type": "contains", "value": "{% if x %}"}, "contains: its value is a template"),
        ({"type": "equals", "value": "file://x.txt"}, "equals: its value is in a file"),
        ({"type": "llm-rubric", "value": "x"}, "llm-rubric asks a model: --judge MODEL says which"),
        ({"type": "assert-set", "assert": [{"type": "ruby"}]}, "assert-set: ruby"),
        ({"value": "x"}, "has no type"),
        ("x", "is no assertion"),
    ],
)
def test_what_is_not_portable_is_kept_word_for_word(assertion: Any, reason: str) -> None:
    mapped = map_assertions([assertion, {"type": "icontains", "value": "a"}], {}, None)
    assert mapped.left == [assertion]
    assert mapped.reasons == [reason]
    assert (mapped.checks, mapped.expected) == ([{"type": "icontains"}], "a")


def test_a_threshold_of_the_test_holds_its_checks_together() -> None:
    both = [{"type": "contains", "value": "a"}, {"type": "contains", "value": "b"}]
    mapped = map_assertions(both, {}, None, 0.5)
    assert mapped.checks == [{"type": "assert-set", "threshold": 0.5, "assert": both}]
    mapped = map_assertions([*both, {"type": "ruby"}], {}, None, 0.5)
    assert mapped.checks == []
    assert len(mapped.left) == 3


@pytest.mark.parametrize(
    ("name", "split"),
    [("oos_train", "train"), ("test-00000-of-00001", "holdout"), ("Validation", "dev"), ("latest", None), ("", None)],
)
def test_names_that_speak_of_splits(name: str, split: str | None) -> None:
    assert split_named(name) == split
