"""Jobs at a provider, against a real server that speaks its protocol and misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.evaluate.alive import this_process
from synterm.evaluate.reservation import today
from synterm.finetune.build import build
from synterm.finetune.jobs import follow as following
from synterm.finetune.jobs.begin import JobError, begin, find_again
from synterm.finetune.jobs.files import JobFiles, write_files
from synterm.finetune.jobs.follow import cancel, follow, look
from synterm.finetune.jobs.plan import JobPlan, base_of_job
from synterm.providers.registry import Providers
from synterm.providers.tuning import CLOSED, TuningDoor, place_of
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.bound import bind
from tests.support.http_stub import Reply
from tests.support.tuned import KEY, tuning_project
from tests.support.tuning_stub import TuningStub, tuning_stub

__all__ = ["tuning_stub"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

GONE = {**this_process(), "pid": 2**22 + 1}
TRAINING = TrainingPlan(prompt="router@v1", validation=0.2)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TuningDoor]:
    """The door: LiteLLM's process is started once for all of these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYNTERM_LOG_DIR", str(tmp_path_factory.mktemp("job-logs")))
        async with Providers() as providers:
            yield TuningDoor(providers)


class Bench:
    """One project, and what is asked for it."""

    def __init__(self, project: Project, door: TuningDoor, folder: Path) -> None:
        self.project = project
        self.door = door
        self.said: list[str] = []
        self._folder = folder
        self._files: JobFiles | None = None

    def plan(self, **more: Any) -> JobPlan:
        """What is asked for, most of the time."""
        spec = more.pop("spec", None) or base_of_job(self.project, "openai", "mini")
        usual: dict[str, Any] = {"method": "sft", "epochs": 3, "rate": None, "prompt": "router@v1"}
        return JobPlan(spec=spec, chosen=TRAINING, **(usual | more))

    @property
    def files(self) -> JobFiles:
        """The rows."""
        if self._files is None:
            self._files = write_files(self.project, build(self.project, TRAINING), "sft", self._folder)
        return self._files

    async def begin(self, cap: float | None = None, **more: Any) -> Tuning:
        """Hand it in."""
        return await begin(self.project, self.door, self.plan(**more), self.files, cap, self.said.append)

    async def follow(self, tuning: Tuning) -> Tuning:
        """Wait for its end."""
        return await follow(self.project, self.door, tuning, self.said.append)

    @property
    def kept(self) -> Tuning:
        """The newest tuning of the file."""
        return self.project.tunings.all()[0]


