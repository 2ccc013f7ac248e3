"""Libraries that come with the extra ``analysis``: imported when first used, and named where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from synterm.errors import ModelError


def library(module: str, *, need: str) -> Any:
    """The module. Raises ModelError saying how to install it; `need` is what needs it: ``comparing meanings``."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ModelError(
            f"{need} needs {package}, which can't be imported ({error})",
            hint="pip install 'synterm[analysis]'",
        ) from error
