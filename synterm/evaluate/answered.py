"""Whether a run has anything to ask, found out before what asks is started."""

from __future__ import annotations

from itertools import islice

from synterm.context.library import Library
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.known import known_answers, look_up_replies
from synterm.evaluate.plan import plan
from synterm.evaluate.run import RunPlan, kept_for, limits_of
from synterm.storage.project import Project

MOST = 50_000
"""A run of more evaluations is not looked through: that takes as long as what it may spare."""
_CHUNK = 1000


def all_answered(project: Project, chosen: RunPlan) -> bool:
    """Whether the project file has every answer that `chosen` takes, those of judges included; False for a run whose
    answers decide whether there is more to ask, and for a very long one.

    Stops at the first that is missing. Raises InputError for prompts or checks that can't be used.
    """
    how = chosen.repeating
    if how.most != how.each or chosen.size > MOST:
        return False
    checklist = Checklist(project.nodes.tree(), models=project.models.all(), library=Library.of(project))
    limits = limits_of(chosen, kept_for(project, chosen))
    for variant in chosen.variants:
        tasks = plan(chosen.cases, variant, checklist, how.each // how.judgings, judgings=how.judgings)
        while chunk := list(islice(tasks, _CHUNK)):
            known = known_answers(chunk, checklist, project.responses, limits)
            if any(task.request is not None for task in known.rest) and not limits.only_judge:
                return False
            asked = [one for task, answer in known.told if (one := checklist.inquire(task, answer))]
            look_up_replies(asked, project.responses, limits)
            if any(one.missing for one in asked):
                return False
    return True
