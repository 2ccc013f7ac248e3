"""`synterm guard` as a process: stdin in, a verdict out, and the exit code says whether the answer may be given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Done, Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.guarded import DESK, desk_with


def json_lines(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_an_answer_that_may_be_given(synterm_process: Synterm, make_project: MakeProject) -> None:
    done = synterm_process("guard", make_project(DESK), "--behavior", "Routing", given=b"schedule\n")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == ["allowed", "passed\tlabel\tschedule"]


def test_an_answer_that_is_held_back(synterm: Synterm, make_project: MakeProject) -> None:
    done = synterm("guard", make_project(DESK), "--behavior", "Desk/Routing", given=b"no idea\n")
    assert done.code == 1
    assert done.out.splitlines()[0] == "held back: no label in the answer"


@pytest.mark.parametrize(("fail", "code", "said"), [("closed", 3, "held back"), ("open", 0, "allowed")])
def test_without_a_verdict_the_setting_decides(
    synterm: Synterm, make_project: MakeProject, fail: str, code: int, said: str
) -> None:
    path = make_project(desk_with("{type: equals}"))
    done = synterm("guard", path, "--fail", fail, given=b"hi")
    assert done.code == code
    assert done.out.splitlines() == [
        f"{said}, without a verdict (fail {fail}): no check judges it: equals needs an expected result",
        "not asked\tequals\tneeds an expected result",
    ]


def test_input_and_expected_come_as_text_json_or_files(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    path = make_project(desk_with("{type: equals}", "{type: no-pii, kinds: [email], allow_input: true}"))
    (tmp_path / "asked.json").write_text('{"message": "write to jo@corp-mail.com"}')
    words = ("--input", f"@{tmp_path / 'asked.json'}", "--expected", "jo@corp-mail.com")
    assert synterm("guard", path, *words, given=b"jo@corp-mail.com").code == 0
    other = synterm("guard", path, "--input", "hi", "--expected", "jo@corp-mail.com", given=b"jo@corp-mail.com")
    assert "failed\tno-pii\te-mail jo…om (16 characters)" in other.out
    wrong = synterm("guard", path, "--input", "{hi", given=b"x")
    assert (wrong.code, wrong.err.startswith("synterm: --input: not JSON")) == (2, True)


def test_the_verdict_as_json_fits_its_schema(synterm: Synterm, make_project: MakeProject) -> None:
    done = synterm("guard", make_project(DESK), "--behavior", "Politeness", "--json", given=b"Hello!")
    schema = synterm("schema", "guard").json
    Draft202012Validator(schema).validate(done.json)
    assert done.json["schema"] == "synterm.guard/1"
    assert done.json["allowed"] is True
    assert {check["type"]: check["skipped"] for check in done.json["checks"]}["llm-rubric"]


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        ((), b"x", "its behaviors have different checks"),
        (("--behavior", "Nowhere"), b"x", "nothing in the tree matches 'Nowhere'"),
        (("--behavior", "Routing"), b"\xff\xfe", "not UTF-8"),
        (("--behavior", "Routing", "--log", "nowhere/at/all.jsonl"), b"x", "there is no such folder"),
        (("--behavior", "Routing", "--no-mask"), b"x", "--no-mask is for --log"),
        (("--behavior", "Routing", "--budget-ms", "0"), b"x", "a budget must be over 0"),
        (("--jsonl", "--input", "hi"), b"", "with --jsonl each line says its input"),
    ],
)
def test_what_can_not_be_done_is_exit_code_2(
    synterm: Synterm, make_project: MakeProject, words: tuple[str, ...], given: bytes, said: str
) -> None:
    done = synterm("guard", make_project(DESK), *words, given=given)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_project_that_is_not_there(synterm: Synterm, tmp_path: Path) -> None:
    done = synterm("guard", tmp_path / "no.db", given=b"x")
    assert (done.code, "there is no such project file" in done.err) == (2, True)


def test_an_answer_that_is_too_long_is_not_read_to_its_end(synterm_process: Synterm, make_project: MakeProject) -> None:
    done = synterm_process("guard", make_project(SMALL), "--longest", "1000", given="ä".encode() * 2_000_000)
    assert done.code == 3
    assert done.out == "held back, without a verdict (fail closed): the answer is over 1,000 characters long\n"


def test_many_answers_a_line_each(synterm: Synterm, make_project: MakeProject) -> None:
    asked: list[dict[str, Any]] = [
        {"output": "schedule", "behavior": "Routing"},
        {"output": "schedule", "behavior": "Routing", "expected": "clarify"},
        {"output": {"title": "x", "urgency": 3}, "behavior": "Tickets", "input": "help"},
    ]
    given = "\n".join(json.dumps(line) for line in asked) + "\n\n"
    done = synterm("guard", make_project(DESK), "--jsonl", given=given.encode())
    assert [(line["allowed"], line["behavior"]) for line in json_lines(done)] == [
        (True, "Desk/Routing"),
        (False, "Desk/Routing"),
        (True, "Desk/Tickets"),
    ]
    assert done.code == 1


def test_lines_that_can_not_be_read_are_told_where_their_verdict_would_stand(
    synterm: Synterm, make_project: MakeProject
) -> None:
    bad = [
        b"[1]",
        b"{",
        b'{"input": "x"}',
        b'{"output": "x", "ouput": 1}',
        b'{"output": 3}',
        b'{"output": "x", "behavior": 3}',
        b'{"output": "x"}',
        b'{"output": "\xff"}',
        b'{"output": "clarify", "behavior": "Routing"}',
    ]
    done = synterm("guard", make_project(DESK), "--jsonl", given=b"\n".join(bad))
    lines = json_lines(done)
    assert [line.get("line") for line in lines] == [1, 2, 3, 4, 5, 6, 7, 8, None]
    assert [line.get("error", "").partition(":")[0] for line in lines] == [
        'not an object with an "output"',
        "not JSON",
        'not an object with an "output"',
        "'ouput' is not a field here; output, input, expected, behavior",
        "the output must be text, not int",
        "the behavior must be text",
        "its behaviors have different checks; name one, or several",
        "not UTF-8 (byte 12)",
        "",
    ]
    assert lines[-1]["allowed"] is True
    assert done.code == 2


def test_a_verdict_comes_as_soon_as_its_line_is_there(make_project: MakeProject) -> None:
    command = [sys.executable, "-m", "synterm", "guard", str(make_project(SMALL)), "--jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for output in ("clarify", "what?"):
            process.stdin.write(json.dumps({"output": output}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["allowed"] == (output == "clarify")
        process.stdin.close()
        assert process.wait(20) == 1


def test_an_answer_can_not_act_on_the_terminal_or_on_a_workflow(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    path = make_project(desk_with("{type: is-json, value: {type: object, properties: {a: {const: 1}}}}"))
    harm = json.dumps({"a": "\x1b]0;x\x07\n::error::pwned\n##[add-mask]x"}, ensure_ascii=False).encode()
    for words in ((), ("--json",)):
        done = synterm("guard", path, *words, given=harm)
        assert done.code == 1
        assert "\x1b" not in done.out
        assert not [line for line in done.out.splitlines() if line.lstrip().startswith(("::", "##["))]


def test_the_log_of_a_command_is_whole_when_it_ends(
    synterm_process: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    log = tmp_path / "verdicts.jsonl"
    given = b"".join(b'{"output": "clarify"}\n' for _ in range(300))
    done = synterm_process("guard", make_project(SMALL), "--jsonl", "--log", log, given=given)
    logged = [json.loads(line)["id"] for line in log.read_text().splitlines()]
    assert logged == [line["id"] for line in json_lines(done)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_log_that_could_not_be_written_is_told(synterm_process: Synterm, make_project: MakeProject) -> None:
    done = synterm_process("guard", make_project(SMALL), "--log", "/dev/full", given=b"clarify")
    assert done.code == 0
    assert done.err == "warning: 1 line of the log could not be written: No space left on device\n"


def test_nothing_is_asked_of_a_model_and_the_file_is_not_changed(synterm: Synterm, make_project: MakeProject) -> None:
    """The judge's endpoint is one where nobody listens: were it asked, there would be no verdict."""
    path = make_project(DESK)
    before, beside = path.read_bytes(), set(path.parent.iterdir())
    assert synterm("guard", path, "--behavior", "Politeness", given=b"Hello!").code == 0
    judged = synterm("guard", path, "--behavior", "Politeness", "--judges", given=b"Hello!")
    assert judged.code == 3
    assert "the judge judge gave no answer: can't reach http://127.0.0.1:9" in judged.out
    assert path.read_bytes() == before
    assert set(path.parent.iterdir()) == beside