@pytest.fixture
def bench(
    door: TuningDoor,
    make_project: MakeProject,
    tuning_stub: TuningStub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """The bench of one test, whose waiting takes no time."""
    monkeypatch.setenv("STUB_KEY", KEY)
    bind("STUB_KEY")
    monkeypatch.setattr("synterm.evaluate.retries._FIRST_S", 0.01)
    for name in ("FIRST_POLL_S", "LONGEST_POLL_S"):
        monkeypatch.setattr(following, name, 0.01)
    with Project.open(make_project(tuning_project(tuning_stub))) as project:
        yield Bench(project, door, tmp_path)


async def test_rows_go_there_a_job_learns_from_them_and_its_model_is_one_of_the_project(
    bench: Bench, tuning_stub: TuningStub
) -> None:
    tuning_stub.polls = 3
    begun = await bench.begin(rate=2.0, usd_per_million_tokens=1000.0, name="Router Mini")
    assert (begun.status, begun.job_id, begun.file_ids) == ("running", "ftjob-0", ("file-in-0", "file-in-1"))
    done = await bench.follow(begun)
    [job] = tuning_stub.jobs.values()
    assert job.asked == {
        "model": "gpt-4o-mini-2024-07-18",
        "training_file": "file-in-0",
        "validation_file": "file-in-1",
        "hyperparameters": {"n_epochs": 3, "learning_rate_multiplier": 2.0},
        "suffix": "router-mini",
    }
    rows, watched = tuning_stub.rows(), tuning_stub.rows("validation_file")
    assert (len(rows), len(watched)) == (bench.files.rows, bench.files.validation_rows)
    assert len(rows) + len(watched) == 24
    assert rows[0]["messages"][0] == {"role": "system", "content": "You route one message."}
    assert rows[0]["messages"][-1]["role"] == "assistant"
    model = bench.project.models.get("Router Mini")
    assert model.model == done.result == "openai/ft:gpt-4o-mini-2024-07-18:org:router:ftjob-0"
    assert (model.api_base, model.api_key_env, model.params) == (tuning_stub.url, "STUB_KEY", {"max_tokens": 8})
    assert done.losses == ((1, 2.0), (2, 1.0), (4, 0.5)) and done.validation_losses == ((4, 0.625),)
    assert (done.tokens, done.cost_usd) == (4321, 4.321)
    assert bench.kept.model_copy(update={"updated": ""}) == done.model_copy(update={"updated": ""})
    assert any("running" in words for words in bench.said)
    assert {call.key for call in tuning_stub.calls} == {KEY}
    assert KEY not in done.model_dump_json()


async def test_the_same_training_goes_on_with_the_job_that_runs_and_another_begins_one(
    bench: Bench, tuning_stub: TuningStub
) -> None:
    first = await bench.begin()
    again = await bench.begin(name="called otherwise", usd_per_million_tokens=3.0)
    assert (again.id, again.job_id) == (first.id, first.job_id)
    assert "runs already, as ftjob-0" in bench.said[-1]
    assert (await bench.begin(epochs=2)).job_id == "ftjob-1"
    assert (tuning_stub.seen["upload"], len(tuning_stub.jobs)) == (4, 2)
    await bench.follow(first)
    assert (await bench.begin()).job_id == "ftjob-2", "one that has ended is made anew"


@pytest.mark.parametrize(
    "lost",
    [Reply(reset=True), Reply(status=502), Reply(body=b"<html>"), Reply(status=429, headers={"retry-after": "0"})],
)
async def test_where_the_answer_is_lost_after_the_job_was_made_none_is_made_twice(
    bench: Bench, tuning_stub: TuningStub, lost: Reply
) -> None:
    kind = tuning_stub.faults if lost.status == 429 else tuning_stub.after
    kind["create"] = [lost]
    tuning = await bench.begin()
    assert (tuning.job_id, len(tuning_stub.jobs)) == ("ftjob-0", 1)


async def test_a_job_that_was_never_made_is_made_after_the_connection_broke(
    bench: Bench, tuning_stub: TuningStub
) -> None:
    tuning_stub.faults["upload"] = [Reply(reset=True)]
    tuning_stub.faults["create"] = [Reply(reset=True), Reply(status=503)]
    assert (await bench.begin()).job_id == "ftjob-0"
    assert (tuning_stub.seen["create"], len(tuning_stub.jobs)) == (3, 1), "the client itself tries nothing twice"


async def test_where_nobody_can_tell_whether_it_began_the_same_again_finds_out(
    bench: Bench, tuning_stub: TuningStub
) -> None:
    tuning_stub.after["create"] = [Reply(reset=True)]
    tuning_stub.faults["list"] = [Reply(status=500)] * 4
    with pytest.raises(JobError, match="whether the job on file-in-0 began can't be found out"):
        await bench.begin()
    assert (bench.kept.status, bench.kept.job_id) == ("running", "")
    bench.project.tunings.put(bench.kept.model_copy(update={"owner": GONE})).result()
    assert (await bench.begin()).job_id == "ftjob-0"
    assert (len(tuning_stub.jobs), tuning_stub.seen["upload"]) == (1, 2)
    assert "had begun already" in bench.said[-1]


@pytest.mark.parametrize("made", [True, False])
async def test_whoever_died_amid_it_is_followed_up_by_the_same_command_or_by_looking(
    bench: Bench, tuning_stub: TuningStub, made: bool
) -> None:
    first = await bench.begin()
    if not made:
        tuning_stub.jobs.clear()
    left = first.model_copy(update={"job_id": "", "owner": GONE})
    bench.project.tunings.put(left).result()
    if made:
        assert (await find_again(bench.project, bench.door, left)).job_id == "ftjob-0"
    else:
        with pytest.raises(JobError, match="had not begun") as told:
            await find_again(bench.project, bench.door, left)
        assert told.value.hint == "the same command again begins it"
    assert (await bench.begin()).id == first.id
    assert (len(tuning_stub.jobs), tuning_stub.seen["upload"]) == (1, 2)


async def test_another_process_that_is_at_it_is_left_to_it(bench: Bench, tuning_stub: TuningStub) -> None:
    first = await bench.begin()
    for owner in ({**this_process(), "pid": 1}, {"host": "another-machine", "pid": 1}):
        bench.project.tunings.put(first.model_copy(update={"job_id": "", "owner": owner})).result()
        with pytest.raises(JobError, match="another process is handing"):
            await bench.begin()
        with pytest.raises(JobError, match="being handed in by another"):
            await find_again(bench.project, bench.door, bench.kept)
    assert len(tuning_stub.jobs) == 1


@pytest.mark.parametrize("kind", ["upload", "create"])
@pytest.mark.parametrize(
    ("status", "words"), [(401, "check the key in STUB_KEY"), (400, "example 3 has no assistant"), (404, "api_base")]
)
async def test_what_is_refused_is_told_and_kept_as_failed(
    bench: Bench, tuning_stub: TuningStub, kind: str, status: int, words: str
) -> None:
    tuning_stub.faults[kind] = [Reply(status=status, error={"message": "example 3 has no assistant"})]
    with pytest.raises(JobError, match=f"the job was not taken: .* answered {status}: example 3") as refused:
        await bench.begin(cap=5.0, usd_per_million_tokens=1.0)
    assert words in f"{refused.value} {refused.value.hint}"
    assert (bench.kept.status, str(status) in bench.kept.error) == ("failed", True)
    assert bench.project.spending.on(today()).reserved_usd == 0
    assert (await bench.begin()).job_id == "ftjob-0"


async def test_where_openai_itself_refuses_it_is_said_that_it_is_closing(
    bench: Bench, tuning_stub: TuningStub, monkeypatch: pytest.MonkeyPatch, make_project: MakeProject, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", tuning_stub.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own-0123456789")
    spec = base_of_job(bench.project, "openai", "gpt-4.1-nano-2025-04-14")
    assert place_of(spec) == tuning_stub.origin
    tuning_stub.faults["create"] = [Reply(status=403, error={"message": "Fine-tuning is not available"})]
    async with Providers() as providers:
        with pytest.raises(JobError) as refused:
            await begin(
                bench.project, TuningDoor(providers), bench.plan(spec=spec), bench.files, None, bench.said.append
            )
    assert CLOSED in str(refused.value.hint)
    assert {call.key for call in tuning_stub.calls} == {"sk-own-0123456789"}


async def test_a_job_that_fails_says_why_and_makes_no_model(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning_stub.ends = "failed"
    failed = await bench.follow(await bench.begin())
    assert (failed.status, failed.error) == ("failed", tuning_stub.failing)
    assert [one.name for one in bench.project.models.all()] == ["mini"]


async def test_hiccups_on_the_way_do_not_end_the_wait_and_silence_does(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning = await bench.begin()
    tuning_stub.faults["retrieve"] = [Reply(status=500), Reply(reset=True), Reply(body=b"{}"), Reply(status=429)]
    assert (await bench.follow(tuning)).status == "done"
    tuning = await bench.begin(epochs=2)
    tuning_stub.faults["retrieve"] = [Reply(status=500)] * 20
    with pytest.raises(JobError, match="how far the job ftjob-1 is can't be found out") as left:
        await bench.follow(tuning)
    assert "goes on: nothing is sent twice" in str(left.value.hint)
    assert (await look(bench.project, bench.door, bench.kept)).status == "done"


async def test_a_job_that_the_provider_does_not_know_has_failed(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning = await bench.begin()
    tuning_stub.jobs.clear()
    lost = await bench.follow(tuning)
    assert (lost.status, "no such job" in lost.error) == ("failed", True)


async def test_a_model_whose_name_can_not_be_one_is_not_taken(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning = await bench.begin()
    tuning_stub.model = "ft:x y//../{job}"
    with pytest.raises(JobError, match="what is no job"):
        await look(bench.project, bench.door, tuning)
    assert [one.name for one in bench.project.models.all()] == ["mini"]


async def test_it_can_be_cancelled_and_what_ended_before_is_kept(bench: Bench, tuning_stub: TuningStub) -> None:
    assert (await cancel(bench.project, bench.door, await bench.begin())).status == "cancelled"
    tuning = await bench.begin()
    tuning_stub.jobs[tuning.job_id].status = "succeeded"
    kept = await cancel(bench.project, bench.door, tuning)
    assert (kept.status, kept.model_name) == ("done", "mini-tuned")
    left = (await bench.begin()).model_copy(update={"job_id": "", "file_ids": (), "owner": GONE})
    bench.project.tunings.put(left).result()
    assert (await find_again(bench.project, bench.door, left, give_up=True)).status == "cancelled"


async def test_names_are_free_ones_and_a_model_that_is_there_already_is_not_added_twice(
    bench: Bench, tuning_stub: TuningStub
) -> None:
    tuning = await bench.begin()
    done = await bench.follow(tuning)
    assert (await look(bench.project, bench.door, tuning)).model_name == done.model_name == "mini-tuned"
    assert (await bench.follow(await bench.begin(name="mini"))).model_name == "mini-2"
    assert [one.name for one in bench.project.models.all()] == ["mini", "mini-tuned", "mini-2"]


async def test_the_days_cap_holds_before_anything_is_sent(bench: Bench, tuning_stub: TuningStub) -> None:
    with pytest.raises(JobError, match="the day's spending cap of"):
        await bench.begin(cap=0.0001, usd_per_million_tokens=10.0)
    assert tuning_stub.calls == []
    await bench.begin(cap=5.0, usd_per_million_tokens=10.0)
    cost = bench.plan(usd_per_million_tokens=10.0).cost(bench.files)
    assert cost is not None
    there = bench.project.spending.on(today())
    assert (there.spent_usd, there.reserved_usd) == (pytest.approx(cost), 0)


async def test_pairs_go_out_as_preference_tuning(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning = await bench.begin(method="dpo", epochs=1)
    assert tuning_stub.jobs[tuning.job_id].asked["method"] == {
        "type": "dpo",
        "dpo": {"hyperparameters": {"n_epochs": 1}},
    }
    assert (await bench.follow(tuning)).status == "done"


async def test_losses_that_are_not_told_do_not_matter(bench: Bench, tuning_stub: TuningStub) -> None:
    tuning_stub.faults["events"] = [Reply(status=404)]
    tuning_stub.trained_tokens = None
    done = await bench.follow(await bench.begin(usd_per_million_tokens=1.0))
    assert (done.status, done.losses, done.cost_usd) == ("done", (), None)


async def test_azure_is_spoken_to_as_azure(
    bench: Bench, tuning_stub: TuningStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_API_BASE", tuning_stub.origin)
    monkeypatch.setenv("AZURE_API_KEY", "azure-canary-key")
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    spec = base_of_job(bench.project, "azure", "gpt-4o-mini")
    async with Providers() as providers:
        own = Bench(bench.project, TuningDoor(providers), bench.files.train.parent.parent / "azure")
        own._files = bench.files
        tuning_stub.after["create"] = [Reply(status=500)]
        tuning = await own.begin(spec=spec)
        assert len(tuning_stub.jobs) == 1, "Azure's client tries again by itself"
        done = await own.follow(tuning)
    assert (done.status, done.result) == ("done", "azure/ft:gpt-4o-mini-2024-07-18:org:router:ftjob-0")
    assert done.losses == ((1, 2.0), (2, 1.0), (4, 0.5))
    assert {call.headers.get("api-key") for call in tuning_stub.calls} == {"azure-canary-key"}
    assert all("api-version=2024-10-21" in call.query for call in tuning_stub.calls)
