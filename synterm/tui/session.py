"""What is open in the workbench: the project, the prompt being typed, the model, the scope, and the board they make."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future

from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt, PromptBody
from synterm.evaluate.checklist import Checklist
from synterm.storage.project import Project
from synterm.tui.board import Board
from synterm.tui.column import Column, Counts
from synterm.tui.query import parse_query
from synterm.tui.rows import CaseRows

_VERSIONS = 2
"""How many kept versions stand beside the draft."""


class Session:
    """The state behind the panes; no case is in scope until `scope` is called.

    Raises SyntermError for a project whose checks can't be used.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.tree = project.nodes.tree()
        self.checklist = Checklist(self.tree, project.grades)
        self.models = project.models.all()
        self.prompts = project.prompts.all()
        self.model: ModelSpec | None = self.models[0] if self.models else None
        self.prompt: Prompt | None = self.prompts[0] if self.prompts else None
        self.body: PromptBody | None = self.prompt.draft if self.prompt else None
        self.node_id: str | None = None
        self.query = ""
        self.rows = CaseRows([], project.cases.page)
        self.totals: Mapping[str, int] = {}
        """How many cases of each scenario fit the query."""
        self._columns: dict[tuple[str, str], Column] = {}
        self._drafts: dict[tuple[str, str], Column] = {}
        self._scenarios: frozenset[str] | None = None
        self.board = Board(self.rows, self._make_columns())

    def scope(self, node_id: str | None, query: str) -> None:
        """Take the cases at or below a node that fit a query. Raises InputError for a query that says nothing known."""
        scenarios = None if node_id is None else [node.id for node in self.tree.scenarios(node_id)]
        chosen = parse_query(query, scenarios)
        if query != self.query:
            # Other cases count now: all is counted anew, from the cache.
            for column in (*self._drafts.values(), *self._columns.values()):
                column.forget()
        self.node_id, self.query = node_id, query
        self._scenarios = None if scenarios is None else frozenset(scenarios)
        self.rows = CaseRows(self.project.cases.keys(chosen), self.project.cases.page)
        self.totals = self.project.cases.counts(parse_query(query))
        self._set_board()

    def reload(self) -> None:
        """Read tree, models and prompts again, after someone changed them; call `scope` next."""
        self.tree = self.project.nodes.tree()
        self.checklist = Checklist(self.tree, self.project.grades)
        self.models = self.project.models.all()
        if self.model is not None:
            self.model = next((model for model in self.models if model.name == self.model.name), None)
        self.model = self.model or (self.models[0] if self.models else None)
        if self.node_id is not None and self.node_id not in self.tree:
            self.node_id = None
        for column in (*self._drafts.values(), *self._columns.values()):
            column.forget()

    def edit(self, body: PromptBody, half: str | None) -> Future[None] | None:
        """The draft says something else: make its column stale, and put it on disk where that may be written."""
        if self.prompt is None:
            return None
        self.body = body
        draft = self.board.draft
        if draft is not None and self.model is not None and draft.variant.body != body:
            draft.supersede(Variant(self.prompt.name, "draft", body, self.model))
        return None if self.project.read_only else self.project.prompts.save_draft(self.prompt.id, body, half)

    async def keep(self, note: str = "") -> int | None:
        """Keep the draft as a version; gives its number, once it is on disk. Raises SyntermError where it can't be."""
        if self.prompt is None or self.body is None:
            return None
        number = await asyncio.wrap_future(self.project.prompts.keep(self.prompt.id, self.body, note))
        self._reload()
        return number

    def open_prompt(self, name: str) -> Prompt:
        """Turn to another prompt."""
        self.prompts = self.project.prompts.all()
        self.prompt = next(prompt for prompt in self.prompts if prompt.name == name)
        self.body = self.prompt.draft
        self._set_board()
        return self.prompt

    def use_model(self, name: str) -> None:
        """Turn to another model."""
        self.model = next(model for model in self.models if model.name == name)
        self._set_board()

    def next_model(self) -> str | None:
        """The name of the model after this one; None when there is no other."""
        if self.model is None or len(self.models) < 2:
            return None
        return self.models[(self.models.index(self.model) + 1) % len(self.models)].name

    def counts(self) -> Mapping[str, Counts]:
        """The draft's fresh verdicts by scenario."""
        return self.board.draft.by_scenario if self.board.draft else {}

    @property
    def kept_label(self) -> str | None:
        """``v2`` when the draft says what that version says."""
        versions = self.prompt.versions if self.prompt and self.body else ()
        return next((version.label for version in versions if version.body == self.body), None)

    @property
    def prompt_title(self) -> str:
        """``router ▸ draft (v2 + edits)``, or ``router ▸ v2`` when the draft says what v2 says."""
        if self.prompt is None or self.body is None:
            return "no prompt"
        label = self.prompt.model_copy(update={"draft": self.body}).draft_label
        if label == "draft" and self.prompt.latest:
            label = f"draft ({self.prompt.latest.label} + edits)"
        return f"{self.prompt.name} ▸ {label}"

    def _reload(self) -> None:
        if self.prompt is not None:
            self.prompts = self.project.prompts.all()
            self.prompt = next(prompt for prompt in self.prompts if prompt.id == self.prompt.id)
        self._set_board()

    def _set_board(self) -> None:
        self.board = Board(self.rows, self._make_columns())
        for column in self.board.columns:
            column.scope = self._scenarios

    def _make_columns(self) -> list[Column]:
        """The draft, then the versions kept last. A column that was there before keeps its verdicts."""
        if self.prompt is None or self.model is None or self.body is None:
            return []
        key = (self.prompt.id, self.model.name)
        variant = Variant(self.prompt.name, "draft", self.body, self.model)
        draft = self._drafts.setdefault(key, Column(variant, live=True))
        if draft.variant.body != self.body:
            # It was typed in under another model.
            draft.supersede(variant)
        return [draft, *(self._version_column(number) for number in self._shown_versions())]

    def _shown_versions(self) -> list[int]:
        assert self.prompt is not None
        return [version.number for version in reversed(self.prompt.versions[-_VERSIONS:])]

    def _version_column(self, number: int) -> Column:
        assert self.prompt is not None and self.model is not None
        version = next(version for version in self.prompt.versions if version.number == number)
        variant = Variant(self.prompt.name, version.label, version.body, self.model)
        return self._columns.setdefault(variant.key, Column(variant))
