"""The manifest of an export: what was written, of what, and how it can be told that nothing of it changed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.training import Part, TrainingPlan

MANIFEST_SCHEMA = "synterm.manifest/1"

Method = Literal["sft", "dpo", "kto", "grpo"]
"""What rows are for: right answers, pairs of a right and a wrong one, answers each judged by itself, requests alone."""
Needs = Literal["right answers", "pairs", "right and wrong answers", "expected answers", "any answers"]
"""What a format makes rows of; ``any answers``: files for each kind, as far as there are any."""

DEFAULT_BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""The family of the embedded model."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ExportOptions(_Frozen):
    """What the files beside the rows say."""

    base: str = Field(default=DEFAULT_BASE, max_length=200, pattern=r"^[\w./:@+~-]+$")
    """The model that is to be trained, as Hugging Face names it, or the trainer."""
    epochs: int = Field(default=3, ge=1)
    train_price: float | None = Field(default=None, ge=0)
    """US dollars for a million tokens trained on, as the trainer's provider asks."""
    license: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9.\-]{0,60}$")
    """By which licence the set may be used, as Hugging Face names it: ``cc-by-4.0``."""


class FileEntry(_Frozen):
    """A file of the export."""

    name: str
    bytes: int
    sha256: str


class DataFile(FileEntry):
    """A file of rows."""

    method: Method
    part: Part
    rows: int
    tokens: int
    """Of all rows, each its request and the longest answer to it (tiktoken, o200k_base)."""


class Weights(_Frozen):
    """KTO's weights: with them right and wrong answers weigh between 1:1 and 4:3."""

    right: int
    """Rows of right answers that are trained on."""
    wrong: int
    desirable: float
    undesirable: float


class PromptEntry(_Frozen):
    """The prompt that is learnt from."""

    name: str
    """``router@v2``."""
    id: str
    """The content hash of what it says; empty where the project no longer has it."""


class ProjectEntry(_Frozen):
    """The project that the rows come from."""

    id: str
    name: str


class Counts(_Frozen):
    """Examples of the set, before the format left any out."""

    examples: dict[Part, int]
    roots: dict[Part, int]
    """Independent lineages: variations of one seed are not so many data points."""
    behaviors: dict[str, int]
    """By path."""
    labels: dict[str, int]
    right: dict[str, int]
    """Right answers by source: human, expected, passed."""
    wrong: dict[str, int]
    """Wrong answers by source: human, failed."""
    refused: dict[str, int]
    """What guards refused, by guard."""


class Cost(_Frozen):
    """What training on it would cost, at a price for tokens."""

    epochs: int
    tokens: int
    """Of the parts that are trained on, all epochs together."""
    usd_per_million_tokens: float | None
    usd: float | None
    words: str


class Manifest(_Frozen):
    """What an export wrote. A contract with whoever reads it."""

    schema_: str = Field(default=MANIFEST_SCHEMA, alias="schema")
    synterm: str
    """The version that wrote it."""
    format: str
    title: str
    sha256: str
    """Over all files but this one: of the lines that ``sha256sum`` prints for them, in order of their names."""
    project: ProjectEntry
    prompt: PromptEntry
    plan: TrainingPlan
    options: ExportOptions
    files: tuple[FileEntry, ...]
    """In order of their names; this one is not among them."""
    data: tuple[DataFile, ...]
    """Those of them that hold rows."""
    rows: dict[Part, int]
    tokens: dict[Part, int]
    counts: Counts
    left_out: dict[str, int]
    """What is not in it without being wrong, by the reason: examples by the plan (``balance``, ``limit``) …"""
    not_held: dict[str, int]
    """… and what the format cannot hold, by the method and the reason: ``dpo: a dialog of several turns``."""
    models: tuple[str, ...]
    """The project's models whose answers are in it."""
    runs: tuple[str, ...]
    """The runs that these were recorded in."""
    kto: Weights | None
    cost: Cost
    warnings: tuple[str, ...]


class ManifestList(BaseModel):
    """The manifests of several formats that were written by one command."""

    schema_: str = Field(default="synterm.manifests/1", alias="schema")
    exports: tuple[Manifest, ...]
