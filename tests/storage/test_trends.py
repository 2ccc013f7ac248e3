from __future__ import annotations

from dataclasses import replace

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation
from synterm.errors import NotFoundError
from synterm.storage.project import Project
from synterm.storage.runs import Place, RunStatus
from synterm.storage.trends import Trend
from tests.storage.conftest import MakeTask

DONE = Completion(Outcome.COMPLETE, "x")


def record(
    project: Project, task: MakeTask, model: str, verdicts: str, *, status: RunStatus = "complete", prompt: str = "p"
) -> str:
    """A run of one variant: each letter is a case, ``+`` passed, ``-`` failed, ``!`` without verdict."""
    made = task(model=model)
    variant = replace(made.variant, prompt=prompt)
    config = {"variants": [{"prompt": prompt, "body": variant.body.id, "model": model}]}
    run_id = project.runs.start(config, who="", git_commit=None).result()
    evaluations = [
        Evaluation(
            replace(made, variant=variant, case=made.case.model_copy(update={"id": f"c{number:03}"})),
            DONE,
            passed={"+": True, "-": False, "!": None}[letter],
        )
        for number, letter in enumerate(verdicts)
    ]
    project.runs.add(run_id, evaluations).result()
    project.runs.finish(run_id, status, {}).result()
    return run_id


def test_a_trend_counts_passes_among_verdicts_run_by_run(project: Project, make_task: MakeTask) -> None:
    first = record(project, make_task, "a", "+--!")
    second = record(project, make_task, "a", "++-!")
    assert project.trends.recent() == {"anywhere": [Trend(first, 1, 3), Trend(second, 2, 3)]}
    assert project.trends.recent()["anywhere"][1].rate == 2 / 3


def test_only_the_last_complete_runs_count(project: Project, make_task: MakeTask) -> None:
    runs = [record(project, make_task, "a", "+" * number + "-") for number in range(1, 5)]
    record(project, make_task, "a", "----", status="interrupted")
    found = project.trends.recent(limit=2)["anywhere"]
    assert [trend.run_id for trend in found] == runs[2:]


def test_a_prompt_and_a_model_choose_the_runs_that_have_them(project: Project, make_task: MakeTask) -> None:
    record(project, make_task, "a", "+", prompt="one")
    wanted = record(project, make_task, "b", "-", prompt="one")
    record(project, make_task, "b", "+", prompt="two")
    assert project.trends.recent(prompt="one", model="b") == {"anywhere": [Trend(wanted, 0, 1)]}
    assert project.trends.recent(model="c") == {}


def test_of_several_variants_the_one_named_last_counts(project: Project, make_task: MakeTask) -> None:
    old, new = make_task(model="old"), make_task(model="new")
    variants = [{"body": task.variant.body.id, "model": task.variant.model.name} for task in (old, new)]
    run_id = project.runs.start({"variants": variants}, who="", git_commit=None).result()
    # The newer one is answered first.
    project.runs.add(run_id, [Evaluation(new, DONE, passed=True)]).result()
    project.runs.add(run_id, [Evaluation(old, DONE, passed=False)]).result()
    project.runs.finish(run_id, "complete", {}).result()
    assert project.trends.recent() == {"anywhere": [Trend(run_id, 1, 1)]}


def test_a_scenario_without_verdicts_has_no_trend(project: Project, make_task: MakeTask) -> None:
    record(project, make_task, "a", "!!")
    assert project.trends.recent() == {}


def test_runs_come_page_by_page_the_newest_first(project: Project) -> None:
    made = [project.runs.start({}, who="", git_commit=None).result() for _ in range(7)]
    pages = [project.runs.page(limit=3)]
    while page := project.runs.page(pages[-1][-1].id, limit=3):
        pages.append(page)
    assert [[run.id for run in page] for page in pages] == [made[:3:-1], made[3:0:-1], made[:1]]
    assert project.runs.get(made[2]).id == made[2]


def test_removing_a_run_takes_its_evaluations_and_leaves_the_others(project: Project, make_task: MakeTask) -> None:
    gone, stays = record(project, make_task, "a", "+-!"), record(project, make_task, "a", "++")
    assert project.runs.remove(gone).result() == 3
    assert [run.id for run in project.runs.all()] == [stays]
    assert (len(list(project.runs.recorded(gone))), len(list(project.runs.recorded(stays)))) == (0, 2)
    with pytest.raises(NotFoundError, match=gone):
        project.runs.remove(gone).result()
    with pytest.raises(NotFoundError, match=gone):
        project.runs.get(gone)


def test_evaluations_come_failing_first_page_by_page(project: Project, make_task: MakeTask) -> None:
    run_id = record(project, make_task, "a", "+-!" * 200)
    seen: list[bool | None] = []
    place: Place | None = None
    pages = 0
    while True:
        found, place = project.runs.failing_first(run_id, place)
        if place is None:
            break
        pages += 1
        seen += [done.passed for done in found]
    assert seen == [False] * 200 + [None] * 200 + [True] * 200
    assert pages > 1
    assert project.runs.failing_first("no run") == ([], None)
