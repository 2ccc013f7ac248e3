"""The libraries that train, from the extra ``train``: imported in the training process only."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from synterm.errors import ModelError

PACKAGES = ("trl", "peft", "transformers", "datasets", "torch", "accelerate", "gguf")
INSTALL = "pip install 'synterm[train]'"
"""What brings them, and how large that is, docs/finetune.md says."""
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "WANDB_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
    "TRL_EXPERIMENTAL_SILENCE": "1",
    "OMP_NUM_THREADS": "1",
}
"""Environment of the training process: no hub, nothing told to anybody, one thread."""


def missing() -> list[str]:
    """The packages that are not installed. Imports none of them."""
    return [name for name in PACKAGES if find_spec(name) is None]


def require() -> None:
    """Raises ModelError, saying what to install, when a package is missing."""
    if absent := missing():
        raise ModelError(f"training on this machine needs {', '.join(absent)}", hint=INSTALL)


def library(module: str) -> Any:
    """The module. Raises ModelError saying how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ModelError(
            f"training on this machine needs {package}, which can't be imported ({error})", hint=INSTALL
        ) from error


def versions() -> dict[str, str]:
    """Of those that are installed."""
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
