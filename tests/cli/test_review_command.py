"""`synterm review`: verdicts by keys, from a pipe, in files; what they say about checks."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.judging import JUDGE, install_judge, judged_project

NEAR = SMALL.replace("default: clarify", "default: please tell me which room and which day you mean")


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    made = make_project()
    synterm("run", made, "--prompt", "router@v2", "--quiet")
    return made


@pytest.fixture
def piped(synterm: Synterm, monkeypatch: pytest.MonkeyPatch) -> Synterm:
    """The command with these lines as its stdin: ``piped("pass fail", path)``."""

    def call(lines: str, *words: str | Path) -> Any:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines.split(","))))
        return synterm("review", *words)

    return call


def verdicts(synterm: Synterm, path: Path) -> list[dict[str, Any]]:
    return synterm("review", path, "--json").json["verdicts"]


def test_verdicts_come_line_by_line_from_a_pipe_and_are_listed(piped: Synterm, synterm: Synterm, path: Path):
    done = piped("pass,note too long,f,skip,y", path, "--who", "ann")
    assert (done.code, done.out.count(" of 4 ")) == (0, 4)
    assert "3 answers judged, 1 left open" in done.err
    listed = synterm("review", path, "--json").json
    Draft202012Validator(synterm("schema", "verdicts").json).validate(listed)
    found = listed["verdicts"]
    assert [(one["passed"], one["note"], one["who"]) for one in found] == [
        (True, "", "ann"),
        (False, "too long", "ann"),
        (True, "", "ann"),
    ]
    assert all(one["output"] and one["input"] and one["scenario"].startswith("Routing/") for one in found)
    assert "1 of 1" in piped("q", path, "--who", "ann").out, "only what was skipped is asked about again"


def test_nothing_tells_what_checks_or_others_said_before_the_verdict(piped: Synterm, path: Path):
    piped("pass,fail,pass,fail", path, "--who", "ann")
    shown = piped("b,s,s,s,q", path, "--who", "bob").out
    assert not set("✓✗") & set(shown)
    assert not {"ann", "pass", "fail"} & set(shown.split())
    told = piped("fail", path, "--who", "bob", "--tell").out
    assert "✗ fail\nthe checks: ✓ pass" in told or "✗ fail\nthe checks: ✗ fail" in told


def test_undo_takes_the_verdict_out_of_the_file(piped: Synterm, synterm: Synterm, path: Path):
    piped("pass,pass,u,b,fail,u", path)
    assert [one["passed"] for one in verdicts(synterm, path)] == [True]


def test_a_line_that_is_no_verdict_ends_it_before_the_wrong_answer_is_judged(
    piped: Synterm, synterm: Synterm, path: Path
):
    done = piped("pass,pas,fail", path)
    assert (done.code, len(verdicts(synterm, path))) == (2, 1)
    assert "line 2: 'pas' is no verdict; nothing after it was read" in done.err
    assert "did you mean pass" in done.err


def test_without_a_run_it_says_what_to_do(make_project: MakeProject, piped: Synterm):
    done = piped("pass", make_project())
    assert (done.code, "synterm run" in done.err) == (2, True)


def test_a_verdict_holds_for_the_same_output_in_another_run_and_under_another_version(
    piped: Synterm, synterm: Synterm, path: Path
):
    """Under version 1 every answer is `clarify`; under version 2 two of the four dev answers are."""
    piped("pass,fail,pass,fail", path, "--who", "ann")
    assert len(verdicts(synterm, path)) == 4
    synterm("run", path, "--prompt", "router@v1", "--quiet")
    done = piped("pass,pass,pass,pass", path, "--who", "ann")
    assert "1 of 2" in done.out, "what is said under v2 already is not asked about again"
    synterm("run", path, "--prompt", "router@all", "--no-cache", "--quiet")
    assert "nothing is left to judge" in piped("", path, "--who", "ann").err
    assert len(verdicts(synterm, path)) == 6
    found = synterm("review", path, "--calibration", "--json").json
    Draft202012Validator(synterm("schema", "calibration").json).validate(found)
    assert [(row["check"], row["n"]) for row in found["checks"]] == [("label", 6), ("all checks", 6)]


def test_a_near_answer_is_asked_about_again_and_told_of_only_after_the_verdict(
    make_project: MakeProject, piped: Synterm, synterm: Synterm
):
    path = make_project(NEAR)
    synterm("run", path, "--prompt", "router@v2", "--quiet")
    first = piped("pass,fail,pass,fail", path, "--who", "ann")
    assert "the same was judged" not in first.out
    default = "please tell me which room and which days you mean"
    rules = json.dumps([{"match": "notes", "in": "user", "answer": "summarize"}])
    edited = synterm("edit", path, "model", "rules", "--param", f"rules={rules}", "--param", f"default={default}")
    assert edited.code == 0, edited.err
    synterm("run", path, "--prompt", "router@v2", "--quiet")
    again = piped("pass,pass,pass,pass", path, "--who", "bob").out
    for shown in again.split("── ")[2:]:
        # What is told stands after the verdict and before the next answer, of those that changed only.
        answer, _, told = shown.partition("✓ pass")
        assert "the same was judged" not in answer
        assert ("99 % the same was judged" in told and "by ann" in told) == (
            "which days" in answer and "peru" not in answer
        )
    assert again.count("99 % the same was judged") == 2


def test_a_spreadsheet_goes_out_blind_and_comes_back(
    make_project: MakeProject, synterm: Synterm, tmp_path: Path, path: Path
):
    sheet = tmp_path / "open.csv"
    assert synterm("review", path, "--export", sheet, "--open").code == 0
    text = sheet.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 4 and {row["passed"] for row in rows} == {""}
    assert "label" not in text
    rows[0]["passed"], rows[1]["passed"], rows[1]["note"] = "TRUE", "fail", "no\nroom"
    done = io.StringIO()
    writer = csv.DictWriter(done, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_text(done.getvalue(), encoding="utf-8")
    for _ in range(2):
        found = synterm("review", path, "--import", sheet, "--who", "ann", "--json").json
        Draft202012Validator(synterm("schema", "verdict_import").json).validate(found)
        assert (found["rows"], found["reviews"], found["feedback"], found["open"]) == (4, 2, 0, 2)
        assert found["unseen"]["count"] == found["unmatched"]["count"] == found["wrong"]["count"] == 0
        assert [(one["passed"], one["note"]) for one in verdicts(synterm, path)] == [(True, ""), (False, "no\nroom")]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_verdicts_go_into_another_copy_of_the_project(
    make_project: MakeProject, piped: Synterm, synterm: Synterm, path: Path, tmp_path: Path, kind: str
):
    piped("pass,note =SUM(A1),fail", path, "--who", "ann")
    file = tmp_path / f"verdicts.{kind}"
    assert synterm("review", path, "--export", file).code == 0
    assert "'=SUM" in file.read_text() or kind == "jsonl"
    copy = make_project(name="copy.db")
    synterm("run", copy, "--prompt", "router@v2", "--quiet")
    assert synterm("review", copy, "--import", file).code == 0
    before, after = verdicts(synterm, path), verdicts(synterm, copy)
    for one in (*before, *after):
        del one["case_id"]
    assert after == before


FEEDBACK = """\
{"input": "do it", "output": "clarify", "thumb": "up", "time": "2026-03-01T09:30:00+01:00"}
{"input": "do it", "output": "clarify", "thumb": "down", "time": 1772354000}
{"input": {"message": "book a room"}, "output": "clarify", "rating": 2, "who": "u17", "note": "no"}
{"tags": "terse, trivia", "output": "never said", "rating": 5}
{"input": "who are you", "output": "x", "thumb": "up"}
{"tags": ["terse"], "output": "x", "thumb": "up"}
{"input": "do it", "output": "clarify", "thumb": "sideways"}
{"input": "do it", "output": "clarify", "rating": 7}
{"input": "do it", "output": "clarify"}
{"input": "do it",
"""


def test_what_users_said_is_kept_apart_and_no_row_is_lost_in_silence(
    piped: Synterm, synterm: Synterm, path: Path, tmp_path: Path
):
    file = tmp_path / "feedback.jsonl"
    file.write_text(FEEDBACK)
    synterm("review", path, "--import", file)
    done = synterm("review", path, "--import", file)
    assert done.code == 2
    assert done.err.splitlines() == [
        "10 rows: kept 0 reviews and 4 verdicts of users, 1 row without a verdict",
        "1 row kept, about answers that the project never got: they count once a model gives one:",
        "  feedback.jsonl line 4: no answer in the project has this output",
        "2 rows not kept, about no case of the project:",
        "  feedback.jsonl line 5: no case has this input",
        "  feedback.jsonl line 6: 2 different cases have all these tags: give case_id, or tag each case apart",
        "3 rows not kept, can't be read:",
        '  feedback.jsonl line 7: thumb: must be "up" or "down"',
        "  feedback.jsonl line 8: rating: must be at most 5",
        "  feedback.jsonl line 10: not JSON: Expecting property name enclosed in double quotes at column 19",
    ]
    found = verdicts(synterm, path)
    assert [(one["passed"], one["rating"], one["source"]) for one in found] == [
        (True, None, "feedback"),
        (False, None, "feedback"),
        (False, 2.0, "feedback"),
        (True, 5.0, "feedback"),
    ]
    assert (found[0]["time"], found[2]["who"]) == ("2026-03-01T08:30:00.000Z", "u17")
    assert "1 of 4" in piped("q", path).out, "users are no reviewers: all is asked about"
    assert synterm("review", path, "--calibration", "--json").json["answers"] == 0
    of_users = synterm("review", path, "--calibration", "--source", "feedback", "--json").json
    assert (of_users["answers"], of_users["undecided"], of_users["unmet"], of_users["people"]["pairs"]) == (3, 1, 1, 1)


def test_the_rating_that_passes_can_be_set(synterm: Synterm, path: Path, tmp_path: Path):
    file = tmp_path / "stars.csv"
    file.write_text("input,output,rating,who\ndo it,clarify,3,u1\ndo it,clarify,2,u2\n")
    assert synterm("review", path, "--import", file, "--min-rating", "3").code == 0
    assert [one["passed"] for one in verdicts(synterm, path)] == [True, False]
    assert synterm("review", path, "--import", file, "--min-rating", "6").code == 2


def test_an_export_that_was_changed_is_not_taken_for_another_answer(synterm: Synterm, path: Path, tmp_path: Path):
    file = tmp_path / "open.jsonl"
    synterm("review", path, "--export", file, "--open")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text(json.dumps({**rows[0], "output": rows[0]["output"] + " indeed", "passed": True}))
    done = synterm("review", path, "--import", file)
    assert "line 1: its output is not the one that output_id names: it was changed" in done.err
    assert verdicts(synterm, path) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--open",), "--open goes with --export"),
        (("--export", "x.xlsx"), "neither CSV nor JSONL"),
        (("--run", "nothing"), "no run 'nothing'"),
        (("--import", "a.csv", "--calibration"), "not allowed with"),
        (("--import", "missing.csv"), "missing.csv: No such file"),
    ],
)
def test_what_can_not_be_is_said(synterm: Synterm, path: Path, words: tuple[str, ...], says: str):
    done = synterm("review", path, *words)
    assert (done.code, says in done.err) == (2, True), done.err


class TestJudge:
    """A check that asks a judge, held against people."""

    @pytest.fixture
    def judged(
        self, make_project: MakeProject, synterm: Synterm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        install_judge(tmp_path / "plugin", monkeypatch)
        path = make_project(judged_project())
        synterm("run", path, "--model", "rules", "--quiet")
        return path

    def people_judge(self, synterm: Synterm, path: Path, tmp_path: Path, count: int) -> None:
        """An honest person: what equals the expected answer is right."""
        file = tmp_path / "open.jsonl"
        synterm("review", path, "--export", file, "--open", "--order", "random", "--limit", count)
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        said = [json.dumps({**row, "passed": row["output"] == row["expected"]}) for row in rows]
        file.write_text("\n".join(said))
        assert synterm("review", path, "--import", file, "--who", "ann").code == 0

    def test_a_gate_on_a_judge_that_nobody_checked_says_so(self, synterm: Synterm, judged: Path, tmp_path: Path):
        done = synterm("run", judged, "--model", "rules", "--json", "-")
        [gate] = [row["gate"] for row in done.json["behaviors"] if row["gate"]]
        assert gate["note"] == "the judge is not calibrated: 0 human verdicts"
        assert done.json["variants"][0]["corrected_pass_rate"] is None
        assert {check["judge"] for one in done.json["evaluations"] for check in one["checks"]} == {JUDGE}
        assert "the judge is not calibrated: 0 human verdicts" in done.err
        self.people_judge(synterm, judged, tmp_path, 4)
        done = synterm("run", judged, "--model", "rules", "--min-pass-rate", "0.1", "--json", "-")
        assert done.json["gates"][0]["note"] == "the judge is not calibrated: 4 human verdicts"
        assert "the whole run" in " ".join(done.err.split())

    def test_once_it_is_calibrated_the_pass_rate_is_corrected(self, synterm: Synterm, judged: Path, tmp_path: Path):
        self.people_judge(synterm, judged, tmp_path, 60)
        done = synterm("run", judged, "--model", "rules", "--json", "-")
        Draft202012Validator(synterm("schema", "run").json).validate(done.json)
        [variant] = done.json["variants"]
        found = variant["corrected_pass_rate"]
        assert (found["check"], found["judge"], found["n"]) == ("rubric", JUDGE, 60)
        assert found["judged_rate"] == variant["pass_rate"]
        assert abs(found["rate"] - 0.6) < 0.05, "people pass 42 of 70"
        assert found["ci"][0] < 0.6 < found["ci"][1]
        [gate] = [row["gate"] for row in done.json["behaviors"] if row["gate"]]
        assert gate["note"] is None
        assert "people would pass" in done.err and "60 human verdicts" in done.err

    def test_the_calibration_names_the_judge_and_its_version(self, synterm: Synterm, judged: Path, tmp_path: Path):
        self.people_judge(synterm, judged, tmp_path, 70)
        found = synterm("review", judged, "--calibration", "--json").json
        [rubric, _] = found["checks"]
        assert (rubric["check"], rubric["judge"], rubric["n"], rubric["refusal"]) == ("rubric", JUDGE, 70, None)
        wrong = rubric["only_human"] + rubric["only_check"]
        assert wrong == 10, "one in seven"
        assert rubric["sensitivity"] == pytest.approx(rubric["both_passed"] / 42)
        out = synterm("review", judged, "--calibration").out
        assert f"rubric · {JUDGE}" in out and "sensitivity" in out

    def test_a_judge_that_passes_everything_corrects_nothing(self, synterm: Synterm, judged: Path, tmp_path: Path):
        """People who see it just the other way round: passing what it fails."""
        file = tmp_path / "open.jsonl"
        synterm("review", judged, "--export", file, "--open", "--limit", 60)
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        turned = [json.dumps({**row, "passed": row["output"] != row["expected"]}) for row in rows]
        file.write_text("\n".join(turned))
        synterm("review", judged, "--import", file, "--who", "ann")
        done = synterm("run", judged, "--model", "rules", "--json", "-")
        assert done.json["variants"][0]["corrected_pass_rate"] is None
        [gate] = [row["gate"] for row in done.json["behaviors"] if row["gate"]]
        assert gate["note"].startswith("the judge tells right from wrong no better than chance: it passes ")


def test_on_a_terminal_one_key_is_one_verdict(synterm: Synterm, path: Path):
    with _terminal(path, "--who", "ann") as (process, terminal, _):
        shown = _until(terminal, "1 of 4")
        shown += _until(terminal, "q quit") if "q quit" not in shown else ""
        os.write(terminal, b"y")
        _until(terminal, "2 of 4")
        os.write(terminal, "oübrig\x7f\n".encode())
        _until(terminal, "note: übri\r\n")
        os.write(terminal, b"\x1b[A")
        time.sleep(0.2)
        os.write(terminal, b"f")
        _until(terminal, "3 of 4")
        os.write(terminal, b"q")
        _until(terminal, "2 left open")
        assert process.wait(timeout=20) == 0
    assert "y pass · f fail" in shown
    assert [(one["passed"], one["note"]) for one in verdicts(synterm, path)] == [(True, ""), (False, "übri")]


def test_ctrl_c_keeps_what_was_said_and_leaves_the_terminal_as_it_was(synterm: Synterm, path: Path):
    with _terminal(path) as (process, terminal, its):
        _until(terminal, "1 of 4")
        os.write(terminal, b"y")
        _until(terminal, "2 of 4")
        assert not termios.tcgetattr(its)[3] & termios.ICANON
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert termios.tcgetattr(its)[3] & termios.ICANON
    assert len(verdicts(synterm, path)) == 1


@contextlib.contextmanager
def _terminal(*words: str | Path) -> Generator[tuple[subprocess.Popen[bytes], int, int]]:
    """The command on a terminal of its own: the process, our end, its end. It is over when the block is."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "synterm", "review", *map(str, words)]
    process = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True)
    try:
        yield process, ours, its
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(its)


def _until(terminal: int, text: str) -> str:
    """What the terminal shows until `text` is there; fails after 30 s."""
    os.set_blocking(terminal, False)
    shown, deadline = b"", time.monotonic() + 30
    while text.encode() not in shown:
        assert time.monotonic() < deadline, shown.decode(errors="replace")
        try:
            shown += os.read(terminal, 65536)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:
            break
    assert text.encode() in shown, shown.decode(errors="replace")
    return shown.decode(errors="replace")
