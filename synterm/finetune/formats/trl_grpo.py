"""Requests alone, for trainers that sample answers themselves and are told how good each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synterm.core.case import value_text
from synterm.core.training import TrainingExample, TrainingSet
from synterm.finetune.formats.base import TRAIN_AND_VALIDATION, Dataset, Format, LeftOut, Made, Row
from synterm.finetune.formats.chat import as_objects
from synterm.finetune.formats.rows import TURNS, CannotHoldError
from synterm.finetune.formats.trl import trl_command
from synterm.text import storable

NOTHING_EXPECTED = "nothing is expected, and there is no right answer"

REWARDS = '''\
"""What an answer is worth: 1 where it says what is expected, else 0; space and case aside."""


def expected(completions, expected, **columns):
    """The rewards of a batch, as TRL asks for them: columns of the rows come by their names."""
    return [float(_plain(said[-1]["content"]) == _plain(wanted)) for said, wanted in zip(completions, expected)]


def _plain(text):
    return " ".join(text.split()).casefold()
'''


class TrlGrpo(Format):
    """``{"prompt": […], "expected": "…", "label": "…"}``; the latter two for the reward, which stands beside it."""

    name = "trl-grpo"
    title = "requests alone, with what is expected for the reward: {prompt, expected, label}"
    reader = "TRL GRPOTrainer"
    needs = "expected answers"

    def datasets(self, chosen: TrainingSet) -> Sequence[Dataset]:
        return [Dataset("grpo", TRAIN_AND_VALIDATION, _rows)]

    def beside(self, made: Made) -> dict[str, str]:
        return {"rewards.py": REWARDS}

    def how_to_train(self, made: Made) -> str:
        return (
            "`rewards.py` compares answers with the column `expected`; where checks look closer, write a function that "
            "does.\n\n" + trl_command(made, "grpo", "--reward_funcs rewards.expected --max_completion_length 256")
        )


def _rows(example: TrainingExample) -> Iterator[Row | LeftOut]:
    answer = next(iter(example.positives), None)
    if answer and len(answer.messages) > 1:
        yield LeftOut(TURNS)
        return
    expected = answer.text if answer else value_text(example.case.expected)
    if not expected.strip():
        yield LeftOut(NOTHING_EXPECTED)
        return
    try:
        prompt = as_objects(example.prompt, example.tools)
    except CannotHoldError as error:
        yield LeftOut(str(error))
        return
    body = {"prompt": prompt, "expected": storable(expected), "label": storable(example.label)}
    yield Row(body, answer)
