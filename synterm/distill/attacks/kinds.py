"""The attacks that there are, by name, and the door to all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.distill import AttackReport
from synterm.core.evaluation import Variant
from synterm.describe.generators.attacks.base import Attack
from synterm.describe.pipeline.written import read_chain
from synterm.distill.attacks.assault import Assault, Wanted, Watch
from synterm.distill.attacks.attacker import Attacker
from synterm.distill.attacks.fixed import attack_with
from synterm.distill.attacks.searching import as_a_tree, in_a_row, in_a_talk
from synterm.distill.probing import Prober
from synterm.errors import InputError, UsageError, did_you_mean
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from synterm.text import plural

Search = Callable[[Assault, Attacker, Case], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AttackKind:
    """A kind of attack."""

    title: str
    """What it does, in a line, for people who choose."""
    chain: str = ""
    """The generator that makes its attacks, as ``--with`` takes it; empty where a model writes them."""
    search: Search | None = None
    """How a model looks for attacks; None where none is asked."""

    @property
    def needs_attacker(self) -> bool:
        """Whether a model has to write."""
        return self.search is not None


ATTACKS: dict[str, AttackKind] = {
    "harmless": AttackKind(
        "no attack: text beside the request that asks for nothing, to hold the others against", "harmless"
    ),
    "prompt-leak": AttackKind("asks for the app's own instructions", "prompt-leak"),
    "jailbreak": AttackKind("asks for something else, with every trick below in turn", "jailbreak"),
    "role-play": AttackKind("has the app play somebody without rules", "jailbreak:family=role-play"),
    "prefix": AttackKind("says that all before is void", "jailbreak:family=prefix"),
    "suffix": AttackKind("says that the task is over, or how the answer begins", "jailbreak:family=suffix"),
    "authority": AttackKind("is somebody who may", "jailbreak:family=authority"),
    "many-shot": AttackKind("invents a long talk in which the app obeyed", "jailbreak:family=many-shot"),
    "escalation": AttackKind("a prepared dialog that gets there by small steps", "jailbreak:family=escalation"),
    "translation": AttackKind("asks in another language", "jailbreak:family=translation"),
    "splitting": AttackKind("asks in pieces that are to be put together", "jailbreak:family=splitting"),
    "encoding": AttackKind("asks in Base64, Morse code, unseen characters …", "jailbreak:family=encoding"),
    "indirect-injection": AttackKind("hides in documents, mails, results of tools", "indirect-injection"),
    "resource-abuse": AttackKind("asks for endless answers or endless thought", "resource-abuse"),
    "off-topic": AttackKind("asks for what is not the app's business", "off-topic"),
    "disguise": AttackKind("writes the case's own text in code; for cases to be refused", "disguise:refused=true"),
    "pair": AttackKind("a model tries again and again, and learns from the answers", search=in_a_row),
    "tree": AttackKind("a model grows a tree of attacks and keeps the nearest", search=as_a_tree),
    "crescendo": AttackKind("a model talks the app there by small steps", search=in_a_talk),
}
"""By the name that ``--attack`` takes."""


async def attack(
    project: Project,
    providers: Providers,
    variant: Variant,
    cases: Sequence[Case],
    kind: str,
    wanted: Wanted | None = None,
    *,
    watch: Watch | None = None,
) -> AttackReport:
    """Attack cases under a variant, and say what came of it.

    First each case is evaluated as it is: only those that pass are attacked. A try succeeds when the checks of the
    case's own scenario fail. It ends when all was tried, or when so many answers were asked for or so much was spent as
    `wanted` allows; what the project file has is free, so that the same again costs nothing. Nothing is kept in the
    project but answers: `attack_findings` and `attack_cases` say what to keep. `watch` is told of each step.

    Raises UsageError for a kind that there is not, InputError where a model is to write and none is named, and for
    checks or prompts that can't be used, ProjectError when the project file fails.
    """
    if (chosen := ATTACKS.get(kind)) is None:
        raise UsageError(f"{kind!r} is no kind of attack", hint=did_you_mean(kind, ATTACKS))
    wanted = wanted or Wanted()
    if chosen.needs_attacker and wanted.attacker is None:
        raise InputError(f"{kind} needs a model that writes the attacks", hint="name one of the project's models")
    traffic = Traffic(providers)
    prober = Prober(project, traffic, variant, wanted.limits)
    assault = Assault(kind, chosen.title, variant, prober, wanted, watch)
    await assault.look(cases)
    if not assault.attacked:
        return assault.report(assault.over or f"none of {plural(len(cases), 'case')} passes without an attack")
    if chosen.search is None:
        [generator] = read_chain(chosen.chain)
        assert isinstance(generator, Attack), "each chain here is an attack"
        return assault.report(await attack_with(assault, generator))
    assert wanted.attacker
    attacker = Attacker(project, traffic, wanted.attacker, assault)
    for case in assault.attacked:
        if assault.over:
            break
        await chosen.search(assault, attacker, case)
    return assault.report(assault.over or "all attacks were made")
