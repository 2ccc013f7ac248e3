"""``synterm finetune``: what a training set would hold, and a model trained on it."""

from __future__ import annotations

import argparse

from synterm.cli.parser import amount, positive, share
from synterm.cli.places import opened
from synterm.cli.training_options import add_training_options
from synterm.cli.trusting import require_trust
from synterm.errors import UsageError
from synterm.storage.foreign import read_only

HELP = """\
From failures to a training set one can trust, and back into the grid. Without options: what would go in, per behavior
and label, which right and wrong answers there are, and what is refused and why. Nothing is asked and nothing written
then; `synterm export` writes the files. docs/finetune.md."""

EXAMPLES = """\
examples:
  synterm finetune my.db --set-aside 0.4             move two of five lineages of dev to the split train
  synterm finetune my.db                             what would be learnt, what is refused and why
  synterm finetune my.db --teacher gpt --max-cost 1  have a stronger model answer; what passes the checks counts
  synterm finetune my.db --trainer local             train the embedded model; the result is one more column
  synterm finetune my.db --trainer local --instruction 'Route the message.' --epochs 3
  synterm finetune my.db --trainer openai --base gpt-4o-mini-2024-07-18 --max-cost 5
  synterm finetune my.db --jobs                      tunings, and what became of jobs at providers
  synterm finetune my.db --adapter tuned.gguf        make a colleague's adapter a model of the project

exit codes:
  0  done
  1  what was trained is worse on holdout
  2  the command is wrong, or nothing is left to train on
  3  it ended before: a cap, no answer, a job that failed or still runs
  130, 143, 129  interrupted"""

_ACTS = ("set_aside", "teacher", "trainer", "jobs", "cancel", "adapter")
_NEEDS: dict[str, tuple[str, ...]] = {
    "base": ("trainer",),
    "method": ("trainer",),
    "epochs": ("trainer",),
    "rate": ("trainer",),
    "rank": ("trainer",),
    "name": ("trainer", "adapter"),
    "train_price": ("trainer",),
    "no_wait": ("trainer",),
    "no_compare": ("trainer", "jobs"),
    "max_cost": ("teacher", "trainer"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm finetune`."""
    parser.add_argument("project", metavar="PROJECT")
    _acts(parser)
    _training(parser)
    add_training_options(parser)
    add = parser.add_argument_group("what comes of it").add_argument
    add("--rows", type=positive, default=10, metavar="N", help="show so many of the refused (default 10)")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="as JSON (synterm schema training, tunings, set_aside; run of a teacher); - for stdout",
    )
    add("--quiet", action="store_true", help="say nothing but errors")


def run(args: argparse.Namespace) -> int:
    """Tell what would go in, or do what is asked for."""
    act = _act(args)
    if act is None:
        from synterm.cli.finetune_report import tell

        with read_only(args.project) as project:
            return tell(project, args)
    with opened(args.project) as project:
        if act in ("set_aside", "teacher"):
            from synterm.cli.finetune_cases import act_on_cases

            if act == "teacher":
                require_trust(project)
            return act_on_cases(project, args)
        if act in ("jobs", "cancel") or (act == "trainer" and args.trainer != "local"):
            from synterm.cli.finetune_jobs import act_on_jobs

            return act_on_jobs(project, args)
        from synterm.cli.finetune_local import train_here

        return train_here(project, args)


def _act(args: argparse.Namespace) -> str | None:
    acts = [name for name in _ACTS if (value := getattr(args, name)) is not None and value is not False]
    if len(acts) > 1:
        words = " and ".join(f"--{name.replace('_', '-')}" for name in acts)
        raise UsageError(f"{words} are different things", hint="one after the other")
    for option, needed in _NEEDS.items():
        if getattr(args, option) and not {*needed} & {*acts}:
            hint = " or ".join(f"--{name}" for name in needed)
            raise UsageError(f"--{option.replace('_', '-')} says how, but not what", hint=f"it goes with {hint}")
    return acts[0] if acts else None


def _acts(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what to do").add_argument
    add(
        "--set-aside",
        type=share,
        metavar="S",
        help="move whole lineages from dev to the split train, until so many of both are there: the same again moves "
        "nothing; what is worded like a case of holdout stays",
    )
    add("--teacher", metavar="MODEL", help="have this model answer the cases without a right answer")
    add("--trainer", metavar="NAME", help="train: local (with the extra train), or a provider: openai, together_ai …")
    add("--jobs", action="store_true", help="the tunings of the project; asks providers about those that run")
    add("--cancel", metavar="ID", help="end a tuning at a provider")
    add("--adapter", metavar="FILE", help="take a GGUF adapter for the embedded model, and make it a model")


def _training(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("training").add_argument
    add("--base", metavar="MODEL", help="what is tuned (default with local: the embedded model)")
    add("--method", choices=("sft", "dpo", "kto"), help="right answers alone (sft, the default), or wrong ones too")
    add("--epochs", type=positive, metavar="N", help="how often each row is seen (default 3)")
    add("--rate", type=amount, metavar="LR", help="the learning rate (default: what suits the trainer)")
    add("--rank", type=positive, metavar="N", help="of the adapter's matrices (default 16)")
    add("--name", metavar="NAME", help="of the model that comes of it (default: the base's name and -tuned)")
    add("--train-price", type=amount, metavar="USD", help="per million tokens trained on, for the estimate and the cap")
    add(
        "--max-cost",
        type=amount,
        metavar="USD",
        help="start no training that is estimated to cost more; ask a teacher no further than this",
    )
    add("--no-wait", action="store_true", help="do not wait for a provider; --jobs goes on")
    add("--no-compare", action="store_true", help="do not evaluate the result on holdout against its base")
