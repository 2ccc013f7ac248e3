"""A Ray cluster as seen from one thread: connected to, or started on this machine. Every call here may block."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import synterm
from synterm.errors import ExecutorError
from synterm.executors.ray_access import HOW_TO_LOG_IN, Door, with_this_synterm
from synterm.executors.ray_actor import Host
from synterm.executors.trusted import on_this_machine
from synterm.hidden import learn_key

_STORE_BYTES = 80 * 1024 * 1024
"""Where Ray keeps what is larger than 100 kB on its way; it takes no less than 75 MB."""
_OURS = {
    # Nothing is told elsewhere.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Below `uv run` Ray would send the working directory to the cluster.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    # Ray ends a program that it finds no head for; the run ends in order before.
    "RAY_gcs_rpc_server_reconnect_timeout_s": "86400",
}
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""Ray keeps to 127.0.0.1 then, on every system."""
_ON_THIS_MACHINE = {
    **_LOOPBACK,
    "RAY_AUTH_MODE": "token",
    "RAY_enable_metrics_collection": "0",
    # It would end workers when something else fills the memory.
    "RAY_memory_monitor_refresh_ms": "0",
}


class Cluster:
    """The cluster that this process is connected to. All calls come from one thread, which lives on: on Linux, what Ray
    starts ends with the thread that started it."""

    def __init__(self, workers: int) -> None:
        """`workers`: one that is started here has room for so many."""
        self._door: Door | None = None
        self._workers = workers
        self._ray: Any = None
        self._actor: Any = None
        self._files: str | None = None
        self._before: dict[str, str | None] = {}

    def open(self, door: Door | None) -> None:
        """Connect; None: start one here. Raises ExecutorError, with what to do, where that is not possible."""
        self._door = door
        self._set(self._environment())
        self._ray = import_module("ray")
        _silence()
        try:
            self._connect()
        except self._ray.exceptions.AuthenticationError as error:
            raise ExecutorError(f"Ray{self._at} asks for another token", hint=HOW_TO_LOG_IN) from error
        except Exception as error:
            raise ExecutorError(f"Ray{self._at} {self._verb}: {_first_line(error)}", hint=self._hint()) from error
        options = {"num_cpus": 1, "max_restarts": 0, "max_task_retries": 0, "enable_task_events": False}
        self._actor = self._ray.remote(**options, scheduling_strategy="SPREAD")(Host)

    def start(self, setup: bytes) -> Any:
        """The handle of a new worker, which may not be up yet."""
        return self._actor.remote(setup)

    def end(self, actor: Any) -> None:
        """End a worker's process."""
        # It ended already, or Ray is gone.
        with suppress(Exception):
            self._ray.kill(actor, no_restart=True)

    def processors(self) -> int:
        """How many it has. Raises what Ray raises when it is gone."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def close(self) -> None:
        """Leave the cluster; one that was started by `open` ends, and its files go."""
        begun = self._begun()
        if self._ray is not None:
            # It ended already.
            with suppress(Exception):
                self._ray.shutdown(**({} if self._door else {"wait_for_processes": True}))
        for process in begun:
            # Most have ended by now; without a head some would go on for minutes.
            with suppress(Exception):
                process.kill()
        if self._files:
            shutil.rmtree(self._files, ignore_errors=True)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _connect(self) -> None:
        if self._door and self._door.client:
            self._ray.init(address=self._door.address, configure_logging=False, log_to_driver=False)
            return
        # The working directory stays out of what workers search for modules, as if it had come by Ray Client.
        job = self._ray.job_config.JobConfig(_client_job=True)
        quiet: dict[str, Any] = {"configure_logging": False, "log_to_driver": False, "job_config": job}
        if self._door:
            self._ray.init(address=self._door.address, **quiet)
            return
        self._files = _short_folder()
        self._ray.init(
            address="local",
            num_cpus=self._workers,
            num_gpus=0,
            include_dashboard=False,
            object_store_memory=_STORE_BYTES,
            _node_ip_address="127.0.0.1",
            # Ray lets everybody write to the folder that it gets: it lies in one that others do not come into.
            _temp_dir=str(Path(self._files) / "ray"),
            **quiet,
        )

    def _begun(self) -> list[Any]:
        """The processes of a cluster that was started here, by psutil, which Ray brings along."""
        if self._ray is None or not self._files:
            return []
        found: list[Any] = []
        for child in import_module("psutil").Process().children():
            with suppress(Exception):
                if any(self._files in word for word in child.cmdline()):
                    found += [child, *child.children(recursive=True)]
        return found

    def _environment(self) -> dict[str, str]:
        """What Ray is told by variables: it reads many things nowhere else."""
        if self._door is None:
            token = secrets.token_hex(32)
            learn_key(token)
            return {**_OURS, **_ON_THIS_MACHINE, "RAY_AUTH_TOKEN": token, **with_this_synterm(os.environ)}
        here = on_this_machine(self._door.host)
        return {**_OURS, **(_LOOPBACK if here else {}), "RAY_AUTH_MODE": self._door.mode}

    def _set(self, told: dict[str, str]) -> None:
        self._before = {name: os.environ.get(name) for name in told}
        os.environ.update(told)

    @property
    def _at(self) -> str:
        return f" at {self._door.address}" if self._door else ""

    @property
    def _verb(self) -> str:
        return "can't be used" if self._door else "did not start"

    def _hint(self) -> str | None:
        if self._door is None:
            return None
        if self._door.client:
            return f"it takes the same Ray ({version('ray')}) and Python on both sides"
        return f"from a machine that is no part of the cluster: --address ray://{self._door.host}:10001"


def words_of(error: Exception, exceptions: Any, place: dict[str, Any]) -> str:
    """Why a worker is lost, from what Ray raised; `place`: where it was, as far as it is known."""
    said = str(error)
    where = f" (process {place['pid']} on {place['host']})" if place else ""
    if "low on memory" in said or "OutOfMemory" in type(error).__name__:
        return f"Ray ended it{where}, since its machine has little memory left"
    if "No module named 'synterm" in said or "ray_actor" in said:
        version = synterm.__version__
        return f"there is no synterm {version} where Ray starts it: pip install synterm=={version} there"
    if isinstance(error, exceptions.ActorUnavailableError):
        return f"it can't be reached{where}"
    if "node has died" in said or "node died" in said:
        return f"its machine is gone{where}"
    if isinstance(error, exceptions.RayActorError):
        return f"its process ended{where}"
    return f"{type(error).__name__}: {_first_line(error)}"


def _silence() -> None:
    """What Ray has to say comes as exceptions too; said by itself, it would land amid the user's screen and reports."""
    logging.getLogger("ray").setLevel(logging.CRITICAL + 1)
    private = import_module("ray._private.worker")
    if hasattr(private, "listen_error_messages"):
        # The thread that prints what the cluster tells of errors, on stdout: it ends at once then.
        vars(private)["listen_error_messages"] = _hear_nothing


def _hear_nothing(*_: object) -> None:
    return


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _short_folder() -> str:
    """For sockets, whose paths are limited: the usual place of temporary files is too long on macOS."""
    for place in ("/tmp", tempfile.gettempdir()):  # noqa: S108 - a folder of a new name, for this user alone
        with suppress(OSError):
            return tempfile.mkdtemp(prefix="synterm-ray-", dir=place)
    return tempfile.mkdtemp(prefix="synterm-ray-")
