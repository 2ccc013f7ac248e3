"""The plan as a command: what one does here can be done by a script too."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from synterm.core.training import TrainingPlan
from synterm.tui.finetune.wanted import ALL, split_instruction


def command_line(verb: str, project: str, plan: TrainingPlan, more: Sequence[str] = ()) -> str:
    """``synterm export my.db --prompt router@v2 …``, to be pasted into a shell. `more`: further words."""
    return shlex.join(["synterm", verb, project, *plan_words(plan), *more])


def plan_words(plan: TrainingPlan) -> list[str]:
    """The options of a plan; those that say what would hold anyway are left out."""
    return [*_which(plan), *_how_many(plan), *_asked_how(plan)]


def _which(plan: TrainingPlan) -> Iterator[str]:
    usual = TrainingPlan(prompt=plan.prompt)
    yield from ("--prompt", plan.prompt)
    yield from _each("--behavior", plan.behaviors)
    yield from _each("--where", plan.where)
    if plan.splits != usual.splits:
        yield from _each("--split", plan.splits)
    yield from _each("--model", plan.models)
    if plan.positives != usual.positives:
        yield from ("--positives", ",".join(plan.positives))
    yield from _other("--min-score", plan.min_score, usual.min_score)
    yield from _other("--negatives", plan.negatives, usual.negatives)


def _how_many(plan: TrainingPlan) -> Iterator[str]:
    usual = TrainingPlan(prompt=plan.prompt)
    if plan.balance != usual.balance:
        yield from ("--balance", "off" if plan.balance is None else f"{plan.balance!r}")
    if plan.limit is not None:
        yield from ("--limit", str(plan.limit))
    if plan.order != usual.order:
        yield from ("--order", plan.order)
    yield from _other("--max-tokens", plan.max_tokens, usual.max_tokens)
    yield from _other("--near", plan.near, usual.near)
    yield from _each("--allow-private", plan.allow_private)
    yield from _other("--validation", plan.validation, usual.validation)
    yield from _other("--seed", plan.seed, usual.seed)


def _asked_how(plan: TrainingPlan) -> Iterator[str]:
    for glob, phrasings in plan.instructions.items():
        for text in phrasings:
            words = f"@{text}" if text.startswith("@") else text
            is_plain = glob == ALL and split_instruction(text) == (ALL, text)
            yield _valued("--instruction", words if is_plain else f"{glob}={words}")
    if plan.every_phrasing:
        yield "--every-phrasing"


def _each(option: str, values: Sequence[str]) -> Iterator[str]:
    for value in values:
        yield _valued(option, value)


def _valued(option: str, value: str) -> str:
    # With the sign a value may begin with a dash.
    return f"{option}={value}"


def _other(option: str, value: float, usual: float) -> Iterator[str]:
    if value != usual:
        yield from (option, f"{value!r}")
