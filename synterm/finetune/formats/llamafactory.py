"""All that LLaMA-Factory needs to train: rows for each of its stages, their list, and configurations that run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synterm.core.manifest import Method
from synterm.core.training import Part, TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.llamafactory_info import described, llamafactory_command, training_yaml
from synterm.finetune.formats.rows import judged_rows, pair_rows, right_rows
from synterm.finetune.formats.turns import some_tools, tools_column, turns

_ROLES: Mapping[str, str] = {"system": "system", "user": "user", "assistant": "assistant", "call": "function_call"}
# Read as ShareGPT with other words: what is called openai there adds words of its own to system messages.
_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "function_tag": "function_call",
    "observation_tag": "tool",
    "system_tag": "system",
}
_MORE: dict[Method, dict[str, Any]] = {
    "dpo": {"ranking": True, "columns": {"chosen": "chosen", "rejected": "rejected"}},
    "kto": {"columns": {"kto_tag": "label"}},
}


class LlamaFactory(Format):
    """``{"messages": […]}`` for sft; with ``chosen`` and ``rejected``, a message each, for dpo; with ``label`` for
    kto."""

    name = "llamafactory"
    title = "rows for sft, dpo and kto, dataset_info.json, and YAML that runs"
    reader = "LLaMA-Factory"
    needs = "any answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        makers = _Makers(some_tools(chosen))
        return [
            Dataset("sft", files("sft"), makers.sft),
            Dataset("dpo", files("dpo"), makers.dpo),
            Dataset("kto", files("kto"), makers.kto),
        ]

    def beside(self, made: Made) -> dict[str, str]:
        columns = {"messages": "messages"} | ({"tools": "tools"} if some_tools(made.chosen) else {})
        how = {"formatting": "sharegpt", "columns": columns, "tags": _TAGS}
        configurations = {f"{method}.yaml": training_yaml(made, method) for method in made.methods}
        return {"dataset_info.json": described(made, how, _MORE)} | configurations

    def how_to_train(self, made: Made) -> str:
        return llamafactory_command(made)


def files(method: Method) -> dict[Part, str]:
    """The files of a method, where a folder holds several."""
    return {"train": f"{method}_train.jsonl", "validation": f"{method}_validation.jsonl"}


class _Makers:
    """What makes rows, all of them with or without a column of functions."""

    def __init__(self, column: bool) -> None:
        self._column = column

    def sft(self, example: TrainingExample) -> Iterator[Row | LeftOut]:
        return right_rows(example, self._conversation)

    def dpo(self, example: TrainingExample) -> Iterator[Row | LeftOut]:
        return pair_rows(example, self._pair)

    def kto(self, example: TrainingExample) -> Iterator[Row | LeftOut]:
        return judged_rows(example, lambda one, answer, label: self._conversation(one, answer, label=label))

    def _conversation(self, example: TrainingExample, answer: TrainingAnswer, **more: bool) -> dict[str, Any]:
        said = turns((*example.prompt, *answer.messages), example.tools)
        return {"messages": _messages(said), **more} | tools_column(example, self._column)

    def _pair(self, example: TrainingExample, chosen: TrainingAnswer, rejected: TrainingAnswer) -> dict[str, Any]:
        right, wrong = (turns((*example.prompt, *one.messages), example.tools) for one in (chosen, rejected))
        return {
            "messages": _messages(right[:-1]),
            "chosen": _messages(right[-1:])[0],
            "rejected": _messages(wrong[-1:])[0],
        } | tools_column(example, self._column)


def _messages(said: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"role": _ROLES[role], "content": text} for role, text in said]
