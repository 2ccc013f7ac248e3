"""The text form of a project, as it stands in a file: what a person writes, before it is checked against itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from synterm.core.document import MAX_NAME
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import Example, Message, PromptBody
from synterm.core.tree import CheckConfig, Level
from synterm.formats.case_text import CaseText, InputText, named_input

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExampleForm(_Form):
    """A few-shot example; a bare text as input fills the prompt's only variable."""

    input: InputText
    expected: Any


class VersionForm(_Form):
    """One version of a prompt."""

    messages: tuple[Message, ...] = Field(min_length=1)
    examples: tuple[ExampleForm, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    note: str = ""

    def without_examples(self) -> PromptBody:
        """What the version says, its examples left out."""
        return PromptBody(messages=self.messages, params=self.params)

    def body(self, variable: str | None) -> PromptBody:
        """What the version says. Raises InputError for a bare text in an example when there is no one variable."""
        examples = tuple(
            Example(input=named_input(example.input, variable), expected=example.expected) for example in self.examples
        )
        return PromptBody(messages=self.messages, examples=examples, params=self.params)


class PromptForm(_Form):
    """A prompt: one version, or several under `versions`, the oldest first."""

    name: Name
    versions: tuple[VersionForm, ...] | None = Field(default=None, min_length=1)
    messages: tuple[Message, ...] | None = Field(default=None, min_length=1)
    examples: tuple[ExampleForm, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _one_or_several(self) -> PromptForm:
        if self.versions is None and self.messages is None:
            raise ValueError("needs messages, or versions")
        if self.versions is not None and (beside := self.model_fields_set - {"name", "versions"}):
            raise ValueError(f"has versions: {', '.join(sorted(beside))} must stand within them")
        return self

    def paths(self) -> Iterator[tuple[tuple[str | int, ...], VersionForm]]:
        """Each version, and where it stands in the prompt."""
        if self.versions is not None:
            yield from ((("versions", index), version) for index, version in enumerate(self.versions))
        elif self.messages is not None:
            yield (), VersionForm(messages=self.messages, examples=self.examples, params=self.params, note=self.note)


class CaseForm(CaseText):
    """A case, or the name of a JSONL file of cases that stands beside."""

    input: InputText = None
    file: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _case_or_file(self) -> CaseForm:
        if self.file is None and self.input is None:
            raise ValueError("needs an input, or a file of cases")
        if self.file is not None and (beside := self.model_fields_set - {"file"}):
            raise ValueError(f"names a file: {', '.join(sorted(beside))} can't stand beside it")
        return self


class _NodeForm(_Form):
    description: str = ""
    checks: tuple[CheckConfig, ...] = ()
    gates: tuple[Gate, ...] = ()


class ScenarioForm(_NodeForm):
    """A scenario and its cases."""

    scenario: Name
    cases: tuple[CaseForm, ...] = ()


class BehaviorForm(_NodeForm):
    """A behavior and its scenarios."""

    behavior: Name
    scenarios: tuple[ScenarioForm, ...] = ()


class FeatureForm(_NodeForm):
    """A feature and its behaviors."""

    feature: Name
    behaviors: tuple[BehaviorForm, ...] = ()


NodeForm = FeatureForm | BehaviorForm | ScenarioForm


class Parts(NamedTuple):
    """What nodes of any level have."""

    level: Level
    name: str
    field: str
    """The field that holds the nodes below; empty for a scenario."""
    below: tuple[NodeForm, ...]


def parts(node: NodeForm) -> Parts:
    """The level of a node, its name, and what is below it."""
    match node:
        case FeatureForm():
            return Parts("feature", node.feature, "behaviors", node.behaviors)
        case BehaviorForm():
            return Parts("behavior", node.behavior, "scenarios", node.scenarios)
        case ScenarioForm():
            return Parts("scenario", node.scenario, "", ())


class DocumentForm(_Form):
    """A document: its name and text, or the name of a text file that stands beside; called as the file, or `name`."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)] | None = None
    text: str | None = None
    file: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _text_or_file(self) -> DocumentForm:
        if (self.text is None) == (self.file is None):
            raise ValueError("needs a text or a file, and not both")
        if self.text is not None and self.name is None:
            raise ValueError("needs a name beside its text")
        return self


class ProjectForm(_Form):
    """A whole project."""

    synterm: Literal[1]
    """The version of the text form."""
    name: Name
    models: tuple[ModelSpec, ...] = ()
    documents: tuple[DocumentForm, ...] = ()
    prompts: tuple[PromptForm, ...] = ()
    gates: tuple[Gate, ...] = ()
    """Over all that a run evaluates."""
    tree: tuple[FeatureForm, ...] = ()
