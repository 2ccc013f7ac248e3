"""Runs in batches, against a real endpoint that takes them: what is sent, once, and what comes of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from synterm.core.ids import new_id
from synterm.evaluate.batch.plan import BatchPlan
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.providers.batch import BatchDoor
from tests.cli.endpoint import endpoint_project
from tests.conftest import MakeProject
from tests.support.batch_stub import BatchStub, batch_stub
from tests.support.batching import (
    KEY,
    MESSAGES,
    NOW,
    PRICED,
    Bench,
    bench,
    change,
    day_cap,
    disown,
    elsewhere,
    rows,
    sent,
    sizes,
    unless,
)
from tests.support.bound import bind
from tests.support.http_stub import Reply

__all__ = ["batch_stub", "bench"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the model names is set."""
    monkeypatch.setenv("STUB_KEY", KEY)
    bind("STUB_KEY")


@pytest.fixture
def path(make_project: MakeProject, batch_stub: BatchStub) -> Path:
    """A project with four cases, whose model is the stub."""
    return make_project(endpoint_project(batch_stub, MESSAGES, api_key_env="STUB_KEY"))


@pytest.fixture
def dear(make_project: MakeProject, batch_stub: BatchStub) -> Path:
    """Eight cases at up to 0.80 dollars each; they come to 0.30."""
    messages = [f"case {number}" for number in range(8)]
    return make_project(endpoint_project(batch_stub, messages, api_key_env="STUB_KEY", **PRICED), "dear.db")


