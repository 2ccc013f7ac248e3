"""Whole conversations as OpenAI's fine-tuning takes them; Azure, Together and others read the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.core.manifest import DEFAULT_BASE
from synterm.core.training import TrainingAnswer, TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row, shell
from synterm.finetune.formats.chat import as_openai
from synterm.finetune.formats.rows import right_rows

LEAST_ROWS = 10
"""OpenAI takes no file of fewer."""
_MODEL = "gpt-4.1-nano-2025-04-14"
"""The smallest that OpenAI tunes."""


class OpenaiSft(Format):
    """``{"messages": […]}``; examples within the prompt have the weight 0, so that only answers are learnt."""

    name = "openai-sft"
    title = "whole conversations: {messages, tools}"
    reader = "OpenAI, Azure, Together"
    needs = "right answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("sft", TRAIN_AND_VALIDATION, _rows)]

    def warnings(self, made: Made) -> list[str]:
        return too_few(made, "sft")

    def how_to_train(self, made: Made) -> str:
        return upload(made, "supervised")


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    return right_rows(example, _body)


def _body(example: TrainingExample, answer: TrainingAnswer) -> dict[str, Any]:
    messages = as_openai((*example.prompt, *answer.messages), example.tools)
    for message in messages[: len(example.prompt)]:
        if message["role"] == "assistant":
            message["weight"] = 0
    return {"messages": messages} | tools_of(example)


def tools_of(example: TrainingExample) -> dict[str, Any]:
    """The functions of an example, as OpenAI's API has them; nothing where there are none."""
    return {"tools": list(example.tools), "parallel_tool_calls": True} if example.tools else {}


def too_few(made: Made, method: Any) -> list[str]:
    """What to know about a file that is too small."""
    file = made.file(method)
    if file and file.rows < LEAST_ROWS:
        return [f"{file.name} has {file.rows} of the {LEAST_ROWS} rows that OpenAI needs at least"]
    return []


def upload(made: Made, method: str) -> str:
    """How to train at OpenAI, in Markdown."""
    names = [file.name for file in made.data]
    uploads = [
        f'curl https://api.openai.com/v1/files -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        f"  -F purpose=fine-tune -F file=@{name}"
        for name in names
    ]
    validation = ', "validation_file": "file-…"' if len(names) > 1 else ""
    hyper = f'{{"hyperparameters": {{"n_epochs": {made.options.epochs}}}}}'
    base = made.options.base if made.options.base != DEFAULT_BASE else _MODEL
    job = (
        'curl https://api.openai.com/v1/fine_tuning/jobs -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f'  -d \'{{"model": "{base}", "training_file": "file-…"{validation},\n'
        f'       "method": {{"type": "{method}", "{method}": {hyper}}}}}\''
    )
    return (
        "OpenAI no longer takes new customers for fine-tuning; who has access, uploads the files and names them by the "
        "ids that come back. `synterm finetune PROJECT --trainer openai --base MODEL` does all of it.\n\n"
        + shell(*uploads, job)
    )
