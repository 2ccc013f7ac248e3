"""Reading the text form of a project: a YAML file, and the files of cases and documents that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.document import Document
from synterm.core.gate import Gate
from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.core.problems import Path as DataPath
from synterm.core.problems import problems_of
from synterm.core.prompt import Prompt
from synterm.core.tree import Node
from synterm.errors import InputError, ModelError
from synterm.formats.beside import file_beside
from synterm.formats.case_text import CaseRow
from synterm.formats.document_text import build_documents
from synterm.formats.findings import Findings
from synterm.formats.jsonl_cases import read_cases
from synterm.formats.project_form import CaseForm, ModelForm, NodeForm, Parts, ProjectForm, ScenarioForm, parts
from synterm.formats.prompt_text import build_prompts, variable_of
from synterm.formats.rest import Rest
from synterm.formats.safe_yaml import Document as YamlDocument
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.text_parts import TextParts
from synterm.providers.known_params import check_params
from synterm.storage.whole import Stamp

DEPTH = 320
"""How deep values may nest: as deep as the project file takes them, and as deep as they stand in the text."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a text notes of the file that it was made of."""

    id: str | None = None
    """The project's own."""
    created: str | None = None
    meta: dict[str, str] = field(default_factory=dict[str, str])
    nodes: dict[str, str] = field(default_factory=dict[str, str])
    """When each node was changed last, by its id."""
    prompts: dict[str, str] = field(default_factory=dict[str, str])
    """The same for prompts."""
    models: dict[str, Stamp] = field(default_factory=dict[str, Stamp])
    """By name."""
    documents: dict[str, Stamp] = field(default_factory=dict[str, Stamp])


@dataclass(frozen=True, slots=True)
class ProjectText:
    """A project as its text form says it; what has no id there has a new one."""

    name: str
    models: list[ModelSpec]
    prompts: list[Prompt]
    """Each with its last version as draft unless it has another; `created` of the versions may be empty."""
    nodes: list[Node]
    """Each before its children; `position` counts from 0 among siblings unless it is said."""
    cases: list[Case]
    """In the order of the text."""
    documents: list[Document] = field(default_factory=list[Document])
    gates: tuple[Gate, ...] = ()
    """Over all that a run evaluates."""
    notes: Notes = Notes()
    rest: Rest | None = None
    """What stands in further parts of the text, to be read once; None where it has none."""
    doubts: list[InputError] = field(default_factory=list[InputError])
    """What can't work, but was so in the project file that the text was made of."""


def read_project_text(path: Path) -> ProjectText:
    """The project that a file says. Checks and templates are made once, to see that they can be.

    Raises InputError with up to 20 problems, each with its file, line and field; nothing is given back half read.
    """
    lines = TextParts(path)
    text, first = lines.document()
    document = load_yaml(text, name=path.name, line=first, depth=DEPTH)
    findings, doubts = Findings(document), Findings(document, stops=False)
    form = _form(document, findings)
    specs = [model.spec() for model in form.models]
    findings.unique(("models",), "name", [model.name for model in specs])
    _check_targets(form.models, findings, doubts)
    prompts = build_prompts(form.prompts, findings, doubts)
    variable = _variable(prompts, form)
    reader = _TreeReader(path.parent, variable, findings, doubts)
    reader.read(("tree",), form.tree, None)
    documents = build_documents(form.documents, path.parent, findings)
    findings.raise_any()
    rest = None
    if lines.more:
        rest = Rest(lines, reader.paths, prompts, findings, doubts)
    elif lines.ended:
        lines.check_end()
    return ProjectText(
        form.name,
        specs,
        prompts,
        reader.nodes,
        reader.cases,
        documents,
        form.gates,
        _notes(form, reader.times, prompts),
        rest,
        doubts.said,
    )


def _notes(form: ProjectForm, nodes: dict[str, str], prompts: Sequence[Prompt]) -> Notes:
    return Notes(
        form.id,
        form.created,
        form.meta,
        nodes,
        {prompt.id: one.updated for prompt, one in zip(prompts, form.prompts, strict=True) if one.updated is not None},
        {model.name: Stamp(model.id, model.updated) for model in form.models},
        {one.name or one.file or "": Stamp(one.id, one.updated) for one in form.documents},
    )


