"""Attacking an app from the command line: which cases, by what, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.cli.distill_choice import Choice
from synterm.core.case import Case
from synterm.core.distill import AttackReport
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.distill.attacks.assault import REQUESTS, ROUNDS, Wanted, Watch
from synterm.distill.attacks.keeping import attack_cases, attack_findings
from synterm.distill.attacks.kinds import ATTACKS, attack
from synterm.errors import InputError, UsageError, did_you_mean
from synterm.evaluate.limits import Limits
from synterm.evaluate.provenance import who
from synterm.providers.registry import Providers
from synterm.storage.cases import CaseFilter

CASES = 10
"""How many cases are attacked, unless one says otherwise."""
_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Attacks:
    """What is to be attacked, how, and by which model."""

    kinds: Sequence[str]
    cases: Sequence[Case]
    variant: Variant
    attacker: ModelSpec | None


def attacks_of(choice: Choice) -> Attacks:
    """The attacks that are asked for: on cases that passed in the run under the first variant that is meant, evenly
    over scenarios.

    Raises UsageError for a kind that there is not, InputError where no case passed, or no model is named for a kind
    that needs one.
    """
    args = choice.args
    for kind in args.attack:
        if kind not in ATTACKS:
            raise UsageError(f"{kind!r} is no kind of attack", where="--attack", hint=did_you_mean(kind, ATTACKS))
        if ATTACKS[kind].needs_attacker and not args.writer:
            raise InputError(f"{kind} has a model write the attacks", where="--attack", hint="--writer MODEL")
    column = choice.columns[0]
    passed = {one.case_id for one in choice.project.stubborn.standings(column[0]) if one.judged and not one.failed}
    spread = choice.project.cases.spread(CaseFilter(scenario_ids=choice.scenarios, split=None), _LOOKED_AT)
    cases = [case for case in spread if case.id in passed][: args.count or CASES]
    if not cases:
        raise InputError("no case passed there, and one that fails by itself needs no attack", where="--attack")
    attacker = choice.project.models.get(args.writer) if args.writer else None
    return Attacks(list(dict.fromkeys(args.attack)), cases, choice.variant(column), attacker)


async def make(
    choice: Choice, providers: Providers, wanted: Attacks, kind: str, limits: Limits, watch: Watch
) -> AttackReport:
    """Make one of the attacks, and keep what was found."""
    args = choice.args
    how = Wanted(
        attacker=wanted.attacker if ATTACKS[kind].needs_attacker else None,
        most=args.requests or REQUESTS,
        limits=limits,
        repeats=args.repeats or 1,
        rounds=args.rounds or ROUNDS,
    )
    found = await attack(choice.project, providers, wanted.variant, wanted.cases, kind, how, watch=watch)
    findings = attack_findings(found, wanted.variant, who())
    if findings:
        choice.project.findings.put(*findings).result()
    return found


def keep_attacks(choice: Choice, found: AttackReport, cases: Sequence[Case]) -> int:
    """The attacks that succeeded, kept as drafts beside their cases; gives how many are new."""
    return choice.project.cases.put_new(attack_cases(found, cases)).result()
