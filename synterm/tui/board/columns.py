"""All columns of a sitting: one that leaves the board keeps its verdicts for when it comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from synterm.core.evaluation import Variant
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptBody, PromptVersion
from synterm.tui.board.baseline import BaselineColumn
from synterm.tui.board.column import Column
from synterm.tui.board.lineup import Lineup
from synterm.tui.board.slots import Slots


class Columns:
    """Drafts by prompt and model, kept versions by what they say."""

    def __init__(self) -> None:
        self._slots = Slots()
        self._kept: dict[tuple[str, str], Column] = {}
        self._drafts: dict[tuple[str, str], Column] = {}
        self._baselines: dict[tuple[str, str, str], BaselineColumn] = {}

    def lined_up(
        self, lineup: Lineup, prompt: Prompt, body: PromptBody, models: Sequence[ModelSpec], model: ModelSpec
    ) -> list[Column]:
        """The columns of a lineup: by model the draft, which says `body`, then kept versions."""
        return [
            self._draft(prompt, body, spec) if version is None else self._version(prompt, version, spec)
            for version, spec in lineup.places(prompt, models, model)
        ]

    def baseline(self, name: str, prompt: Prompt, body: PromptBody, model: ModelSpec) -> BaselineColumn:
        """The column of a baseline, for a prompt under a model to be held against."""
        variant = Variant(prompt.name, "draft", body, model)
        key = (name, prompt.name, model.name)
        return self._baselines.setdefault(key, BaselineColumn(name, variant, self._slots))

    def baselines_changed(self) -> None:
        """Other runs may be pinned: what they say is read again."""
        for column in self._baselines.values():
            column.forget()

    def find(self, prompt: Prompt, number: int | None, model: str) -> Column | None:
        """The column of a version, None for the draft, under a model; None if it was never on the board."""
        if number is None:
            return self._drafts.get((prompt.id, model))
        body = next((version.body for version in prompt.versions if version.number == number), None)
        return self._kept.get((body.id, model)) if body else None

    def count_only(self, case_ids: Iterable[str]) -> None:
        """Have only the verdicts on these cases count."""
        self._slots.count_only(case_ids)
        for column in self._all():
            column.recount()

    def forget(self, touched: Collection[str] | None) -> None:
        """Cases say something else now, by id; None: any may."""
        for column in self._all():
            if touched is None:
                column.forget()
            for case_id in touched or ():
                column.drop(case_id)

    def _all(self) -> Iterator[Column]:
        yield from self._drafts.values()
        yield from self._kept.values()
        yield from self._baselines.values()

    def _draft(self, prompt: Prompt, body: PromptBody, model: ModelSpec) -> Column:
        variant = Variant(prompt.name, "draft", body, model)
        column = self._drafts.setdefault((prompt.id, model.name), Column(variant, self._slots, live=True))
        return _about(column, variant)

    def _version(self, prompt: Prompt, version: PromptVersion, model: ModelSpec) -> Column:
        variant = Variant(prompt.name, version.label, version.body, model)
        return _about(self._kept.setdefault(variant.key, Column(variant, self._slots)), variant)


def _about(column: Column, variant: Variant) -> Column:
    """The column, about what its variant says now: it was typed in, or the model changed, while another was shown."""
    # By value, a parameter's ``1`` would be ``true``.
    params = [canonical_json(each.model.params) for each in (column.variant, variant)]
    if column.variant != variant or params[0] != params[1]:
        column.supersede(variant)
    return column
