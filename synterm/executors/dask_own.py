"""A Dask cluster of this machine's own, in a process of its own, as long as a run takes."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

import orjson

from synterm import paths
from synterm.errors import ExecutorError
from synterm.providers.host import open_log, with_synterm

_MODULE = "synterm.executors.dask_cluster"
_START_S = 120.0
_GRACE_S = 10.0


def log_path() -> Path:
    """The file that has what Dask says: a cluster of our own, and the run's side of any."""
    return paths.log_dir() / "dask.log"


class OwnCluster:
    """The process, seen from the run. Closing its stdin ends it, which also happens when the run's process is gone."""

    def __init__(self, process: Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self.address = ""
        self.login: dict[str, str] = {}
        """What a client needs to be let in, as `distributed.Security` takes it."""

    @classmethod
    async def start(cls, workers: int) -> OwnCluster:
        """One with so many workers, all of them up. Raises ExecutorError."""
        folder = Path(tempfile.mkdtemp(prefix="synterm-dask-"))
        log = open_log(log_path())
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _MODULE, str(workers), str(folder)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env=with_synterm(None),
                # A ctrl+c in the terminal is for the run, which ends what it started in order.
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ExecutorError(f"a Dask cluster can't be started: {error}") from error
        finally:
            if log != DEVNULL:
                os.close(log)
        cluster = cls(process, folder)
        try:
            await cluster._come_up()
        except BaseException:
            await cluster.close()
            raise
        return cluster

    async def close(self) -> None:
        """End it, by force where it does not end by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            for stop in (self._process.terminate, self._process.kill):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._process.wait(), _GRACE_S)
                    break
                with suppress(ProcessLookupError):
                    stop()
        finally:
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _come_up(self) -> None:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_START_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            raise ExecutorError("a Dask cluster on this machine did not come up", hint=f"read {log_path()}")
        told = orjson.loads(line)
        self.address, self.login = told["address"], told["login"]
