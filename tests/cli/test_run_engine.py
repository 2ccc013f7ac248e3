"""`synterm run` against a real endpoint: what is sent, what is served from the file, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.cli.endpoint import asked, endpoint_project, events, in_turn, judged
from tests.conftest import MakeProject
from tests.support.http_stub import Messages, Reply, Stub

MESSAGES = ["one", "two", "three", "four"]
PRICED = {"price": {"input": 0, "output": 100_000}}
"""A tenth of a dollar for each token of an answer."""


@pytest.fixture
def path(make_project: MakeProject, stub: Stub) -> Path:
    """A project with four cases, whose model is the stub."""
    return make_project(endpoint_project(stub, MESSAGES))


class TestDryRun:
    """`--dry-run` sends nothing, and says why a run would."""

    def test_nothing_is_sent_and_no_run_is_recorded(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        done = synterm("run", path, "--prompt", "ask@all", "--dry-run")
        assert (done.code, stub.calls) == (0, [])
        assert "8 requests in all" in done.out
        assert "never asked" in done.out
        with Project.open(path) as project:
            assert (project.runs.all(), project.responses.count()) == ([], 0)

    def test_after_a_run_nothing_is_to_be_sent(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        synterm("run", path)
        assert "4 from the file, 0 requests" in synterm("run", path, "--dry-run").out
        assert len(stub.calls) == 4

    @pytest.mark.parametrize(
        ("change", "options", "said"),
        [
            (["edit", "model", "stub", "--param", "max_tokens=9"], [], "max_tokens was 8, is 9"),
            (["edit", "model", "stub", "--model", "openai/other"], [], "the model was"),
            ([], ["--prompt", "ask@v1"], "the prompt says something else"),
            ([], ["--repeat", "2"], "this repeat was never asked for"),
            ([], ["--no-cache"], "an answer is there, and was asked for afresh"),
        ],
        ids=["parameter", "model", "prompt", "repeat", "no cache"],
    )
    def test_it_says_what_differs_from_what_was_asked(
        self, synterm: Synterm, path: Path, stub: Stub, change: list[str], options: list[str], said: str
    ) -> None:
        synterm("run", path)
        if change:
            assert synterm(change[0], path, *change[1:]).code == 0
        done = synterm("run", path, "--dry-run", *options)
        assert (done.code, len(stub.calls)) == (0, 4)
        assert said in done.out

    def test_what_it_foresees_is_what_is_sent(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        synterm("run", path, "--limit", "3")
        assert "1 request in all" in synterm("run", path, "--dry-run").out
        synterm("run", path)
        assert len(stub.calls) == 4


class TestProgress:
    """`--progress json`: for machines."""

    def test_every_line_is_json_and_stdout_is_the_report(self, synterm: Synterm, path: Path) -> None:
        done = synterm("run", path, "--progress", "json", "--json", "-", "--quiet")
        assert done.json["totals"]["evaluations"] == 4
        kinds = [event["event"] for event in events(done)]
        assert (kinds.count("started"), kinds.count("judged")) == (4, 4)
        assert set(kinds) <= {"note", "started", "judged"}
        assert [event["done"] for event in judged(done)] == [1, 2, 3, 4]

    def test_what_is_told_of_is_in_the_file(self, synterm: Synterm, path: Path) -> None:
        told = {(line["case_id"], line["variant"]) for line in judged(synterm("run", path, "--progress", "json"))}
        with Project.open(path) as project:
            recorded = {(done.case_id, "ask@v2 · stub") for done in project.runs.recorded(project.runs.all()[-1].id)}
            assert project.responses.count() == 4
        assert told == recorded

    def test_a_retry_is_told_with_its_reason(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(in_turn({"please: one": [Reply(status=500), Reply("ok")]}))
        done = synterm("run", path, "--progress", "json")
        [retry] = [event for event in events(done) if event["event"] == "retrying"]
        assert (done.code, retry["outcome"]) == (0, "provider error")
        [line] = [line for line in judged(done) if line["case_id"] == retry["case_id"]]
        assert (line["attempts"], line["passed"]) == (2, True)

    def test_control_characters_of_an_endpoint_stay_within_json(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        stub.reply(Reply(status=400, error={"message": "\x1b]52;c;Zm9v\x07 \x9b31m \u202e"}))
        done = synterm("run", path, "--progress", "json")
        assert len(judged(done)) == 4
        assert not set("\x1b\x07\x9b\u202e") & set(done.err + done.out)


class TestAfresh:
    """What is asked again, and what is not."""

    def test_one_case_is_asked_again(self, synterm: Synterm, path: Path, stub: Stub) -> None:
        line = judged(synterm("run", path, "--progress", "json"))[0]
        stub.calls.clear()
        done = synterm("run", path, "--refresh", line["case_id"], "--progress", "json")
        assert len(stub.calls) == 1
        assert [made["case_id"] for made in judged(done) if not made["cached"]] == [line["case_id"]]

    def test_a_case_that_is_not_there_is_said_and_nothing_is_sent(
        self, synterm: Synterm, path: Path, stub: Stub
    ) -> None:
        assert (synterm("run", path, "--refresh", "nope").code, stub.calls) == (2, [])

    def test_an_answer_that_was_cut_off_is_asked_again_unless_it_is_wanted(
        self, synterm: Synterm, path: Path, stub: Stub
    ) -> None:
        stub.reply(in_turn({"please: one": [Reply("ok so far", finish_reason="length")]}))
        for options, sent in (([], 4), ([], 1), (["--cache-truncated"], 0), ([], 1)):
            stub.calls.clear()
            synterm("run", path, *options)
            assert len(stub.calls) == sent


class TestMaxCost:
    """`--max-cost`: never a cent more, by the endpoint's own count."""

    @pytest.mark.parametrize("counted", [True, False], ids=["usage", "no usage"])
    def test_the_cap_is_never_passed(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub, counted: bool
    ) -> None:
        def answer(messages: Messages) -> Reply:
            number = int(messages[-1]["content"].split()[-1])
            return Reply("ok", usage=(11, 1 + number % 8) if counted else None)

        stub.reply(answer)
        path = make_project(endpoint_project(stub, [f"case {number}" for number in range(60)], **PRICED))
        done = synterm("run", path, "--max-cost", "5", "--concurrency", "20", "--progress", "json")
        spent = [0.1 * (1 + int(message.split()[-1]) % 8) if counted else 0.8 for message in asked(stub)]
        assert done.code == 3
        assert sum(spent) <= 5.0 + 1e-9
        assert sum(spent) > 5.0 - 0.8
        assert "halted" in {event["event"] for event in events(done)}
        assert {line["cost_usd"] is None for line in judged(done)} == {not counted}

    def test_what_a_cap_left_is_sent_under_a_higher_one(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub
    ) -> None:
        path = make_project(endpoint_project(stub, MESSAGES, **PRICED))
        assert synterm("run", path, "--max-cost", "1.5", "--concurrency", "1").code == 3
        first = len(stub.calls)
        assert synterm("run", path, "--max-cost", "10").code == 0
        assert 0 < first < 4 == len(stub.calls) == len(set(asked(stub)))

    def test_where_an_answer_has_no_bound_a_cap_sends_nothing_and_says_what_to_do(
        self, synterm: Synterm, make_project: MakeProject, stub: Stub
    ) -> None:
        path = make_project(endpoint_project(stub, MESSAGES, params={}, **PRICED))
        done = synterm("run", path, "--max-cost", "1")
        assert (done.code, stub.calls) == (3, [])
        assert "--param max_tokens" in done.out + done.err
