"""What is exported loads with Hugging Face's own libraries: the rows, the splits and the card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.trainers.conftest import Exported

BY_CARD = ("trl-sft", "trl-prompt-completion", "trl-dpo", "trl-kto", "trl-grpo", "openai-sft", "openai-dpo", "mlx-lm")
ALL = (*BY_CARD, "llamafactory", "axolotl", "sharegpt", "alpaca")


def options(name: str) -> tuple[str, ...]:
    """Alpaca's rows have no room for the examples of a prompt."""
    return ("--instruction", "Route the message.") if name == "alpaca" else ()


def manifest(folder: Path) -> dict[str, Any]:
    """The export's manifest."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ALL)
def test_every_file_of_rows_loads_and_has_as_many_as_the_manifest_says(exported: Exported, name: str) -> None:
    from datasets import load_dataset

    folder = exported(name, *options(name))
    for file in manifest(folder)["data"]:
        loaded = load_dataset("json", data_files=str(folder / file["name"]), split="train")
        assert loaded.num_rows == file["rows"] > 0


@pytest.mark.parametrize("name", ALL)
def test_the_card_names_every_file_of_rows(exported: Exported, name: str) -> None:
    from huggingface_hub import DatasetCard

    folder = exported(name, *options(name))
    card = DatasetCard.load(folder / "README.md").data.to_dict()
    named = {part["path"] for config in card["configs"] for part in config["data_files"]}
    assert named == {file["name"] for file in manifest(folder)["data"]}


@pytest.mark.parametrize("name", ALL)
def test_the_folder_loads_by_its_card(exported: Exported, name: str) -> None:
    from datasets import get_dataset_config_names, load_dataset

    folder = exported(name, *options(name))
    counted: dict[str, int] = {}
    for config in get_dataset_config_names(str(folder)):
        for part, loaded in load_dataset(str(folder), config).items():
            counted[part] = counted.get(part, 0) + loaded.num_rows
    assert counted == manifest(folder)["rows"]


@pytest.mark.parametrize("name", BY_CARD)
def test_what_loads_is_what_the_file_says(exported: Exported, name: str) -> None:
    from datasets import load_dataset

    folder = exported(name, of="tools")
    for file in manifest(folder)["data"]:
        lines = (folder / file["name"]).read_text(encoding="utf-8").splitlines()
        loaded = load_dataset("json", data_files=str(folder / file["name"]), split="train")
        assert loaded.to_list() == [json.loads(line) for line in lines]


def test_another_export_of_the_same_name_is_loaded_anew(exported: Exported) -> None:
    from datasets import load_dataset

    found = [load_dataset(str(exported("trl-sft", "--limit", limit)))["train"].num_rows for limit in ("6", "12")]
    assert found[0] < found[1]
