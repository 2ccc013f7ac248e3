"""A training, seen from synterm: its process started, listened to, and ended with whoever waits for it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

import synterm
from synterm import paths
from synterm.errors import ExitCode, ModelError
from synterm.finetune.train.job import EVENT, Broken, Finished, TrainEvent, TrainJob
from synterm.finetune.train.libraries import OFFLINE, require
from synterm.hidden import without_credentials

Watch = Callable[[TrainEvent], None]
_MAX_LINE = 1_000_000
_JOB = "job.json"


class TrainingError(ModelError):
    """A training came to no end."""

    exit_code = ExitCode.INCOMPLETE


async def train(job: TrainJob, watch: Watch) -> Finished:
    """Train in a process of its own; `watch` is told of each step.

    Cancelled, the process is gone before this is, and no adapter is there. Raises ModelError where the extra is
    missing, TrainingError where it can't be trained.
    """
    require()
    work = Path(job.work)
    (work / _JOB).write_text(job.model_dump_json())
    log = paths.log_dir() / "training.log"
    paths.private_folder(log.parent)
    with open(log, "wb", opener=_private) as errors:  # noqa: ASYNC230 - Path.open takes no opener
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "synterm.finetune.train.child", str(work / _JOB)),
            cwd=work,
            env=_environment(work),
            # It ends when this end of the pipe is closed: also when this process is killed.
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            limit=_MAX_LINE,
        )
    try:
        return await _listen(process, watch, log)
    finally:
        await _end(process)


async def _listen(process: Process, watch: Watch, log: Path) -> Finished:
    assert process.stdout is not None
    last: TrainEvent | None = None
    try:
        async for line in process.stdout:
            last = EVENT.validate_json(line)
            watch(last)
    except (ValidationError, ValueError) as error:
        raise TrainingError("the training process sent what is no message", hint=f"its log: {log}") from error
    code = await process.wait()
    if isinstance(last, Broken):
        raise TrainingError(last.error, hint=last.hint)
    if not isinstance(last, Finished) or code != 0:
        how = f"was killed by signal {-code} (out of memory?)" if code < 0 else f"ended with exit code {code}"
        raise TrainingError(f"the training process {how}", hint=f"its log: {log}")
    return last


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment(work: Path) -> dict[str, str]:
    home = Path(synterm.__file__).resolve().parents[1]
    env = {**without_credentials(os.environ), **OFFLINE, "HF_HOME": str(work), "TMPDIR": str(work)}
    if home.name not in ("site-packages", "dist-packages"):
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), env.get("PYTHONPATH"))))
    return env


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
