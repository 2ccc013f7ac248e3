"""Tables of results, and the section of docs/performance.md that a script writes."""

from __future__ import annotations

import datetime
import math
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from support.contenders import ROOT
from support.rounds import Results

PAGE = ROOT / "docs" / "performance.md"
RELIABILITY = ROOT / "docs" / "reliability.md"
SCALE = ROOT / "docs" / "scale.md"
README = ROOT / "README.md"
PEERS = ("pydantic-evals", "deepeval", "promptfoo", "inspect-ai")


@dataclass(frozen=True)
class Must:
    """One promise: what was measured stays at or under `must`; `reach` is what we would like."""

    job: str
    measured: float
    """NaN: could not be measured; infinite: did not get there."""
    must: float
    reach: float | None = None
    unit: str = "s"

    @property
    def holds(self) -> bool:
        """Whether it is kept."""
        return self.measured <= self.must


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def promises(musts: Sequence[Must]) -> str:
    """What we must, what we reach for, and what was measured."""
    head = ("job", "must", "reach for", "measured", "holds")
    return table(head, [(must.job, *_promise(must)) for must in musts])


def _promise(must: Must) -> tuple[str, str, str, str]:
    reach = "" if must.reach is None else f"≤ {must.reach:g} {must.unit}"
    most, measured = f"≤ {must.must:g} {must.unit}".strip(), f"{must.measured:.3g} {must.unit}".strip()
    if math.isnan(must.measured):
        return most, reach, "not known", "–"
    return most, reach, measured, "yes" if must.holds else "**no**"


def comparison(results: Results, count: int, base: str = "bare aiohttp") -> str:
    """All contenders of a race, the ratios first."""
    there = [results[name].wall_s for name in PEERS if name in results]
    head = ["", f"× {base}", "× fastest peer", "wall s", "CPU s", "CPU ms a case", "peak MB", "to first request s"]
    head.append("server's CPU ms a case")
    rows: list[list[str]] = []
    for name, found in sorted(results.items(), key=lambda entry: entry[1].wall_s):
        rows.append(
            [
                name,
                f"{found.wall_s / results[base].wall_s:.2f}" if base in results else "–",
                f"{found.wall_s / min(there):.2f}" if there else "–",
                f"{found.wall_s:.2f}",
                f"{found.cpu_s:.2f}",
                f"{found.cpu_s / count * 1000:.2f}",
                f"{found.peak_mb:.0f}",
                "–" if found.first_s is None else f"{found.first_s:.2f}",
                f"{found.server_cpu_s / count * 1000:.2f}",
            ]
        )
    most = max(found.disturbed for found in results.values())
    return f"{table(head, rows)}\n\nOthers used up to {most:.0%} of the machine meanwhile."


def machine() -> str:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{datetime.date.today().isoformat()}: {_processor()}, {cores} cores, {system}, {python}."


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    return found[1] if found else platform.machine()


def write_section(name: str, title: str, text: str) -> None:
    """Put `text` between the marks of section `name` of docs/performance.md; at its end when there are none."""
    section = f"## {title} (`benchmarks/{name}.py`)\n\n{machine()}\n\n{text.strip()}"
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_between(page, name, section) or f"{page.rstrip()}\n\n{_marked(name, section)}\n", encoding="utf-8")


def write_trial(name: str, text: str) -> None:
    """Put a trial, with the machine and the day, between its marks of docs/reliability.md."""
    write_table(name, f"{text}\n\n{machine()}", RELIABILITY)


def write_table(name: str, text: str, file: Path = README) -> None:
    """Put `text` between the marks ``<!-- name -->`` of a page, the README. Raises ValueError when it has none."""
    page = _between(file.read_text(encoding="utf-8"), name, text)
    if page is None:
        raise ValueError(f"{file.name} has no marks for {name}")
    file.write_text(page, encoding="utf-8")


def _between(page: str, name: str, text: str) -> str | None:
    """`page` with `text` between the marks of `name`; None when it has no marks."""
    found = re.search(rf"<!-- {name} -->.*?<!-- /{name} -->", page, re.S)
    return f"{page[: found.start()]}{_marked(name, text)}{page[found.end() :]}" if found else None


def _marked(name: str, text: str) -> str:
    return f"<!-- {name} -->\n{text}\n<!-- /{name} -->"
