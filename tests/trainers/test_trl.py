"""TRL's own trainers take a step on what is exported for them, and learn from the answers only."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.trainers.conftest import Exported
from tests.trainers.projects import LABELS

Settings = Callable[..., dict[str, Any]]
END = "<|im_end|>"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What all trainers are told: two rows, one step, nothing kept or reported."""

    def make(**more: Any) -> dict[str, Any]:
        return {
            "output_dir": str(tmp_path / "out"),
            "max_steps": 1,
            "per_device_train_batch_size": 4,
            "per_device_eval_batch_size": 4,
            "use_cpu": True,
            "bf16": False,
            "report_to": "none",
            "save_strategy": "no",
            "disable_tqdm": True,
            "seed": 7,
        } | more

    return make


def rows(folder: Path) -> Any:
    """The folder as a user of the hub loads it: by the settings in its card."""
    from datasets import load_dataset

    return load_dataset(str(folder))


def tokenizer(model: str) -> Any:
    """The tiny model's."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model)


def step(trainer: Any) -> None:
    """One step and one look at the validation part, both with a loss that is a number."""
    assert math.isfinite(trainer.train().training_loss)
    assert math.isfinite(trainer.evaluate()["eval_loss"])


def learnt(trainer: Any, model: str) -> list[str]:
    """What of each row of the first batch the loss is taken on."""
    batch = next(iter(trainer.get_train_dataloader()))
    read = tokenizer(model).decode
    if "labels" in batch:
        return [read(row[row != -100]).strip() for row in batch["labels"]]
    masks = batch["completion_mask"].bool()
    return [read(row[mask]).strip() for row, mask in zip(batch["input_ids"], masks, strict=True)]


def sft(model: str, data: Any, settings: dict[str, Any]) -> Any:
    """A trainer on right answers."""
    from trl import SFTConfig, SFTTrainer

    return SFTTrainer(
        model,
        args=SFTConfig(max_length=2048, **settings),
        train_dataset=data["train"],
        eval_dataset=data["validation"],
        processing_class=tokenizer(model),
    )


def dpo(model: str, data: Any, settings: dict[str, Any]) -> Any:
    """A trainer on pairs."""
    from trl import DPOConfig, DPOTrainer

    return DPOTrainer(
        model,
        args=DPOConfig(max_length=2048, **settings),
        train_dataset=data["train"],
        eval_dataset=data["validation"],
        processing_class=tokenizer(model),
    )


def test_sft_learns_whole_chats(exported: Exported, tiny_model: str, settings: Settings) -> None:
    trainer = sft(tiny_model, rows(exported("trl-sft")), settings())
    for text in learnt(trainer, tiny_model):
        assert text.startswith("<|im_start|>system\nRoute the message")
        assert text.endswith(tuple(f"<|im_start|>assistant\n{label}{END}" for label in LABELS))
    step(trainer)


def test_sft_learns_what_assistants_said_when_it_is_told_to(
    exported: Exported, tiny_model: str, settings: Settings
) -> None:
    trainer = sft(tiny_model, rows(exported("trl-sft")), settings(assistant_only_loss=True))
    example = f"out_of_scope{END}"  # the prompt has one, and it is an assistant's turn like any other
    assert set(learnt(trainer, tiny_model)) <= {f"{example}{label}{END}" for label in LABELS}
    step(trainer)


def test_prompt_and_completion_are_told_apart(exported: Exported, tiny_model: str, settings: Settings) -> None:
    trainer = sft(tiny_model, rows(exported("trl-prompt-completion")), settings())
    assert set(learnt(trainer, tiny_model)) <= {f"{label}{END}" for label in LABELS}
    step(trainer)


def test_dpo_holds_the_right_answer_against_a_wrong_one(
    exported: Exported, tiny_model: str, settings: Settings
) -> None:
    data = rows(exported("trl-dpo"))
    trainer = dpo(tiny_model, data, settings())
    answers = learnt(trainer, tiny_model)
    chosen, rejected = answers[: len(answers) // 2], answers[len(answers) // 2 :]
    assert set(chosen) <= {f"{label}{END}" for label in LABELS}
    assert set(rejected) == {f"clarify{END}"}
    step(trainer)


def test_kto_takes_every_judged_answer_by_itself(exported: Exported, tiny_model: str, settings: Settings) -> None:
    from trl import KTOConfig, KTOTrainer

    folder = exported("trl-kto")
    data = rows(folder)
    trainer = KTOTrainer(
        tiny_model,
        args=KTOConfig(max_length=2048, **weights(folder), **settings()),
        train_dataset=data["train"],
        eval_dataset=data["validation"],
        processing_class=tokenizer(tiny_model),
    )
    batch = next(iter(trainer.get_train_dataloader()))
    for text, right in zip(learnt(trainer, tiny_model), batch["label"], strict=True):
        assert (text == f"clarify{END}") is not bool(right)
    step(trainer)


def weights(folder: Path) -> dict[str, float]:
    """KTO's weights, as the manifest has them."""
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["kto"]
    return {"desirable_weight": found["desirable"], "undesirable_weight": found["undesirable"]}


