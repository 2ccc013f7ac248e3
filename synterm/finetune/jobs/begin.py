"""Handing a job to its provider, once: it is in the project file before it is anywhere else.

Our name for a job is the file that it learns from: no other job has that, and the provider lists it. So a job whose
answer was lost, or whose process died, is found again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

from synterm.core.model import ModelSpec
from synterm.core.tuning import Tuning
from synterm.errors import ModelError
from synterm.evaluate.alive import is_alive, is_elsewhere, this_process
from synterm.evaluate.batch.hand_in import patiently
from synterm.evaluate.reservation import today
from synterm.evaluate.retries import wait_before_retry
from synterm.finetune.jobs.files import JobFiles
from synterm.finetune.jobs.plan import JobPlan
from synterm.providers.batch import LONGEST_UPLOAD_S, BatchCallError
from synterm.providers.tuning import TuningDoor
from synterm.providers.tuning_documents import RemoteJob
from synterm.reports.figures import dollars
from synterm.storage.project import Project

Tell = Callable[[str], None]


class JobError(ModelError):
    """A job came to no good end, or nobody can tell."""


async def begin(
    project: Project, door: TuningDoor, plan: JobPlan, files: JobFiles, day_cap_usd: float | None, tell: Tell
) -> Tuning:
    """The job of a plan: the one that runs already, or a new one, once the provider has it.

    Raises JobError where it was refused, is handed in by another process, or nobody can tell; then it is in the file.
    """
    new = plan.tuning(files)
    kept = await asyncio.wrap_future(project.tunings.begin(new, _abandoned))
    if kept.job_id:
        tell(f"the same training runs already, as {kept.job_id}: nothing is sent")
        return kept
    if kept.owner != this_process():
        raise JobError(
            f"another process is handing the same training in (tuning {kept.id[-8:]})",
            hint="synterm finetune PROJECT --jobs says how far it is",
        )
    return await _HandIn(project, door, plan, files, tell).hand_in(kept, day_cap_usd)


def _abandoned(tuning: Tuning) -> bool:
    """Whether whoever was handing it in is gone. Of another machine's process nobody knows, but that a file is on its
    way no longer than so long."""
    if tuning.job_id:
        return False
    if is_elsewhere(tuning.owner):
        return _age_s(tuning) > LONGEST_UPLOAD_S
    return tuning.owner != this_process() and not is_alive(tuning.owner)


def _age_s(tuning: Tuning) -> float:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(tuning.updated)).total_seconds()
    except (TypeError, ValueError):
        return float("inf")


class _HandIn:
    def __init__(self, project: Project, door: TuningDoor, plan: JobPlan, files: JobFiles, tell: Tell) -> None:
        self._project = project
        self._door = door
        self._plan = plan
        self._files = files
        self._tell = tell

    async def hand_in(self, tuning: Tuning, day_cap_usd: float | None) -> Tuning:
        """The tuning, once the provider has its job. Raises JobError."""
        day, cost, spending = today(), self._plan.cost(self._files) or 0.0, self._project.spending
        if not await asyncio.wrap_future(spending.reserve(day, cost, day_cap_usd)):
            await self._keep(tuning, status="failed", error="the day's spending cap has less left")
            raise JobError(
                f"it would cost about {dollars(cost)}, and the day's spending cap of ${day_cap_usd or 0:.2f} has less "
                "left",
                hint="raise day_cap_usd in the settings, or wait",
            )
        try:
            job = await self._job(tuning)
        except BatchCallError as error:
            await asyncio.wrap_future(spending.release(day, cost))
            await self._keep(tuning, status="failed", error=error.message)
            raise JobError(f"the job was not taken: {error.message}", hint=error.hint) from error
        except JobError:
            # Whoever finds it again sets aside what it costs.
            await asyncio.wrap_future(spending.release(day, cost))
            raise
        await asyncio.wrap_future(spending.settle(day, cost, cost))
        return await self._keep(tuning, job_id=job.id)

    async def _job(self, tuning: Tuning) -> RemoteJob:
        spec = self._plan.spec
        if tuning.file_ids:
            # Whoever brought the files died, or could not tell whether the job began.
            if (found := await found_job(self._door, spec, tuning.file_ids[0])) is not None:
                self._tell(f"the job {found.id} had begun already")
                return found
            return await self._create(tuning.file_ids)
        paths = [path for path in (self._files.train, self._files.validation) if path]
        ids = [await patiently(lambda path=path: self._door.upload(spec, path)) for path in paths]
        await self._keep(tuning, file_ids=tuple(ids))
        return await self._create(tuple(ids))

    async def _create(self, file_ids: tuple[str, ...]) -> RemoteJob:
        """The new job. Where an answer was lost the provider's list tells whether it is there: none is made twice."""
        plan, tries = self._plan, 0
        job = {"training_file": file_ids[0], "suffix": plan.suffix}
        job |= {"validation_file": file_ids[1]} if file_ids[1:] else {}
        while True:
            tries += 1
            try:
                return await self._door.create(plan.spec, job, plan.method, plan.hyperparameters)
            except BatchCallError as error:
                if not error.certain and (found := await found_job(self._door, plan.spec, file_ids[0])) is not None:
                    return found
                wait_s = wait_before_retry(error.failure, tries, random.uniform)
                if wait_s is None:
                    raise
                await asyncio.sleep(wait_s)

    async def _keep(self, tuning: Tuning, **told: object) -> Tuning:
        known = self._project.tunings.find(tuning.id)
        changed = known.model_copy(update=told)
        await asyncio.wrap_future(self._project.tunings.put(changed))
        return changed


async def find_again(project: Project, door: TuningDoor, tuning: Tuning, *, give_up: bool = False) -> Tuning:
    """A tuning of which only its files are known, with its job if the provider has one.

    Without one it is given up where that is asked for. Raises JobError where nobody can tell.
    """
    if tuning.owner and not _abandoned(tuning) and tuning.owner != this_process():
        raise JobError(f"tuning {tuning.id[-8:]} is being handed in by another process")
    told: dict[str, object] = {}
    if tuning.file_ids and tuning.reached is not None:
        found = await found_job(door, tuning.reached, tuning.file_ids[0])
        told = {"job_id": found.id} if found else {}
    if not told and give_up:
        told = {"status": "cancelled", "error": "it had not begun"}
    elif not told:
        raise JobError("it had not begun when its process ended", hint="the same command again begins it")
    changed = tuning.model_copy(update=told)
    await asyncio.wrap_future(project.tunings.put(changed))
    return changed


async def found_job(door: TuningDoor, spec: ModelSpec, training_file: str) -> RemoteJob | None:
    """The job on a file, if the provider has one. Raises JobError where nobody can tell."""
    try:
        return await patiently(lambda: door.find(spec, training_file))
    except BatchCallError as error:
        raise JobError(
            f"whether the job on {training_file} began can't be found out: {error.message}",
            hint="the same command again looks for it, and begins none twice",
        ) from error
