"""The trainer of this machine, for real: a few steps on the embedded model's own weights, and what answers then."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Labels, Request
from synterm.finetune.train.adapter_file import write_adapter
from synterm.finetune.train.base_model import load_model, load_tokenizer
from synterm.finetune.train.job import Finished, Loaded, Method, Step, TrainEvent, TrainJob, TrainSettings, Validated
from synterm.finetune.train.run import TrainingError, train
from synterm.finetune.train.trainers import TARGETS
from synterm.providers import adapters, weights
from synterm.providers.embedded import EmbeddedProvider
from synterm.storage.project import Project

ROUTES = {"book a room": "schedule", "sum up the call": "summarize", "find the slides": "retrieve", "do it": "clarify"}
PROJECT = {
    "synterm": 1,
    "name": "router",
    "models": [{"name": "small", "model": "embedded/default", "params": {"temperature": 0, "max_tokens": 8}}],
    "prompts": [
        {
            "name": "router",
            "messages": [
                {"role": "system", "content": "You route one message of an office to one agent, with great care."},
                {"role": "user", "content": "{{ message }}"},
            ],
        }
    ],
    "tree": [
        {
            "feature": "Routing",
            "behaviors": [
                {
                    "behavior": "All",
                    "scenarios": [
                        {
                            "scenario": "plain",
                            "checks": [{"type": "label", "labels": [*ROUTES.values()]}],
                            "cases": [
                                *(
                                    {"input": {"message": text}, "expected": route, "split": "train"}
                                    for text, route in ROUTES.items()
                                ),
                                {
                                    "input": {"message": "put the review on my calendar"},
                                    "expected": "schedule",
                                    "split": "holdout",
                                },
                                {
                                    "input": {"message": "where is the budget sheet"},
                                    "expected": "retrieve",
                                    "split": "holdout",
                                },
                            ],
                        }
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def model_file() -> Path:
    """The embedded model's weights, in the user's data directory; fetched when they are not there yet."""
    return asyncio.run(weights.fetch(lambda arrived, expected: None))


@pytest.fixture
def home(model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Directories of its own for whatever synterm keeps, with the weights in them."""
    for name in ("CONFIG", "STATE", "LOG", "DATA"):
        monkeypatch.setenv(f"SYNTERM_{name}_DIR", str(tmp_path / name.lower()))
    (tmp_path / "data" / "models").mkdir(parents=True)
    (tmp_path / "data" / "models" / model_file.name).symlink_to(model_file)
    yield tmp_path


def row(text: str, answer: str, wrong: str | None = None, label: bool | None = None) -> dict[str, Any]:
    """A row as the exporter writes it: of pairs with `wrong`, judged by itself with `label`."""
    prompt = [{"role": "user", "content": text}]
    said = [{"role": "assistant", "content": answer}]
    if wrong is not None:
        return {"prompt": prompt, "chosen": said, "rejected": [{"role": "assistant", "content": wrong}]}
    return {"prompt": prompt, "completion": said} | ({} if label is None else {"label": label})


def rows_of(method: Method) -> list[dict[str, Any]]:
    pairs = [*ROUTES.items()]
    if method == "dpo":
        return [row(text, right, wrong="none") for text, right in pairs]
    if method == "kto":
        return [row(text, right if good else "none", label=good) for text, right in pairs for good in (True, False)]
    return [row(text, right) for text, right in pairs]


