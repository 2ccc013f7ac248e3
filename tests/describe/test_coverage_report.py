"""The report on coverage, of real project files."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case, Origin, Split, Status
from synterm.core.coverage import BehaviorCoverage, CoverageReport
from synterm.core.tree import Node
from synterm.describe import duplicates
from synterm.describe.coverage.holes import ranked
from synterm.describe.coverage.noise import can_spell
from synterm.describe.coverage.report import OTHERS, coverage_report
from synterm.describe.pipeline.written import read_chain, read_filter
from synterm.storage.project import Project

LABELS = ["schedule", "retrieve", "clarify"]
SORTED: dict[str, Any] = {"type": "label", "labels": LABELS}


@contextmanager
def routing(folder: Path, *, above: bool = True, checked: bool = True) -> Generator[Project]:
    """A behavior with two scenarios, and a label check on the feature, or on the first scenario."""
    checks = (SORTED,) if checked else ()
    with Project.create(folder / "my.db", "my") as made:
        made.nodes.put(
            Node(id="F", level="feature", name="Routing", checks=checks if above else ()),
            Node(id="B", level="behavior", name="Booking", parent_id="F"),
            Node(id="S", level="scenario", name="plain", parent_id="B", checks=() if above else checks),
            Node(id="T", level="scenario", name="hard", parent_id="B", position=1),
        ).result()
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with routing(tmp_path) as made:
        yield made


def case(
    number: int,
    text: str,
    expected: Any = "schedule",
    *,
    root: int | None = None,
    split: Split = "dev",
    status: Status = "accepted",
    tags: tuple[str, ...] = (),
    scenario: str = "S",
) -> Case:
    return Case(
        id=f"{number:026d}",
        scenario_id=scenario,
        input={"message": text},
        expected=expected,
        root_id="" if root is None else f"{root:026d}",
        split=split,
        status=status,
        tags=tags,
        origin=Origin(kind="manual" if root is None else "generated"),
    )


def covered(project: Project, *cases: Case, **options: Any) -> BehaviorCoverage:
    project.cases.put(cases).result()
    return coverage_report(project, by="wording", **options).behaviors[0]


def have(found: BehaviorCoverage, axis: str) -> dict[str, tuple[int, int]]:
    """Independent cases and cases, by value."""
    return {place.value: (place.have, place.cases) for place in found.places if place.axis == axis}


def test_counts_tell_of_every_axis(project: Project) -> None:
    found = covered(
        project,
        case(1, "please book the big room for the quarterly review on friday", tags=("rooms",)),
        case(2, "why is this useless thing still not booked", split="holdout"),
        case(3, "where r u, pls tell me"),
        case(4, "move my appointment to monday", "clarify", root=1),
        case(5, "it waits", status="draft"),
    )
    assert found.counts == {
        "split": {"dev": 3, "holdout": 1},
        "tag": {"rooms": 1},
        "tone": {"plain": 1, "polite": 2, "angry": 1},
        "length": {"short": 4},
        "noise": {"clean": 3, "chat-like": 1},
        "origin": {"manual": 3, "generated": 1},
        "label": {"schedule": 3, "clarify": 1},
    }
    assert (found.cases, found.roots, found.independent, found.drafts) == (4, 3, 3, 1)
    assert found.redundancy == 0.25


def test_a_lineage_counts_once_at_each_place(project: Project) -> None:
    found = covered(
        project,
        case(1, "book a room"),
        case(2, "could you be so kind and book me a room", root=1),
        case(3, "please get me a room for the day", root=1),
    )
    assert have(found, "length") == {"terse": (1, 1), "short": (1, 2), "medium": (0, 0), "long": (0, 0)}
    assert (found.roots, found.independent) == (1, 1)


def test_near_duplicates_count_once_but_what_they_link_does_not(project: Project) -> None:
    texts = [
        "has my credit card application been approved yet by the bank",
        "has my credit card application been approved yet by the banks",
        "has my debit card application been approved yet by the banks",
    ]
    found = covered(project, *(case(number, text) for number, text in enumerate(texts, 1)))
    assert (found.cases, found.roots) == (3, 3)
    assert 1 <= found.independent <= 2
    assert covered(project, case(4, texts[0].upper())).independent == found.independent


def test_labels_that_stand_above_count_once_a_case_expects_them(project: Project) -> None:
    found = covered(project, case(1, "book a room"), case(2, "the notes", "something else"), case(3, "eh", None))
    assert have(found, "label") == {"schedule": (1, 1)}
    assert found.counts["label"] == {"schedule": 1, "another result": 1, "nothing expected": 1}
    found = covered(project, case(4, "what is this about", "clarify"))
    assert [*have(found, "label")] == ["schedule", "clarify"]


def test_labels_of_checks_of_its_own_are_all_wanted(tmp_path: Path) -> None:
    with routing(tmp_path, above=False) as project:
        assert have(covered(project, case(1, "book a room")), "label") == {
            "schedule": (1, 1),
            "retrieve": (0, 0),
            "clarify": (0, 0),
        }


def test_without_a_label_check_the_few_results_that_come_over_and_over_are_labels(tmp_path: Path) -> None:
    with routing(tmp_path, checked=False) as project:
        texts = [case(number, f"question {number} about {number * 7} things", f"a{number}") for number in range(1, 9)]
        assert have(covered(project, *texts), "label") == {}
        sorted_ones = [
            case(number, f"item {number} of {number * 31}", "a" if number % 2 else "b") for number in range(20, 120)
        ]
        report_before = covered(project, *sorted_ones)
        assert have(report_before, "label")["a"][1] == 50
        assert "no check names labels" in coverage_report(project).notes[0]


def test_other_languages_are_told_and_not_judged(project: Project) -> None:
    german = "können sie bitte für morgen einen raum buchen und mir das sagen"
    found = covered(project, case(1, german))
    assert found.counts["tone"] == found.counts["noise"] == {"not English": 1}
    assert {place.axis for place in found.places} == {"label", "split", "length"}
    report = coverage_report(project)
    assert any("told of English only: 1 case" in note for note in report.notes)


def test_a_project_without_anything(tmp_path: Path) -> None:
    with Project.create(tmp_path / "my.db", "my") as project:
        report = coverage_report(project)
    assert (report.score, report.behaviors) == (0.0, ())


def test_a_behavior_without_cases_or_scenarios_is_told_all_the_same(project: Project) -> None:
    project.nodes.put(Node(id="C", level="behavior", name="Empty", parent_id="F", position=1)).result()
    report = coverage_report(project)
    assert [(one.cases, one.score, one.redundancy) for one in report.behaviors] == [(0, 0.0, 0.0)] * 2
    empty = report.behaviors[1]
    assert empty.holes and all(hole.generators == () and hole.into == "" for hole in empty.holes)
    assert all(hole.into == "S" for hole in report.behaviors[0].holes)


def test_holes_are_named_worst_first_with_what_fills_them(project: Project) -> None:
    rooms = ["bring the blue chairs", "who took notes", "open the north gate", "call sam back"]
    found = covered(project, *(case(number, text) for number, text in enumerate(rooms, 1)))
    words = [hole.words for hole in found.holes]
    assert words[0] == "0 of 3 cases in holdout"
    assert "0 of 3 angry cases" in words
    assert [hole.have for hole in found.holes] == sorted(hole.have for hole in found.holes)
    held = found.holes[0]
    assert (held.generators, held.seeds, held.into) == (("from-description",), (), "S")
    misspelt = next(hole for hole in found.holes if hole.at == (("noise", "misspelt"),))
    assert misspelt.generators == ("misspellings",)
    assert misspelt.filters == ("place:noise=misspelt",)
    assert len(misspelt.seeds) == 4
    for hole in found.holes:
        for chain in hole.generators:
            read_chain(chain)
        for one in hole.filters:
            read_filter(one)


def test_what_is_of_a_lineage_that_is_there_already_is_no_seed(project: Project) -> None:
    found = covered(
        project,
        case(1, "bring the blue chairs"),
        case(2, "brnig the blue chiars tomorow", root=1),
        case(3, "who took the notes"),
        case(4, "open the north gate", split="holdout"),
    )
    hole = next(hole for hole in found.holes if hole.at == (("noise", "misspelt"),))
    assert hole.have == 1
    assert hole.seeds == (case(3, "").id,)
    assert hole.generators == ("misspellings", "from-description | misspellings")


def test_crossings_are_told_where_each_place_by_itself_has_enough(project: Project) -> None:
    plain = ["bring chairs", "who came", "open gates", "call sam"]
    longer = [f"{text} before the big meeting on the third floor starts" for text in plain]
    found = covered(
        project,
        *(case(number, text) for number, text in enumerate(plain, 1)),
        *(case(number, text, "clarify") for number, text in enumerate(longer, 11)),
    )
    crossed = {hole.words for hole in found.holes if len(hole.at) == 2}
    assert "0 of 3 terse cases that expect clarify" in crossed
    assert "0 of 3 short cases that expect schedule" in crossed
    assert not any("angry" in words for words in crossed)


def test_so_many_holes_are_told_and_the_others_counted(tmp_path: Path) -> None:
    labels = [f"label {number:02d}, {number * number}" for number in range(40)]
    with routing(tmp_path) as project:
        project.nodes.put(
            Node(id="S", level="scenario", name="plain", parent_id="B", checks=({"type": "label", "labels": labels},))
        ).result()
        found = covered(project, case(1, "book a room", labels[3]))
    assert len(found.holes) == 12
    assert found.more_holes == 39 + 1 + 13 - 12
    label = next(hole for hole in found.holes if hole.at[0][0] == "label")
    [generator] = read_chain(label.generators[0])
    assert generator.config()["label"] == label.at[0][1]


def test_only_what_is_chosen(project: Project) -> None:
    project.cases.put([
        case(1, "book a room", tags=("a",)), case(2, "the notes", scenario="T"), case(3, "call sam", tags=("a", "b")),
    ]).result()  # fmt: skip
    assert coverage_report(project, scenario_ids=["T"]).behaviors[0].cases == 1
    assert coverage_report(project, tags=["a", "b"]).behaviors[0].cases == 1
    assert {place.want for place in coverage_report(project, want=7).behaviors[0].places} == {7}


def test_many_tags_are_counted_together(project: Project) -> None:
    found = covered(project, case(1, "book a room", tags=tuple(f"t{number}" for number in range(300))))
    assert len(found.counts["tag"]) == 201
    assert found.counts["tag"][OTHERS] == 100


def test_a_page_of_its_own_connection_can_be_read_while_the_project_is_open(project: Project) -> None:
    project.cases.put([case(1, "book a room")]).result()
    done: list[tuple[int, int]] = []
    with Project.look(project.path) as other:
        coverage_report(other, watch=lambda at, of: done.append((at, of)))
    assert done == [(1, 1)]


WORDS = ("book", "a", "room", "the", "notes", "please", "pls", "asap", "recieve", "wich", "and", "for", "friday")
texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=40).map(" ".join)
drafts = st.lists(
    st.tuples(
        texts, st.sampled_from([*LABELS, None]), st.integers(0, 20), st.sampled_from(["dev", "holdout", "train"])
    ),
    min_size=1,
    max_size=14,
)


def made_of(rows: Sequence[tuple[str, str | None, int, Any]]) -> list[Case]:
    """Cases by age; each of the lineage of an older one, or its own."""
    cases: list[Case] = []
    for number, (text, label, parent, split) in enumerate(rows, 1):
        root = cases[parent].root_id if parent < len(cases) else f"{number:026d}"
        fixed = cases[parent].split if parent < len(cases) else split
        cases.append(
            case(number, text, label, split=fixed, scenario="ST"[number % 2]).model_copy(update={"root_id": root})
        )
    return cases


def report_of(cases: Sequence[Case]) -> CoverageReport:
    with tempfile.TemporaryDirectory() as folder, routing(Path(folder), above=False) as project:
        project.nodes.put(
            Node(id="B", level="behavior", name="Booking", parent_id="F", checks=(SORTED,)),
            Node(id="S", level="scenario", name="plain", parent_id="B"),
        ).result()
        for one in cases:
            project.cases.put([one]).result()
        return coverage_report(project, by="wording", most_points=5)


@settings(max_examples=25)
@given(drafts)
def test_a_newer_case_never_lowers_the_score(rows: list[tuple[str, str | None, int, Any]]) -> None:
    cases = made_of(rows)
    before, after = report_of(cases[:-1]), report_of(cases)
    assert 0 <= before.score <= after.score <= 1
    one, other = before.behaviors[0], after.behaviors[0]
    assert one.independent <= other.independent <= other.roots <= other.cases
    assert all(was.have <= now.have for was, now in zip(one.places, other.places, strict=True))


@settings(max_examples=15)
@given(drafts, st.randoms(use_true_random=False))
def test_the_order_in_which_cases_were_put_there_changes_nothing(
    rows: list[tuple[str, str | None, int, Any]], random: Any
) -> None:
    cases = made_of(rows)
    shuffled = random.sample(cases, len(cases))
    one, other = (json.loads(report_of(some).model_dump_json()) for some in (cases, shuffled))
    assert one == other


def test_without_the_extra_it_says_what_it_can_not_tell(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("spellchecker", "wordllama"):
        monkeypatch.setitem(sys.modules, module, None)
    can_spell.cache_clear()
    try:
        project.cases.put([case(1, "did you recieve it")]).result()
        report = coverage_report(project)
    finally:
        can_spell.cache_clear()
    assert (report.by, report.map) == ("wording", None)
    assert [note.partition(" ")[0] for note in report.notes] == ["misspelt", "there"]
    assert [place.value for place in report.behaviors[0].places if place.axis == "noise"] == ["clean", "chat-like"]


def test_where_too_much_is_alike_to_be_compared_lineages_count(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_MOST_PAIRS", 0)
    project.cases.put([case(1, "where is my big order 4711"), case(2, "where is my big order 4771")]).result()
    report = coverage_report(project, by="wording", with_map=False)
    assert report.behaviors[0].independent == 2
    assert report.notes[0].startswith("Routing/Booking: near-duplicates were not looked for: over 0 pairs")


def test_holes_of_all_behaviors_come_in_turns(project: Project) -> None:
    project.nodes.put(
        Node(id="C", level="behavior", name="Second", parent_id="F", position=1),
        Node(id="U", level="scenario", name="some", parent_id="C"),
    ).result()
    holes = ranked(coverage_report(project).behaviors)
    assert [hole.behavior_id for hole in holes[:4]] == ["B", "C", "B", "C"]
    assert len({hole.id for hole in holes}) == len(holes)
