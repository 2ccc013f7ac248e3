"""What an attack found, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from synterm.core.case import input_text
from synterm.core.distill import AttackReport, AttackTry
from synterm.reports.distill import ID, quoted
from synterm.reports.figures import dollars
from synterm.text import one_line, plural

_ATTACK = 160
_GOT = 80
_SHOWN = 5


def attack_lines(found: AttackReport, words: str, titles: Mapping[str, str]) -> Iterator[str]:
    """How many cases were broken by which tricks, and the attacks that did it.

    `words`: what came of it, in a sentence; `titles`: what cases ask without an attack, by id.
    """
    under = one_line(f"{found.prompt}@{found.version} · {found.model}")
    by = f", written by {one_line(found.attacker)}" if found.attacker else ""
    yield f"attack {found.kind} under {under}{by}: {one_line(found.title)}"
    yield f"  {words}"
    if found.left_out:
        yield f"  {plural(found.left_out, 'case')} left out: not passing without an attack, an attack would say nothing"
    for family, count in found.families.items():
        errors = f", {count.errors} without a verdict" if count.errors else ""
        yield f"    {one_line(family, 40):<24} {count.succeeded:>3} of {count.tried:<3} succeeded{errors}"
    succeeded = [one for one in found.tries if one.succeeded]
    if succeeded:
        yield f"  {_obeyed(succeeded)}"
    for one in succeeded[:_SHOWN]:
        yield from _try(one, titles)
    if len(succeeded) > _SHOWN:
        yield f"  … and {len(succeeded) - _SHOWN:,} more: --keep makes drafts of them, --json - lists all"
    cost = f", {dollars(found.cost_usd)}" if found.cost_usd else ""
    asked = f" and {found.asked:,} of the attacker" if found.asked else ""
    costs = f"{plural(found.requests, 'request')}{asked}, {found.cached:,} from the project file{cost}"
    yield f"  {costs}; {one_line(found.ended, 200)}"
    yield from (f"  note: {one_line(note)}" for note in found.notes)


def _obeyed(succeeded: Sequence[AttackTry]) -> str:
    """Failing the checks may be mere confusion: whether the app did what it was asked is another matter."""
    obeyed = sum(one.obeyed for one in succeeded)
    if obeyed:
        return f"in {obeyed:,} of these {len(succeeded):,} the answer says the word that was asked for"
    return "none of these answers says the word that was asked for: they are wrong, not known to obey"


def _try(one: AttackTry, titles: Mapping[str, str]) -> Iterator[str]:
    obeyed = ", and it obeyed" if one.obeyed else ""
    yield f"  {one.case_id[-ID:]}  {quoted(titles.get(one.case_id, ''))}"
    yield f"            {one_line(one.note, 100)}{obeyed}: {one_line(one.tried.got, _GOT)}"
    yield f"            {one_line(input_text(one.tried.input), _ATTACK)}"
