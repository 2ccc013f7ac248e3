"""What `synterm doctor` found, for people: a line each, and below it what to do."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.core.health import HealthFinding, HealthReport
from synterm.text import one_line, plural

_MARKS = {"well": "✓", "note": "·", "warning": "!", "broken": "✗"}
_LONG = 500


def health_lines(report: HealthReport, *, all_of_it: bool = True) -> Iterator[str]:
    """The lines; without `all_of_it` what is well is only counted."""
    shown = [one for one in report.findings if all_of_it or one.state != "well"]
    width = max((len(one.part) for one in shown), default=0)
    for one in shown:
        yield f"{_MARKS[one.state]} {one.part:<{width}}  {one_line(one.said, _LONG)}"
        for line in _below(one):
            yield f"  {'':<{width}}  {one_line(line, _LONG)}"
    yield _outcome(report)


def _below(one: HealthFinding) -> Iterator[str]:
    if one.mended is not None:
        yield f"→ {one.mended}"
        return
    if one.refused is not None:
        yield f"→ not repaired: {one.refused}"
    if one.hint:
        yield f"→ {one.hint}"
    elif one.can_mend and one.refused is None:
        yield "→ --fix sees to it"


def _outcome(report: HealthReport) -> str:
    left = [one for one in report.findings if one.is_open]
    mended = sum(one.mended is not None for one in report.findings)
    well = sum(one.state == "well" for one in report.findings)
    said = [f"{well} of {plural(len(report.findings), 'part')} well"]
    said += [f"{mended} repaired"] if mended else []
    said += [f"{len(left)} to be seen to: {', '.join(dict.fromkeys(one.part for one in left))}"] if left else []
    return "; ".join(said)