def test_the_weights_of_kto_bring_right_and_wrong_answers_into_balance(exported: Exported) -> None:
    folder = exported("trl-kto")
    labels = rows(folder)["train"]["label"]
    found = weights(folder)
    right, wrong = sum(labels), len(labels) - sum(labels)
    ratio = (found["desirable_weight"] * right) / (found["undesirable_weight"] * wrong)
    assert 1 <= round(ratio, 6) <= round(4 / 3, 6)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"{value:g}" in card for value in found.values())


def test_grpo_asks_the_model_itself(exported: Exported, tiny_model: str, settings: Settings) -> None:
    from trl import GRPOConfig, GRPOTrainer

    asked: list[Any] = []

    def shortness(prompts: list[Any], completions: list[Any], **_: Any) -> list[float]:
        asked.extend(prompts)
        return [-float(len(answer[0]["content"])) for answer in completions]

    data = rows(exported("trl-grpo"))
    assert data["train"].column_names[0] == "prompt"
    trainer = GRPOTrainer(
        tiny_model,
        reward_funcs=shortness,
        args=GRPOConfig(num_generations=2, max_completion_length=4, **settings()),
        train_dataset=data["train"],
        processing_class=tokenizer(tiny_model),
    )
    assert math.isfinite(trainer.train().training_loss)
    assert {prompt[-1]["role"] for prompt in asked} == {"user"}


@pytest.mark.parametrize("name", ["trl-sft", "trl-prompt-completion"])
def test_calls_of_functions_are_learnt_as_calls(
    exported: Exported, tiny_model: str, settings: Settings, name: str
) -> None:
    trainer = sft(tiny_model, rows(exported(name, of="tools")), settings(assistant_only_loss=name == "trl-sft"))
    read = tokenizer(tiny_model).decode
    batch = next(iter(trainer.get_train_dataloader()))
    for text, whole in zip(learnt(trainer, tiny_model), batch["input_ids"], strict=True):
        # What one call does not name stays out, though others name it: a null would be learnt.
        assert text.startswith('<call>{"name": "find_room", "arguments": {"seats": ') and "null" not in text
        assert '"description": "Rooms for so many people."' in read(whole)
    step(trainer)


def test_a_call_is_held_against_another_call(exported: Exported, tiny_model: str, settings: Settings) -> None:
    trainer = dpo(tiny_model, rows(exported("trl-dpo", of="tools")), settings())
    answers = learnt(trainer, tiny_model)
    rejected = answers[len(answers) // 2 :]
    assert set(rejected) <= {
        f"Which room?{END}",
        '<call>{"name": "find_room", "arguments": {"seats": 99}}</call>' + END,
    }
    step(trainer)
