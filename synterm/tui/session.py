"""What is open in the workbench: the project, the prompt being typed, the model, the scope, and the board they make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.params_text import Check
from synterm.core.prompt import Prompt, PromptBody, PromptVersion
from synterm.core.tree import Tree
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.quality import quality_facts
from synterm.evaluate.query.parse import Query, parse_query
from synterm.evaluate.query.where import run_named
from synterm.evaluate.query.words import Known
from synterm.providers.known_params import param_problem
from synterm.storage.case_filter import CaseFilter, QualityFacts
from synterm.storage.case_list import CaseList
from synterm.storage.cases import Found, Order
from synterm.storage.project import Project
from synterm.tui.board.arrange import Arrangement, arranged
from synterm.tui.board.baseline import BaselineColumn
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column, Counts
from synterm.tui.board.columns import Columns
from synterm.tui.board.lineup import Lineup
from synterm.tui.board.rows import CaseRows
from synterm.tui.drafts import Drafts
from synterm.tui.edits import EditLog
from synterm.tui.trust.standing import Standing

if TYPE_CHECKING:
    from synterm.tui.finetune.training import Training
    from synterm.tui.generate.job import Generating


class Session:
    """The state behind the panes; no case is in scope until `scope` is called.

    Raises SyntermError for a project whose checks can't be used.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.standing = Standing(project)
        """Whether it is trusted."""
        self.tree: Tree = project.nodes.tree()
        self.library: Library = Library.of(project)
        """The documents that prompts take context from."""
        self.models = project.models.all()
        self.checklist: Checklist = Checklist(self.tree, project.grades, self.models, self.library)
        self.prompts = project.prompts.all()
        self.model: ModelSpec | None = self.models[0] if self.models else None
        self.lend_generating: Callable[[], Generating] | None = None
        """Set by the workbench, which runs generations."""
        self.training: Training | None = None
        """The training that runs here, or ran last."""
        self.drafts = Drafts(project)
        self.edits = EditLog()
        """What was done to the project in this sitting, on whichever screen."""
        self.prompt: Prompt | None = None
        self.body: PromptBody | None = None
        """What the draft of the prompt says now."""
        self._turn_to(self.prompts[0] if self.prompts else None)
        self.node_id: str | None = None
        self.query = ""
        self.tags: list[str] | None = None
        """All tags of the project; None until they are read."""
        self.everything: Mapping[str, int] = {}
        """How many cases of any kind each scenario holds."""
        self._facts: tuple[Checklist, PromptBody | None, QualityFacts] | None = None
        self.rows = CaseRows([], project.cases.glimpse)
        self.totals: Mapping[str, int] = {}
        """How many cases of each scenario fit the query."""
        self.shown = self.rows
        """The rows as the panes show them: sorted, or only some."""
        self.arrangement = Arrangement()
        """How the rows are sorted and filtered by results."""
        self.problem = ""
        """Why they are not."""
        self.lineup = Lineup()
        """Which columns stand beside the draft."""
        self.pins = project.baselines.all()
        """The runs that are pinned."""
        self._keyed: tuple[CaseRows, Order, list[tuple[int, str]]] | None = None
        self.roots: Mapping[str, int] | None = None
        """How many lineages the cases of each scenario come from; None until that is read."""
        self._columns = Columns()
        self._scenarios: frozenset[str] | None = None
        self._chosen = CaseFilter(())
        self._edited = False
        """Whether cases were changed since it was counted which of them fit the query."""
        self._set_board()

    @cached_property
    def generating(self) -> Generating:
        """What screens need that generate."""
        assert self.lend_generating, "a workbench lends it"
        return self.lend_generating()

    @property
    def aside(self) -> str:
        """What is under way besides live mode, in words."""
        # Not by `generating`: asked with every frame, it would be made before anyone generates.
        generating: Generating | None = self.__dict__.get("generating")
        return generating.status if generating else ""

    def scope(self, node_id: str | None, query: str) -> None:
        """Take the cases at or below a node that fit a query. Raises InputError for a query that says nothing known."""
        wanted = self.wanted(node_id, query)
        self.take(node_id, query, wanted, self.project.cases.find(wanted.filter, ids=self.counts_anew(query)))

    def counts_anew(self, query: str) -> bool:
        """Whether other cases count once a query is taken: then it is to be found with ids."""
        return query != self.query or self._edited

    def wanted(self, node_id: str | None, query: str) -> Query:
        """What a query asks for at or below a node. Raises InputError for one that says nothing known."""
        scenarios = None if node_id is None else [node.id for node in self.tree.scenarios(node_id)]
        facts = self.facts if "flag:" in query.casefold() else None
        return parse_query(query, scenarios, self.known, facts)

    @property
    def known(self) -> Known:
        """What the terms of a query can name."""
        nodes = self.tree.scenarios()
        names = dict.fromkeys([*(node.name for node in nodes), *(self.tree.path(node.id) for node in nodes)])
        versions = ["draft", *(version.label for version in reversed(self.prompt.versions if self.prompt else ()))]
        models = [model.name for model in self.models]
        columns = [*versions, *(f"{version}·{model}" for version in versions for model in models)]
        labels, project = self.checklist.labels(), self.project
        return Known(self.tags, [*names], labels, columns, ("last",), partial(run_named, project))

    @property
    def facts(self) -> QualityFacts:
        """What checks and draft ask of a case."""
        if self._facts is None or self._facts[0] is not self.checklist or self._facts[1] is not self.body:
            self._facts = (self.checklist, self.body, quality_facts(self.tree, self.checklist, self.body))
        return self._facts[2]

    def take(self, node_id: str | None, query: str, wanted: Query, found: Found) -> None:
        """Take the cases that were found at or below a node for what a query wants."""
        scenarios = None if node_id is None else [node.id for node in self.tree.scenarios(node_id)]
        if found.ids is not None:
            self._columns.count_only(found.ids)
            self._edited = False
        self.node_id, self.query, self._chosen = node_id, query, wanted.filter
        self.arrangement = replace(self.arrangement, terms=wanted.results)
        self._scenarios = None if scenarios is None else frozenset(scenarios)
        self.rows = self.shown = CaseRows(found.keys, self.project.cases.glimpse)
        self.totals, self.everything = found.totals, found.everything
        self._set_board()

    def reload(self, touched: Collection[str] | None = None) -> None:
        """Read tree, documents, models and prompts again, after someone changed them; call `scope` next.

        `touched`: the cases that say something else now; None: any may.
        """
        tree = self.project.nodes.tree()
        models = self.project.models.all()
        library = Library.of(self.project, self.library)
        # Not with each edit of a case: making all checks takes time. Models may judge, or play the users of dialogs.
        if tree != self.tree or library != self.library or models != self.models:
            self.tree, self.library, self.models, touched = tree, library, models, None
            self.checklist = Checklist(tree, self.project.grades, models, library)
        self._forget(touched)
        self._read_pins()
        self._reload_prompts()
        if self.model is not None:
            self.model = next((model for model in self.models if model.name == self.model.name), None)
        self.model = self.model or (self.models[0] if self.models else None)
        if self.node_id is not None and self.node_id not in self.tree:
            self.node_id = None

    def make_checks(self) -> None:
        """Make all checks anew: others of them may run now. Raises SyntermError for one that can't be made."""
        # Reading the tree is what finds out which may.
        self.tree = self.project.nodes.tree()
        self.checklist = Checklist(self.tree, self.project.grades, self.models, self.library)

    def _forget(self, touched: Collection[str] | None) -> None:
        self._edited = True
        self._columns.forget(touched)

    def edit(self, body: PromptBody) -> None:
        """The draft says something else: make its column stale."""
        if self.prompt is None:
            return
        self.body = body
        for column in self.board.columns:
            if column.live and column.variant.body != body:
                column.supersede(Variant(self.prompt.name, "draft", body, column.variant.model))

    async def keep(self, note: str = "") -> int | None:
        """Keep the draft as a version; gives its number, once it is on disk. Raises SyntermError where it can't be."""
        if self.prompt is None or self.body is None:
            return None
        number = await asyncio.wrap_future(self.project.prompts.keep(self.prompt.id, self.body, note))
        self._reload_prompts()
        self._set_board()
        return number

    def read_prompts(self) -> bool:
        """Read all prompts again; gives whether the open one is another now, or has other versions: the board is new.

        What is typed stays, whatever the file has as its draft.
        """
        before = self._known_of_prompt()
        self._reload_prompts()
        changed = self._known_of_prompt() != before
        if changed:
            self._set_board()
        return changed

    def _known_of_prompt(self) -> tuple[str, str, tuple[PromptVersion, ...]] | None:
        return (self.prompt.id, self.prompt.name, self.prompt.versions) if self.prompt else None

    def version(self, number: int) -> PromptVersion | None:
        """A kept version by its number."""
        versions = self.prompt.versions if self.prompt else ()
        return next((version for version in versions if version.number == number), None)

    @property
    def param_check(self) -> Check | None:
        """What the model says of a parameter."""
        return partial(param_problem, self.model) if self.model else None

    async def open_prompt(self, name: str) -> Prompt | None:
        """Turn to another prompt, when what was typed in this one is on disk; None: it is gone."""
        await self.drafts.saved()
        self.prompts = self.project.prompts.all()
        prompt = next((prompt for prompt in self.prompts if prompt.name == name), None)
        if prompt is not None:
            prompt = self._turn_to(prompt)
            self._set_board()
        return prompt

    def use_model(self, name: str) -> None:
        """Turn to another model."""
        self.model = next(model for model in self.models if model.name == name)
        self._set_board()

    def next_model(self) -> str | None:
        """The name of the model after this one; None when there is no other."""
        if self.model is None or len(self.models) < 2:
            return None
        return self.models[(self.models.index(self.model) + 1) % len(self.models)].name

    @property
    def all_in_scope(self) -> int:
        """How many cases of any kind are in scope, whatever the query says."""
        everything = self.everything.items()
        return sum(count for scenario, count in everything if self._scenarios is None or scenario in self._scenarios)

    def counts(self) -> Mapping[str, Counts]:
        """The draft's fresh verdicts by scenario."""
        return self.board.draft.by_scenario if self.board.draft else {}

    @property
    def pinned(self) -> frozenset[str]:
        """The labels of the prompt's pinned versions."""
        versions = self.prompt.versions if self.prompt else ()
        return frozenset(version.label for version in versions if version.pinned)

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

    def _reload_prompts(self) -> None:
        """The prompt that is open stays so, with what is being typed, if the project still has it."""
        self.prompts = self.project.prompts.all()
        known = next((prompt for prompt in self.prompts if self.prompt and prompt.id == self.prompt.id), None)
        self.drafts.keep_only({prompt.id for prompt in self.prompts})
        if known is None:
            self._turn_to(self.prompts[0] if self.prompts else None)
        else:
            self.prompt = known

    def _turn_to(self, prompt: Prompt | None) -> Prompt | None:
        self.prompt = self.drafts.take(prompt) if prompt else None
        self.body = self.prompt.draft if self.prompt else None
        return self.prompt

    def line_up(self, lineup: Lineup) -> None:
        """Have other columns on the board."""
        self.lineup = lineup
        self._set_board()

    def arrange(self) -> None:
        """Arrange the rows anew, by what is known now; as they are where a term names a column that is not there."""
        self.problem, keys = "", None
        try:
            if not self.arrangement.plain:
                keys = arranged(self.keyed(), self.board, self.arrangement)
        except InputError as error:
            self.problem = f"{error}; {error.hint}" if error.hint else str(error)
        self.show_arranged(keys)

    def show_arranged(self, keys: list[int] | None) -> None:
        """Have the panes show the cases of these row numbers; None: the rows as they are."""
        self.shown = self.rows if keys is None else CaseRows(keys, self.project.cases.glimpse)
        self.board.shown = self.shown

    def keyed(self) -> list[tuple[int, str]]:
        """Row number and id of the rows, in the order that sorting starts from."""
        order = self.arrangement.order
        if self._keyed is None or self._keyed[:2] != (self.rows, order):
            self._keyed = (self.rows, order, self.project.cases.keyed(self._chosen, order))
        return self._keyed[2]

    def find_column(self, number: int | None, model: str) -> Column | None:
        """The column of a version, None for the draft, under a model, once it was on the board."""
        return self._columns.find(self.prompt, number, model) if self.prompt else None

    def listing(self) -> CaseList:
        """The cases in scope, whatever is shown of them."""
        return self.project.cases.listing(self._chosen)

    @property
    def baselines(self) -> list[str]:
        """The names of what is pinned."""
        return list(dict.fromkeys(pin.name for pin in self.pins))

    def read_baselines(self) -> bool:
        """Look again which runs are pinned; gives whether they are others now: the board is new."""
        changed = self._read_pins()
        if changed:
            self._set_board()
        return changed

    def _read_pins(self) -> bool:
        before, self.pins = self.pins, self.project.baselines.all()
        if self.pins != before:
            self._columns.baselines_changed()
        return self.pins != before

    def _set_board(self) -> None:
        columns: list[Column] = []
        baseline: BaselineColumn | None = None
        if self.prompt is not None and self.model is not None and self.body is not None:
            columns = self._columns.lined_up(self.lineup, self.prompt, self.body, self.models, self.model)
            if name := self.lineup.held_by(self.baselines):
                baseline = self._columns.baseline(name, self.prompt, self.body, self.model)
        cases, reference = self.project.cases, self.lineup.reference
        self.board = Board(self.rows, columns, cases.named, self._spread(), reference, baseline)
        for column in (*columns, *((baseline,) if baseline else ())):
            column.scope = self._scenarios

    def _spread(self) -> Callable[[int], list[Case]]:
        chosen, cases = self._chosen, self.project.cases

        @lru_cache(maxsize=2)  # it is asked for with every key, and goes through all cases
        def spread(count: int) -> list[Case]:
            return cases.spread(chosen, count)

        return spread
