"""Another split for cases: a split holds whole lineages, since variations of one seed say nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.case import Case, Split
from synterm.errors import UsageError
from synterm.storage.project import Project
from synterm.text import plural


def kept_whole(project: Project, found: Sequence[Case], split: Split) -> tuple[frozenset[str], list[Case]]:
    """The ids of those of `found` that stay in their split, as the cases that they were made from do; and the cases
    made from the others, as they are to be, in `split` too.

    Raises UsageError where the only case is one that stays, with what to do.
    """
    moving = [case for case in found if case.split != split]
    families = project.cases.families(project.cases.keys_of([case.id for case in moving]))
    going = {case.id: case for case in project.cases.page(families.keys)}
    staying = frozenset(case.id for case in moving if case.id not in going)
    if len(found) == 1 and staying:
        root = found[0].root_id[-8:]
        raise UsageError(
            f"case {found[0].id[-8:]} is made from case {root}, and its split is that of the whole lineage",
            hint=f"synterm edit {project.path} case {root} --split {split} moves all of it",
        )
    chosen = {case.id for case in found}
    kin = [case for case in going.values() if case.id not in chosen and case.split != split]
    return staying, [case.model_copy(update={"split": split}) for case in kin]


def kin_words(staying: int, kin: int, split: Split) -> str:
    """What became of a lineage besides what was asked; empty where nothing did."""
    words = [f"{plural(kin, 'case')} of the same lineage went to {split} too"] if kin else []
    if staying:
        words.append(f"{plural(staying, 'case')} stayed in their split, as what they are made from does")
    return f"; {'; '.join(words)}" if words else ""
