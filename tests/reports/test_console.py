"""A run's report for people."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len

from synterm.evaluate.events import Halted
from synterm.reports.console import print_report
from tests.reports.conftest import Made, MakeReport

PAYLOAD = "[bold]x[/] [/red] \x1b[31m \x1b]52;c;Zm9v\x07 \u202e \x9b [link=file:///etc]"


def shown(made: Made, width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = io.StringIO()
    print_report(made.report, made.result, stream)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch, width: int):
    outcomes = {f"v{number}": "pfpf?" for number in range(1, 8)}
    long = "a message that goes on and on, 一二三 " * 20
    names = ("A feature of some length", "A behavior whose name is long, too long for its column", "s" * 90)
    made = make_report(outcomes, gate=0.5, inputs=[long] * 5, names=names, model="a-model-with-a-long-name" * 2)
    lines = shown(made, width, monkeypatch).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_every_variant_has_its_column_however_many_there_are(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    text = shown(make_report({f"v{number}": "pf" for number in range(1, 8)}), 80, monkeypatch)
    headings = [line for line in text.splitlines() if line.startswith("behavior")]
    assert len(headings) > 1
    assert " ".join(headings).count("router@v") == 7


def test_texts_of_others_are_shown_as_text(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    names = (f"F{PAYLOAD}", f"B{PAYLOAD}", f"S{PAYLOAD}")
    made = make_report({"v1": "pf", "v2": "fp"}, inputs=[PAYLOAD] * 2, names=names, model=f"m{PAYLOAD}"[:100])
    text = shown(made, 400, monkeypatch)
    assert not set("\x1b\x07\u202e\x9b") & set(text)
    assert "[bold]x[/] [/red] ␛[31m" in text


def test_an_error_is_said_to_be_no_failure_with_what_to_do(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    text = shown(make_report({"v1": "p??f"}), 80, monkeypatch)
    assert "No verdict (2): errors, not failures\n  2×  too many requests\n      try later\n" in text
    assert "1/2  50 % [9–91]" in text
    assert "exit 3: the run is incomplete" in text


def test_gates_are_marked_where_they_stand_and_counted(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    text = shown(make_report({"v1": "pf", "v2": "pp", "v3": "p?"}, gate=0.9), 100, monkeypatch)
    (row,) = (line for line in text.splitlines() if "Out of scope  ≥ 90 %" in line)
    assert [mark for mark in row if mark in "✓✗?"] == ["✗", "✓", "?", "?"]
    assert "Gates: ✓ 1 hold  ✗ 1 fail  ? 1 not decided" in text
    assert "exit 1: a gate failed" in text


def test_a_gate_over_the_whole_run_is_said_for_each_variant(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    text = shown(make_report({"v1": "pf", "v2": "pp"}, min_pass_rate=0.75), 80, monkeypatch)
    assert "✗ router@v1: the gate over the whole run (at least 75 % pass) fails" in text
    assert "✓ router@v2: the gate over the whole run (at least 75 % pass) holds" in text


def test_only_gates_that_do_not_hold_have_a_line_and_not_too_many(
    make_report: MakeReport, monkeypatch: pytest.MonkeyPatch
):
    made = make_report({f"v{number}": "pf" if number else "pp" for number in range(23)}, gate=0.9)
    lines = [line for line in shown(made, 120, monkeypatch).splitlines() if "at least 90 % pass; " in line]
    assert len(lines) == 20
    assert lines[0] == "✗ Routing/Out of scope · router@v1: at least 90 % pass; 50 % pass, 1 of 2"
    assert "  and 2 more gates that do not hold\n" in shown(made, 120, monkeypatch)


def test_what_was_not_made_is_said(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    made = make_report({"v1": "pp"}, halted=Halted("the spending cap of $1.00 is reached", "raise it", 3))
    made.report.totals.not_made = 3
    assert "Halted: the spending cap of $1.00 is reached; 3 evaluations not made" in shown(made, 80, monkeypatch)


def test_broken_cases_come_first_among_the_failing(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    inputs = [f"message {letter}" for letter in "abcdefg"]
    text = shown(make_report({"v1": "fffffpp", "v2": "ffffffp"}, inputs=inputs), 80, monkeypatch)
    failing = text.split("Failing under router@v2 · rules  5 of 6\n")[1]
    assert failing.startswith("▼ message f\n    expected clarify, got schedule")


def test_what_a_version_broke_comes_first_though_many_fail(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    inputs = [f"message {number}" for number in range(1500)]
    before, after = "f" * 1400 + "p" * 100, "f" * 1450 + "p" * 20 + "f" * 30
    text = shown(make_report({"v1": before, "v2": after}, inputs=inputs), 80, monkeypatch)
    failing = text.split("Failing under router@v2 · rules  5 of 1480\n")[1].splitlines()[:10:2]
    assert failing == [f"▼ message {number}" for number in range(1400, 1405)]


def test_reasons_that_are_all_different_are_counted_together(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    text = shown(
        make_report({"v1": "p" + "?" * 150}, errors=[f"request {number}" for number in range(151)]), 80, monkeypatch
    )
    assert "No verdict (150): errors, not failures" in text
    assert "  and more than 97 other reasons\n" in text


def test_a_long_text_is_cut(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    made = make_report({"v1": "f"}, inputs=["x" * 10**6])
    [failure] = made.result.sheet.failures
    assert len(failure.input) < 2000
    assert "  xxxxx" in shown(made, 80, monkeypatch)


def test_the_confusion_matrix_gives_way_to_a_list_where_it_does_not_fit(
    make_report: MakeReport, monkeypatch: pytest.MonkeyPatch
):
    made = make_report({"v1": "pppfff"})
    assert "expected ↓  found →" in shown(made, 80, monkeypatch)
    found = made.report.variants[0].classification
    assert found is not None
    many = found.model_copy(
        update={
            "labels": tuple(f"label {number:02}" for number in range(30)),
            "confusion": tuple(tuple(int(column == row + 1) * row for column in range(30)) for row in range(30)),
        }
    )
    made.report.variants[0].classification = many
    text = shown(made, 80, monkeypatch)
    assert "  28×  label 28 taken for label 29" in text
    assert "expected ↓" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_report_without_any_evaluation_is_shown(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    assert "0 evaluations" in shown(make_report({"v1": ""}), 80, monkeypatch)


def test_off_a_terminal_there_are_no_colours(make_report: MakeReport):
    stream = io.StringIO()
    made = make_report({"v1": "pf"}, gate=0.9)
    print_report(made.report, made.result, stream)
    assert "\x1b" not in stream.getvalue()
    assert max(map(cell_len, stream.getvalue().splitlines())) <= 80


def test_what_is_no_terminal_cuts_nothing(make_report: MakeReport, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    long = "a message that goes on for longer than a line of eighty columns, which is how wide a log was taken to be"
    made = make_report({"v1": "pf"}, gate=0.9, inputs=[long] * 2, names=["Routing", "b" * 90, "s" * 60], model="m" * 60)
    stream = io.StringIO()
    print_report(made.report, made.result, stream)
    for whole in (long, "b" * 90, f"router@v1 · {'m' * 60}"):
        assert whole in stream.getvalue()
    assert "…" not in stream.getvalue()