class TestAsked:
    """What goes there, and what comes back."""

    async def test_the_answers_are_this_runs_own_and_how_long_they_took_is_not_known(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.reply(unless("four", Reply("no")))
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)) == ((3, 1, 0), (1, 1, 0))
        assert made.report
        totals = made.report.totals
        assert (totals.cached, totals.requests, totals.tokens.completion) == (0, 4, 12)
        assert made.report.variants[0].latency_ms.p95 is None
        assert rows(path, "SELECT count(*), count(latency_ms), count(batch_id) FROM responses") == [(4, 0, 4)]
        assert batch_stub.seen["content"] == 1

    async def test_a_batch_asks_what_single_requests_ask_and_fills_the_same_place(
        self, bench: Bench, make_project: MakeProject, path: Path, batch_stub: BatchStub
    ) -> None:
        await bench.run(path)
        [batch] = batch_stub.batches.values()
        lines = batch_stub.lines(batch)
        again = await bench.run(path, None)
        assert again.report and again.report.totals.cached == 4
        assert sent(batch_stub)[2] == 0
        other = make_project(endpoint_project(batch_stub, MESSAGES, api_key_env="STUB_KEY"), "other.db")
        await bench.run(other, None)
        single = [call.body for call in batch_stub.calls if call.path.endswith("/chat/completions")]
        assert sorted(json.dumps(line["body"]) for line in lines) == sorted(map(json.dumps, single))
        assert {(line["url"], line["method"]) for line in lines} == {("/v1/chat/completions", "POST")}
        names = {name for (name,) in rows(other, "SELECT lower(hex(key)) FROM responses")}
        assert {line["custom_id"] for line in lines} == names

    async def test_only_what_is_missing_is_handed_in_and_repeats_stand_each_for_itself(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        await bench.run(path)
        await bench.run(path, repeats=3)
        await bench.run(path, repeats=3)
        assert sizes(batch_stub) == [4, 8]

    async def test_what_is_asked_afresh_is_asked_in_the_batch_only(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        first = await bench.run(path)
        case = first.judged[0].evaluation.task.case.id
        made = await bench.run(path, limits=Limits(refresh=frozenset((case,))))
        fresh = [event.evaluation.task.case.id for event in made.judged if not event.evaluation.completion.cached]
        assert (fresh, made.counts) == ([case], (4, 0, 0))
        made = await bench.run(path, use_cache=False)
        assert [event.evaluation.completion.cached for event in made.judged] == [False] * 4
        assert (sizes(batch_stub), sent(batch_stub)[2]) == ([4, 1, 4], 0)

    async def test_an_answer_that_was_cut_off_is_taken_as_it_is(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.reply(unless("one", Reply("ok so far", finish_reason="length")))
        made = await bench.run(path)
        outcomes = sorted(event.evaluation.completion.outcome.value for event in made.judged)
        assert (outcomes, sent(batch_stub)[2]) == (["complete"] * 3 + ["truncated"], 0)

    async def test_many_requests_make_several_batches(self, bench: Bench, path: Path, batch_stub: BatchStub) -> None:
        made = await bench.run(path, BatchPlan(most_requests=3))
        assert (made.counts, sorted(sizes(batch_stub))) == ((4, 0, 0), [1, 3])
        made = await bench.run(path, BatchPlan(most_bytes=300), use_cache=False)
        assert (made.counts, len(batch_stub.batches)) == ((4, 0, 0), 6)

    async def test_what_has_no_batch_api_is_asked_beside(
        self, bench: Bench, make_project: MakeProject, batch_stub: BatchStub
    ) -> None:
        text = json.loads(endpoint_project(batch_stub, MESSAGES, api_key_env="STUB_KEY"))
        rules = {"name": "rules", "model": "scripted/rules", "params": {"default": "ok"}}
        text["models"].append(rules)
        made = await bench.run(make_project(json.dumps(text)))
        assert (made.counts, sent(batch_stub)) == ((8, 0, 0), (1, 1, 0))
        assert "rules is asked one by one, as it runs on this machine (4 requests)" in made.told

    async def test_judges_are_asked_once_the_answers_are_there(
        self, bench: Bench, make_project: MakeProject, batch_stub: BatchStub
    ) -> None:
        text = json.loads(endpoint_project(batch_stub, MESSAGES[:2], api_key_env="STUB_KEY"))
        scenario = text["tree"][0]["behaviors"][0]["scenarios"][0]
        scenario["checks"] = [{"type": "llm-rubric", "value": "says ok", "model": "stub"}]
        made = await bench.run(make_project(json.dumps(text)))
        assert (sizes(batch_stub), sent(batch_stub)[2] >= 2) == ([2], True)
        assert "judges (stub) are asked one by one" in made.told


class TestFoundAgain:
    """A batch outlives the process that handed it in."""

    async def test_one_that_is_left_is_found_by_the_same_run(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 3
        left = await bench.run(path, NOW)
        assert left.left and "1 batch with 4 requests at the provider" in left.left.message
        assert "the same command with --batch" in (left.left.hint or "")
        assert rows(path, "SELECT status FROM runs") == [("interrupted",)]
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)) == ((4, 0, 0), (1, 1, 0))

    async def test_one_whose_answer_was_lost_is_found_by_its_name(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.after["create"] = [Reply(reset=True)]
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)[1], len(batch_stub.batches)) == ((4, 0, 0), 1, 1)

    async def test_one_that_nobody_can_find_is_not_made_again(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.after["create"], batch_stub.lists = [Reply(status=500)], False
        left = await bench.run(path)
        assert left.left and "can't be found out" in left.left.message and "--batch-forget" in (left.left.hint or "")
        disown(path)
        assert (await bench.run(path)).left
        assert len(batch_stub.batches) == 1
        batch_stub.lists = True
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)[1], len(batch_stub.batches)) == ((4, 0, 0), 1, 1)

    async def test_one_that_never_got_there_is_handed_in_again(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, NOW)
        batch_stub.batches.clear()
        change(path, "UPDATE batches SET state = 'begun', remote_id = NULL")
        disown(path)
        batch_stub.polls = 1
        made = await bench.run(path)
        assert (made.counts, sizes(batch_stub)) == ((4, 0, 0), [4])

    async def test_one_that_another_process_hands_in_is_left_to_it(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, NOW)
        change(path, "UPDATE batches SET state = 'begun', remote_id = NULL")
        left = await bench.run(path, NOW)
        assert left.left and sent(batch_stub)[1] == 1
        change(path, "UPDATE batches SET state = 'running', remote_id = 'batch_0'")
        batch_stub.polls = 1
        assert (await bench.run(path)).counts == (4, 0, 0)

    async def test_one_that_another_machine_may_be_handing_in_is_left_to_it_for_as_long_as_that_can_take(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, NOW)
        batch_stub.batches.clear()
        change(path, "UPDATE batches SET state = 'begun', remote_id = NULL")
        elsewhere(path, 10)
        await bench.run(path, NOW)
        assert (sent(batch_stub)[1], rows(path, "SELECT count(*) FROM batches")) == (1, [(1,)])
        elsewhere(path, 31)
        await bench.run(path, NOW)
        assert (sent(batch_stub)[1], rows(path, "SELECT count(*) FROM batch_requests")) == (2, [(4,)])

    async def test_one_that_somebody_dropped_while_it_was_handed_in_is_put_back(
        self, bench: Bench, path: Path, batch_stub: BatchStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = BatchDoor.create

        async def dropped(door: BatchDoor, *words: Any) -> Any:
            made = await create(door, *words)
            change(path, "DELETE FROM batch_requests")
            change(path, "DELETE FROM batches")
            return made

        monkeypatch.setattr(BatchDoor, "create", dropped)
        made = await bench.run(path)
        assert (made.counts, sizes(batch_stub), sent(batch_stub)[2]) == ((4, 0, 0), [4], 0)

    async def test_one_that_is_gone_is_told_of(self, bench: Bench, path: Path, batch_stub: BatchStub) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, NOW)
        batch_stub.batches.clear()
        left = await bench.run(path)
        assert left.left and "no batch batch_0" in left.left.message and "--batch-forget" in (left.left.hint or "")

    async def test_one_that_is_gone_does_not_keep_what_the_others_have(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, BatchPlan(0.0, most_requests=2))
        del batch_stub.batches["batch_0"]
        batch_stub.polls = 1
        left = await bench.run(path)
        assert left.left and "1 batch with 2 requests" in left.left.message and "no batch batch_0" in left.left.message
        assert rows(path, "SELECT count(*) FROM responses") == [(2,)]


