"""`synterm import --as production` on real files and real project files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synterm.core.completion import Outcome
from synterm.core.traffic import LoggedCall, TrafficLog
from synterm.storage.project import Project
from tests.cli.conftest import Synterm

PROJECT = """\
synterm: 1
name: router
models: [{name: script, model: scripted/rules, params: {rules: [], default: schedule}}]
prompts:
  - name: router
    versions:
      - messages: [{role: user, content: "Route this:\\n{{ message }}\\nAgent:"}]
      - messages: [{role: system, content: "You route."}, {role: user, content: "{{ message }}"}]
tree:
  - feature: Routing
    behaviors:
      - behavior: Requests
        scenarios:
          - scenario: plain
            cases: [{input: {message: book a room}, expected: schedule}]
"""
TABLE = """\
question,answer,created_at,user_id,latency_ms,gold
how do I book a desk?,schedule,2026-05-01T10:00:00Z,joe@acme.com,120,schedule
call +1 415 555 2671,clarify,2026-05-01 11:00:00,jim,99,clarify
hi,,2026-05-01 11:00:00,jim,99,
"""
AS = ("--as", "production")


@pytest.fixture(autouse=True)
def own_places(own_state: Path, own_config: Path) -> None:
    """No key and no settings of the person who runs the tests."""


@pytest.fixture
def project(synterm: Synterm, tmp_path: Path) -> Path:
    """A project with one scenario, and a prompt of two versions that takes one variable."""
    (tmp_path / "project.yaml").write_text(PROJECT)
    path = tmp_path / "my.db"
    assert synterm("new", path, "--from", tmp_path / "project.yaml").code == 0
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three calls."""
    path = tmp_path / "calls.csv"
    path.write_text(TABLE)
    return path


def lines(path: Path, *rows: Any) -> Path:
    """A file of JSON lines; a text is a line as it is."""
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def request(number: int = 1, said: str = "book a room", **fields: Any) -> dict[str, Any]:
    """A line as LiteLLM logs it."""
    return {
        "id": f"r{number}",
        "messages": [{"role": "system", "content": "You route."}, {"role": "user", "content": said}],
        "response": {
            "id": f"chatcmpl-{number}",
            "created": 1_790_000_000,
            "model": "gpt-5-2026",
            "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "schedule"}}],
            "usage": {"prompt_tokens": 30, "completion_tokens": 3, "total_tokens": 33},
        },
        "model": "gpt-5",
        "startTime": 1_790_000_000.5,
        "endTime": 1_790_000_001.25 + number,
        "response_cost": 0.002,
        **fields,
    }


def calls_of(path: Path) -> list[LoggedCall]:
    """The traffic of a project, the oldest first."""
    with Project.open(path) as project:
        return [call for page in project.traffic.pages() for call in page]


def logs_of(path: Path) -> list[TrafficLog]:
    """The logs of a project, the newest first."""
    with Project.open(path) as project:
        return project.traffic.logs()


def test_a_table_with_answers_becomes_traffic(synterm: Synterm, project: Path, table: Path) -> None:
    done = synterm("import", project, table, *AS, "--expected", "gold", "--json", "-")
    assert done.code == 0, done.err
    report = done.json
    assert report["schema"] == "synterm.log-import/1"
    assert (report["rows"], report["kept"], report["masked"]) == (3, 3, {"phone": 1})
    assert report["mapping"] == {"message": "question"}
    assert report["facts"]["output"] == "answer"
    first, second, third = sorted(calls_of(project), key=lambda call: call.input["message"] != "hi", reverse=True)[:3]
    by_message = {call.input["message"]: call for call in (first, second, third)}
    desk = by_message["how do I book a desk?"]
    assert (desk.output, desk.expected, desk.served, desk.latency_ms) == (
        "schedule",
        "schedule",
        "2026-05-01T10:00:00.000Z",
        120.0,
    )
    assert by_message["call [phone]"].masked == {"phone": 1}
    assert (by_message["hi"].outcome, by_message["hi"].expected) == (Outcome.EMPTY, None)
    (log,) = logs_of(project)
    assert (log.file, log.format, log.read, log.kept, log.sha256) == ("calls.csv", "csv", 3, 3, report["sha256"])
    assert "e-mail" in log.masking


