"""What `synterm finetune` does around a training on this machine, where the libraries that train need not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synterm.cli import finetune_holdout
from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.finetune.outcome import asked_with, keep_prompt
from synterm.finetune.train import libraries
from synterm.providers import adapters
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.support.adapter_files import SAID, adapter, gguf, pair

RIGHT, WRONG = "schedule", "clarify"
_CASES = [("train", f"book room {at}") for at in range(8)] + [("holdout", f"call with team {at}") for at in range(12)]


def says(name: str, answer: str) -> dict[str, Any]:
    return {"name": name, "model": "scripted/rules", "params": {"default": answer}}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synterm: Synterm) -> Path:
    """A project whose models always say the same, and a data directory of its own."""
    for name in ("CONFIG", "STATE", "LOG", "DATA"):
        monkeypatch.setenv(f"SYNTERM_{name}_DIR", str(tmp_path / name.lower()))
    cases = [{"input": {"message": text}, "expected": RIGHT, "split": split} for split, text in _CASES]
    scenario = {"scenario": "plain", "checks": [{"type": "label", "labels": [RIGHT, WRONG]}], "cases": cases}
    messages = [{"role": "system", "content": "Route with care."}, {"role": "user", "content": "{{ message }}"}]
    text = {
        "synterm": 1,
        "name": "router",
        "models": [says("good", RIGHT), says("bad", WRONG)],
        "prompts": [{"name": "router", "messages": messages}],
        "tree": [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]}],
    }
    (tmp_path / "router.yaml").write_text(json.dumps(text))
    path = tmp_path / "router.db"
    assert synterm("new", path, "--from", tmp_path / "router.yaml").code == 0
    return path


def file(folder: Path, data: bytes) -> Path:
    path = folder / "from-a-colleague.gguf"
    path.write_bytes(data)
    return path


def models(path: Path) -> dict[str, str]:
    with Project.open(path) as project:
        return {spec.name: spec.model for spec in project.models.all()}


def test_without_the_libraries_it_says_what_to_install(
    project: Path, synterm: Synterm, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    done = synterm("finetune", project, "--trainer", "local")
    assert done.code == 3
    assert "training on this machine needs trl, peft" in done.err
    assert "pip install 'synterm[train]'" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--max-cost", "1"), "--max-cost is for trainers that cost something"),
        (("--base", "good"), "tunes the embedded model, not scripted/rules"),
        (("--base", "embedded/default+0123456789abcdef"), "an adapter can't be put on another"),
        (("--name", "good"), "the project has a model 'good'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_trained(
    options: tuple[str, ...], words: str, project: Path, synterm: Synterm, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(libraries, "find_spec", lambda name: True)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    done = synterm("finetune", project, "--trainer", "local", *options)
    assert done.code == 2
    assert words in done.err


def test_an_adapter_becomes_a_model_of_the_project(project: Path, synterm: Synterm, tmp_path: Path):
    done = synterm("finetune", project, "--adapter", file(tmp_path, adapter(1)))
    assert done.code == 0, done.err
    (sha256,) = adapters.installed()
    assert models(project)["smollm2-tuned"] == adapters.model_string(sha256)
    assert models(project)["smollm2"] == "embedded/default"
    assert "what it was trained on is not known here" in done.err
    assert "smollm2-tuned" in synterm("models", project).out
    again = synterm("finetune", project, "--adapter", file(tmp_path, adapter(1)))
    assert (again.code, "can be asked now" in again.err) == (0, True)
    other = synterm("finetune", project, "--adapter", file(tmp_path, adapter(2)), "--name", "other")
    assert other.code == 0
    assert [*models(project)] == ["good", "bad", "smollm2", "smollm2-tuned", "other"]


def test_a_project_whose_adapter_is_not_here_says_how_to_get_it(project: Path, synterm: Synterm, tmp_path: Path):
    added = synterm("add", project, "model", "tuned", "--model", "embedded/smollm2-135m+0123456789abcdef")
    assert added.code == 0
    listed = synterm("models", project).out
    assert "its adapter 0123456789abcdef is not here" in listed
    assert "--adapter FILE" in listed
    run = synterm("run", project, "--model", "tuned", "--split", "holdout")
    assert run.code == 3
    assert "is not here" in run.err


def test_a_file_that_is_no_adapter_changes_nothing(project: Path, synterm: Synterm, tmp_path: Path):
    before = models(project)
    wrong = gguf(SAID | {"general.type": "model"}, pair())
    done = synterm("finetune", project, "--adapter", file(tmp_path, wrong))
    assert done.code == 2
    assert "it holds a whole model" in done.err
    assert models(project) == before
    assert not [*adapters.installed()]


def tuning(model_name: str, roots: tuple[str, ...] = ()) -> Tuning:
    values = {"id": new_id(), "trainer": "local", "base": "scripted/rules", "status": "done", "method": "sft"}
    more = {"prompt": "router@v1", "set_sha256": "", "rows": 8, "root_ids": roots, "model_name": model_name}
    return Tuning.model_validate(values | more)


@pytest.mark.parametrize(("base", "tuned", "code"), [("bad", "good", 0), ("good", "bad", 1)])
def test_holdout_tells_whether_the_tuned_model_is_better(
    base: str, tuned: str, code: int, project: Path, capsys: pytest.CaptureFixture[str]
):
    with Project.open(project) as opened:
        spec = opened.models.get(base)
        plan = TrainingPlan(prompt="router@v1")
        assert finetune_holdout.compare_on_holdout(opened, tuning(tuned), plan, spec) == code
        run = opened.runs.named("last", complete=True)
        assert len(opened.runs.columns(run.id)) == 2
    said = capsys.readouterr()
    assert f"router@v1 · {base} → router@v1 · {tuned}  {'worse' if code else 'better'}" in said.out
    assert "of 12 cases" in said.out
    assert ("is worse on holdout" in said.err) is bool(code)


def test_cases_of_lineages_that_it_has_seen_are_not_asked(project: Path, capsys: pytest.CaptureFixture[str]):
    with Project.open(project) as opened:
        seen = tuple(case.root_id for case in opened.cases.select() if case.split == "holdout")
        spec = opened.models.get("good")
        plan = TrainingPlan(prompt="router@v1")
        assert finetune_holdout.compare_on_holdout(opened, tuning("bad", seen), plan, spec) == 0
        assert not opened.runs.columns("last")
    assert "not compared: there is no holdout case" in capsys.readouterr().err


def test_an_instruction_becomes_a_prompt_once(project: Path):
    plan = TrainingPlan(prompt="router@v1", instructions={"*": ("Route it.", "Sort it.")})
    with Project.open(project) as opened:
        asked = asked_with(opened, plan)
        assert asked.name == "router-short@v1"
        assert [message.content for message in asked.body.messages] == ["Route it.", "{{ message }}"]
        assert keep_prompt(opened, asked)
        assert not keep_prompt(opened, asked_with(opened, plan))
        other = asked_with(opened, plan.model_copy(update={"instructions": {"*": ("Route {it}.",)}}))
        assert other.name == "router-short@v2"
        assert keep_prompt(opened, other)
        assert asked_with(opened, TrainingPlan(prompt="router@v1")).name == "router@v1"
        assert len(opened.prompts.get("router-short").versions) == 2


def test_the_tuned_model_is_asked_as_its_base_is(project: Path, synterm: Synterm, tmp_path: Path):
    assert synterm("add", project, "model", "local", "--model", "embedded/default", "--param", "max_tokens=3").code == 0
    assert synterm("finetune", project, "--adapter", file(tmp_path, adapter(1))).code == 0
    with Project.open(project) as opened:
        spec: ModelSpec = opened.models.get("local-tuned")
        assert spec.params == {"max_tokens": 3}
        assert "smollm2" not in {one.name for one in opened.models.all()}
