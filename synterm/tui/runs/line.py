"""A run in a line of words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from synterm.core.production import PRODUCTION
from synterm.reports.figures import dollars, interval, percent, seconds
from synterm.storage.runs import RunRecord, RunStatus
from synterm.text import one_line, plural

STATUS_MARKS: dict[RunStatus, str] = {"complete": "✓", "incomplete": "◑", "interrupted": "■", "running": "◐"}
"""A mark for each status; the word stands in the detail."""


class RunLine:
    """What the history says of a run. Figures that an older synterm did not record are dashes."""

    def __init__(self, run: RunRecord) -> None:
        self.run = run
        totals = run.totals
        self.passed, self.failed, self.errors, self.not_made = (
            _count(totals, name) for name in ("passed", "failed", "errors", "not_made")
        )
        self.variants = [_words(item) for item in _items(run.config, "variants")]
        self.when = _local(run.started)
        self.who = one_line(run.who, 20) or "–"
        self.commit = one_line(run.git_commit or "", 8)[:7] or "–"
        self.mark = STATUS_MARKS.get(run.status, "?")
        self.what = self._what()
        self.text = " ".join((self.when, self.who, run.git_commit or "", run.status, *self.variants, run.id)).casefold()
        """What the filter looks in."""

    @property
    def judged(self) -> int:
        """Evaluations with a verdict."""
        return self.passed + self.failed

    @property
    def rate(self) -> str:
        """``74 % [70–78]``; without interval where the run has several variants, each with its own."""
        points = self.points
        bounds = interval(points[0][3]) if len(points) == 1 else ""
        rate = percent(self.passed / self.judged) if self.judged else "–"
        return f"{rate} [{bounds}]" if bounds else rate

    @property
    def cost(self) -> str:
        """What its fresh answers cost."""
        cost = self.run.totals.get("cost_usd")
        return dollars(cost) if isinstance(cost, (int, float)) else "–"

    @property
    def wall(self) -> str:
        """How long it took."""
        wall = self.run.totals.get("wall_s")
        return seconds(wall) if isinstance(wall, (int, float)) else "–"

    @property
    def points(self) -> list[tuple[str, int, int, tuple[float, float] | None]]:
        """Each variant's name, passed, judged and interval, as far as they were recorded."""
        found = [_point(item) for item in _items(self.run.totals, "variants")]
        return [point for point in found if point[2]]

    def config_lines(self) -> list[str]:
        """What the run was to do and how it went, in words."""
        config, run = self.run.config, self.run
        repeats = _count(config, "repeats")
        unfinished = f", {plural(self.not_made, 'evaluation')} not made" if self.not_made else ""
        times = f", each {repeats} times" if repeats > 1 else ""
        return [
            f"{self.mark} {run.status}{unfinished}, by {self.who}" + (f" at {self.commit}" if run.git_commit else ""),
            f"{plural(len(self.variants), 'variant')} × {self._cases()}{times}",
            f"{self.wall}, {self.cost} for fresh answers",
        ]

    def _what(self) -> str:
        cases = self._cases()
        if len(self.variants) == 1:
            return f"{self.variants[0]} × {cases}"
        return f"{plural(len(self.variants), 'variant')} × {cases}"

    def _cases(self) -> str:
        noun = "logged call" if PRODUCTION in self.run.config else "case"
        return plural(_count(self.run.config, "cases"), noun)


def _items(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found: Any = values.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]


def _words(item: Mapping[str, Any]) -> str:
    return one_line(f"{item.get('prompt')}@{item.get('version')} · {item.get('model')}", 60)


def _point(item: Mapping[str, Any]) -> tuple[str, int, int, tuple[float, float] | None]:
    bounds = item.get("interval")
    ends = (float(bounds[0]), float(bounds[1])) if isinstance(bounds, list) and len(bounds) == 2 else None  # pyright: ignore[reportUnknownArgumentType]
    return one_line(str(item.get("name")), 60), _count(item, "passed"), _count(item, "judged"), ends


def _count(values: Mapping[str, Any], name: str) -> int:
    found = values.get(name)
    return found if isinstance(found, int) else 0


def _local(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return one_line(moment, 16)
