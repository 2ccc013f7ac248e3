"""The text form of a project, as it stands in a file: what a person writes, before it is checked against itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from synterm.core.document import MAX_NAME
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import Example, Message, PromptBody
from synterm.core.tree import CheckConfig, Level
from synterm.formats.case_text import CaseRow, Id, InputText, named_input

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Kept(_Form):
    """A thing with what a project file notes beside it; people who write by hand leave that out."""

    NAMED: ClassVar[str] = "name"
    """The field that names it."""

    id: Id | None = None
    """A ULID. What has one was in a project file so, and is taken as it is."""
    updated: str | None = None
    """When it was changed last: ISO 8601, UTC."""

    @model_validator(mode="before")
    @classmethod
    def _without_space(cls, data: Any) -> Any:
        """White space around a name that is written by hand is not meant."""
        if isinstance(data, dict):
            named = cast("dict[str, Any]", data)
            name = named.get(cls.NAMED)
            if isinstance(name, str) and named.get("id") is None:
                return {**named, cls.NAMED: name.strip()}
        return cast("Any", data)


class ExampleForm(_Form):
    """A few-shot example; a bare text as input fills the prompt's only variable."""

    input: InputText
    """Named values, or a bare text."""
    expected: Any
    """The answer that it should get: a text, or any JSON value."""


class VersionForm(_Form):
    """One version of a prompt."""

    messages: tuple[Message, ...] = Field(min_length=1)
    """What is sent, in order."""
    examples: tuple[ExampleForm, ...] = ()
    """Few-shot examples, sent as turns of the chat."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the call; they go over the model's own."""
    note: str = ""
    """What the version is about."""
    number: int | None = Field(default=None, ge=1, lt=2**62)
    """1 for the first; without it, one more than that of the version before."""
    created: str = ""
    """When it was kept: ISO 8601, UTC."""
    pinned: bool = False
    """Whether it keeps its column in the workbench."""

    def without_examples(self) -> PromptBody:
        """What the version says, its examples left out."""
        return PromptBody(messages=self.messages, params=self.params)

    def body(self, variable: str | None) -> PromptBody:
        """What the version says. Raises InputError for a bare text in an example when there is no one variable."""
        examples = tuple(
            Example(input=named_input(example.input, variable), expected=example.expected) for example in self.examples
        )
        return PromptBody(messages=self.messages, examples=examples, params=self.params)


class DraftForm(_Form):
    """What is being typed."""

    messages: tuple[Message, ...] = Field(min_length=1)
    """What would be sent, in order."""
    examples: tuple[Example, ...] = ()
    """Few-shot examples, with named values only."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the call."""
    half_examples: str | None = None
    """The text of the examples while it is not yet examples."""
    half_params: str | None = None
    """The text of the parameters while it is not yet parameters."""


class PromptForm(_Kept):
    """A prompt: one version, or several under `versions`, the oldest first; and its draft where that differs."""

    name: Name
    """What it is called everywhere: ``router``, ``router@v2``."""
    draft: DraftForm | None = None
    """What is being typed, where that is not the last version."""
    versions: tuple[VersionForm, ...] | None = Field(default=None, min_length=1)
    """Its versions, the oldest first; then nothing of the following stands beside them."""
    messages: tuple[Message, ...] | None = Field(default=None, min_length=1)
    """What the only version sends, in order."""
    examples: tuple[ExampleForm, ...] = ()
    """Its few-shot examples, sent as turns of the chat."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Its parameters of the call; they go over the model's own."""
    note: str = ""
    """What it is about."""

    @model_validator(mode="after")
    def _one_or_several(self) -> PromptForm:
        if self.versions is None and self.messages is None and self.draft is None:
            raise ValueError("needs messages, or versions")
        if self.versions is not None and (
            beside := self.model_fields_set - {"id", "updated", "name", "draft", "versions"}
        ):
            raise ValueError(f"has versions: {', '.join(sorted(beside))} must stand within them")
        return self

    def paths(self) -> Iterator[tuple[tuple[str | int, ...], VersionForm]]:
        """Each version, and where it stands in the prompt."""
        if self.versions is not None:
            yield from ((("versions", index), version) for index, version in enumerate(self.versions))
        elif self.messages is not None:
            yield (), VersionForm(messages=self.messages, examples=self.examples, params=self.params, note=self.note)


