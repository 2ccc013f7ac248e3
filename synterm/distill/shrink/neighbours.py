"""Cases that pass, for an input that fails to be held against."""

from __future__ import annotations

from synterm.core.case import Case
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.recorded import Column

MOST = 300


def passing_cases(project: Project, column: Column, case: Case) -> list[Case]:
    """Cases of the same split that passed in a column of a run, those of the same scenario first; at most `MOST`.

    Of the same split: what a case is held against is shown, and kept beside it. A held-out case is for the final word.
    """
    passed = [one for one in project.stubborn.standings(column[0]) if one.judged and not one.failed]
    passed.sort(key=lambda one: one.scenario_id != case.scenario_id)
    found: list[Case] = []
    for part in chunks((one.case_id for one in passed), MOST):
        found += (one for one in project.cases.named(part) if one.split == case.split)
        if len(found) >= MOST:
            break
    return found[:MOST]
