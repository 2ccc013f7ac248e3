"""What the form of the Fine-tune screen says, and the plan that it comes to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from glob import escape
from itertools import permutations
from typing import Any, get_args

from synterm.core.case import Split
from synterm.core.prompt import Prompt
from synterm.core.training import PositiveSource, TrainingPlan
from synterm.core.tree import Tree
from synterm.errors import InputError, SyntermError
from synterm.text import one_line

Choices = Sequence[tuple[str, str]]
"""Values and their words."""
ALL = "*"
"""The glob of an instruction that holds for all behaviors."""
OFF = "off"
LEAST_NEAR = 0.5
"""With a lower likeness guards can tell nothing."""
_SPLITS: tuple[Split, ...] = get_args(Split)
_SOURCES: tuple[PositiveSource, ...] = get_args(PositiveSource)

SPLIT_CHOICES: Choices = (
    ("train", "train"),
    ("dev", "dev: all refused, to see why"),
    ("holdout", "holdout: all refused, to see why"),
    ("train,dev,holdout", "all three: what is refused"),
)
ORDER_CHOICES: Choices = (("hard", "what fails most first"), ("added", "as they were added"))
PHRASING_CHOICES: Choices = (("one", "each case under one of them"), ("every", "each case under every one"))
SOURCE_CHOICES: Choices = tuple(
    (",".join(names), " › ".join(names))
    for count in range(len(_SOURCES), 0, -1)
    for names in permutations(_SOURCES, count)
)
"""Where right answers come from, the most trusted first."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form, as it is typed."""

    prompt: str = ""
    behaviors: str = ""
    """Globs with commas between; empty: all."""
    where: str = ""
    split: str = "train"
    positives: str = ",".join(_SOURCES)
    model: str = ""
    """Whose recorded answers count; empty: everybody's."""
    score: str = "1"
    negatives: str = "2"
    balance: str = "3"
    limit: str = ""
    order: str = "hard"
    tokens: str = "2048"
    near: str = "0.9"
    validation: str = "0.1"
    instructions: str = ""
    """A phrasing in each line, ``GLOB=`` before those that are for some behaviors only."""
    phrasing: str = "one"
    private: str = ""
    """Texts that may stand there, with commas between."""
    seed: str = "0"


def plan_of(form: Form) -> TrainingPlan:
    """The plan that the form comes to. Raises InputError whose `where` names the field that is wrong."""
    if not form.prompt:
        raise InputError("there is no prompt to learn from", where="prompt", hint="N in the workbench writes one")
    return TrainingPlan(
        prompt=form.prompt,
        behaviors=_parts(form.behaviors),
        where=(form.where.strip(),) if form.where.strip() else (),
        splits=_known(form.split, _SPLITS, "split"),
        models=(form.model,) if form.model else (),
        positives=_known(form.positives, _SOURCES, "positives"),
        min_score=share_of(form.score, "score"),
        negatives=_count(form.negatives, "negatives", least=0),
        balance=_balance(form.balance),
        limit=_count(form.limit, "limit", least=1) if form.limit.strip() else None,
        order="added" if form.order == "added" else "hard",
        instructions=read_instructions(form.instructions),
        every_phrasing=form.phrasing == "every",
        max_tokens=_count(form.tokens, "tokens", least=1),
        near=_near(form.near),
        allow_private=_parts(form.private),
        validation=_validation(form.validation),
        seed=_count(form.seed, "seed", least=0),
    )