class CaseForm(CaseRow):
    """A case, or the name of a JSONL file of cases that stands beside."""

    input: InputText = None
    """Named values, or a bare text that fills the prompt's only variable."""
    file: str | None = Field(default=None, min_length=1)
    """A JSONL file beside, with a case on each line; then nothing stands beside it."""

    @model_validator(mode="after")
    def _case_or_file(self) -> CaseForm:
        if self.file is None and self.input is None:
            raise ValueError("needs an input, or a file of cases")
        if self.file is not None and (beside := self.model_fields_set - {"file"}):
            raise ValueError(f"names a file: {', '.join(sorted(beside))} can't stand beside it")
        return self


class _NodeForm(_Kept):
    position: int | None = Field(default=None, ge=-(2**62), lt=2**62)
    """Its place among its siblings; without it, as many as stand before it here."""
    description: str = ""
    """What is to be shown, in words."""
    checks: tuple[CheckConfig, ...] = ()
    """Checks that judge all cases below: a type and its fields."""
    gates: tuple[Gate, ...] = ()
    """What a run must reach here, so that CI does not fail."""


class ScenarioForm(_NodeForm):
    """A scenario and its cases."""

    NAMED = "scenario"

    scenario: Name
    """Its name."""
    cases: tuple[CaseForm, ...] = ()
    """Its cases, or the names of files of cases."""


class BehaviorForm(_NodeForm):
    """A behavior and its scenarios."""

    NAMED = "behavior"

    behavior: Name
    """Its name."""
    scenarios: tuple[ScenarioForm, ...] = ()
    """What is below it."""


class FeatureForm(_NodeForm):
    """A feature and its behaviors."""

    NAMED = "feature"

    feature: Name
    """Its name."""
    behaviors: tuple[BehaviorForm, ...] = ()
    """What is below it."""


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


class DocumentForm(_Kept):
    """A document: its name and text, or the name of a text file that stands beside; called as the file, or `name`."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)] | None = None
    """What it is called; without it, as its file."""
    text: str | None = None
    """What it says."""
    file: str | None = Field(default=None, min_length=1)
    """A text file beside that has it."""

    @model_validator(mode="after")
    def _text_or_file(self) -> DocumentForm:
        if (self.text is None) == (self.file is None):
            raise ValueError("needs a text or a file, and not both")
        if self.text is not None and self.name is None:
            raise ValueError("needs a name beside its text")
        return self


class ModelForm(ModelSpec):
    """A model with what a project file notes beside it."""

    id: Id | None = None
    """A ULID. What has one was in a project file so, and is taken as it is."""
    updated: str | None = None
    """When it was changed last: ISO 8601, UTC."""

    def spec(self) -> ModelSpec:
        """The model itself."""
        return ModelSpec.model_validate(self.model_dump(exclude={"id", "updated"}, exclude_unset=True))


class ProjectForm(_Kept):
    """A whole project."""

    synterm: Literal[1]
    """The version of the text form."""
    name: Name
    """What the project is called."""
    created: str | None = None
    """When it was made: ISO 8601, UTC."""
    meta: dict[str, str] = Field(default_factory=dict)
    """What the project file holds of the project besides."""
    models: tuple[ModelForm, ...] = ()
    """The models that prompts are held against."""
    documents: tuple[DocumentForm, ...] = ()
    """Documents that prompts take context from."""
    prompts: tuple[PromptForm, ...] = ()
    """The prompts with their versions."""
    gates: tuple[Gate, ...] = ()
    """Over all that a run evaluates."""
    tree: tuple[FeatureForm, ...] = ()
    """What the app should show: features, their behaviors, their scenarios, their cases."""
