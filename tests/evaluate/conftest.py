from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm.core.tree import Node
from synterm.storage.project import Project
from tests.evaluate.stage import Play


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    """An open project with one scenario, whose check wants the answer to hold ``good``."""
    feature = Node(level="feature", name="Routing")
    behavior = Node(level="behavior", name="Out of scope", parent_id=feature.id)
    checks = ({"type": "contains", "value": "good"},)
    scenario = Node(level="scenario", name="off-topic", parent_id=behavior.id, checks=checks)
    with Project.create(tmp_path / "project.db", "a project") as project:
        project.nodes.put(feature, behavior, scenario).result()
        yield Play(project, scenario)