def read_instructions(text: str) -> dict[str, tuple[str, ...]]:
    """Phrasings by the glob that they are for, of lines ``TEXT`` or ``GLOB=TEXT``."""
    found: dict[str, dict[str, None]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        glob, words = split_instruction(line)
        if words:
            found.setdefault(glob, {})[words] = None
    return {glob: tuple(phrasings) for glob, phrasings in found.items()}


def split_instruction(line: str) -> tuple[str, str]:
    """The glob and the text of an instruction; a sentence that has an = in it is no glob.

    As `synterm finetune --instruction` reads it: globs have no spaces around the sign.
    """
    glob, mark, words = line.partition("=")
    is_named = mark and glob and not glob.startswith("@") and glob == glob.strip() and not words.startswith((" ", "="))
    return (glob, words.strip()) if is_named else (ALL, line)


def prompt_choices(prompts: Sequence[Prompt], chosen: Prompt | None) -> Choices:
    """The versions that there are, the newest first, those of the `chosen` prompt before all others.

    A prompt of which none was kept is learnt from as it is typed.
    """
    ordered = sorted(prompts, key=lambda prompt: chosen is None or prompt.id != chosen.id)
    found: list[tuple[str, str]] = []
    for prompt in ordered:
        for version in reversed(prompt.versions):
            name = f"{prompt.name}@{version.label}"
            note = f"  {one_line(version.note, 40)}" if version.note else ""
            found.append((name, f"{one_line(name, 60)}{note}"))
        if not prompt.versions:
            found.append((f"{prompt.name}@draft", f"{one_line(prompt.name, 60)}@draft"))
    return found or [("", "there is no prompt yet")]


def behavior_glob(tree: Tree, node_id: str | None) -> str:
    """What names a node of the tree in the form; empty for None, which is all of it."""
    if node_id is None or node_id not in tree:
        return ""
    path = tree.path(node_id)
    # The comma stands between globs.
    return escape(path).replace(",", "?") if "," in path else path


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _known(text: str, known: Sequence[Any], where: str) -> tuple[Any, ...]:
    names = _parts(text)
    if not names or not {*names} <= {*known}:
        raise InputError(f"{text!r} is none of what there is", where=where, hint=", ".join(known))
    return names


def _count(text: str, where: str, *, least: int) -> int:
    try:
        count = int(text.strip().replace("_", ""))
    except ValueError as error:
        raise InputError(f"{text!r} is no number", where=where, hint="such as 100") from error
    if not least <= count < 2**53:
        raise InputError(f"at least {least}, not {count}", where=where)
    return count


def _number(text: str, where: str) -> float:
    """``0.9``, ``90 %``."""
    words = text.strip()
    try:
        value = float(words.removesuffix("%")) / (100 if words.endswith("%") else 1)
    except ValueError as error:
        raise InputError(f"{text!r} is no number", where=where, hint="such as 0.9, or 90 %") from error
    if not math.isfinite(value):
        raise InputError(f"{text!r} is no number", where=where)
    return value


def share_of(text: str, where: str) -> float:
    """``0.4`` or ``40 %`` as a share from 0 to 1. Raises InputError naming the field."""
    value = _number(text, where)
    if not 0 <= value <= 1:
        raise InputError(f"from 0 to 1, not {text.strip()}", where=where)
    return value


def _near(text: str) -> float:
    value = share_of(text, "near")
    if value < LEAST_NEAR:
        raise InputError(f"from {LEAST_NEAR:g} on: with less nearly all is alike", where="near")
    return value


def _validation(text: str) -> float:
    value = share_of(text, "validation")
    if value == 1:
        raise InputError("below 1: something is to be trained on", where="validation")
    return value


def _balance(text: str) -> float | None:
    if text.strip() in (OFF, ""):
        return None
    value = _number(text, "balance")
    if value < 1:
        raise InputError("at least 1, or off", where="balance")
    return value


def words_of(error: SyntermError) -> str:
    """An error as the form says it, its hint behind it."""
    message = error.message if isinstance(error, InputError) else str(error)
    where = LABELS.get(error.where or "", "") if isinstance(error, InputError) else ""
    hint = f" ({error.hint})" if error.hint else ""
    return f"{where}: {message}{hint}" if where else f"{message}{hint}"


LABELS = {
    "prompt": "Prompt",
    "behaviors": "Behaviors",
    "where": "Cases",
    "split": "Split",
    "positives": "Right",
    "model": "Answers of",
    "score": "Score from",
    "negatives": "Wrong ones",
    "balance": "Balance",
    "limit": "Limit",
    "order": "Order",
    "tokens": "Tokens",
    "near": "Alike from",
    "validation": "Watched",
    "instructions": "Instruction",
    "phrasing": "Phrasings",
    "private": "May stand",
    "seed": "Seed",
}
"""What the fields are called."""
