"""Adapters of the embedded model: what training made of it, each one file in the user's data directory.

A project names an adapter by its content; the file itself never travels in a project, for native code reads it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from synterm import paths
from synterm.core.model import ADAPTER_MARK, DEFAULT_EMBEDDED, adapter_of
from synterm.errors import InputError, ModelError, did_you_mean
from synterm.providers.adapter_check import MAX_BYTES, AdapterFacts, check_adapter, refuse_too_large

DIGITS = 16
"""Of the file's SHA-256, in a model string."""
HOW_TO_GET = "get its file from whoever trained it, then: synterm finetune PROJECT --adapter FILE"
_NAME = re.compile(r"[0-9a-f]{64}\.gguf")
_CHUNK = 1 << 20


def folder() -> Path:
    """Where they lie."""
    return paths.data_dir() / "models" / "adapters"


def model_string(sha256: str) -> str:
    """``embedded/smollm2-135m+3f2a91…`` for an adapter's SHA-256."""
    return f"{DEFAULT_EMBEDDED}{ADAPTER_MARK}{sha256[:DIGITS]}"


def installed() -> Iterator[str]:
    """The SHA-256 of each adapter that is here, by its file's name."""
    try:
        names = sorted(path.name for path in folder().iterdir())
    except OSError:
        return
    yield from (name.removesuffix(".gguf") for name in names if _NAME.fullmatch(name))


def find(digits: str) -> Path | None:
    """The file of the adapter whose SHA-256 begins so, when it is here. Its content is checked when it is used."""
    for sha256 in installed():
        if sha256.startswith(digits):
            return folder() / f"{sha256}.gguf"
    return None


def require_known(model: str) -> None:
    """Raises ModelError when the resolved string names no embedded model, with or without an adapter."""
    if model == DEFAULT_EMBEDDED or adapter_of(model) is not None:
        return
    if model.startswith(DEFAULT_EMBEDDED + ADAPTER_MARK):
        hint = f"{DIGITS} digits of the adapter's SHA-256 follow the {ADAPTER_MARK}"
        raise ModelError(f"{model!r} names no adapter", hint=hint)
    known = (DEFAULT_EMBEDDED, "embedded/default")
    raise ModelError(f"there is no embedded model {model!r}", hint=did_you_mean(model, known))


def require(model: str) -> Path | None:
    """The file that the resolved model string needs; None where it is the embedded model as it is.

    Raises ModelError when it is not here, or is not what its name says any more.
    """
    digits = adapter_of(model)
    if digits is None:
        return None
    if (path := find(digits)) is None:
        raise ModelError(f"the adapter {digits} of the embedded model is not here", hint=HOW_TO_GET)
    if (is_now := _digest(path)) != path.stem:
        raise ModelError(f"{path} was changed: its SHA-256 is {is_now[:DIGITS]}… now", hint=f"delete it; {HOW_TO_GET}")
    return path


def install(source: Path) -> tuple[str, AdapterFacts]:
    """Check a file, and keep a copy of it; its SHA-256 and what it says of itself.

    Raises InputError for what is no adapter for the embedded model, or can't be read; ModelError when it can't be kept.
    """
    try:
        data = _read(source)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", where=str(source)) from error
    facts = check_adapter(io.BytesIO(data), len(data), str(source))
    sha256 = hashlib.sha256(data).hexdigest()
    _keep(data, sha256)
    return sha256, facts


def _read(source: Path) -> bytes:
    # What is checked is what is kept: the file is read once, and no further than the largest that is taken.
    if not source.is_file():
        raise InputError("there is no such file", where=str(source))
    with source.open("rb") as file:
        refuse_too_large(os.fstat(file.fileno()).st_size, str(source))
        return file.read(MAX_BYTES + 1)


def _keep(data: bytes, sha256: str) -> None:
    place = folder()
    try:
        paths.private_folder(place)
        # Made readable for its owner alone; it appears under its name when it is whole.
        handle, name = tempfile.mkstemp(prefix=".install-", dir=place)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(place / f"{sha256}.gguf")
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ModelError(
            f"the adapter can't be kept: {error.strerror or error}",
            hint="SYNTERM_DATA_DIR names another directory",
            where=str(place),
        ) from error


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"can't be read: {error.strerror or error}", where=str(path)) from error
