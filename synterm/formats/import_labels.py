"""Whether what imported cases expect is a label at all: a name that is written otherwise can never pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

from synterm.core.case import value_text
from synterm.core.ids import canonical_json
from synterm.core.tree import Tree
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.quality import quality_facts
from synterm.storage.project import Project
from synterm.text import one_line, plural

_MOST = 2000
"""With more than so many different results, what is expected is no label."""


class ExpectedLabels:
    """Counts what the cases of each scenario expect."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, bytes]] = Counter()
        self._texts: dict[bytes, str] = {}

    def add(self, scenario_id: str, expected: Any) -> None:
        """One more case of a scenario."""
        if expected is not None and len(self._counts) <= _MOST:
            written = canonical_json(expected)
            self._counts[scenario_id, written] += 1
            self._texts[written] = value_text(expected)

    def unknown(self, project: Project, tree: Tree) -> dict[str, int]:
        """How many cases expect what none of their label checks knows, by what that is; the most frequent first."""
        if len(self._counts) > _MOST:
            return {}
        known = quality_facts(tree, Checklist(tree, models=project.models.all()), None).label_known
        found: Counter[str] = Counter()
        for (scenario_id, written), count in self._counts.items():
            if not known(scenario_id, written.decode()):
                found[self._texts[written]] += count
        return dict(found.most_common())


def unknown_words(unknown: dict[str, int], shown: int = 3) -> str:
    """``'offtopic' (3 cases), 'Shedule' (1 case) and 2 more``."""
    words = [f"{one_line(label, 40)!r} ({plural(count, 'case')})" for label, count in list(unknown.items())[:shown]]
    more = f" and {len(unknown) - shown:,} more" if len(unknown) > shown else ""
    return ", ".join(words) + more
