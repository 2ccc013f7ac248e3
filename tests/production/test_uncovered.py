"""Uncovered calls in clusters, and how much of the traffic they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from synterm.core.traffic import LoggedCall
from synterm.production.placings import place_again
from synterm.production.uncovered import SMALLEST, uncovered
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter
from tests.conftest import MakeProject
from tests.support.placed import OFFICE, POEMS, PRINTER, ROOMS, calls
from tests.support.traffic import logged, with_traffic


@pytest.fixture
def office(make_project: MakeProject) -> Path:
    return make_project(OFFICE)


def strange(*texts: str, weight: float = 1.0, after: float = 0) -> list[LoggedCall]:
    return [
        logged(text, minutes=after + minute, placing="uncovered", weight=weight) for minute, text in enumerate(texts)
    ]


def test_what_is_asked_for_though_nobody_described_it_is_put_together_and_named(office: Path) -> None:
    with_traffic(office, *calls(*ROOMS, *PRINTER, *POEMS, "who won the football match last night"))
    with Project.open(office) as project:
        assert place_again(project).uncovered == 9
        found = uncovered(project)
    by_name = {one.name: one for one in found.clusters}
    assert by_name.keys() == {"poem, write", "printer"}
    assert set(by_name["printer"].examples) == set(PRINTER) and set(by_name["poem, write"].examples) == set(POEMS)
    assert (found.calls, found.weight, found.scattered, found.note) == (9, 9.0, 1, "")
    assert found.share == pytest.approx(9 / 15) and found.interval[0] < 9 / 15 < found.interval[1]
    assert all(one.share == pytest.approx(4 / 15) for one in found.clusters)
    assert all(one.share_of_uncovered == pytest.approx(4 / 9) for one in found.clusters)


def test_a_call_that_stands_for_many_counts_for_as_many_and_the_interval_is_wider(office: Path) -> None:
    with_traffic(
        office,
        *strange(*PRINTER, weight=20),
        *strange(*POEMS, after=9),
        *strange("translate good morning", "who won the match", "what is love", "are you a bot", after=20),
    )
    with Project.open(office) as project:
        found = uncovered(project)
        assert found.clusters[0].name == "printer"
        assert found.clusters[0].weight == 80 and found.clusters[0].share == pytest.approx(80 / (80 + 4 + 4))
        even = [replace(one, weight=1.0, id=one.id[:-1] + "Z") for one in project.traffic.page()]
    with Project.create(office.parent / "even.db", "even") as project:
        project.traffic.add(even).result()
        plain = uncovered(project)
    width = [one.interval[1] - one.interval[0] for one in (found.clusters[1], plain.clusters[1])]
    assert found.clusters[1].share < plain.clusters[1].share and width[0] > 0.3
    assert found.share == 1.0


def test_clusters_keep_their_ids_and_names_as_traffic_goes_on(office: Path) -> None:
    with_traffic(office, *strange(*PRINTER, *POEMS))
    with Project.open(office) as project:
        before = {one.id: one.name for one in uncovered(project).clusters}
        later = [f"the printer {what}" for what in ("is out of ink", "makes a noise")]
        project.traffic.add(strange(*later, "write a poem about rain", "is it monday", after=100)).result()
        after = {one.id: one.name for one in uncovered(project).clusters}
        assert len(before) == 2 and before.items() <= after.items()
        assert [len(one.call_ids) for one in uncovered(project).clusters] == [6, 5]


def test_what_many_say_in_the_same_words_is_a_cluster_and_few_calls_are_none(office: Path) -> None:
    with_traffic(office, *strange("Hello!", "hello", "HELLO", "who are you", "who are you"))
    with Project.open(office) as project:
        [one] = uncovered(project).clusters
    assert (len(one.call_ids), one.name) == (3, "hello") and len(one.call_ids) >= SMALLEST
    assert one.examples == ("Hello!",)


def test_only_the_calls_that_are_meant_are_looked_at(office: Path) -> None:
    kept = with_traffic(office, *strange(*PRINTER, *POEMS), *calls(*ROOMS))
    with Project.open(office) as project:
        project.traffic.set_state([one.id for one in kept[:4]], "dismissed").result()
        found = uncovered(project, TrafficFilter(states=("new",)))
        assert [one.name for one in found.clusters] == ["poem, write"] or "poem" in found.clusters[0].name
        assert found.calls == 4 and found.share == pytest.approx(4 / 10)
        nothing = uncovered(project, TrafficFilter(since="2030"))
    assert (nothing.clusters, nothing.calls, nothing.share, nothing.interval) == ((), 0, 0.0, (0.0, 1.0))


def test_beyond_the_most_texts_join_what_they_are_near_to(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"{text} {word}" for text in (*PRINTER, *POEMS) for word in ("now", "please", "today", "thanks", "hey")]
    with_traffic(office, *strange(*many))
    monkeypatch.setattr("synterm.production.uncovered.MOST", 16)
    with Project.open(office) as project:
        found = uncovered(project)
    assert found.note == "16 of 40 texts were compared, the others joined them"
    assert sum(len(one.call_ids) for one in found.clusters) + found.scattered == 40
    assert sum(len(one.call_ids) for one in found.clusters[:2]) >= 34
    kinds = [{"printer" in text for text in one.examples} for one in found.clusters]
    assert all(len(kind) == 1 for kind in kinds)


def test_clusters_of_one_name_are_told_apart(office: Path) -> None:
    with_traffic(office, *strange(*(f"{'x' * n} {'y' * n}" for n in range(1, 4)), "a", "b", "c", "of the", "to me"))
    with Project.open(office) as project:
        names = [one.name for one in uncovered(project).clusters]
    assert len(names) == len(set(names))


def test_without_the_extra_it_is_said_how_to_get_it(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_traffic(office, *strange(*PRINTER))
    monkeypatch.setattr("synterm.production.uncovered.can_tell_meanings", lambda: False)
    with Project.open(office) as project:
        found = uncovered(project)
    assert found.clusters == () and found.calls == 4 and "pip install 'synterm[analysis]'" in found.note


SOUND = st.characters(exclude_categories=["Cs"])


@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([*PRINTER, *POEMS]), st.text(SOUND, max_size=9)),
            st.sampled_from([1.0, 2.0, 20.0, 0.5]),
            st.booleans(),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_shares_are_of_all_traffic_and_lie_within_their_intervals(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, bool]]
) -> None:
    kept = [
        logged(text, minutes=at, weight=weight, placing="uncovered" if strange else "unplaced")
        for at, (text, weight, strange) in enumerate(rows)
    ]
    with Project.create(tmp_path_factory.mktemp("weights") / "p.db", "p") as project:
        project.traffic.add(kept).result()
        found = uncovered(project)
    whole = sum(one.weight for one in kept)
    assert found.share == pytest.approx(sum(one.weight for one in kept if one.placing == "uncovered") / whole)
    assert sum(one.weight for one in found.clusters) <= found.weight + 1e-9
    assert found.scattered == found.calls - sum(len(one.call_ids) for one in found.clusters)
    weights = {one.id: one.weight for one in kept}
    for one in found.clusters:
        assert len(set(one.call_ids)) == len(one.call_ids) >= SMALLEST
        assert one.weight == pytest.approx(sum(weights[name] for name in one.call_ids))
        assert 0 <= one.interval[0] <= one.share + 1e-9 and one.share - 1e-9 <= one.interval[1] <= 1
        assert one.share_of_uncovered == pytest.approx(one.weight / found.weight)