def test_who_asked_is_told_apart_and_not_named(synterm: Synterm, project: Path, table: Path, own_state: Path) -> None:
    synterm("import", project, table, *AS)
    people = [(call.detail or {})["people"]["user_id"] for call in calls_of(project)]
    assert len(set(people)) == 2
    assert all(len(name) == 16 for name in people)
    data = project.read_bytes()
    assert b"joe@acme" not in data
    assert (own_state / "pseudonyms.key").stat().st_mode & 0o777 == 0o600
    assert (own_state / "pseudonyms.key").read_bytes() not in data
    synterm("import", project, "--undo")
    synterm("import", project, table, *AS, "--people", "drop")
    assert not any("people" in (call.detail or {}) for call in calls_of(project))


def test_a_request_log_tells_all_of_a_call(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "log.jsonl",
        request(1, said="ask joe@acme.com", end_user="u7", request_tags=["beta"], trace_id="t1"),
        request(2, status="failure", response={}, error_information={"error_code": "429", "error_message": "slow"}),
        request(3, response={"choices": [{"finish_reason": "length", "message": {"content": "sche"}}]}),
        request(4, response={"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]}),
        request(5, response={"choices": [{"finish_reason": "stop", "message": {"content": "", "refusal": "no"}}]}),
    )
    done = synterm("import", project, path, *AS)
    assert done.code == 0, done.err
    first, failed, cut, filtered, refused = calls_of(project)
    assert first.input == {"message": "ask [e-mail]"}
    assert (first.output, first.model, first.cost_usd, first.finish_reason) == ("schedule", "gpt-5", 0.002, "stop")
    assert (first.usage.prompt, first.usage.completion, first.latency_ms) == (30, 3, 1750.0)
    assert first.served == "2026-09-21T14:13:22.250Z"
    assert (first.detail or {})["tags"] == ["beta"]
    assert (first.detail or {})["trace_id"] == "t1"
    assert (failed.outcome, failed.error) == (Outcome.RATE_LIMITED, "slow")
    assert [call.outcome for call in (cut, filtered, refused)] == [
        Outcome.TRUNCATED,
        Outcome.FILTERED,
        Outcome.REFUSED,
    ]


def test_the_value_comes_back_out_of_a_rendered_prompt(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", request(1, said="Route this:\nwho won?\nAgent:"), request(2, said="plain"))
    synterm("import", project, path, *AS)
    assert [call.input["message"] for call in calls_of(project)] == ["who won?", "plain"]


def test_the_same_log_again_adds_nothing_and_a_grown_one_what_is_new(
    synterm: Synterm, project: Path, tmp_path: Path
) -> None:
    path = lines(tmp_path / "log.jsonl", request(1), request(2))
    synterm("import", project, path, *AS)
    again = synterm("import", project, path, *AS, "--json", "-").json
    assert (again["kept"], again["duplicates"]) == (0, 2)
    assert len(logs_of(project)) == 1
    lines(path, request(1), request(2), request(3))
    more = synterm("import", project, path, *AS, "--json", "-").json
    assert (more["kept"], more["duplicates"]) == (1, 2)
    assert [log.kept for log in logs_of(project)] == [1, 2]


def test_wrong_rows_are_named_and_the_others_kept(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "log.jsonl",
        request(1),
        "nonsense",
        request(3, endTime=17.5),
        {"messages": [{"role": "system", "content": "x"}], "response": "y"},
        request(5, cost=float("nan")),
        request(6, said="half \ud83d of one"),
        request(7, endTime="0001-01-01T00:00:00"),
        request(8, endTime="9999-12-31T23:59:59Z"),
        '{"messages": ' + "[" * 500 + "]" * 500 + "}",
        request(10),
    )
    done = synterm("import", project, path, *AS)
    assert done.code == 2
    for line in (2, 3, 4, 5, 6, 7, 8, 9):
        assert f"log.jsonl line {line}: " in done.err
    assert len(calls_of(project)) == 2


def test_looking_first_writes_nothing(synterm: Synterm, project: Path, table: Path) -> None:
    for option in ("--dry-run", "--preview"):
        done = synterm("import", project, table, *AS, option)
        assert done.out.splitlines()[0].split("\t")[2:] == ["how do I book a desk?", "schedule"]
        assert "nothing was written" in done.err
    assert (calls_of(project), logs_of(project)) == ([], [])


def test_without_masking_it_is_said_loudly(synterm: Synterm, project: Path, table: Path) -> None:
    done = synterm("import", project, table, *AS, "--no-mask")
    assert done.err.startswith("! nothing is masked")
    assert any("2671" in call.input["message"] for call in calls_of(project))
    assert logs_of(project)[0].masking == ()


def test_only_what_is_asked_for_is_masked(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", request(1, said="joe@acme.com or +1 415 555 2671"))
    synterm("import", project, path, *AS, "--mask", "email")
    assert calls_of(project)[0].input["message"] == "[e-mail] or +1 415 555 2671"
    wrong = synterm("import", project, path, *AS, "--mask", "emails")
    assert (wrong.code, "did you mean email" in wrong.err) == (2, True)


def test_a_sample_stands_for_all(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    failed: dict[str, Any] = {"status": "failure", "response": {}, "error": "it broke"}
    rows = ({**request(n), **(failed if n % 50 == 0 else {})} for n in range(1, 1001))
    path = lines(tmp_path / "log.jsonl", *rows)
    report = synterm("import", project, path, *AS, "--sample", "errors=1", "--sample", "0.2", "--json", "-").json
    kept = calls_of(project)
    assert {call.weight for call in kept if call.outcome.answered} == {5.0}
    assert [call.weight for call in kept if not call.outcome.answered] == [1.0] * 20
    assert 130 < len(kept) < 300
    assert report["rows"] == report["kept"] + report["left_out"] == 1000
    assert abs(report["stands_for"] - 1000) < 300
    log = logs_of(project)[0]
    assert (log.sampling, log.left_out) == ("errors=1, 0.2 of all", report["left_out"])
    other = synterm("import", project, path, *AS)
    assert other.code == 2
    assert "sampled by another rule" in other.err


def test_at_most_so_many_are_kept(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "log.jsonl", *(request(n) for n in range(1, 501)))
    report = synterm("import", project, path, *AS, "--keep", "50", "--json", "-").json
    assert (report["kept"], report["left_out"]) == (50, 450)
    assert abs(report["stands_for"] - 500) < 250
    again = synterm("import", project, path, *AS, "--keep", "50", "--json", "-").json
    assert (again["kept"], again["duplicates"]) == (0, 50)


def test_a_log_is_taken_back_but_for_what_cases_were_made_of(synterm: Synterm, project: Path, table: Path) -> None:
    synterm("import", project, table, *AS)
    with Project.open(project) as opened:
        opened.traffic.set_state([calls_of(project)[0].id], "promoted").result()
    done = synterm("import", project, "--undo", logs_of(project)[0].id[-8:])
    assert "removed 2 calls of calls.csv" in done.err
    assert "1 call stays: cases were made of them" in done.err
    assert len(calls_of(project)) == 1


def test_logs_are_listed_with_imports(synterm: Synterm, project: Path, table: Path) -> None:
    synterm("import", project, table, *AS)
    listed = synterm("ls", project, "imports").out.split("\t")
    assert listed[2:6] == ["calls.csv", "csv", "production", "3 calls"]


@pytest.mark.parametrize("words", [("--into", "a/b/c"), ("--split", "dev"), ("--draft",), ("--tags", "x")])
def test_options_of_cases_are_refused_for_logs(
    synterm: Synterm, project: Path, table: Path, words: tuple[str, ...]
) -> None:
    done = synterm("import", project, table, *AS, *words)
    assert (done.code, f"{words[0]} is for cases" in done.err) == (2, True)


def test_a_table_without_answers_needs_to_be_said(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = lines(tmp_path / "asked.jsonl", {"message": "book a room"}, {"message": "hi"}, {"message": "hi"})
    done = synterm("import", project, path, *AS)
    assert (done.code, "--no-output" in done.err) == (2, True)
    done = synterm("import", project, path, *AS, "--no-output")
    assert done.code == 0
    assert "3 calls without a time" in done.err
    assert [call.outcome for call in calls_of(project)] == [Outcome.NOT_SENT] * 3


def test_logs_come_through_stdin(synterm_process: Synterm, synterm: Synterm, project: Path) -> None:
    given = "".join(json.dumps(request(n)) + "\n" for n in range(3)).encode()
    call: Any = synterm_process
    done = call("import", project, "-", *AS, given=given)
    assert done.code == 0, done.err
    assert len(calls_of(project)) == 3
