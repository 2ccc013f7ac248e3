"""Handing a pack to its provider, once: it is in the project file before it is anywhere else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.ids import new_id
from synterm.core.model import ModelSpec
from synterm.errors import ExitCode, ModelError
from synterm.evaluate.alive import is_alive, is_elsewhere, this_process
from synterm.evaluate.batch.money import BatchMoney
from synterm.evaluate.batch.pack import Pack
from synterm.evaluate.retries import wait_before_retry
from synterm.providers.batch import LONGEST_UPLOAD_S, BatchCallError, BatchDoor
from synterm.providers.batch_documents import Remote
from synterm.storage.batches import BatchGoneError, BatchRecord
from synterm.storage.project import Project

T = TypeVar("T")


class UnsureError(ModelError):
    """Nobody can tell whether a batch reached its provider."""

    exit_code = ExitCode.INCOMPLETE


class HandIn:
    """Hands packs in, and finds out about those of a process that died meanwhile."""

    def __init__(self, project: Project, door: BatchDoor, money: BatchMoney) -> None:
        self._project = project
        self._door = door
        self._money = money
        self._batches = project.batches

    async def hand_in(self, pack: Pack) -> tuple[str, dict[str, Completion]]:
        """Hand a pack in: ``running``, or why not (``taken``, ``capped``, ``refused``), and what is told of its
        requests then. Raises UnsureError."""
        batch_id, worst = new_id(), pack.worst_usd
        begun = await asyncio.wrap_future(
            self._batches.begin(batch_id, pack.spec, pack.handed, this_process(), self._money.day, self._money.day_cap)
        )
        if begun == "capped":
            return begun, dict.fromkeys(pack.keys, failed_call(Outcome.OVER_BUDGET, *self._money.refusal()))
        if begun == "taken":
            return begun, {}
        self._money.set_aside(batch_id, worst)
        try:
            file = await patiently(lambda: self._door.upload(pack.spec, pack.path))
            await asyncio.wrap_future(self._batches.uploaded(batch_id, file))
            remote = await self._create(pack, file, batch_id)
        except UnsureError:
            raise
        except BatchCallError as error:
            self._money.settle(batch_id, 0.0)
            await asyncio.wrap_future(self._batches.drop(batch_id))
            return "refused", dict.fromkeys(pack.keys, _refused(error))
        await self._note(pack, batch_id, remote.id)
        return "running", {}

    async def settle_begun(self, batch: BatchRecord) -> None:
        """Find out whether a batch, which a process had begun to hand in, is there; forget it if it is not.

        One whose process is still at it is left to that; so is, as long as a file may be on its way, one of another
        machine. Raises UnsureError.
        """
        if is_alive(batch.owner) or (is_elsewhere(batch.owner) and batch.age_s < LONGEST_UPLOAD_S):
            return
        remote = await self._find(batch.spec, batch.id)
        if remote is None:
            await asyncio.wrap_future(self._batches.drop(batch.id))
        else:
            await asyncio.wrap_future(self._batches.running(batch.id, remote.id))

    async def _note(self, pack: Pack, batch_id: str, remote_id: str) -> None:
        """Note that the provider has it. Where somebody took it for lost meanwhile it is put back; raises UnsureError
        where they have handed its requests in again."""
        try:
            await asyncio.wrap_future(self._batches.running(batch_id, remote_id))
        except BatchGoneError as error:
            owner, day = this_process(), self._money.day
            begun = self._batches.begin(batch_id, pack.spec, pack.handed, owner, day, self._money.day_cap)
            if await asyncio.wrap_future(begun) != "begun":
                raise UnsureError(
                    f"{pack.spec.name} has the batch {remote_id}, which another process took for lost",
                    hint="its requests may be handed in twice: cancel one of the two at the provider",
                ) from error
            await asyncio.wrap_future(self._batches.running(batch_id, remote_id))

    async def _create(self, pack: Pack, file: str, batch_id: str) -> Remote:
        """The new batch. Where an answer was lost the provider's list tells whether it is there: none is made twice."""
        tries = 0
        while True:
            tries += 1
            try:
                return await self._door.create(pack.spec, file, pack.path, batch_id)
            except BatchCallError as error:
                if not error.certain and (found := await self._find(pack.spec, batch_id)) is not None:
                    return found
                wait_s = wait_before_retry(error.failure, tries, random.uniform)
                if wait_s is None:
                    raise
                await asyncio.sleep(wait_s)

    async def _find(self, spec: ModelSpec, batch_id: str) -> Remote | None:
        try:
            return await patiently(lambda: self._door.find(spec, batch_id))
        except BatchCallError as error:
            raise UnsureError(
                f"whether the batch {batch_id} reached {spec.name} can't be found out: {error.message}",
                hint="try again; if the provider lists no batch of that name, --batch-forget gives it up",
            ) from error


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """What `call` gives, tried again while that may help. Raises BatchCallError."""
    tries = 0
    while True:
        tries += 1
        try:
            return await call()
        except BatchCallError as error:
            wait_s = wait_before_retry(error.failure, tries, random.uniform)
            if wait_s is None:
                raise
        await asyncio.sleep(wait_s)


def _refused(error: BatchCallError) -> Completion:
    failure = error.failure
    hint = failure.hint or "without --batch they are asked one by one"
    return failed_call(Outcome.PROVIDER_ERROR, f"the batch was not taken: {error.message}", hint)
