"""`synterm finetune --trainer` at a provider, as people call it: waited for, left alone, killed and called again."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from synterm.settings import load_settings
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.bound import bind
from tests.support.litellm_starts import Template, ended
from tests.support.tuned import KEY, held_label, tuning_project
from tests.support.tuning_stub import TuningStub, tuning_stub

__all__ = ["tuning_stub"]

_WITHIN_S = 120
TRAIN = ("--trainer", "openai", "--base", "mini")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that the model names is set."""
    monkeypatch.setenv("STUB_KEY", KEY)
    bind("STUB_KEY")


@pytest.fixture
def path(make_project: MakeProject, tuning_stub: TuningStub) -> Path:
    """A project with 24 cases to train on and three in the holdout, whose model is the stub."""
    return make_project(tuning_project(tuning_stub))


def started(template: Template, path: Path, stub: TuningStub, kind: str, *options: str) -> subprocess.Popen[str]:
    """Call it in a process of its own; gives it once a call of a kind has arrived."""
    command = template.synterm_command("finetune", path, *TRAIN, *options)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + _WITHIN_S
    while not stub.seen[kind] and time.monotonic() < until and process.poll() is None:
        stub.arrived.acquire(timeout=0.1)
    if not stub.seen[kind]:
        raise AssertionError(f"there was no {kind}: {ended(process, 0)}")
    return process


def test_train_wait_and_hold_it_against_its_base(synterm: Synterm, path: Path, tuning_stub: TuningStub) -> None:
    tuning_stub.reply(held_label)
    done = synterm("finetune", path, *TRAIN, "--train-price", "3", "--max-cost", "1")
    assert done.code == 0, done.err
    assert f"to validate with go to {tuning_stub.origin}, where openai/gpt-4o-mini-2024-07-18 is tuned" in done.err
    assert "the provider keeps the files until you delete them there" in done.err
    assert "is the model 'mini-tuned' of the project" in done.out
    assert "4,321 tokens trained on, $0.013" in done.out
    assert "loss 2.000 → 0.500 in 4 steps, 0.625 on what it did not see" in done.out
    assert "On holdout, against its base under the same prompt" in done.out
    with Project.open(path) as project:
        [tuning] = project.tunings.all()
        [run] = project.runs.all()
        assert {one["name"] for one in run.totals["variants"]} == {"router@v1 · mini", "router@v1 · mini-tuned"}
        held = {case.root_id for case in project.cases.select() if case.split == "holdout"}
        assert not held & {*tuning.root_ids}
    assert KEY not in done.out + done.err + path.read_bytes().decode("latin-1")
    asked = [call.body["model"] for call in tuning_stub.calls if "messages" in call.body]
    assert asked.count("ft:gpt-4o-mini-2024-07-18:org:router:ftjob-0") == 3


def test_a_model_that_got_worse_is_said_to_be(synterm: Synterm, path: Path, tuning_stub: TuningStub) -> None:
    with Project.open(path) as project:
        case = next(iter(project.cases.select()))
        more = [
            case.model_copy(
                update={
                    "id": f"H{number}",
                    "root_id": f"H{number}",
                    "split": "holdout",
                    "input": {"message": f"more {number} clarify"},
                    "expected": "clarify",
                }
            )
            for number in range(12)
        ]
        project.cases.put(more).result()
    tuning_stub.reply(held_label)
    synterm("run", path, "--split", "holdout")
    tuning_stub.reply("schedule")
    done = synterm("finetune", path, *TRAIN)
    assert done.code == 1, done.err
    assert "mini-tuned is worse on holdout" in done.err


def test_killed_between_the_files_and_the_job_the_same_command_makes_one_job(
    synterm: Synterm, path: Path, tuning_stub: TuningStub, litellm_starts: Template
) -> None:
    tuning_stub.hold["create"].clear()
    process = started(litellm_starts, path, tuning_stub, "create")
    process.kill()
    process.communicate()
    tuning_stub.hold["create"].set()
    with Project.open(path) as project:
        [left] = project.tunings.all()
        assert (left.status, left.job_id, left.file_ids) == ("running", "", ("file-in-0", "file-in-1"))
    tuning_stub.jobs.clear()
    done = synterm("finetune", path, *TRAIN, "--no-compare")
    assert (done.code, [*tuning_stub.jobs], tuning_stub.seen["upload"]) == (0, ["ftjob-0"], 2), done.err


def test_killed_while_the_job_runs_and_ctrl_c_leave_it_there(
    synterm: Synterm, path: Path, tuning_stub: TuningStub, litellm_starts: Template
) -> None:
    tuning_stub.polls = 1_000_000
    process = started(litellm_starts, path, tuning_stub, "retrieve")
    process.kill()
    process.communicate()
    tuning_stub.seen.clear()
    process = started(litellm_starts, path, tuning_stub, "retrieve")
    process.send_signal(signal.SIGINT)
    said = ended(process, _WITHIN_S)
    assert (process.returncode, "the job goes on at the provider" in said) == (130, True)
    assert "the same training runs already, as ftjob-0: nothing is sent" in said
    tuning_stub.polls = 1
    done = synterm("finetune", path, *TRAIN, "--no-compare")
    assert (done.code, len(tuning_stub.jobs), tuning_stub.seen["upload"]) == (0, 1, 0)


