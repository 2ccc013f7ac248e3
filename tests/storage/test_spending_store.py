from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome
from synterm.storage.project import Project
from synterm.storage.received import Received
from synterm.storage.spending import Spent
from tests.storage.conftest import MakeTask

DAY = "2026-01-31"


def test_a_reservation_is_granted_up_to_the_cap(project: Project) -> None:
    assert project.spending.on(DAY) == Spent(0.0, 0.0)
    assert [project.spending.reserve(DAY, 0.1, 0.3).result() for _ in range(4)] == [True, True, True, False]
    assert project.spending.on(DAY).reserved_usd == pytest.approx(0.3)
    assert project.spending.reserve(DAY, 5.0, None).result()
    assert project.spending.reserve("2026-02-01", 0.3, 0.3).result()
    assert not project.spending.reserve("2026-02-02", 0.31, 0.3).result()
    assert project.spending.on("2026-02-02") == Spent()


def test_what_is_released_can_be_reserved_again(project: Project) -> None:
    assert project.spending.reserve(DAY, 0.3, 0.3).result()
    project.spending.release(DAY, 0.2).result()
    assert project.spending.reserve(DAY, 0.2, 0.3).result()
    project.spending.release(DAY, 7.0).result()
    assert project.spending.on(DAY) == Spent(0.0, 0.0)


@pytest.mark.parametrize("amount", [-0.01, float("nan"), float("inf")])
def test_an_amount_that_can_not_be_is_refused(project: Project, amount: float) -> None:
    for refused in (lambda: project.spending.reserve(DAY, amount, None), lambda: project.spending.release(DAY, amount)):
        with pytest.raises(ValueError, match="no amount"):
            refused()


@pytest.mark.parametrize(
    ("cost", "spent"), [(0.25, 0.25), (0.0, 0.0), (2.0, 2.0), (None, 0.5), (float("nan"), 0.5), (-1.0, 0.5)]
)
def test_an_answer_turns_its_reservation_into_what_it_cost(
    project: Project, make_task: MakeTask, cost: float | None, spent: float
) -> None:
    assert project.spending.reserve(DAY, 0.75, 1.0).result()
    answer = Completion(Outcome.COMPLETE, "text", cost_usd=cost)
    project.responses.add_all([Received(make_task(), answer, DAY, 0.5), Received(make_task(), answer)]).result()
    assert project.spending.on(DAY) == Spent(spent, 0.25)


def test_what_can_not_be_kept_was_paid_for_all_the_same(project: Project, make_task: MakeTask) -> None:
    bad = replace(Completion(Outcome.COMPLETE, "text", cost_usd=0.25), attempts=2**70)
    [error] = project.responses.add_all([Received(make_task(), bad, DAY, 0.5)]).result()
    assert isinstance(error, Exception)
    assert project.spending.on(DAY) == Spent(0.25, 0.0)


@given(amounts=st.lists(st.integers(0, 100), max_size=20), cap=st.integers(0, 300))
def test_reservations_obey_a_cap_in_cents(amounts: list[int], cap: int, many_days: tuple[Project, list[int]]) -> None:
    project, days = many_days
    days.append(len(days))
    day, total = str(len(days)), 0
    for amount in amounts:
        granted = project.spending.reserve(day, amount / 100, cap / 100).result()
        assert granted == (total + amount <= cap)
        total += amount * granted
    assert project.spending.on(day).reserved_usd == pytest.approx(total / 100)


@pytest.fixture(scope="module")
def many_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, list[int]]]:
    with Project.create(tmp_path_factory.mktemp("days") / "project.db", "a project") as project:
        yield project, []