def _form(document: YamlDocument, findings: Findings) -> ProjectForm:
    try:
        return ProjectForm.model_validate(document.data)
    except ValidationError as error:
        for problem in problems_of(error, ProjectForm):
            findings.add(problem)
        findings.raise_any()
        raise


def _check_targets(models: Sequence[ModelForm], findings: Findings, doubts: Findings) -> None:
    """How an app is asked is written by hand, so what is wrong there is told before the first call."""
    for index, model in enumerate(models):
        if model.takes_values:
            try:
                check_params(model.spec())
            except ModelError as error:
                told = doubts if model.id else findings
                told.add_at(("models", index), InputError(error.message, where=error.where, hint=error.hint))


def _variable(prompts: Sequence[Prompt], form: ProjectForm) -> str | None:
    """The variable that bare texts fill: the only one of the first prompt's last version."""
    if len(prompts) < len(form.prompts):
        # There are problems, so no case will be used; a stand-in keeps each case from adding the same one.
        return "text"
    return variable_of(prompts)


class _TreeReader:
    """Gathers nodes and cases from the forms of a tree."""

    def __init__(self, folder: Path, variable: str | None, findings: Findings, doubts: Findings) -> None:
        self.nodes: list[Node] = []
        self.cases: list[Case] = []
        self.times: dict[str, str] = {}
        """When nodes were changed last, by id, as far as that is said."""
        self.paths: dict[tuple[str, ...], str] = {}
        """The ids of scenarios by the names on the way to them."""
        self._folder = folder
        self._variable = variable
        self._findings = findings
        self._doubts = doubts
        self._ids: set[str] = set()

    def read(
        self, path: DataPath, forms: Sequence[NodeForm], parent_id: str | None, names: tuple[str, ...] = ()
    ) -> None:
        """Take in the nodes at `path` and all below them."""
        levels = [parts(form) for form in forms]
        if levels:
            self._findings.unique(path, levels[0].level, [part.name for part in levels])
        for position, (form, part) in enumerate(zip(forms, levels, strict=True)):
            here = (*path, position)
            self._check(form, here)
            node = _node(form, part, position, parent_id)
            self.nodes.append(node)
            self._note(form, node, here)
            self.read((*here, part.field), part.below, node.id, (*names, part.name))
            if isinstance(form, ScenarioForm):
                self.paths[(*names, part.name)] = node.id
                self._take_cases(form, here, node.id)

    def _note(self, form: NodeForm, node: Node, path: DataPath) -> None:
        if node.id in self._ids:
            self._findings.add_at((*path, "id"), InputError("is the id of another node too"))
        self._ids.add(node.id)
        if form.updated is not None:
            self.times[node.id] = form.updated

    def _check(self, form: NodeForm, path: DataPath) -> None:
        for index, config in enumerate(form.checks):
            try:
                load_check(config)
            except InputError as error:
                told = self._doubts if form.id else self._findings
                told.add_at((*path, "checks", index), error)

    def _take_cases(self, form: ScenarioForm, path: DataPath, scenario_id: str) -> None:
        for index, entry in enumerate(form.cases):
            try:
                found = self._case_or_file(entry, scenario_id)
            except InputError as error:
                self._findings.add_at((*path, "cases", index), error)
                continue
            if isinstance(found, Case):
                self.cases.append(found)
            else:
                self._take_file(found, entry.file or found.name, scenario_id)

    def _case_or_file(self, entry: CaseForm, scenario_id: str) -> Case | Path:
        if entry.file is None:
            return entry.case(scenario_id, self._variable)
        return file_beside(self._folder, entry.file)

    def _take_file(self, file: Path, name: str, scenario_id: str) -> None:
        for found in read_cases(file, variable=self._variable, name=name, form=CaseRow):
            if isinstance(found, InputError):
                self._findings.add_error(found)
            else:
                self.cases.append(found.case(scenario_id, self._variable))


def _node(form: NodeForm, part: Parts, position: int, parent_id: str | None) -> Node:
    return Node(
        id=form.id or new_id(),
        level=part.level,
        name=part.name,
        parent_id=parent_id,
        description=form.description,
        position=position if form.position is None else form.position,
        checks=form.checks,
        gates=form.gates,
    )
