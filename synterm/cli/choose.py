"""Which cases and which variants a run takes."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.case import Split
from synterm.core.evaluation import Variant
from synterm.core.share import Share
from synterm.core.tree import Tree
from synterm.errors import NotFoundError, UsageError, did_you_mean
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.evaluate.variants import choose_prompts, make_variants
from synterm.storage.case_list import CaseList
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.text import plural


def choose_variants(project: Project, prompts: Sequence[str], models: Sequence[str]) -> list[Variant]:
    """Every chosen prompt version under every chosen model; all of them when none is named. Raises NotFoundError."""
    specs = [project.models.get(name) for name in dict.fromkeys(models)] if models else project.models.all()
    return make_variants(choose_prompts(project.prompts.all(), prompts), specs)


def choose_cases(
    project: Project,
    *,
    split: Split | None,
    behaviors: Sequence[str] = (),
    tags: Sequence[str] = (),
    limit: int | None = None,
    judged: bool = False,
    share: Share | None = None,
    where: Sequence[str] = (),
) -> CaseList:
    """The accepted cases that fit, in the order they were added; `judged`: only those whose checks ask a model.

    `share`: only those of one share, which may be none. `where`: queries besides, of which a ``split:`` takes the place
    of `split`. Raises UsageError when no case fits, InputError for a query that says nothing known.
    """
    tree = project.nodes.tree()
    scenarios = scenario_ids(tree, behaviors)
    if judged:
        scenarios = _judged(project, tree, scenarios)
    chosen = CaseFilter(scenario_ids=scenarios, split=split, tags=tags)
    chosen = read_where(project, where, accepted_only=True).narrowed(chosen)
    cases = project.cases.share(chosen, limit, share) if share else project.cases.listing(chosen, limit)
    if not (cases.whole.cases if cases.whole else len(cases)):
        require_tags(project, tags)
        raise UsageError("no case fits", hint=_what_there_is(project))
    return cases


def require_tags(project: Project, tags: Sequence[str]) -> None:
    """Raise NotFoundError, naming what is near, for a tag that no case has."""
    known = project.cases.tags() if tags else []
    for tag in tags:
        if tag not in known:
            raise NotFoundError(f"no case has the tag {tag!r}", hint=did_you_mean(tag, known))


def cases_where(project: Project, where: Sequence[str]) -> CaseList:
    """The cases of any split and status that fit queries. Raises UsageError when none does."""
    found = project.cases.listing(read_where(project, where).narrowed(CaseFilter(status=None)))
    if not found:
        raise UsageError("no case fits --where", hint="synterm ls PROJECT cases --where QUERY")
    return found


def _judged(project: Project, tree: Tree, scenarios: Sequence[str] | None) -> list[str]:
    """Those of the scenarios (None: of all) that have a check which asks a model."""
    checklist = Checklist(tree, models=project.models.all())
    known = checklist.scenarios if scenarios is None else scenarios
    found = [scenario for scenario in known if any(check.asks for check in checklist.of(scenario))]
    if not found:
        raise UsageError("no check here asks a model: there is nothing to judge again", hint="synterm ls PROJECT tree")
    return found


def _what_there_is(project: Project) -> str:
    splits: tuple[Split, ...] = ("dev", "holdout", "train")
    counts = {split: len(project.cases.keys(CaseFilter(split=split))) for split in splits}
    there = ", ".join(f"{count:,} in {split}" for split, count in counts.items() if count)
    total = sum(counts.values())
    return f"the project has {plural(total, 'accepted case')}: {there}" if total else "synterm add PROJECT case --help"
