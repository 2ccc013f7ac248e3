"""What decides a run besides its prompts and cases: the versions of all that took part."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from synterm import __version__
from synterm.context.library import Library
from synterm.core.evaluation import Variant
from synterm.core.ids import content_id
from synterm.core.model import ModelSpec
from synterm.core.tree import Tree

_SHORT = 12
_RUNTIMES = {"embedded": "xllamacpp", "scripted": "", "http": ""}
"""The library that runs the models of a provider; of all others it is LiteLLM."""


def versions_of(
    variants: Sequence[Variant], tree: Tree, models: Sequence[ModelSpec], library: Library
) -> dict[str, Any]:
    """The versions as the history keeps them, as JSON: of synterm, Python and the libraries that ask the models; what
    the name of each model stands for, since it may judge or play a user; digests of each scenario's checks, and of the
    documents.
    """
    libraries = {_RUNTIMES.get(variant.model.provider, "litellm") for variant in variants} - {""}
    return {
        "synterm": __version__,
        "python": platform.python_version(),
        "libraries": {name: found for name in sorted(libraries) if (found := _installed(name))},
        "models": {
            model.name: {"model": model.resolved, "digest": _digest("model", model.model_dump(mode="json"))}
            for model in models
        },
        "checks": {node.id: _digest("checks", tree.checks(node.id)) for node in tree.scenarios()},
        "documents": library.fingerprint[:_SHORT] if library.names else None,
    }


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _digest(kind: str, body: object) -> str:
    return content_id(kind, body)[:_SHORT]
