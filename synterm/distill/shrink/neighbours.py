"""Cases that pass, for an input that fails to be held against."""

from __future__ import annotations

from synterm.core.case import Case
from synterm.storage.project import Project
from synterm.storage.recorded import Column

MOST = 300


def passing_cases(project: Project, column: Column, case: Case) -> list[Case]:
    """Cases that passed in a column of a run, those of the same scenario first; at most `MOST`."""
    passed = [one for one in project.stubborn.standings(column[0]) if one.judged and not one.failed]
    passed.sort(key=lambda one: one.scenario_id != case.scenario_id)
    return project.cases.named([one.case_id for one in passed[:MOST]])
