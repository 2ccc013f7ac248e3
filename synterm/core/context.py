"""Context: what a prompt takes from the project's documents, how it is looked for, and what was found.

The settings are a parameter of the prompt, under the reserved name ``context``, so that they are part of its content:
another `top_k` is another version, and another column of the grid. No model ever sees them as a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from synterm.core.case import DOCUMENTS, input_text
from synterm.core.problems import InvalidError, problems_of
from synterm.errors import InputError

CONTEXT = "context"
"""The parameter that holds the settings, and the variable that stands for the text of what was found."""
CHUNKS = "chunks"
"""The variable by which a template formats itself what was found: a list of {document, text, score}."""
FROM_DOCUMENTS = frozenset((CONTEXT, CHUNKS))
"""The variables that stand for what was found."""
NO_DOCUMENTS = "the project has no documents"
ADD_DOCUMENTS = "synterm add PROJECT document FILE"

MOST_FOUND = 50
"""The most chunks that a prompt can ask for."""

Method = Literal["bm25", "embeddings", "hybrid"]
Glob = Annotated[str, Field(min_length=1, max_length=200)]
_Whole = Annotated[int, Field(strict=True)]


class ContextSettings(BaseModel):
    """How a prompt gets its context. Chunks are counted in characters (code points)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = "bm25"
    """By words, by meaning, or by the ranks of both."""
    top_k: _Whole = Field(default=4, ge=1, le=MOST_FOUND)
    """How many chunks the prompt gets."""
    chunk_size: _Whole = Field(default=800, ge=50, le=20_000)
    """The most characters of a chunk."""
    overlap: _Whole = Field(default=100, ge=0)
    """The most characters that a chunk shares with the one before; at most half a chunk."""
    query: str | None = Field(default=None, min_length=1, max_length=10_000)
    """What is looked for: a template over the case's input; None: the input as one text."""
    documents: tuple[Glob, ...] = Field(default=(), max_length=100)
    """Globs over the names of documents, such as ``refunds/*``; none: all documents."""

    @model_validator(mode="after")
    def _overlap_fits(self) -> ContextSettings:
        if self.overlap * 2 > self.chunk_size:
            raise ValueError(f"overlap must be at most half of chunk_size: {self.chunk_size // 2}")
        return self

    def wants(self, name: str) -> bool:
        """Whether a document of that name is looked into."""
        return not self.documents or any(fnmatchcase(name, glob) for glob in self.documents)


def read_settings(value: Any) -> ContextSettings:
    """The settings that the parameter ``context`` holds. Raises InvalidError naming each field that is wrong."""
    try:
        return ContextSettings.model_validate(value)
    except ValidationError as error:
        found = [problem.below(CONTEXT) for problem in problems_of(error, ContextSettings)]
        raise InvalidError(found, hint="context: {top_k: 4, chunk_size: 800}") from error


def settings_of(params: Mapping[str, Any]) -> ContextSettings | None:
    """The settings in a prompt's parameters; None where it takes no context. Raises as `read_settings` does."""
    return read_settings(params[CONTEXT]) if CONTEXT in params else None


def without_context(params: Mapping[str, Any]) -> dict[str, Any]:
    """A prompt's parameters as a model gets them."""
    return {name: value for name, value in params.items() if name != CONTEXT}


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A chunk that was found."""

    document: str
    """The document's name."""
    text: str
    score: float
    """The higher the better; of what scale depends on the method."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a case, the best first; or the problem why nothing could be looked for."""

    chunks: tuple[Retrieved, ...] = ()
    problem: str | None = None

    @property
    def text(self) -> str:
        """What ``{{ context }}`` stands for: each chunk below a line that names its document."""
        return "\n\n".join(f"--- {chunk.document} ---\n{chunk.text.strip()}" for chunk in self.chunks)

    @property
    def listed(self) -> list[dict[str, Any]]:
        """What ``{{ chunks }}`` stands for."""
        return [{"document": chunk.document, "text": chunk.text, "score": chunk.score} for chunk in self.chunks]

    @property
    def documents(self) -> tuple[str, ...]:
        """The names of the documents that were found, each once, where its best chunk stands."""
        return tuple(dict.fromkeys(chunk.document for chunk in self.chunks))


def default_query(values: Mapping[str, Any]) -> str:
    """What is looked for where the settings say nothing: the case's input as one text, its documents left out."""
    return input_text({name: value for name, value in values.items() if name != DOCUMENTS})


def relevant_documents(values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The documents that a case's input names as relevant; None where it names none.

    Raises InputError where what stands there is no list of names.
    """
    if DOCUMENTS not in values:
        return None
    found = values[DOCUMENTS]
    names = cast("list[Any]", found) if isinstance(found, list) else [found]
    if not all(isinstance(name, str) and name for name in names):
        raise InputError("must be a list of names of documents", where=f"input {DOCUMENTS}")
    return tuple(dict.fromkeys(names)) or None
