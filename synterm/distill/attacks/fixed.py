"""Attacks with the tricks that generators know: no model writes anything."""

from __future__ import annotations

from itertools import islice, zip_longest

from synterm.core.case import Case
from synterm.core.evaluation import Variant
from synterm.describe.generators.attacks.base import Asking, Attack
from synterm.describe.generators.base import Surroundings
from synterm.describe.pipeline.requests import random_of
from synterm.distill.attacks.assault import Assault, Shot
from synterm.errors import InputError
from synterm.evaluate.renderers import renderer


async def attack_with(assault: Assault, attack: Attack) -> str:
    """Make attacks on each case and try them: of each case one, then of each another. Gives why it ended."""
    wanted = assault.wanted
    if isinstance(attack, Asking):
        attack = attack.model_copy(update={"word": attack.word or wanted.word, "goal": wanted.goal})
    around = Surroundings("", "", "", "", (), _variables(assault.variant))
    each = [_made(assault, attack, case, around) for case in assault.attacked]
    queue = [one for row in zip_longest(*each) for one in row if one is not None]
    while queue and not assault.over:
        number = max(1, assault.left // wanted.repeats)
        await assault.attack(queue[:number])
        queue = queue[number:]
    return assault.over if queue else "all attacks were made"


def _made(assault: Assault, attack: Attack, case: Case, around: Surroundings) -> list[Shot]:
    random = random_of(assault.wanted.random_seed, attack.type, case.content_id)
    try:
        found = [*islice(attack.make(case, around, random), assault.wanted.each)]
    except InputError as error:
        assault.note(f"{attack.type}: {error.message}")
        return []
    made: list[Shot] = []
    for one in found:
        family, _, note = one.note.partition(": ")
        made.append(Shot(case, one.input, family, note))
    return made


def _variables(variant: Variant) -> tuple[str, ...]:
    """The values that the prompt takes. Raises InputError for one that does not compile."""
    return tuple(renderer(variant.body).variables)