def test_left_alone_listed_and_taken_in_later(synterm: Synterm, path: Path, tuning_stub: TuningStub) -> None:
    tuning_stub.polls = 2
    left = synterm("finetune", path, *TRAIN, "--no-wait", "--name", "router-mini")
    assert (left.code, "the job ftjob-0 runs" in left.err) == (3, True)
    listed = synterm("finetune", path, "--jobs")
    assert listed.code == 3
    assert "\trunning\topenai/gpt-4o-mini-2024-07-18\tsft, " in listed.out
    tuning_stub.reply(held_label)
    done = synterm("finetune", path, "--jobs", "--json", "-")
    assert done.code == 0, done.err
    [row] = done.json["tunings"]
    assert (done.json["schema"], row["status"], row["model_name"]) == ("synterm.tunings/1", "done", "router-mini")
    with Project.open(path) as project:
        assert len(project.runs.all()) == 1, "it was held against its base"
    assert "→ router-mini" in synterm("finetune", path, "--jobs").out
    assert tuning_stub.seen["retrieve"] == 2, "nobody is asked about what has ended"
    assert "Tuning" in synterm("schema", "tunings").out


def test_evaluation_cases_are_never_sent_and_a_job_is_cancelled(
    synterm: Synterm, path: Path, tuning_stub: TuningStub
) -> None:
    done = synterm("finetune", path, *TRAIN, "--split", "train", "--split", "holdout", "--no-wait")
    assert (done.code, "3 refused" in done.err) == (3, True)
    assert not any("held" in row["messages"][-2]["content"] for row in tuning_stub.rows())
    with Project.open(path) as project:
        name = project.tunings.find("last").id[-8:]
    assert "was cancelled" in synterm("finetune", path, "--cancel", name.lower()).err
    assert tuning_stub.jobs["ftjob-0"].status == "cancelled"
    assert synterm("finetune", path, "--cancel", name).code == 2
    assert synterm("finetune", path, "--jobs").code == 0


def test_a_job_that_failed_ends_with_3_and_says_why(synterm: Synterm, path: Path, tuning_stub: TuningStub) -> None:
    tuning_stub.ends = "failed"
    done = synterm("finetune", path, *TRAIN)
    assert (done.code, tuning_stub.failing in done.out) == (3, True)


def test_a_short_instruction_is_kept_as_a_prompt_to_ask_with(
    synterm: Synterm, path: Path, tuning_stub: TuningStub
) -> None:
    tuning_stub.reply(held_label)
    done = synterm("finetune", path, *TRAIN, "--instruction", "Route it.")
    assert done.code == 0, done.err
    assert tuning_stub.rows()[0]["messages"][0]["content"] == "Route it."
    with Project.open(path) as project:
        assert project.tunings.find("last").prompt == "router-short@v1"
    assert "against its base under the full prompt" in done.out


def test_caps_hold_before_anything_is_sent(
    synterm: Synterm, path: Path, tuning_stub: TuningStub, own_config: Path
) -> None:
    dear = synterm("finetune", path, *TRAIN, "--train-price", "50000", "--max-cost", "1")
    assert (dear.code, "more than --max-cost 1: nothing was sent" in dear.err) == (3, True)
    unknown = synterm("finetune", path, *TRAIN, "--max-cost", "1")
    assert (unknown.code, "--train-price USD says it" in unknown.err) == (2, True)
    (own_config / "settings.toml").write_text("day_cap_usd = 0.000001\n")
    bind("STUB_KEY")
    load_settings.cache_clear()
    assert "the day's cap of $0.00 can't be held" in synterm("finetune", path, *TRAIN).err
    assert synterm("finetune", path, *TRAIN, "--train-price", "3").code == 3
    assert tuning_stub.calls == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--trainer", "together_ai", "--base", "x"),
            "does not reach Together AI; hint: trainers here: local, and openai, azure",
        ),
        (("--trainer", "vertex_ai", "--base", "x"), "can't ask what became of them"),
        (("--trainer", "opneai", "--base", "x"), "did you mean openai"),
        (("--trainer", "openai"), "--base MODEL says it"),
        (("--trainer", "azure", "--base", "mini"), "is a model of openai, not of azure"),
        (("--trainer", "litellm_proxy", "--base", "x"), "nothing says where litellm_proxy is"),
        ((*TRAIN, "--method", "kto"), "not by kto"),
        (("--trainer", "azure", "--base", "gpt-4o", "--method", "dpo"), "Azure is asked for sft only"),
        ((*TRAIN, "--rank", "8"), "--rank goes with --trainer local"),
        ((*TRAIN, "--rate", "0.0001"), "providers take a factor on their own"),
        ((*TRAIN, "--name", "mini"), "the project has a model 'mini'"),
        ((*TRAIN, "--limit", "5", "--validation", "0"), "there are 5 rows to train on, and providers want 10"),
        (("--cancel", "nothing"), "no tuning 'nothing'"),
        (("--jobs", "--no-wait"), "--no-wait says how"),
    ],
)
def test_what_can_not_be_is_said_before_anything_is_sent(
    synterm: Synterm, path: Path, tuning_stub: TuningStub, options: tuple[str, ...], words: str
) -> None:
    done = synterm("finetune", path, *options)
    assert done.code == 2
    assert words in done.err.replace("\n", "; "), done.err
    assert tuning_stub.calls == []


def test_an_endpoint_that_was_not_approved_and_a_key_that_is_not_set_get_nothing(
    synterm: Synterm, make_project: MakeProject, tuning_stub: TuningStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = make_project(tuning_project(tuning_stub, api_base="https://evil.example/v1"), name="evil.db")
    done = synterm("finetune", evil, *TRAIN)
    assert (done.code, "you have not said that it may go there" in done.err) == (3, True)
    monkeypatch.delenv("STUB_KEY")
    done = synterm("finetune", make_project(tuning_project(tuning_stub)), *TRAIN)
    assert (done.code, "export STUB_KEY" in done.err) == (3, True)
    with Project.open(evil) as project:
        assert project.tunings.all() == []
    assert tuning_stub.calls == []
