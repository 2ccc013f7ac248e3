"""Setting lineages aside: whole ones, fairly, and so that nothing in train is like what models are evaluated on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.setting_aside import SetAside
from synterm.errors import UsageError
from synterm.finetune.set_aside import Wanted, apportioned, set_aside
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.finetune.guarded import empty_project, example, guarded, put

NOUNS = "lamp parcel invoice office window desk train ticket garden kettle bridge mirror candle pencil basket".split()
VERBS = "cancel describe replace measure deliver polish examine borrow".split()


def told_apart(number: int) -> str:
    """A text that is like none of another number."""
    return (
        f"{VERBS[number % 8]} the {NOUNS[number * 7 % 15]} beside {number * 9973 % 7919} and {NOUNS[number // 15 % 15]}"
    )


@pytest.fixture
def project(make_project: MakeProject) -> Iterator[Project]:
    with Project.open(empty_project(make_project)) as opened:
        yield opened


def fill(project: Project) -> None:
    """30 lineages in one behavior, ten with two children; ten in another. 20 and 20 are in dev, ten in holdout."""
    for number in range(30):
        split = "holdout" if number >= 20 else "dev"
        expected = "schedule" if number % 4 else "clarify"
        root = put(project, told_apart(number), split, expected=expected)
        for child in range(2 if number % 3 == 0 else 0):
            text = told_apart(1000 + 10 * number + child)
            put(project, text, split, seed=root, expected=expected, status="draft" if child else "accepted")
    for number in range(30, 50):
        put(project, told_apart(number), "dev", scenario="second")


def splits(project: Project) -> dict[str, str]:
    return {case.id: case.split for case in project.cases.select(CaseFilter(status=None))}


def roots(project: Project, split: str, expected: str | None = None) -> int:
    cases = project.cases.select(CaseFilter(split=split, status=None))  # pyright: ignore[reportArgumentType]
    return len({case.root_id for case in cases if expected in (None, case.expected)})


def test_whole_lineages_move_in_proportion_by_behavior_and_label(project: Project) -> None:
    fill(project)
    before = splits(project)
    found = set_aside(project, Wanted(0.4))
    assert (found.lineages, found.moved, found.before) == (40, 16, 0)
    assert [(row.path, row.lineages, row.moved, row.left) for row in found.behaviors] == [
        ("Routing/One", 20, 8, 12),
        ("Routing/Two", 20, 8, 12),
    ]
    assert roots(project, "train", "clarify") == 2
    after = splits(project)
    assert {case_id for case_id in after if after[case_id] != before[case_id]} == set(found.case_ids)
    assert {before[case_id] for case_id in found.case_ids} == {"dev"}
    by_root: dict[str, set[str]] = {}
    for case in project.cases.select(CaseFilter(status=None)):
        by_root.setdefault(case.root_id, set()).add(case.split)
    assert all(len(one) == 1 for one in by_root.values())


def test_the_same_again_moves_nothing_and_more_moves_only_the_rest(project: Project) -> None:
    fill(project)
    first = set_aside(project, Wanted(0.4))
    again = set_aside(project, Wanted(0.4))
    assert (again.moved, again.before, again.case_ids) == (0, 16, ())
    assert set_aside(project, Wanted(0.4, seed=5)).moved == 0
    more = set_aside(project, Wanted(0.5))
    assert (more.before, more.moved) == (16, 4)
    assert not {*first.case_ids} & {*more.case_ids}


def test_the_seed_decides_which(make_project: MakeProject) -> None:
    def moved(name: str, seed: int) -> list[str]:
        with Project.open(path(name)) as project:
            ids = set_aside(project, Wanted(0.4, seed=seed)).case_ids
            return sorted(project.cases.get(case_id).title for case_id in ids)

    def path(name: str) -> Path:
        target = source.with_name(name)
        target.write_bytes(source.read_bytes())
        return target

    source = empty_project(make_project)
    with Project.open(source) as project:
        fill(project)
    assert moved("a.db", 1) == moved("b.db", 1)
    assert moved("c.db", 2) != moved("d.db", 1)


def test_what_is_like_holdout_stays_and_what_is_alike_moves_together(project: Project) -> None:
    for number in range(6):
        put(project, told_apart(number))
        project.cases.put([case.model_copy(update={"split": "dev"}) for case in project.cases.select()]).result()
    put(project, f"{told_apart(0)}!", "holdout")
    twin = put(project, told_apart(1).upper(), "dev", scenario="second")
    found = set_aside(project, Wanted(1.0))
    assert (found.lineages, found.moved, found.like_holdout) == (7, 6, 1)
    assert project.cases.get(twin.id).split == "train"
    left = [case.title for case in project.cases.select(CaseFilter(split="dev"))]
    assert left == [told_apart(0)]


def test_what_is_like_cases_that_were_not_asked_for_stays(project: Project) -> None:
    put(project, told_apart(1), "dev")
    put(project, told_apart(2), "dev")
    put(project, told_apart(1).upper(), "dev", scenario="second")
    scenarios = [project.nodes.find("first").id]
    found = set_aside(project, Wanted(1.0, scenarios=scenarios))
    assert (found.lineages, found.moved, found.like_elsewhere) == (2, 1, 1)


def test_queries_choose_and_can_t_ask_for_a_split(project: Project) -> None:
    put(project, told_apart(1), "dev", tags=("typo",))
    put(project, told_apart(2), "dev")
    assert set_aside(project, Wanted(1.0, where=("tag:typo",))).moved == 1
    with pytest.raises(UsageError, match="a query can't ask for a split"):
        set_aside(project, Wanted(1.0, where=("split:dev",)))


def test_lineages_in_several_splits_are_left_alone(project: Project) -> None:
    root = put(project, told_apart(1), "dev")
    put(project, told_apart(2), "holdout", seed=root)
    found = set_aside(project, Wanted(1.0))
    assert (found.lineages, found.moved) == (0, 0)


LINEAGES = st.lists(
    st.tuples(
        st.integers(0, 9),  # what it says: few texts, so that some are the same
        st.sampled_from(["dev", "dev", "dev", "train", "holdout"]),
        st.sampled_from(["first", "second"]),
        st.integers(0, 2),  # children
    ),
    max_size=14,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINEAGES, st.sampled_from([0.2, 0.4, 0.5, 1.0]), st.integers(0, 3))
def test_nothing_that_moved_is_like_what_stays_and_the_same_again_changes_nothing(
    make_project: MakeProject,
    tmp_path: Path,
    lineages: list[tuple[int, str, str, int]],
    share: float,
    seed: int,
) -> None:
    (tmp_path / "any.db").unlink(missing_ok=True)
    with Project.open(empty_project(make_project, "any.db")) as project:
        for number, (said, split, scenario, children) in enumerate(lineages):
            root = put(project, told_apart(said), split, scenario=scenario, expected="schedule")
            for child in range(children):
                put(project, told_apart(100 + 3 * number + child), split, scenario=scenario, seed=root)
        found: SetAside = set_aside(project, Wanted(share, seed=seed))
        wanted = int(share * found.lineages + 0.5)
        assert found.moved == 0 or found.before + found.moved <= wanted
        moved: list[Case] = project.cases.named(found.case_ids)
        kept, refusals = guarded(project, *(example(project, case) for case in moved))
        assert [(one.guard, one.reason) for one in refusals] == []
        assert len(kept) == len(moved)
        after = splits(project)
        assert set_aside(project, Wanted(share, seed=seed)).moved == 0
        assert splits(project) == after


@given(st.integers(0, 60), st.dictionaries(st.tuples(st.text(max_size=2), st.just("")), st.integers(0, 30)))
def test_shares_come_to_the_total_and_are_off_by_less_than_one(total: int, sizes: dict[tuple[str, str], int]) -> None:
    whole = sum(sizes.values())
    found = apportioned(min(total, whole), sizes)
    assert found.total() == min(total, whole)
    assert all(abs(found[name] - min(total, whole) * size / whole) < 1 for name, size in sizes.items() if whole)
    assert Counter(sizes) >= found
