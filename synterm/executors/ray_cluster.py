"""A Ray cluster as seen from one thread: connected to, or started on this machine. Every call here may block."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import synterm
from synterm.errors import ExecutorError, UsageError
from synterm.executors.ray_actor import Host
from synterm.executors.trusted import on_this_machine, require_trusted
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
_TOKENS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
_HOW_TO_LOG_IN = (
    "set RAY_AUTH_TOKEN to the cluster's token (RAY_AUTH_TOKEN_PATH to a file with it); "
    "where the cluster runs: ray get-auth-token"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a cluster is, as the user gave it."""

    text: str
    host: str
    """Empty for ``auto``: Ray looks for one that was started on this machine."""
    port: int
    client: bool
    """Whether it goes through Ray Client (``ray://``)."""

    @classmethod
    def of(cls, text: str) -> Address:
        """Raises UsageError for what is no address."""
        if text == "auto":
            return cls(text, "", 0, client=False)
        host, _, port = text.removeprefix("ray://").rpartition(":")
        if not host or not port.isdecimal() or "/" in host:
            hint = "auto for one that runs here, 127.0.0.1:6379 for its head, ray://host:10001 from another machine"
            raise UsageError(f"--address {text} is no address of Ray", hint=hint)
        client = text.startswith("ray://")
        if client and find_spec("grpc") is None:
            hint = f"pip install 'ray[client]=={_installed()}'"
            raise UsageError(f"{text} goes through Ray Client, which is not installed", hint=hint)
        return cls(text, host.strip("[]"), int(port), client)


class Cluster:
    """The cluster that this process is connected to. All calls come from one thread, which lives on: on Linux, what Ray
    starts ends with the thread that started it."""

    def __init__(self, address: Address | None, workers: int) -> None:
        """`address`: None: started here, with room for so many workers."""
        self._address = address
        self._workers = workers
        self._ray: Any = None
        self._actor: Any = None
        self._files: str | None = None
        self._before: dict[str, str | None] = {}

    def open(self) -> None:
        """Raises ExecutorError, with what to do, where that is not possible."""
        self._set(self._environment())
        self._ray = import_module("ray")
        _silence()
        try:
            self._connect()
        except self._ray.exceptions.AuthenticationError as error:
            raise ExecutorError(f"Ray{self._at} wants another token", hint=_HOW_TO_LOG_IN) from error
        except Exception as error:
            raise ExecutorError(f"Ray{self._at} {self._verb}: {_first_line(error)}", hint=self._hint()) from error
        self._require_login()
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
        if self._ray is not None:
            # It ended already.
            with suppress(Exception):
                self._ray.shutdown(**({} if self._address else {"wait_for_processes": True}))
        if self._files:
            shutil.rmtree(self._files, ignore_errors=True)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _connect(self) -> None:
        # The working directory stays out of what workers search for modules, as if it had come by Ray Client.
        job = self._ray.job_config.JobConfig(_client_job=True)
        quiet: dict[str, Any] = {"configure_logging": False, "log_to_driver": False, "job_config": job}
        if self._address:
            self._ray.init(address=self._address.text, **quiet)
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

    def _environment(self) -> dict[str, str]:
        """What Ray is told by variables: it reads many things nowhere else."""
        if self._address is None:
            token = secrets.token_hex(32)
            learn_key(token)
            home = Path(synterm.__file__).resolve().parents[1]
            path = os.pathsep.join(filter(None, (str(home), os.environ.get("PYTHONPATH"))))
            installed = home.name in ("site-packages", "dist-packages")
            found = {} if installed else {"PYTHONPATH": path}
            return {**_OURS, **_ON_THIS_MACHINE, "RAY_AUTH_TOKEN": token, **found}
        told = dict(_OURS)
        if self._address.host and on_this_machine(self._address.host):
            told |= _LOOPBACK
        if "RAY_AUTH_MODE" not in os.environ and any(name in os.environ for name in _TOKENS):
            told["RAY_AUTH_MODE"] = "token"
        return told

    def _set(self, told: dict[str, str]) -> None:
        self._before = {name: os.environ.get(name) for name in told}
        os.environ.update(told)

    def _require_login(self) -> None:
        if self._address is None or self._logged_in():
            return
        context = self._ray.get_runtime_context()
        address = self._address.text if self._address.host else str(context.gcs_address)
        host = self._address.host or address.rpartition(":")[0]
        require_trusted(address, host, "start it with RAY_AUTH_MODE=token and set RAY_AUTH_TOKEN here")

    def _logged_in(self) -> bool:
        private: Any = import_module("ray._raylet")
        return private.get_authentication_mode() == private.AuthenticationMode.TOKEN

    @property
    def _at(self) -> str:
        return f" at {self._address.text}" if self._address else ""

    @property
    def _verb(self) -> str:
        return "can't be used" if self._address else "did not start"

    def _hint(self) -> str | None:
        if self._address is None:
            return None
        if not self._address.host:
            return "ray start --head starts one on this machine; without --address one is started for the run"
        if self._address.client:
            return f"it takes the same Ray ({_installed()}) and Python on both sides"
        return f"from a machine that is no part of the cluster: --address ray://{self._address.host}:10001"


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


def _installed() -> str:
    version: Callable[[str], str] = import_module("importlib.metadata").version
    return version("ray")


def _short_folder() -> str:
    """For sockets, whose paths are limited: the usual place of temporary files is too long on macOS."""
    for place in ("/tmp", tempfile.gettempdir()):  # noqa: S108 - a folder of a new name, for this user alone
        with suppress(OSError):
            return tempfile.mkdtemp(prefix="synterm-ray-", dir=place)
    return tempfile.mkdtemp(prefix="synterm-ray-")
