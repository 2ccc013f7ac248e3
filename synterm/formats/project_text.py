"""Reading the text form of a project: one YAML file, and the files of cases and documents that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.document import Document
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.problems import Path as DataPath
from synterm.core.problems import problems_of
from synterm.core.prompt import Prompt
from synterm.core.tree import Node
from synterm.errors import InputError, ModelError
from synterm.formats.beside import file_beside
from synterm.formats.document_text import build_documents
from synterm.formats.findings import Findings
from synterm.formats.jsonl_cases import read_cases
from synterm.formats.project_form import CaseForm, NodeForm, Parts, ProjectForm, ScenarioForm, parts
from synterm.formats.prompt_text import build_prompts, only_variable
from synterm.formats.safe_yaml import MAX_CHARACTERS, load_yaml
from synterm.formats.safe_yaml import Document as YamlDocument
from synterm.providers.known_params import check_params


@dataclass(frozen=True, slots=True)
class ProjectText:
    """A project as its text form says it; ids are new."""

    name: str
    models: list[ModelSpec]
    prompts: list[Prompt]
    """Each with its last version as draft; `created` of the versions is empty."""
    nodes: list[Node]
    """Each before its children; `position` counts from 0 among siblings."""
    cases: list[Case]
    """In the order of the text."""
    documents: list[Document] = field(default_factory=list[Document])
    gates: tuple[Gate, ...] = ()
    """Over all that a run evaluates."""


def read_project_text(path: Path) -> ProjectText:
    """The project that a file says. Checks and templates are made once, to see that they can be.

    Raises InputError with up to 20 problems, each with its file, line and field; nothing is given back half read.
    """
    document = load_yaml(_read(path), name=path.name)
    findings = Findings(document)
    form = _form(document, findings)
    findings.unique(("models",), "name", [model.name for model in form.models])
    _check_targets(form.models, findings)
    prompts = build_prompts(form.prompts, findings)
    reader = _TreeReader(path.parent, _variable(prompts, form), findings)
    reader.read(("tree",), form.tree, None)
    documents = build_documents(form.documents, path.parent, findings)
    findings.raise_any()
    return ProjectText(form.name, list(form.models), prompts, reader.nodes, reader.cases, documents, form.gates)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(error.strerror or str(error), where=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8", where=f"{path.name} line {line}") from error


def _form(document: YamlDocument, findings: Findings) -> ProjectForm:
    try:
        return ProjectForm.model_validate(document.data)
    except ValidationError as error:
        for problem in problems_of(error, ProjectForm):
            findings.add(problem)
        findings.raise_any()
        raise


def _check_targets(models: Sequence[ModelSpec], findings: Findings) -> None:
    """How an app is asked is written by hand, so what is wrong there is told before the first call."""
    for index, model in enumerate(models):
        if model.takes_values:
            try:
                check_params(model)
            except ModelError as error:
                findings.add_at(("models", index), InputError(error.message, where=error.where, hint=error.hint))


def _variable(prompts: Sequence[Prompt], form: ProjectForm) -> str | None:
    """The variable that bare texts fill: the only one of the first prompt's last version."""
    if len(prompts) < len(form.prompts):
        # There are problems, so no case will be used; a stand-in keeps each case from adding the same one.
        return "text"
    return only_variable(prompts[0].draft) if prompts else None


class _TreeReader:
    """Gathers nodes and cases from the forms of a tree."""

    def __init__(self, folder: Path, variable: str | None, findings: Findings) -> None:
        self.nodes: list[Node] = []
        self.cases: list[Case] = []
        self._folder = folder
        self._variable = variable
        self._findings = findings

    def read(self, path: DataPath, forms: Sequence[NodeForm], parent_id: str | None) -> None:
        """Take in the nodes at `path` and all below them."""
        levels = [parts(form) for form in forms]
        if levels:
            self._findings.unique(path, levels[0].level, [part.name for part in levels])
        for position, (form, part) in enumerate(zip(forms, levels, strict=True)):
            here = (*path, position)
            self._check(form, here)
            node = _node(form, part, position, parent_id)
            self.nodes.append(node)
            self.read((*here, part.field), part.below, node.id)
            if isinstance(form, ScenarioForm):
                self._take_cases(form, here, node.id)

    def _check(self, form: NodeForm, path: DataPath) -> None:
        for index, config in enumerate(form.checks):
            try:
                load_check(config)
            except InputError as error:
                self._findings.add_at((*path, "checks", index), error)

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
        for found in read_cases(file, variable=self._variable, name=name):
            if isinstance(found, InputError):
                self._findings.add_error(found)
            else:
                self.cases.append(found.case(scenario_id, self._variable))


def _node(form: NodeForm, part: Parts, position: int, parent_id: str | None) -> Node:
    return Node(
        level=part.level,
        name=part.name,
        parent_id=parent_id,
        description=form.description,
        position=position,
        checks=form.checks,
        gates=form.gates,
    )
