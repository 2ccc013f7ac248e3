"""The screens beside the workbench, by name. Each is imported when it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from synterm.tui.screens.place import PlaceScreen
from synterm.tui.session import Session


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A screen that can be opened."""

    target: str
    """``module:Class``, a `PlaceScreen`."""
    explanation: str
    """What people find there."""


PLACES = {
    "history": PlaceEntry("synterm.tui.screens.history:HistoryScreen", "Runs: who, when, what, and what they found"),
    "import": PlaceEntry("synterm.tui.screens.import_cases:ImportScreen", "Files become cases: CSV, JSONL, logs …"),
    "generate": PlaceEntry("synterm.tui.screens.generate:GenerateScreen", "New cases of those in scope"),
    "drafts": PlaceEntry("synterm.tui.screens.draft_review:DraftReviewScreen", "Accept or reject drafts"),
    "distill": PlaceEntry("synterm.tui.screens.distill:DistillScreen", "Why failures fail, where, and what next"),
    "compare": PlaceEntry("synterm.tui.screens.compare:CompareScreen", "Variants by quality, cost and time"),
    "coverage": PlaceEntry(
        "synterm.tui.screens.coverage:CoverageScreen", "What cases cover, what is missing, and a map of them"
    ),
    "inbox": PlaceEntry("synterm.tui.screens.inbox:InboxScreen", "What production was asked, and cases of it"),
    "finetune": PlaceEntry(
        "synterm.tui.screens.finetune:FineTuneScreen", "What a model would learn from the cases, and training it"
    ),
}


def make_place(name: str, session: Session) -> PlaceScreen:
    """The screen of that name. Raises KeyError for a name that is none."""
    module, _, kind = PLACES[name].target.partition(":")
    return getattr(import_module(module), kind)(session)