def job(place: Path, rows: list[dict[str, Any]], *, watched: bool = False, **settings: Any) -> TrainJob:
    place.mkdir(parents=True, exist_ok=True)
    (place / "work").mkdir()
    for name in ("train", "validation"):
        (place / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    path = weights.find()
    assert path is not None
    return TrainJob(
        weights=str(path),
        train=str(place / "train.jsonl"),
        validation=str(place / "validation.jsonl") if watched else None,
        adapter=str(place / "adapter.gguf"),
        work=str(place / "work"),
        settings=TrainSettings.model_validate({"epochs": 1, "rank": 2, "batch": 4} | settings),
    )


def trained(wanted: TrainJob) -> tuple[Finished, list[TrainEvent]]:
    told: list[TrainEvent] = []
    return asyncio.run(train(wanted, told.append)), told


def answer(model: str, *messages: Message, labels: tuple[str, ...] = ()) -> tuple[str, int | None]:
    """What the embedded model says, and how many tokens it took for the prompt."""

    async def ask() -> tuple[str, int | None]:
        provider = EmbeddedProvider(model)
        spec = ModelSpec(name="m", model=model)
        wanted = Request(spec, messages, {"temperature": 0, "max_tokens": 8}, Labels(labels) if labels else None)
        found = await provider.complete(wanted)
        await provider.close()
        assert found.error is None, f"{found.error}; {found.hint}"
        return found.text, found.usage.prompt

    return asyncio.run(ask())


@pytest.mark.parametrize("method", ["sft", "dpo", "kto"])
def test_each_method_makes_an_adapter_that_is_taken(method: Method, home: Path):
    done, told = trained(job(home / "it", rows_of(method), watched=True, method=method))
    kinds = [type(event) for event in told]
    assert kinds[0] is Loaded
    assert {Step, Validated} <= {*kinds}
    assert kinds[-1] is Finished
    assert done.cpu_s > 0
    assert done.versions["trl"]
    _, facts = adapters.install(home / "it" / "adapter.gguf")
    assert (facts.rank, facts.matrices) == (2, 30 * len(TARGETS))


def test_the_same_job_makes_the_same_bytes(home: Path):
    one, other = (job(home / name, rows_of("sft"), seed=3) for name in ("one", "other"))
    trained(one)
    trained(other)
    assert Path(one.adapter).read_bytes() == Path(other.adapter).read_bytes()


def test_what_was_learnt_is_answered_by_the_runtime(home: Path):
    wanted = job(home / "it", rows_of("sft"), epochs=20, rank=8, rate=2e-3)
    trained(wanted)
    sha256, _ = adapters.install(Path(wanted.adapter))
    model = adapters.model_string(sha256)
    for text, route in ROUTES.items():
        # Held to the labels and free: both are as it was trained.
        assert answer(model, Message(role="user", content=text))[0] == route
        assert answer(model, Message(role="user", content=text), labels=(*ROUTES.values(), "none"))[0] == route


def test_a_row_that_the_model_cannot_take_is_named(home: Path):
    with pytest.raises(TrainingError, match=r"row 5 has .* tokens") as error:
        trained(job(home / "it", [*rows_of("sft"), row("word " * 5000, "clarify")]))
    assert "--max-tokens" in (error.value.hint or "")
    assert not (home / "it" / "adapter.gguf").exists()


PROMPTS: list[list[tuple[str, str]]] = [
    [("user", "hello")],
    [("system", "Be brief.\n- one\n- two"), ("user", "  spaces,  tabs\tand\n\nlines  ")],
    [("user", "naïve café 東京 🙂 ﷽"), ("assistant", "ok"), ("user", "<|im_end|> is a mark, and 3.14159 is none")],
    [("system", ""), ("user", "don't we'll they're 1234567890")],
]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_trainer_and_runtime_cut_a_request_into_as_many_tokens(prompt: list[tuple[str, str]], home: Path):
    path = weights.find()
    assert path is not None
    said = [{"role": role, "content": content} for role, content in prompt]
    ours = load_tokenizer(path).apply_chat_template(said, add_generation_prompt=True)["input_ids"]
    messages = [Message.model_validate(one) for one in said]
    assert answer("embedded/smollm2-135m", *messages)[1] == len(ours)


def test_an_adapter_says_the_same_to_transformers_and_to_the_runtime(home: Path):
    import peft
    import torch
    import xllamacpp  # pyright: ignore[reportMissingTypeStubs]

    path = weights.find()
    assert path is not None
    torch.manual_seed(1)
    adapted = peft.get_peft_model(
        load_model(path), peft.LoraConfig(r=4, lora_alpha=8, target_modules=[*TARGETS], task_type="CAUSAL_LM")
    )
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            value.data.normal_(0, 0.2)
    write_adapter(home / "a.gguf", dict(adapted.named_parameters()), alpha=8.0, heads=(9, 3))
    said = [{"role": "user", "content": "can you book me a table for two"}]
    ids = load_tokenizer(path).apply_chat_template(said, add_generation_prompt=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        tuned = torch.log_softmax(adapted(input_ids=ids).logits[0, -1].float(), -1)
        with adapted.disable_adapter():
            plain = torch.log_softmax(adapted(input_ids=ids).logits[0, -1].float(), -1)
    native: Any = xllamacpp
    params = native.CommonParams()
    params.model.path, params.n_ctx, params.warmup, params.verbosity = str(path), 512, False, 0
    params.cpuparams.n_threads = 1
    params.lora_adapters = [native.CommonAdapterLoraInfo(str(home / "a.gguf"), 1.0)]
    asked = {"messages": said, "max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": 20}
    got = native.Server(params).handle_chat_completions(asked)
    found = {one["id"]: one["logprob"] for one in got["choices"][0]["logprobs"]["content"][0]["top_logprobs"]}
    off = sum(abs(tuned[at] - value) for at, value in found.items()) / len(found)
    without = sum(abs(plain[at] - value) for at, value in found.items()) / len(found)
    # The runtime rounds what goes between layers to 8 bits; what the adapter does is far more than that.
    assert off < 0.35
    assert without > 3 * off


def synterm(*words: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "synterm", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def done(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=600)
    return process.returncode, out, err


@pytest.fixture
def project(home: Path) -> Path:
    (home / "router.yaml").write_text(json.dumps(PROJECT))
    code, _, err = done(synterm("new", home / "router.db", "--from", home / "router.yaml"))
    assert code == 0, err
    return home / "router.db"


def test_a_training_becomes_a_model_of_the_project_and_is_judged_on_holdout(project: Path):
    options = ("--epochs", "2", "--rank", "2", "--validation", "0", "--instruction", "Route it.")
    code, out, err = done(synterm("finetune", project, "--trainer", "local", *options))
    assert code in (0, 1), err
    assert "4 rows of 4 lineages under router-short@v1" in err
    assert "On holdout, against its base under the same prompt" in out
    assert "On holdout, against its base under the full prompt" in out
    assert "of 2 cases" in out
    with Project.open(project) as opened:
        spec = opened.models.get("small-tuned")
        tuning = opened.tunings.of_model("small-tuned")
        assert tuning is not None
        assert (tuning.status, tuning.rows, tuning.result) == ("done", 4, spec.model)
        assert len(tuning.root_ids) == 4
        assert tuning.losses
        assert adapters.require(spec.resolved) == adapters.folder() / f"{tuning.adapter_sha256}.gguf"
        short = opened.prompts.get("router-short")
        assert [message.content for message in short.draft.messages] == ["Route it.", "{{ message }}"]
        run = opened.runs.named("last", complete=True)
        assert {(prompt, model) for _, prompt, _, _, model in opened.runs.columns(run.id)} == {
            ("router-short", "small"),
            ("router-short", "small-tuned"),
            ("router", "small"),
        }
    code, _, err = done(synterm("finetune", project, "--trainer", "local", *options, "--no-compare"))
    assert code == 0, err
    with Project.open(project) as opened:
        # The same rows, the same seed: the same adapter under another name.
        assert opened.models.get("small-tuned-2").model == spec.model


def test_interrupted_it_keeps_nothing(project: Path):
    running = synterm("finetune", project, "--trainer", "local", "--epochs", "500", "--validation", "0")
    log = Path(os.environ["SYNTERM_LOG_DIR"]) / "training.log"
    until = time.monotonic() + 300
    while "'loss'" not in (log.read_text() if log.exists() else "") and time.monotonic() < until:
        assert running.poll() is None, running.communicate()
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    code, _, err = done(running)
    assert code == 130, err
    assert "nothing of it is kept" in err
    with Project.open(project) as opened:
        assert [spec.name for spec in opened.models.all()] == ["small"]
        assert opened.tunings.all() == []
    assert not [*adapters.installed()]
