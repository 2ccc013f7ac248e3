"""Failures in groups, and groups that are known again in the next run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from synterm.analysis.grouping import by_meaning, by_wording
from synterm.analysis.words import marks, words_of
from synterm.cli.main import main
from synterm.core.distill import Cluster
from synterm.distill.clusters.clusters import cluster_findings, clusters_of, renamed, with_trend
from synterm.distill.clusters.naming import error_of, hypothesis_of, name_of
from synterm.distill.failures import failures
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.failing import failing

ROOMS = [
    "book a meeting room for four people",
    "reserve the big meeting room for friday",
    "is there a free room for our meeting tomorrow",
    "we need a room with a screen for the meeting",
]
FOOD = [
    "what does the canteen have for lunch today",
    "is there a vegetarian lunch in the canteen",
    "when does the canteen close after lunch",
    "order lunch from the canteen for the team",
]


def texts_of(groups: list[list[int]], texts: list[str]) -> set[frozenset[str]]:
    return {frozenset(texts[at] for at in group) for group in groups}


def test_what_means_about_the_same_is_one_group_and_the_largest_comes_first() -> None:
    texts = [*ROOMS, *FOOD[:3], "translate this into french"]
    groups = by_meaning(texts, ["same"] * len(texts))
    assert texts_of(groups, texts) == {frozenset(ROOMS), frozenset(FOOD[:3]), frozenset(texts[-1:])}
    assert [len(group) for group in groups] == [4, 3, 1]
    shuffled = random.Random(1).sample(texts, len(texts))
    assert texts_of(by_meaning(shuffled, ["same"] * len(texts)), shuffled) == texts_of(groups, texts)


def test_what_went_wrong_in_another_way_is_another_group() -> None:
    texts = [*ROOMS, *ROOMS]
    errors = ["clarify instead of schedule"] * 4 + ["retrieve instead of schedule"] * 4
    assert sorted(map(sorted, by_meaning(texts, errors))) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_those_beyond_the_most_join_the_nearest_group(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{text} {word}" for text in (ROOMS[0], FOOD[0]) for word in "now soon today later please".split()]
    monkeypatch.setattr("synterm.analysis.grouping.MOST", 4)
    assert sorted(map(sorted, by_meaning(texts, [""] * 10))) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_without_embeddings_they_are_grouped_by_the_words_that_they_share() -> None:
    texts = [*ROOMS, *FOOD, "translate this into french"]
    groups = texts_of(by_wording(texts, ["same"] * len(texts)), texts)
    assert all(group <= set(ROOMS) or group <= set(FOOD) or len(group) == 1 for group in groups)
    assert max(map(len, groups)) >= 2
    errors = ["a" if at % 2 else "b" for at in range(len(texts))]
    assert all(len({errors[at] for at in group}) == 1 for group in by_wording(texts, errors))


TEXTS = st.lists(st.text(alphabet="ab cé", max_size=12), max_size=12)


@examples(max_examples=40)
@given(TEXTS, st.data())
def test_each_text_is_in_exactly_one_group(texts: list[str], data: st.DataObject) -> None:
    errors = [data.draw(st.sampled_from("xyz")) for _ in texts]
    for grouped in (by_meaning, by_wording):
        groups = grouped(texts, errors)
        assert sorted(at for group in groups for at in group) == list(range(len(texts)))
        assert [len(group) for group in groups] == sorted((len(group) for group in groups), reverse=True)


def test_a_cluster_is_called_by_its_words_and_its_error() -> None:
    from collections import Counter

    members = [failing(text, at) for at, text in enumerate(ROOMS)]
    others = [failing(text, 10 + at, got="retrieve") for at, text in enumerate(FOOD)]
    everywhere = Counter(word for one in (*members, *others) for word in words_of(one.input))
    assert set(marks([one.input for one in members], everywhere, 8)) == {"room", "meeting"}
    assert name_of(members, everywhere, 8).endswith("room: clarify instead of schedule")
    said = hypothesis_of(members, everywhere, [*members, *others])
    assert said.startswith("4 cases of 4 lineages; all go wrong in the same way")
    assert "others" in said


def test_an_error_is_a_label_a_reason_or_no_verdict_without_figures() -> None:
    assert error_of(failing("a")) == "clarify instead of schedule"
    assert error_of(failing("a", expected=None, reason="0.31 is under 0.8")) == "N is under N"
    assert error_of(failing("a", judged=0, failed=0, got="timed out after 30 s")) == "no verdict: timed out after N s"
    assert error_of(failing("a", expected=None, reason="")) == "fails"


def ran(path: Path, *options: str) -> None:
    assert main(["run", str(path), "--quiet", "--fail-on", "", *options]) in (0, 3)


def add(project: Project, texts: list[str], expected: str = "schedule") -> None:
    from synterm.core.case import Case

    scenario = project.nodes.find("borderline").id
    project.cases.put(
        [Case(scenario_id=scenario, input={"message": text}, expected=expected) for text in texts]
    ).result()


def found(project: Project) -> list[Cluster]:
    clusters, why = clusters_of(project, failures(project).failing)
    assert why == ""
    return clusters


def of(clusters: list[Cluster], project: Project, text: str) -> Cluster:
    """The cluster that holds the case of this text."""
    [case] = [case for case in project.cases.select() if case.title == text]
    return next(one for one in clusters if case.id in one.case_ids)


def test_a_cluster_is_known_again_and_keeps_the_name_that_a_person_gave(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        add(project, ROOMS)
        add(project, FOOD, "out_of_scope")
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        first = found(project)
        rooms = of(first, project, ROOMS[0])
        assert {"room", "meeting"} & set(rooms.name.partition(":")[0].split(", "))
        assert rooms.pattern == "clarify instead of schedule"
        assert 0 < rooms.share <= 1
        project.findings.put(*cluster_findings(first, "run", "ann")).result()
        assert [one.id for one in found(project)] == [one.id for one in first]
        mine = renamed(rooms, "rooms are no questions", "ann")
        project.findings.put(*cluster_findings([mine], "run", "ann")).result()
        add(project, ["can you book us a meeting room on monday", "which meeting room is free now"])
    ran(path, "--prompt", "router@v2")
    with Project.open(path) as project:
        again = of(found(project), project, ROOMS[0])
        assert (again.id, again.name, again.by) == (rooms.id, "rooms are no questions", "ann")
        assert len(again.case_ids) > len(rooms.case_ids)
        runs = [(run.id, [column[0] for column in project.runs.columns(run.id)]) for run in project.runs.all()]
        [trended] = with_trend(project, [again], runs)
        assert [count for _, count in trended.trend] == [len(rooms.case_ids), len(again.case_ids)]


def test_what_is_like_no_others_stands_together_by_its_error_and_is_called_by_its_tag(
    make_project: MakeProject,
) -> None:
    texts = ["translate this into french", "buy socks", "who won the match", "paint the fence"]
    odd = [failing(text, at, got="retrieve", tags=("vague",)) for at, text in enumerate(texts)]
    rooms = [failing(text, 10 + at) for at, text in enumerate(ROOMS)]
    with Project.open(make_project()) as project:
        clusters, _ = clusters_of(project, [*odd, *rooms])
        by_error = next(one for one in clusters if one.case_ids[0] in {each.case_id for each in odd})
        assert by_error.name == "vague: retrieve instead of schedule"
        assert set(by_error.case_ids) == {one.case_id for one in odd}
        assert "what was asked differs" in by_error.hypothesis
        assert "the tag vague is on 4 of them, and 0 of the 4 others" in by_error.hypothesis
        untagged = [one.model_copy(update={"tags": ()}) for one in odd]
        names = {one.name for one in clusters_of(project, [*untagged, *rooms])[0]}
        assert "various: retrieve instead of schedule" in names
        # Where all go wrong in the same way, the error tells nothing.
        same = [one.model_copy(update={"got": "clarify"}) for one in untagged]
        assert len(clusters_of(project, [*same, *rooms])[0]) == 1
