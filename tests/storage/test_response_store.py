from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.evaluation import Task
from synterm.errors import ProjectError
from synterm.storage.connect import connect
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.storage.conftest import MakeTask, put

ANSWER = Completion(
    Outcome.COMPLETE,
    text="out_of_scope\n",
    finish_reason="stop",
    usage=Usage(12, 3),
    cost_usd=0.00025,
    latency_ms=412.5,
    first_token_ms=80.25,
    raw=b'{"choices": []}',
)


def ask(project: Project, task: Task) -> Completion | None:
    assert task.request
    return project.responses.lookup([task.request.key]).get(task.request.key)


def test_an_answer_is_served_again_as_it_came(project: Project, make_task: MakeTask) -> None:
    task = make_task()
    assert ask(project, task) is None
    stored = put(project, task, ANSWER)
    assert ask(project, task) == replace(ANSWER, raw=b"", cached=True, stored=stored)
    assert project.responses.raw(stored) == ANSWER.raw
    assert ask(project, make_task("hello", model="other")) is None


def test_another_connection_reads_an_answer_as_soon_as_it_is_acknowledged(
    project: Project, path: Path, make_task: MakeTask
) -> None:
    with Project.open(path) as another:
        for number in range(20):
            task = make_task(str(number))
            put(project, task, ANSWER)
            assert ask(another, task)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.keepable])
def test_what_went_wrong_is_kept_and_never_served(project: Project, make_task: MakeTask, outcome: Outcome) -> None:
    task = make_task()
    stored = put(project, task, Completion(outcome, error="too many requests", raw=b"slow down"))
    assert ask(project, task) is None
    assert project.responses.raw(stored) == b"slow down"
    assert project.responses.count() == 1


def test_the_last_good_answer_wins(project: Project, make_task: MakeTask) -> None:
    task = make_task()
    for completion in (
        replace(ANSWER, text="first"),
        Completion(Outcome.RATE_LIMITED, error="slow down"),
        replace(ANSWER, text="cut", outcome=Outcome.TRUNCATED),
        Completion(Outcome.REFUSED, text="no"),
    ):
        put(project, task, completion)
    found = ask(project, task)
    assert found and (found.text, found.outcome) == ("first", Outcome.COMPLETE)


def test_many_keys_are_looked_up_at_once(project: Project, make_task: MakeTask) -> None:
    tasks = [make_task(str(number)) for number in range(5300)]
    received = [Received(task, replace(ANSWER, text=task.case.title)) for task in tasks[::2]]
    project.responses.add_all(received).result()
    found = project.responses.lookup([task.request.key for task in tasks if task.request])
    assert sorted(answer.text for answer in found.values()) == sorted(task.case.title for task in tasks[::2])


@given(raw=st.binary(max_size=200))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_raw_response_is_kept_byte_for_byte(project: Project, make_task: MakeTask, raw: bytes) -> None:
    assert project.responses.raw(put(project, make_task(), replace(ANSWER, raw=raw))) == raw


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00 no UTF-8 \x80", bytes(range(256)) * 40])
def test_a_raw_response_may_be_anything(project: Project, make_task: MakeTask, raw: bytes) -> None:
    assert project.responses.raw(put(project, make_task(), replace(ANSWER, raw=raw))) == raw


def test_there_is_no_raw_response_of_an_answer_that_is_not_there(project: Project) -> None:
    assert project.responses.raw(1) == b""


@pytest.mark.parametrize("text", ["", "a\x00b", "\ud800 cut", "\udc00\ud800", "\U0001f600 ü 日本", "x" * 1_000_000])
def test_no_text_costs_the_answer(project: Project, make_task: MakeTask, text: str) -> None:
    task = make_task()
    put(project, task, replace(ANSWER, text=text, finish_reason="st\ud800p", error="e\udfff"))
    found = ask(project, task)
    assert found
    assert found.text == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert found.finish_reason == "st\ufffdp"


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        (Usage(), Usage()),
        (Usage(0, 0), Usage(0, 0)),
        (Usage(7, None), Usage(7, None)),
        (Usage(2**63, -1), Usage()),
        (Usage(2**63 - 1, 2**70), Usage(2**63 - 1, None)),
    ],
)
def test_unknown_usage_is_not_zero(project: Project, make_task: MakeTask, usage: Usage, found: Usage) -> None:
    task = make_task()
    put(project, task, replace(ANSWER, usage=usage))
    answer = ask(project, task)
    assert answer and answer.usage == found


def test_unknown_figures_stay_unknown(project: Project, make_task: MakeTask) -> None:
    task = make_task()
    put(project, task, Completion(Outcome.COMPLETE, "text"))
    found = ask(project, task)
    assert found
    assert (found.cost_usd, found.latency_ms, found.first_token_ms, found.finish_reason) == (None,) * 4


def test_what_was_spent_is_known_as_far_as_the_prices_are(project: Project, make_task: MakeTask) -> None:
    assert project.responses.spent() == 0
    for cost in (0.25, None, 0.5):
        put(project, make_task(), replace(ANSWER, cost_usd=cost))
    assert (project.responses.spent(), project.responses.count()) == (0.75, 3)


def test_a_task_without_a_request_has_no_answer_to_keep(project: Project, make_task: MakeTask) -> None:
    with pytest.raises(ValueError, match="without a request"):
        put(project, replace(make_task(), request=None), ANSWER)


def test_where_an_answer_came_from_stands_beside_it(project: Project, path: Path, make_task: MakeTask) -> None:
    task = make_task()
    put(project, task, ANSWER)
    db = connect(path, read_only=True)
    row: tuple[Any, ...] = db.execute("SELECT body_id, content_id, model FROM responses").fetchone()
    db.close()
    assert row == (task.variant.body.id, task.case.content_id, "openai/stub")


def test_a_full_disk_costs_no_answer_that_was_acknowledged(project: Project, make_task: MakeTask) -> None:
    def limit(pages: int) -> None:
        # SQLite takes this for the size of the disk.
        project._writer.submit(lambda db: db.conn.execute(f"PRAGMA max_page_count = {pages}").fetchall()).result()

    large = replace(ANSWER, raw=bytes(1_000_000))
    tasks = [make_task(str(number)) for number in range(10)]
    first = put(project, tasks[0], large)
    limit(1)
    results = [project.responses.add_all([Received(task, large)]) for task in tasks[1:]]
    for future in results:
        with pytest.raises(ProjectError, match="disk is full") as refusal:
            future.result()
        assert refusal.value.hint
    assert (project.responses.last_pk(), ask(project, tasks[0])) == (
        first,
        replace(ANSWER, raw=b"", cached=True, stored=1),
    )
    limit(1_000_000)
    assert [put(project, task, large) for task in tasks[1:]] == list(range(first + 1, first + 10))
