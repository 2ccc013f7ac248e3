"""Workers on a Dask cluster: one that exists already, or one of this machine's own.

Each worker process of Dask holds one actor (`DaskWork`), which is asked through the scheduler: the run need not reach
the workers itself. Actors are asked by the two calls that `distributed.Actor` makes, and not by that class: it waits
for an actor whose machine is gone to come up again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
import warnings
from collections.abc import Coroutine, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import import_module
from pkgutil import resolve_name
from typing import Any
from urllib.parse import SplitResult, urlsplit

import synterm
from synterm import paths
from synterm.errors import ExecutorError, UsageError
from synterm.executors.dask_own import OwnCluster, log_path
from synterm.executors.engine import RemoteWorker, WorkerLostError
from synterm.executors.trusted import require_trusted

_REACH_S = 10.0
"""How long a scheduler may take to answer."""
_EMPTY_S = 60.0
"""How long it may have no workers, at first."""
_LEAVE_S = 5.0
_PORT = 8786
_IMPORTED = "synterm.executors.dask_work:DaskWork.__name__"
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")


class DaskEngine:
    """A Dask cluster, that exists already or is started for one run."""

    name = "dask"

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """`address`: where its scheduler is; None: on this machine, with so many workers. Raises UsageError for what
        is no address."""
        self._address = None if address is None else _whole(address)
        self._workers = workers
        self.own: OwnCluster | None = None
        """The cluster that was started for the run, if one was."""
        self._client: Any = None
        self._left = ExitStack()
        self._chosen: list[str] = []
        self._started: dict[str, _DaskWorker] = {}

    async def open(self) -> None:
        """Connect, or start it. Raises ExecutorError."""
        if self._address is None:
            self.own = await OwnCluster.start(self._workers or os.cpu_count() or 1)
            address = self.own.address
        else:
            address = self._address
            _require_trusted(address)
            await _reach(address)
        self._address = address
        # In a thread: it takes a second. It also sets up logging, to the terminal.
        await asyncio.to_thread(import_module, "distributed")
        self._left.enter_context(_logged_to_file())
        self._client = await _connected(address, self.own.login if self.own else None)
        await self._some_workers()

    async def places(self) -> Sequence[str]:
        """The addresses of its workers, no more than are wanted: those chosen once stay as long as they are there.

        Raises ExecutorError where the scheduler is gone.
        """
        there = await self._addresses()
        for place, worker in list(self._started.items()):
            if place not in there:
                worker.gone.set()
                del self._started[place]
        stay = [place for place in self._chosen if place in there]
        self._chosen = [*stay, *sorted(there - set(stay))][: self._workers]
        return self._chosen

    async def start(self, place: str, setup: bytes) -> RemoteWorker:
        """An actor there. Raises WorkerLostError where synterm is missing, another one, or the worker is gone."""
        worker = _DaskWorker(self._client, place, f"synterm-{uuid.uuid4().hex}")
        self._started[place] = worker
        await worker.start(setup)
        return worker

    async def close(self) -> None:
        """Leave it; one of our own ends."""
        with self._left:
            await self._leave()

    async def _leave(self) -> None:
        if self._client is not None:
            # A scheduler that is gone can't be taken leave of.
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(_LEAVE_S):
                    await self._client.close()
        if self.own is not None:
            await self.own.close()

    async def _some_workers(self) -> None:
        for _ in range(int(_EMPTY_S)):
            if await self._addresses():
                return
            await asyncio.sleep(1)
        raise ExecutorError(
            f"the Dask scheduler at {self._address} has no workers",
            hint=f"on each machine that is to work: dask worker {self._address} --nworkers auto",
        )

    async def _addresses(self) -> set[str]:
        try:
            async with asyncio.timeout(_REACH_S):
                return set(await self._client.scheduler.ncores())
        except Exception as error:  # whatever Dask raises
            where = f"its log: {log_path()}" if self.own else "look whether it runs"
            raise ExecutorError(
                f"the Dask scheduler at {self._address} answers no more ({_said(error)}); {where}"
            ) from error


class _DaskWorker:
    """One actor, asked through the scheduler."""

    def __init__(self, client: Any, place: str, key: str) -> None:
        self._client = client
        self._place = place
        self._key = key
        self._future: Any = None
        self.gone = asyncio.Event()
        """Set once the scheduler has the worker no more."""

    async def start(self, setup: bytes) -> None:
        """Make the actor. Raises WorkerLostError."""
        await self._require_synterm()
        from synterm.executors.dask_work import DaskWork

        self._future = self._client.submit(
            DaskWork, setup, actor=True, workers=[self._place], key=self._key, pure=False, retries=0
        )
        try:
            error = await self._unless_gone(self._future.exception())
        except asyncio.CancelledError:
            if not self._future.cancelled():
                self._future.release()
                raise
            error = RuntimeError("Dask gave it up")
        if error is not None:
            self._future.release()
            raise WorkerLostError(_said(error))

    async def _require_synterm(self) -> None:
        """By a function of Python's own: a worker that is sent what it can't import ends."""
        asked = self._client.run(resolve_name, _IMPORTED, workers=[self._place], on_error="return")
        found = (await self._unless_gone(asked)).get(self._place)
        if isinstance(found, ImportError | AttributeError):
            raise WorkerLostError(_why_none(found))
        if not isinstance(found, str):
            raise WorkerLostError(_said(found) if isinstance(found, Exception) else "it gave no answer")

    async def put(self, lines: bytes) -> None:
        """Hand in work."""
        await self._ask("put", lines)

    async def take(self) -> bytes:
        """What was done."""
        return await self._ask("take")

    async def close(self) -> None:
        """End it, and have Dask forget the actor."""
        with suppress(WorkerLostError):
            await self._ask("close")
        self._future.release()

    async def _ask(self, method: str, *args: bytes) -> bytes:
        from distributed.protocol.serialize import to_serialize

        call: dict[str, Any] = {
            "op": "actor_execute",
            "actor": self._key,
            "function": method,
            "args": [to_serialize(arg) for arg in args],
            "kwargs": {},
        }
        answer = await self._unless_gone(self._client.scheduler.proxy(worker=self._place, msg=call))
        if answer["status"] != "OK":
            raise WorkerLostError(_said(answer["exception"]))
        result = answer["result"]
        if not isinstance(result, bytes):
            raise WorkerLostError(f"it sent {type(result).__name__} where bytes were to come")
        return result

    async def _unless_gone(self, asked: Coroutine[Any, Any, Any]) -> Any:
        """What comes of `asked`; no longer than the scheduler has the worker. Raises WorkerLostError."""
        answer = asyncio.ensure_future(asked)
        gone = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise WorkerLostError("its process ended, or can't be reached")
            return answer.result()
        except (WorkerLostError, asyncio.CancelledError):
            raise
        except OSError as error:
            raise WorkerLostError("its process ended, or can't be reached") from error
        except Exception as error:  # whatever Dask raises: it is about this worker
            raise WorkerLostError(_said(error)) from error
        finally:
            answer.cancel()
            gone.cancel()


def _whole(address: str) -> str:
    """The address with its scheme and port. Raises UsageError for what is none."""
    parts = _split(address if "://" in address else f"tcp://{address}")
    if parts is None or parts.scheme not in ("tcp", "tls"):
        raise UsageError(
            f"{address} is no address of a Dask scheduler",
            hint=f"tls://HOST:{_PORT}, or tcp://127.0.0.1:{_PORT} on this machine, as `dask scheduler` says it",
        )
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}" if parts.port else f"{parts.scheme}://{host.removesuffix(':')}:{_PORT}"


def _require_trusted(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        instead = f"start its scheduler and workers with certificates, and use tls://{parts.netloc}"
        require_trusted(address, parts.hostname or "", instead)


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


async def _reach(address: str) -> None:
    """Raises ExecutorError where nothing listens: Dask itself would try again for half a minute."""
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(_REACH_S):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError) as error:
        raise ExecutorError(
            f"nothing answers at {address}: {_said(error)}",
            hint="start it with `dask scheduler`, or leave --address out: then a cluster is started here for the run",
        ) from error
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _connected(address: str, login: Mapping[str, str] | None) -> Any:
    """A client; without a `login` Dask's own settings have its certificates. Raises ExecutorError where no scheduler
    answers, or none that talks as is asked for."""
    distributed = import_module("distributed")
    client: Any = None
    try:
        with warnings.catch_warnings():
            # About releases of packages that differ between machines: synterm compares its own.
            warnings.simplefilter("ignore")
            client = distributed.Client(
                address,
                asynchronous=True,
                name="synterm",
                set_as_default=False,
                timeout=_REACH_S,
                security=distributed.Security(require_encryption=True, **login) if login else None,
            )
            await client
    except Exception as error:  # whatever Dask raises
        if client is not None:
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(_LEAVE_S):
                    await client.close()
        # Dask takes the first bytes for a length, whatever they are.
        what = "what is there is no scheduler" if isinstance(error, MemoryError) else _said(error)
        raise ExecutorError(f"no Dask scheduler answers at {address}: {what}", hint=_advice(address)) from error
    return client


def _advice(address: str) -> str:
    if address.startswith("tls://"):
        return (
            "certificates are those of Dask's own settings: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
        )
    return "is it the scheduler's port, and not its dashboard's? One that was started with certificates is tls://"


@contextmanager
def _logged_to_file() -> Generator[None]:
    """Within, what Dask logs is in the log, and not on the terminal."""
    handler: logging.Handler
    try:
        paths.private_folder(log_path().parent)
        handler = logging.FileHandler(log_path(), encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [handler], False
    try:
        yield
    finally:
        for logger, (handlers, propagate) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
        handler.close()


def _why_none(error: ImportError | AttributeError) -> str:
    name = error.name if isinstance(error, ImportError) else None
    what = "it has no synterm" if name == "synterm" else f"its synterm can't be used ({_said(error)})"
    return f"{what}; on its machine: pip install 'synterm[dask]=={synterm.__version__}'"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
