"""Public lists of inputs that break programs, through the doors that such inputs come in by."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from synterm.cli.main import main
from synterm.core.template import Template
from synterm.errors import InputError
from synterm.formats.import_file import FileOptions, opened_source
from synterm.formats.sources.base import SourceRow
from synterm.formats.strict_json import load_json
from synterm.storage.project import Project
from tests.conftest import MakeProject

DATA = Path(__file__).parent / "data"
STRICTER = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
"""What the suite wants to be taken, and what reads ambiguously all the same."""
PROJECT = """\
synterm: 1
name: naughty
models: [{name: rules, model: scripted/rules, params: {default: "yes"}}]
prompts: [{name: p, messages: [{role: user, content: "{{ text }}"}]}]
tree: [{feature: F, checks: [{type: equals}], behaviors: [{behavior: B, scenarios: [{scenario: S}]}]}]
"""


def members(archive: str, folder: str) -> dict[str, bytes]:
    """The files in a folder of an archive by their names."""
    with zipfile.ZipFile(DATA / archive) as found:
        names = [name for name in found.namelist() if name.startswith(folder)]
        return {name.removeprefix(folder): found.read(name) for name in names}


def naughty() -> list[str]:
    """The naughty strings, the empty one left out."""
    found: list[str] = json.loads(members("naughty_strings.zip", "")["blns.json"])
    return [text for text in found if text]


def rows_of(path: Path) -> list[SourceRow | InputError]:
    with opened_source(str(path), FileOptions()) as (source, file):
        return list(source.rows(file))


def test_json_is_taken_and_refused_as_the_suite_says() -> None:
    judged = {"y": 0, "n": 0, "i": 0}
    for name, data in members("json_test_suite.zip", "test_parsing/").items():
        try:
            load_json(data.decode())
            taken = True
        except ValueError:
            taken = False
        judged[name[0]] += 1
        if name[0] == "y":
            assert taken == (name not in STRICTER), name
        elif name[0] == "n":
            assert not taken, name
    assert judged == {"y": 95, "n": 188, "i": 35}


def test_what_the_suite_has_as_lines_of_a_file_is_named_and_the_good_lines_are_kept(tmp_path: Path) -> None:
    # Whatever stands between them, 318 rows come through, each with the number of its line.
    path = tmp_path / "rows.jsonl"
    with path.open("wb") as file:
        for data in members("json_test_suite.zip", "test_parsing/").values():
            flat = data.decode("utf-8", "replace").replace("\n", " ").replace("\r", " ")
            file.write(b'{"input": "good"}\n' + flat.encode() + b"\n")
    rows = rows_of(path)
    kept = [row for row in rows if isinstance(row, SourceRow) and row.fields.get("input") == "good"]
    assert [row.number for row in kept] == list(range(1, 2 * 318, 2))
    wrong = [row for row in rows if isinstance(row, InputError)]
    assert len(wrong) > 200
    assert all((row.where or "").startswith("rows.jsonl line ") for row in wrong)


def test_tables_say_what_the_spectrum_says_they_do(tmp_path: Path) -> None:
    tables, wanted = members("csv_spectrum.zip", "csvs/"), members("csv_spectrum.zip", "json/")
    for name, data in tables.items():
        path = tmp_path / name
        # As its .gitattributes says, these have the line ends of Windows.
        path.write_bytes(data.replace(b"\n", b"\r\n") if "_crlf" in name else data)
        expected: Any = json.loads(wanted[f"{Path(name).stem}.json"])
        found = [row.fields if isinstance(row, SourceRow) else str(row) for row in rows_of(path)]
        if name == "location_coordinates.csv":
            # The suite says another phone number here than its table does, and no list.
            expected = [{**expected, "Contact Phone Number": "2095257564"}]
        assert found == expected, name
    assert len(tables) == 12


def test_naughty_strings_are_put_in_and_never_rendered() -> None:
    template = Template("[{{ text }}]")
    for text in naughty():
        assert template.render({"text": text}) == f"[{text}]"


def test_naughty_strings_as_templates_render_or_are_an_input_error() -> None:
    for text in naughty():
        try:
            Template(text).render({"text": "x"})
        except InputError as error:
            assert error.message


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_naughty_strings_come_back_from_a_project_as_they_went_in(
    kind: str, make_project: MakeProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In by a file, through the project, its text form and a run, out as JSON: not a character is another."""
    # CSV as Python's library writes it holds no NUL; the others are all there.
    texts = [text for text in naughty() if "\0" not in text]
    path, file = make_project(PROJECT, "naughty.db"), tmp_path / f"in.{kind}"
    file.write_text(_as_csv(texts) if kind == "csv" else _as_lines(texts), encoding="utf-8", newline="")
    assert main(["import", str(path), str(file), "--into", "F/B/S", "--duplicates"]) == 0
    assert main(["dump", str(path), "-o", str(tmp_path / "text")]) == 0
    again = tmp_path / "again.db"
    assert main(["load", str(tmp_path / "text"), "-o", str(again)]) == 0
    for place in (path, again):
        with Project.open(place) as project:
            found = [case.input["text"] for case in project.cases.select()]
        assert sorted(found) == sorted(texts)
    capsys.readouterr()
    assert main(["run", str(again), "--json", "-"]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert sorted(one["input"]["text"] for one in printed["evaluations"]) == sorted(texts)


def _as_csv(texts: list[str]) -> str:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([("text", "expected"), *((text, "yes") for text in texts)])
    return target.getvalue()


def _as_lines(texts: list[str]) -> str:
    return "".join(json.dumps({"input": text, "expected": "yes"}) + "\n" for text in texts)