class TestWhatGoesWrong:
    """Errors are not failures, and none of them is hidden."""

    async def test_a_request_in_the_error_file_is_an_error_and_is_asked_again(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.reply(unless("two", Reply(status=400, error={"message": "too long for me"})))
        made = await bench.run(path)
        assert made.report and (made.report.exit_code, made.counts) == (3, (3, 0, 1))
        [error] = made.errors
        assert "too long for me" in error
        batch_stub.reply("ok")
        assert (await bench.run(path)).counts == (4, 0, 0)
        assert (sizes(batch_stub), sent(batch_stub)[2]) == ([4, 1], 0)

    @pytest.mark.parametrize("ends", ["expired", "cancelled"])
    async def test_what_a_batch_did_not_get_to_is_asked_the_next_time(
        self, bench: Bench, path: Path, batch_stub: BatchStub, ends: str
    ) -> None:
        batch_stub.ends, batch_stub.answered = ends, 3
        made = await bench.run(path)
        assert made.report and (made.report.exit_code, made.counts) == (3, (3, 0, 1))
        assert ends in made.told
        batch_stub.ends, batch_stub.answered = "completed", None
        assert (await bench.run(path)).counts == (4, 0, 0)
        assert (sizes(batch_stub), sent(batch_stub)[2]) == ([4, 1], 0)

    async def test_a_batch_that_fails_says_why(self, bench: Bench, path: Path, batch_stub: BatchStub) -> None:
        batch_stub.ends = "failed"
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)[2]) == ((0, 0, 4), 0)
        [error] = made.errors
        assert "2 lines that are no requests" in error

    @pytest.mark.parametrize("kind", ["upload", "create", "retrieve", "content"])
    @pytest.mark.parametrize(
        "faults",
        [
            [Reply(status=429, headers={"Retry-After": "0"}), Reply(status=500)],
            [Reply(reset=True)],
            [Reply(body=b"{not json"), Reply(body=b'{"object": "nothing"}')],
        ],
        ids=["429 and 500", "reset", "no such document"],
    )
    async def test_a_passing_fault_is_got_over(
        self, bench: Bench, path: Path, batch_stub: BatchStub, kind: str, faults: list[Reply]
    ) -> None:
        if kind == "content" and faults[0].body:
            return  # a file may hold anything: what is no result is left out
        batch_stub.faults[kind] = list(faults)
        made = await bench.run(path)
        assert (made.counts, len(batch_stub.batches), sent(batch_stub)[2]) == ((4, 0, 0), 1, 0)

    async def test_a_refusal_is_told_of_and_nothing_is_asked_one_by_one(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.faults["upload"] = [Reply(status=404, error={"message": "no such path"})]
        made = await bench.run(path)
        assert (made.counts, sent(batch_stub)[2]) == ((0, 0, 4), 0)
        [error] = made.errors
        assert "the batch was not taken" in error and "no such path" in error
        assert rows(path, "SELECT count(*) FROM batches") == [(0,)]

    async def test_hostile_results_are_taken_for_what_they_are(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        def rewrite(lines: list[bytes]) -> list[bytes]:
            first = json.loads(lines[0])
            first["response"]["body"]["choices"][0]["message"]["content"] = "no \x1b]52;c;Zm9v\x07 second"
            strange = {**first, "custom_id": "f" * 64}
            junk = [b"\xff\xfe", b"null", b"[1]", b"{}", b'{"custom_id": 7}', b'{"custom_id":"x","response":[]}', b""]
            return [*junk, *lines, json.dumps(first).encode(), json.dumps(strange).encode(), b"[" * 100_000]

        batch_stub.rewrite = rewrite
        made = await bench.run(path)
        assert made.counts == (4, 0, 0)
        assert "3 lines that nobody asked for" in made.told and "6 lines that can't be read" in made.told
        assert rows(path, "SELECT count(*) FROM responses") == [(4,)]

    async def test_files_that_are_named_late_are_waited_for(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.late = 2
        left = await bench.run(path, NOW)
        assert left.left and rows(path, "SELECT count(*) FROM batch_requests") == [(4,)]
        made = await bench.run(path)
        assert (made.counts, sizes(batch_stub)) == ((4, 0, 0), [4])

    async def test_an_answer_that_was_cut_off_on_its_way_is_kept_as_it_came_and_counts_at_its_worst(
        self, bench: Bench, dear: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.rewrite = lambda lines: [lines[0][:-9], *lines[1:]]
        made = await bench.run(dear, limits=day_cap(100))
        assert made.counts == (7, 0, 1)
        [error] = made.errors
        assert "can't be read" in error
        assert rows(dear, "SELECT length(raw) > 100 FROM responses WHERE outcome = 'malformed'") == [(1,)]
        [(spent, reserved)] = rows(dear, "SELECT spent_usd, reserved_usd FROM spending")
        assert (round(spent, 6), round(reserved, 6)) == (round(7 * 0.3 + 0.8, 6), 0)

    async def test_what_may_be_the_answer_in_a_line_without_a_name_counts_at_its_worst(
        self, bench: Bench, dear: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.rewrite = lambda lines: [b'{"cust', *lines[3:]]
        purse = Purse(100.0, "")
        made = await bench.run(dear, limits=Limits(purse=purse, day_cap_usd=100.0))
        assert made.counts == (5, 0, 3)
        [error] = made.errors
        assert "may be in a line" in error and "1 line that can't be read" in made.told
        [(spent, reserved)] = rows(dear, "SELECT spent_usd, reserved_usd FROM spending")
        assert (round(spent, 6), round(reserved, 6)) == (round(5 * 0.3 + 0.8, 6), 0)
        assert round(purse.spent, 6) == round(spent, 6)


class TestKeys:
    """Where the key goes, and where nothing goes."""

    async def test_the_key_is_in_the_header_of_each_call_and_nowhere_else(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.reply(f"ok, your key is {KEY}")
        await bench.run(path)
        assert {call.key for call in batch_stub.calls} == {KEY}
        requests = [content for name, content in batch_stub.files.items() if "-in-" in name]
        assert KEY.encode() not in path.read_bytes() + b"".join(requests)

    async def test_results_elsewhere_are_not_fetched(self, bench: Bench, path: Path, batch_stub: BatchStub) -> None:
        other = BatchStub()
        other.start()
        try:
            batch_stub.faults["content"] = [Reply(status=302, headers={"Location": f"{other.url}/files/x/content"})]
            left = await bench.run(path)
            assert left.left and "redirects" in left.left.message
            assert other.calls == []
        finally:
            other.stop()
        assert ((await bench.run(path)).counts, sent(batch_stub)[1]) == ((4, 0, 0), 1)

    async def test_an_endpoint_that_was_not_approved_gets_nothing(
        self, bench: Bench, make_project: MakeProject, batch_stub: BatchStub
    ) -> None:
        path = make_project(endpoint_project(batch_stub, MESSAGES, api_base="https://evil.invalid/v1"))
        made = await bench.run(path)
        [error] = made.errors
        assert (made.counts, "not approved" in error, batch_stub.calls) == ((0, 0, 4), True, [])

    async def test_a_batch_that_someone_else_wrote_into_the_file_is_not_asked_about(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        spec = {"name": "x", "model": "openai/x", "api_base": "https://evil.invalid/v1", "api_key_env": "STUB_KEY"}
        change(
            path,
            "INSERT INTO batches VALUES (?, ?, 'batch_9', NULL, 'running', 1, 0, 0, '', 0.0, '{}', ?, '')",
            new_id(),
            json.dumps(spec),
            "2026-01-01T00:00:00.000Z",
        )
        made = await bench.run(path)
        assert made.left and "you have not said that it may go there" in made.left.message

    async def test_a_batch_id_that_leads_elsewhere_is_refused(
        self, bench: Bench, path: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        await bench.run(path, NOW)
        change(path, "UPDATE batches SET remote_id = '../files/secret'")
        batch_stub.calls.clear()
        assert (await bench.run(path)).left
        assert batch_stub.calls == []


class TestMoney:
    """Caps hold for batches: what they cost at most is set aside before they are made."""

    async def test_the_cap_of_a_run_is_never_passed(self, bench: Bench, dear: Path, batch_stub: BatchStub) -> None:
        purse = Purse(2.0, "raise --max-cost")
        made = await bench.run(dear, limits=Limits(purse=purse))
        assert made.report and made.report.exit_code == 3
        assert sizes(batch_stub)[0] == 2  # 1.60 set aside; a third would not have fitted
        assert purse.spent == pytest.approx(0.3 * sum(sizes(batch_stub)))
        assert (purse.spent <= 2.0, purse.reserved, sent(batch_stub)[2]) == (True, 0.0, 0)
        assert made.errors == {"the spending cap of $2.00 is reached"}
        again = await bench.run(dear, limits=Limits(purse=Purse(10.0, "")))
        assert (again.counts, sum(sizes(batch_stub))) == ((8, 0, 0), 8)

    async def test_only_what_the_run_itself_waits_for_counts_under_its_cap(
        self, bench: Bench, dear: Path, batch_stub: BatchStub
    ) -> None:
        batch_stub.polls = 10_000
        first = await bench.run(dear, NOW, limits=Limits(purse=Purse(2.0, "")))
        assert first.left and sizes(batch_stub) == [2]
        purse = Purse(2.0, "")
        await bench.run(dear, NOW, limits=Limits(purse=purse))
        assert (sizes(batch_stub), round(purse.reserved, 6)) == ([2], 1.6)
        change(dear, "UPDATE batch_requests SET key = randomblob(32)")  # what another run had asked
        other = Purse(2.0, "")
        await bench.run(dear, NOW, limits=Limits(purse=other))
        assert (sizes(batch_stub), round(other.reserved, 6)) == ([2, 2], 1.6)

    async def test_the_days_cap_counts_batches_that_wait(self, bench: Bench, dear: Path, batch_stub: BatchStub) -> None:
        batch_stub.polls = 10_000
        assert (await bench.run(dear, NOW, limits=day_cap(3.3))).left
        day = time.strftime("%Y-%m-%d")
        [(reserved, spent)] = rows(dear, f"SELECT reserved_usd, spent_usd FROM spending WHERE day = '{day}'")
        assert (reserved, spent) == (pytest.approx(3.2), 0.0)
        # Nobody else gets what is set aside.
        alone = await bench.run(dear, None, limits=day_cap(3.3))
        assert (alone.judged, sent(batch_stub)[2]) == ([], 0)
        batch_stub.polls = 1
        await bench.run(dear, limits=day_cap(3.3))
        [(reserved, spent)] = rows(dear, f"SELECT reserved_usd, spent_usd FROM spending WHERE day = '{day}'")
        assert (reserved, spent) == (pytest.approx(0), pytest.approx(0.3 * sum(sizes(batch_stub))))
        assert spent <= 3.3

    async def test_what_expired_costs_nothing(self, bench: Bench, dear: Path, batch_stub: BatchStub) -> None:
        batch_stub.ends, batch_stub.answered = "expired", 2
        await bench.run(dear, limits=day_cap(100))
        [(reserved, spent)] = rows(dear, "SELECT reserved_usd, spent_usd FROM spending")
        assert (reserved, spent) == (pytest.approx(0), pytest.approx(0.6))

    async def test_what_was_not_taken_costs_nothing(self, bench: Bench, dear: Path, batch_stub: BatchStub) -> None:
        batch_stub.faults["create"] = [Reply(status=400)]
        await bench.run(dear, limits=day_cap(100))
        [(reserved, spent)] = rows(dear, "SELECT reserved_usd, spent_usd FROM spending")
        assert (reserved, spent) == (pytest.approx(0), 0.0)

    async def test_the_cost_is_that_of_a_batch_and_unknown_where_only_the_full_price_is_known(
        self, bench: Bench, make_project: MakeProject, dear: Path, batch_stub: BatchStub
    ) -> None:
        listed = make_project(
            endpoint_project(batch_stub, MESSAGES, model="openai/gpt-4o-mini", api_key_env="STUB_KEY"), "listed.db"
        )
        made = await bench.run(listed)
        assert made.report
        assert made.report.totals.cost_usd == pytest.approx(4 * (11 * 0.15 + 3 * 0.6) / 2 / 1e6)
        made = await bench.run(dear)
        assert made.report and (made.report.totals.cost_usd, made.report.totals.cost_unknown) == (0.0, 8)
