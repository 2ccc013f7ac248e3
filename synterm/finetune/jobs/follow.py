"""Following a job at its provider until it ends, and the model that comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import time

from synterm.core.model import ModelSpec
from synterm.core.tuning import Tuning
from synterm.evaluate.batch.hand_in import patiently
from synterm.finetune.jobs.begin import JobError, Tell
from synterm.finetune.jobs.plan import cost_of
from synterm.finetune.outcome import TUNED, free_name
from synterm.providers.batch import BatchCallError
from synterm.providers.tuning import TuningCallError, TuningDoor
from synterm.providers.tuning_documents import RemoteJob
from synterm.storage.project import Project

FIRST_POLL_S, LONGEST_POLL_S, _LONGER = 0.5, 60.0, 1.5
"""Jobs take minutes to hours: they are asked about ever more rarely."""
_MOST_FAILURES = 20
"""So many times in a row nobody answers how far a job is, before it is left alone: about ten minutes."""
_GO_ON = "the same command, or synterm finetune PROJECT --jobs, goes on: nothing is sent twice"


async def follow(project: Project, door: TuningDoor, tuning: Tuning, tell: Tell) -> Tuning:
    """Wait until a job ends; gives the tuning as it is then. Raises JobError where nobody can tell how far it is."""
    pause, failures, said, began = FIRST_POLL_S, 0, "", time.monotonic()
    while True:
        retry_s = 0.0
        try:
            job = await _ask(door, tuning)
        except TuningCallError as error:
            if error.unknown:
                return await _forget(project, tuning, error)
            failures += 1
            if not error.passing or failures >= _MOST_FAILURES:
                raise JobError(
                    f"how far the job {tuning.job_id} is can't be found out: {error.message}",
                    hint=f"{error.hint}; then {_GO_ON}" if error.hint else _GO_ON,
                ) from error
            retry_s = error.failure.retry_after_s or 0.0
        else:
            failures = 0
            if job.ended:
                return await settle(project, door, tuning, job)
            if job.words != said:
                said = job.words
                tell(f"{tuning.job_id}: {said.replace('_', ' ')}, after {_elapsed(time.monotonic() - began)}")
        await asyncio.sleep(max(pause, min(retry_s, LONGEST_POLL_S)))
        pause = min(pause * _LONGER, LONGEST_POLL_S)


async def look(project: Project, door: TuningDoor, tuning: Tuning) -> Tuning:
    """Ask once how far a job is, and keep what came of it if it ended. Raises JobError."""
    try:
        job = await patiently(lambda: _ask(door, tuning))
    except TuningCallError as error:
        if error.unknown:
            return await _forget(project, tuning, error)
        raise JobError(
            f"how far the job {tuning.job_id} is can't be found out: {error.message}", hint=error.hint
        ) from error
    return await settle(project, door, tuning, job) if job.ended else tuning


async def cancel(project: Project, door: TuningDoor, tuning: Tuning) -> Tuning:
    """End a job at its provider; gives the tuning as it is then: running, where the provider takes its time.

    Raises JobError where it can't be ended.
    """
    try:
        job = await patiently(lambda: door.cancel(_reached(tuning), tuning.job_id))
    except BatchCallError as error:
        # One that ended meanwhile can't be cancelled, and what came of it is worth more than a refusal.
        known = await look(project, door, tuning)
        if known.status == "running":
            raise JobError(f"the job {tuning.job_id} can't be cancelled: {error.message}", hint=error.hint) from error
        return known
    return await settle(project, door, tuning, job) if job.ended else tuning


async def settle(project: Project, door: TuningDoor, tuning: Tuning, job: RemoteJob) -> Tuning:
    """Keep what came of a job that ended: of one that is done, its model is a model of the project then."""
    told: dict[str, object] = {"status": job.status, "error": job.why, "tokens": job.trained_tokens}
    told["cost_usd"] = cost_of(tuning.usd_per_million_tokens, job.trained_tokens)
    # Not all providers tell losses, and the model is there without.
    with contextlib.suppress(BatchCallError):
        losses = await patiently(lambda: door.losses(_reached(tuning), tuning.job_id))
        told["losses"], told["validation_losses"] = losses
    if job.status == "done":
        spec = tuned_model(project, tuning, job.model)
        base = _reached(tuning)
        missing = [] if base.name in {one.name for one in project.models.all()} else [base]
        await asyncio.wrap_future(project.models.put(*missing, spec))
        told |= {"model_name": spec.name, "result": spec.model}
    changed = tuning.model_copy(update=told)
    await asyncio.wrap_future(project.tunings.put(changed))
    return changed


async def _forget(project: Project, tuning: Tuning, error: TuningCallError) -> Tuning:
    lost = tuning.model_copy(update={"status": "failed", "error": f"the provider has no such job: {error.message}"})
    await asyncio.wrap_future(project.tunings.put(lost))
    return lost


def tuned_model(project: Project, tuning: Tuning, name: str) -> ModelSpec:
    """The model of the project that a tuned one becomes: reached as its base is, at a price of its own."""
    base = _reached(tuning)
    string = f"{base.provider}/{name}"
    models = project.models.all()
    known = next((one for one in models if (one.model, one.api_base) == (string, base.api_base)), None)
    if known is not None:
        return known
    called = free_name(tuning.wanted_name or base.name.rpartition("/")[2] + TUNED, {one.name for one in models})
    return base.model_copy(update={"name": called, "model": string, "price": None})


async def _ask(door: TuningDoor, tuning: Tuning) -> RemoteJob:
    return await door.retrieve(_reached(tuning), tuning.job_id)


def _reached(tuning: Tuning) -> ModelSpec:
    if tuning.reached is None:
        raise JobError(f"nothing says where the tuning {tuning.id[-8:]} runs", hint="it was not begun by this synterm")
    return tuning.reached


def _elapsed(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
