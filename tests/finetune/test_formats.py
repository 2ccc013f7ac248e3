"""The files of each format: exactly the shapes that the tools' own readers ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.manifest import ExportOptions, Manifest
from synterm.core.prompt import Message
from synterm.core.training import TrainingExample, TrainingSet
from synterm.finetune.export import rows_of
from synterm.finetune.formats.base import Format, LeftOut, Row
from synterm.finetune.formats.openai_sft import LEAST_ROWS
from synterm.finetune.formats.registry import BUILT_IN, load_format
from synterm.finetune.formats.rows import ALTERNATE, EMPTY, EXAMPLES, FUNCTIONS, NO_RIGHT, NO_WRONG, TURNS
from synterm.finetune.formats.weights import kto_weights
from synterm.storage.project import Project
from tests.support.training import (
    SYSTEM,
    WEATHER,
    asked,
    dialog_example,
    example,
    right,
    said,
    tool_example,
    training_set,
    wrong,
)

HERE = (
    {"role": "system", "content": SYSTEM},
    {"role": "user", "content": "book a room"},
)
RIGHT = {"role": "assistant", "content": "schedule"}
WRONG = {"role": "assistant", "content": "clarify"}
PAIR = example(avoid=["clarify"])
SHOTS = example(avoid=["clarify"], prompt=(*asked("do it"), *said("clarify"), *asked("book a room", None)))
CALL = {"name": "get_weather", "arguments": {"place": "Köln", "days": 2}}

formats = pytest.mark.parametrize("name", BUILT_IN)


def bodies(name: str, *examples: TrainingExample, method: str = "") -> list[dict[str, Any]]:
    """The rows of a format as they stand in the file."""
    return [row.body for row in made(name, *examples, method=method) if isinstance(row, Row)]


def reasons(name: str, *examples: TrainingExample, method: str = "") -> list[str]:
    """Why it holds no more."""
    return [row.reason for row in made(name, *examples, method=method) if isinstance(row, LeftOut)]


def made(name: str, *examples: TrainingExample, method: str = "") -> list[Row | LeftOut]:
    chosen = training_set(examples)
    datasets = load_format(name).datasets(chosen)
    dataset = next(one for one in datasets if method in ("", one.method))
    return [row for one in examples for row in dataset.rows(one)]


def test_trl_reads_conversations() -> None:
    assert bodies("trl-sft", PAIR) == [{"messages": [*HERE, RIGHT]}]


def test_trl_reads_request_and_answer_apart() -> None:
    assert bodies("trl-prompt-completion", PAIR) == [{"prompt": [*HERE], "completion": [RIGHT]}]


def test_trl_reads_pairs_whose_answers_stand_without_the_prompt() -> None:
    assert bodies("trl-dpo", PAIR) == [{"prompt": [*HERE], "chosen": [RIGHT], "rejected": [WRONG]}]


def test_trl_reads_each_judged_answer() -> None:
    assert bodies("trl-kto", PAIR) == [
        {"prompt": [*HERE], "completion": [RIGHT], "label": True},
        {"prompt": [*HERE], "completion": [WRONG], "label": False},
    ]


def test_trl_reads_requests_with_what_is_expected() -> None:
    assert bodies("trl-grpo", PAIR) == [{"prompt": [*HERE], "expected": "schedule", "label": "schedule"}]


def test_the_reward_is_for_what_is_expected(project: Project, tmp_path: Path) -> None:
    written(project, "trl-grpo", tmp_path / "out")
    names: dict[str, Any] = {}
    exec((tmp_path / "out" / "rewards.py").read_text(), names)
    answers = [[{"role": "assistant", "content": text}] for text in ("Schedule\n", "clarify")]
    assert names["expected"](answers, expected=["schedule", "schedule"], label=["", ""]) == [1.0, 0.0]


def test_openai_reads_conversations_and_does_not_learn_the_prompts_examples() -> None:
    assert bodies("openai-sft", SHOTS) == [
        {
            "messages": [
                HERE[0],
                {"role": "user", "content": "do it"},
                WRONG | {"weight": 0},
                HERE[1],
                RIGHT,
            ]
        }
    ]


def test_openai_reads_pairs() -> None:
    assert bodies("openai-dpo", PAIR) == [
        {"input": {"messages": [*HERE]}, "preferred_output": [RIGHT], "non_preferred_output": [WRONG]}
    ]


def test_llama_factory_reads_answers_of_pairs_as_single_messages() -> None:
    assert bodies("llamafactory", PAIR, method="sft") == [{"messages": [*HERE, RIGHT]}]
    assert bodies("llamafactory", PAIR, method="dpo") == [{"messages": [*HERE], "chosen": RIGHT, "rejected": WRONG}]
    assert bodies("llamafactory", PAIR, method="kto") == [
        {"messages": [*HERE, RIGHT], "label": True},
        {"messages": [*HERE, WRONG], "label": False},
    ]


def test_axolotl_reads_chat_for_sft_and_dpo_and_flat_texts_for_kto() -> None:
    assert bodies("axolotl", SHOTS, method="sft")[0]["messages"][2] == WRONG | {"train": False}
    assert bodies("axolotl", PAIR, method="dpo") == [{"messages": [*HERE], "chosen": RIGHT, "rejected": WRONG}]
    flat = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\nbook a room<|im_end|>\n<|im_start|>assistant\n"
    assert bodies("axolotl", PAIR, method="kto") == [
        {"prompt": flat, "completion": "schedule<|im_end|>", "label": True},
        {"prompt": flat, "completion": "clarify<|im_end|>", "label": False},
    ]


@pytest.mark.parametrize("answer", ["user", "a", "assistant\n", " system "])
def test_axolotl_is_given_no_answer_that_it_would_cut_wrongly(answer: str) -> None:
    assert bodies("axolotl", example(answer=answer, avoid=["clarify"]), method="dpo") == []
    assert len(bodies("axolotl", example(answer=answer, avoid=["clarify"]), method="sft")) == 1


def test_axolotl_finds_answers_again_without_the_space_that_templates_take_away() -> None:
    [row] = bodies("axolotl", example(answer=" schedule\n", avoid=["clarify"]), method="dpo")
    assert row["chosen"] == RIGHT


def test_sharegpt_is_a_talk_of_human_and_gpt() -> None:
    assert bodies("sharegpt", PAIR) == [
        {
            "conversations": [
                {"from": "system", "value": SYSTEM},
                {"from": "human", "value": "book a room"},
                {"from": "gpt", "value": "schedule"},
            ]
        }
    ]


def test_alpaca_has_the_system_message_as_instruction() -> None:
    alone = example(prompt=asked("book a room", None))
    assert bodies("alpaca", PAIR, alone) == [
        {"instruction": SYSTEM, "input": "book a room", "output": "schedule"},
        {"instruction": "book a room", "input": "", "output": "schedule"},
    ]


@pytest.mark.parametrize("name", ["trl-prompt-completion", "mlx-lm"])
def test_a_dialog_is_a_row_for_each_answer_where_only_the_last_message_is_learnt(name: str) -> None:
    first, second = ([one for messages in row.values() for one in messages] for row in bodies(name, dialog_example()))
    assert first[-1] == {"role": "assistant", "content": "Which day?"}
    assert [one["content"] for one in second[-3:]] == ["Which day?", "monday", "schedule"]


@pytest.mark.parametrize("name", ["trl-sft", "openai-sft", "llamafactory", "axolotl", "sharegpt"])
def test_a_dialog_is_one_row_where_every_answer_is_learnt(name: str) -> None:
    [row] = bodies(name, dialog_example())
    assert len(next(iter(row.values()))) == 5


@pytest.mark.parametrize(
    ("name", "method"),
    [(f"{tool}-dpo", "") for tool in ("trl", "openai")]
    + [("trl-kto", ""), ("trl-grpo", ""), ("alpaca", "")]
    + [(tool, method) for tool in ("llamafactory", "axolotl") for method in ("dpo", "kto")],
)
def test_a_dialog_is_left_out_where_answers_are_of_one_turn(name: str, method: str) -> None:
    one = example(answer=right("Which day?", "monday", "schedule"), avoid=[wrong("What?", "x", "clarify")])
    assert bodies(name, one, method=method) == []
    assert {*reasons(name, one, method=method)} == {TURNS}


def test_functions_are_called_in_each_tools_own_way() -> None:
    called = {"type": "function", "function": CALL}
    texts = {"name": "get_weather", "arguments": '{"place":"Köln","days":2}'}
    [row] = bodies("trl-sft", tool_example())
    assert row["messages"][-1] == {"role": "assistant", "content": "", "tool_calls": [called]}
    assert json.loads(row["tools"]) == [WEATHER]
    [row] = bodies("openai-sft", tool_example())
    openai = {"role": "assistant", "tool_calls": [{"id": "call00001", "type": "function", "function": texts}]}
    assert (row["messages"][-1], row["tools"], row["parallel_tool_calls"]) == (openai, [WEATHER], True)
    [row] = bodies("openai-dpo", tool_example())
    assert (row["preferred_output"], row["input"]["tools"]) == ([openai], [WEATHER])
    [row] = bodies("llamafactory", tool_example(), method="sft")
    assert row["messages"][-1]["role"] == "function_call"
    assert json.loads(row["messages"][-1]["content"]) == [CALL]
    [row] = bodies("sharegpt", tool_example())
    assert json.loads(row["conversations"][-1]["value"]) == [CALL]
    assert json.loads(row["tools"]) == [WEATHER]
    assert reasons("alpaca", tool_example()) == [FUNCTIONS]


def test_what_looks_like_a_call_is_text_where_no_such_function_is_offered() -> None:
    text = '[{"name":"delete","arguments":{}}]'
    for one in (example(answer=text), example(answer=text, tools=(WEATHER,))):
        assert bodies("trl-sft", one)[0]["messages"][-1] == {"role": "assistant", "content": text}


def test_json_answers_stay_as_they_are() -> None:
    text = '{"route": "schedule", "when": null}'
    assert bodies("openai-sft", example(answer=text))[0]["messages"][-1]["content"] == text


def test_what_a_format_lacks_is_told_and_not_written() -> None:
    assert reasons("trl-dpo", example()) == [NO_WRONG]
    assert reasons("trl-dpo", example(answer=None, avoid=["x"])) == [NO_RIGHT]
    assert reasons("trl-sft", example(answer=None, avoid=["x"])) == [NO_RIGHT]
    assert reasons("trl-kto", example(avoid=[" \n"])) == [EMPTY]
    assert reasons("alpaca", SHOTS) == [EXAMPLES]


def test_llama_factory_is_given_no_talk_that_it_would_skip() -> None:
    twice = (*asked("one"), Message(role="user", content="two"))
    for name in ("llamafactory", "sharegpt"):
        assert reasons(name, example(prompt=twice)) == [ALTERNATE]
    assert reasons("trl-sft", example(prompt=twice)) == []


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_weights_of_kto_hold_right_to_wrong_between_1_and_4_to_3(positive: int, negative: int) -> None:
    weights = kto_weights(positive, negative)
    assert weights
    assert 1 <= weights.desirable * positive / (weights.undesirable * negative) <= 4 / 3 + 1e-9
    assert min(weights.desirable, weights.undesirable) == 1


def test_there_are_no_weights_for_one_kind_alone() -> None:
    assert kto_weights(3, 0) is None
    assert kto_weights(0, 3) is None


@pytest.fixture
def project(tmp_path: Path) -> Iterable[Project]:
    with Project.create(tmp_path / "made.db", "made up") as project:
        yield project


def written(project: Project, name: str, folder: Path, chosen: TrainingSet | None = None, **options: Any) -> Manifest:
    from synterm.finetune.export import export

    return export(project, chosen or training_set(), name, folder, ExportOptions(**options))


def lines(file: Path) -> list[dict[str, Any]]:
    """Each line of a file, as a reader that splits at line feeds alone takes it, and one that splits at all ends."""
    text = file.read_bytes().decode()
    assert text.endswith("\n")
    assert text.splitlines() == text.removesuffix("\n").split("\n")
    return [json.loads(line) for line in text.splitlines()]


@formats
def test_the_files_hold_the_rows_in_their_order(project: Project, tmp_path: Path, name: str) -> None:
    chosen = training_set()
    manifest = written(project, name, tmp_path / "out", chosen)
    form: Format = load_format(name)
    for dataset in form.datasets(chosen):
        for part, file in dataset.files.items():
            rows = [row for one in chosen.part(part) for row in dataset.rows(one) if isinstance(row, Row)]
            read = lines(tmp_path / "out" / file)
            assert read == [row.body for row in rows]
            assert [[*one] for one in read] == [[*row.body] for row in rows]
            assert [one.rows for one in manifest.data if one.name == file] == [len(read)]


@formats
def test_every_row_is_told_where_it_comes_from(project: Project, tmp_path: Path, name: str) -> None:
    chosen = training_set()
    manifest = written(project, name, tmp_path / "out", chosen)
    told = lines(tmp_path / "out" / "lineage.jsonl")
    assert [(one["file"], one["row"]) for one in told] == [
        (file.name, number) for file in manifest.data for number in range(1, file.rows + 1)
    ]
    known = {one.id: one for one in chosen.examples}
    for one in told:
        assert one["root"] == known[one["id"]].case.root_id
        assert one["right"] or one["wrong"]


@formats
@given(texts=st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was(name: str, texts: list[str]) -> None:
    from synterm.finetune.formats.chat import json_line
    from synterm.reports.json import safe_json

    for text in texts:
        one = example(text, right(text), [wrong(text + "!")], label=text)
        for row in made(name, one):
            if isinstance(row, Row):
                line = safe_json(json_line(row.body))
                assert line.splitlines() == [line]
                assert json.loads(line) == json.loads(json.dumps(row.body))


@pytest.mark.parametrize(
    "text", ["\ud800 half", "a\u2028b\u2029c\x85d", "\x00\x1b]52;c;x\x07", "\u202eback", "é \U0001f389 ñ"]
)
def test_texts_that_break_readers_are_one_line_of_utf_8(project: Project, tmp_path: Path, text: str) -> None:
    chosen = training_set([example(text, right(text), [wrong(text + "!")], label=text)])
    written(project, "trl-dpo", tmp_path / "out", chosen)
    [row] = lines(tmp_path / "out" / "train.jsonl")
    assert row["chosen"][0]["content"] == text.replace("\ud800", "\ufffd")


def test_llama_factorys_list_names_each_file_and_how_it_is_read(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = written(project, "llamafactory", out)
    info = json.loads((out / "dataset_info.json").read_text())
    assert {one["file_name"] for one in info.values()} == {file.name for file in manifest.data}
    # What it calls openai adds words of its own to system messages.
    assert {one["formatting"] for one in info.values()} == {"sharegpt"}
    assert info["synterm_dpo_train"]["ranking"] is True
    assert info["synterm_kto_train"]["columns"]["kto_tag"] == "label"
    for one in info.values():
        columns = {*one["columns"].values()}
        assert all({*row} == columns for row in lines(out / one["file_name"]))
    for method in ("sft", "dpo", "kto"):
        settings = yaml.safe_load((out / f"{method}.yaml").read_text())
        assert (settings["stage"], settings["dataset_dir"]) == (method, ".")
        assert {settings["dataset"], settings["eval_dataset"]} <= {*info}
        assert isinstance(settings["learning_rate"], float)


def test_llama_factory_learns_only_the_answer_of_prompts_with_examples(project: Project, tmp_path: Path) -> None:
    written(project, "llamafactory", tmp_path / "out", training_set([SHOTS]))
    assert yaml.safe_load((tmp_path / "out" / "sft.yaml").read_text())["mask_history"] is True


def test_axolotls_settings_name_the_files(project: Project, tmp_path: Path) -> None:
    manifest = written(project, "axolotl", tmp_path / "out")
    named: set[str] = set()
    for method in ("sft", "dpo", "kto"):
        settings = yaml.safe_load((tmp_path / "out" / f"{method}.yaml").read_text())
        named |= {one["path"] for one in settings["datasets"] + settings["test_datasets"]}
        assert isinstance(settings["learning_rate"], float)
        assert settings.get("rl") == (None if method == "sft" else method)
    assert named == {file.name for file in manifest.data}
    assert manifest.kto
    assert settings["kto_desirable_weight"] == manifest.kto.desirable


@pytest.mark.parametrize(("rows", "aside", "batch"), [(12, 2, 2), (9, 0, 4), (1, 0, 1)])
def test_mlx_gets_a_batch_that_each_part_fills(
    project: Project, tmp_path: Path, rows: int, aside: int, batch: int
) -> None:
    from tests.support.training import some_examples

    written(project, "mlx-lm", tmp_path / "out", training_set(some_examples(rows, aside)), epochs=2)
    settings = yaml.safe_load((tmp_path / "out" / "lora.yaml").read_text())
    assert settings["batch_size"] == batch
    assert settings["iters"] == -(-rows // batch) * 2
    assert (tmp_path / "out" / "valid.jsonl").exists() == bool(aside)


def test_openai_is_said_to_need_ten_rows(project: Project, tmp_path: Path) -> None:
    chosen = training_set([example(str(number), number=number) for number in range(LEAST_ROWS - 1)])
    manifest = written(project, "openai-sft", tmp_path / "few", chosen)
    assert "train.jsonl has 9 of the 10 rows that OpenAI needs at least" in manifest.warnings
    chosen = training_set([example(str(number), number=number) for number in range(LEAST_ROWS)])
    assert not any("OpenAI" in one for one in written(project, "openai-sft", tmp_path / "many", chosen).warnings)


def test_trainers_here_take_the_same_rows() -> None:
    rows = rows_of(training_set([PAIR]), "trl-prompt-completion")
    assert [row.body for row in rows] == bodies("trl-prompt-completion", PAIR)


def test_the_format_in_the_documentation_works(project: Project, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    form: Format = names["Plain"]()
    [dataset] = form.datasets(training_set([PAIR]))
    assert [row.body for row in dataset.rows(PAIR) if isinstance(row, Row)] == [
        {"text": f"{SYSTEM}\nbook a room\nschedule"}
    ]
