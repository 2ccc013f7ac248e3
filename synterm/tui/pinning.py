"""Pinning runs as baselines on the screens. What is pinned or unpinned can be taken back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from synterm.errors import InputError
from synterm.evaluate.pinning import why_not_done, why_nothing_to_compare
from synterm.evaluate.provenance import who
from synterm.storage.baselines import Baseline, check_name
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import one_line, plural
from synterm.tui.board.lineup import MAIN
from synterm.tui.edits import Edit
from synterm.tui.screens.forms import Field

_AGAIN = "make the same run again: only what has no answer is sent; `synterm baseline PROJECT set` can force it"
PIN_NOTE = "The draft is held against the baseline called main, where nothing else is chosen; runs and gates name them."


def name_field(names: Sequence[str]) -> Field:
    """The name to pin a run under; `names`: those there are."""
    taken = f"pinned now: {', '.join(one_line(name, 30) for name in names[:5])}" if names else "such as main"
    return Field("name", "name", MAIN, help=taken, suggestions=tuple(names))


def check_run(project: Project, run: RunRecord) -> None:
    """Raise InputError for a run that is no good baseline, with the reason. Reads its verdicts: in a thread."""
    if why := why_not_done(run):
        raise InputError(why, hint=_AGAIN)
    if why := why_nothing_to_compare(project, run):
        raise InputError(why, hint="choose another run")


def pinning(project: Project, name: str, run: RunRecord) -> Edit:
    """Pinning a run under a name, for all scenarios without a run of their own there.

    Raises InputError for a name that can't be one.
    """
    try:
        check_name(name)
    except InputError as error:
        raise InputError(str(error), hint=error.hint, where="name") from error
    before = _pinned(project, name, "")

    async def apply() -> None:
        await asyncio.wrap_future(project.baselines.set(name, run.id, who=who()))

    async def revert() -> None:
        if before is None:
            await asyncio.wrap_future(project.baselines.remove(name, [""]))
        else:
            await _put_back(project, [before])

    return Edit(f"run {run.id[-8:]} is baseline {one_line(name, 40)}", apply, revert)


def unpinning(project: Project, name: str) -> Edit:
    """Unpinning all that stands under a name. Raises NotFoundError where nothing does."""
    pins = project.baselines.get(name)

    async def apply() -> None:
        await asyncio.wrap_future(project.baselines.remove(name))

    async def revert() -> None:
        await _put_back(project, pins)

    return Edit(f"baseline {one_line(name, 40)} unpinned", apply, revert)


def pins_by_run(pins: Sequence[Baseline]) -> dict[str, list[str]]:
    """By run, which baselines it is: ``main``, ``main (2 scenarios)``."""
    found: dict[str, Counter[str]] = {}
    whole = {(pin.run_id, pin.name) for pin in pins if not pin.scenario_id}
    for pin in pins:
        found.setdefault(pin.run_id, Counter())[pin.name] += 1
    return {
        run_id: [
            one_line(name, 30) + ("" if (run_id, name) in whole else f" ({plural(count, 'scenario')})")
            for name, count in names.items()
        ]
        for run_id, names in found.items()
    }


async def _put_back(project: Project, pins: Sequence[Baseline]) -> None:
    for pin in pins:
        scenarios = [pin.scenario_id] if pin.scenario_id else []
        await asyncio.wrap_future(project.baselines.set(pin.name, pin.run_id, scenarios, who=pin.who))


def _pinned(project: Project, name: str, scenario_id: str) -> Baseline | None:
    pins = (pin for pin in project.baselines.all() if pin.name == name)
    return next((pin for pin in pins if pin.scenario_id == scenario_id), None)
