"""The report on coverage, of real projects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm.core.case import Case, Origin, Split, Status
from synterm.core.coverage import BehaviorCoverage
from synterm.core.tree import Node
from synterm.describe.coverage.report import coverage_report
from synterm.describe.pipeline.written import read_chain
from synterm.storage.project import Project

LABELS = ["schedule", "retrieve", "clarify"]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "my.db", "my") as made:
        made.nodes.put(
            Node(id="F", level="feature", name="Routing", checks=({"type": "label", "labels": LABELS},)),
            Node(id="B", level="behavior", name="Booking", parent_id="F"),
            Node(id="S", level="scenario", name="plain", parent_id="B"),
        ).result()
        yield made


def case(
    number: int,
    text: str,
    expected: str | None = "schedule",
    *,
    root: str = "",
    split: Split = "dev",
    status: Status = "accepted",
    tags: tuple[str, ...] = (),
) -> Case:
    return Case(
        id=f"{number:026d}",
        scenario_id="S",
        input={"message": text},
        expected=expected,
        root_id=root,
        split=split,
        status=status,
        tags=tags,
        origin=Origin(kind="generated" if root else "manual"),
    )


def covered(project: Project, *cases: Case) -> BehaviorCoverage:
    project.cases.put(cases).result()
    return coverage_report(project, by="wording").behaviors[0]


def test_counts_tell_of_every_axis(project: Project) -> None:
    found = covered(
        project,
        case(1, "please book the big room for the quarterly review on friday", tags=("rooms",)),
        case(2, "why is this useless thing still not booked", split="holdout"),
        case(3, "where r u, pls tell me"),
        case(4, "cancle my apointment on monday", "clarify", root=f"{1:026d}"),
        case(5, "it waits", status="draft"),
    )
    assert found.counts == {
        "split": {"dev": 3, "holdout": 1},
        "tag": {"rooms": 1},
        "tone": {"plain": 1, "polite": 2, "angry": 1},
        "length": {"short": 4},
        "noise": {"clean": 2, "misspelt": 1, "chat-like": 1},
        "origin": {"manual": 3, "generated": 1},
        "label": {"schedule": 3, "clarify": 1},
    }
    assert (found.cases, found.roots, found.independent, found.drafts) == (4, 3, 3, 1)
    assert found.redundancy == 0.25


def test_every_chain_can_be_read(project: Project) -> None:
    found = covered(project, case(1, "book the big room"), case(2, "what did we say", "clarify"))
    assert found.holes
    for hole in found.holes:
        assert hole.generators
        for chain in hole.generators:
            read_chain(chain)
