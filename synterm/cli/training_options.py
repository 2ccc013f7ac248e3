"""Options that say what goes into a training set: of ``synterm finetune`` and ``synterm export``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, cast, get_args

from synterm.cli.parser import add_where, natural, positive, share
from synterm.cli.places import text_of
from synterm.core.training import Order, PositiveSource, TrainingPlan
from synterm.errors import InputError, UsageError
from synterm.formats.fields import read_mapping

_SOURCES: tuple[str, ...] = get_args(PositiveSource)
_ALL = "*"
LEAST = 0.5
"""With a lower likeness nearly everything is like something."""


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """The options of what goes in."""
    add = parser.add_argument_group("which cases and answers").add_argument
    add("--prompt", metavar="NAME[@V]", help="whose messages are learnt from (default: the first prompt, kept last)")
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="only of these features, behaviors or scenarios, by path or name; may be repeated",
    )
    add_where(add)
    add(
        "--split",
        action="append",
        default=[],
        choices=("train", "dev", "holdout"),
        help="where cases are taken from (default: train); the others are refused, row by row",
    )
    add("--model", action="append", default=[], metavar="NAME", help="only this model's recorded answers count")
    add(
        "--positives",
        default=",".join(_SOURCES),
        metavar="SOURCES",
        help="where right answers come from, the most trusted first (default: human,expected,passed)",
    )
    add("--min-score", type=share, default=1.0, metavar="S", help="what a passed answer must score (default 1)")
    add("--negatives", type=natural, default=2, metavar="N", help="wrong answers of a case, at most (default 2)")
    _how_many(parser)
    _asked_how(parser)


def _how_many(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how many").add_argument
    add(
        "--balance",
        type=_balance,
        default=3.0,
        metavar="R",
        help="no behavior or label has more than R times the median one's examples (default 3); off",
    )
    add("--limit", type=positive, metavar="N", help="so many examples at most")
    add(
        "--order",
        choices=get_args(Order),
        default="hard",
        help="hard: what fails most comes first and is left out last (default); added: as they were added",
    )
    add("--max-tokens", type=positive, default=2048, metavar="N", help="of a row, prompt and answer (default 2048)")
    add("--near", type=_near, default=0.9, metavar="S", help="alike an evaluation case from here on (default 0.9)")
    add(
        "--allow-private",
        action="append",
        default=[],
        metavar="TEXT",
        help="may stand in a row although it looks like personal data or a key; * is any text; may be repeated",
    )
    add(
        "--validation",
        type=_validation,
        default=0.1,
        metavar="S",
        help="share of lineages set aside to watch (default 0.1)",
    )
    add("--seed", type=natural, default=0, metavar="N", help="for whatever is drawn (default 0)")


def _asked_how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("a short instruction in place of the long prompt").add_argument
    add(
        "--instruction",
        action="append",
        default=[],
        metavar="[GLOB=]TEXT",
        help="a system prompt in place of the prompt's own and its examples, for all or some behaviors; several are "
        "phrasings; @FILE reads one",
    )
    add("--instructions", metavar="FILE", help="YAML or JSON: phrasings by a glob over behaviors")
    add("--every-phrasing", action="store_true", help="each case once under each of them (default: under one)")


def training_plan(prompt: str, args: argparse.Namespace) -> TrainingPlan:
    """The plan that the options say, for a prompt version. Raises UsageError and InputError."""
    return TrainingPlan(
        prompt=prompt,
        behaviors=tuple(args.behavior),
        where=tuple(args.where),
        splits=tuple(args.split) or ("train",),
        models=tuple(args.model),
        positives=_sources(args.positives),
        min_score=args.min_score,
        negatives=args.negatives,
        balance=args.balance or None,
        limit=args.limit,
        order=args.order,
        instructions=_instructions(args.instruction, args.instructions),
        every_phrasing=args.every_phrasing,
        max_tokens=args.max_tokens,
        near=args.near,
        allow_private=tuple(args.allow_private),
        validation=args.validation,
        seed=args.seed,
    )


def _sources(text: str) -> tuple[Any, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names or not {*names} <= {*_SOURCES}:
        raise UsageError(f"--positives {text!r} is none of what there is", hint=", ".join(_SOURCES))
    return tuple(dict.fromkeys(names))


def _instructions(given: Sequence[str], file: str | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for text in given:
        glob, mark, words = text.partition("=")
        # "Answer with a=b" is no glob: those name places of the tree, and have no spaces around the sign.
        named = mark and glob and not glob.startswith("@") and glob == glob.strip() and not words.startswith((" ", "="))
        found.setdefault(glob if named else _ALL, []).append(text_of(words if named else text))
    if file is not None:
        for glob, phrasings in read_mapping(text_of(f"@{file}"), file).items():
            many = cast("list[Any]", phrasings) if isinstance(phrasings, list) else [phrasings]
            if not all(isinstance(one, str) and one.strip() for one in many):
                raise InputError(f"{glob}: phrasings are texts", where=file, hint="a text, or a list of texts")
            found.setdefault(glob, []).extend(many)
    return {glob: tuple(dict.fromkeys(phrasings)) for glob, phrasings in found.items()}


def _balance(text: str) -> float:
    if text == "off":
        return 0.0
    number = float(text)
    if not 1 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be at least 1, or off, not {text}")
    return number


def _near(text: str) -> float:
    number = float(text)
    if not LEAST <= number <= 1:
        raise argparse.ArgumentTypeError(f"must be from {LEAST} to 1, not {text}: with less nearly all is alike")
    return number


def _validation(text: str) -> float:
    number = share(text)
    if number == 1:
        raise argparse.ArgumentTypeError("must be less than 1: something is to be learnt from")
    return number


_balance.__name__ = _near.__name__ = _validation.__name__ = "number"
