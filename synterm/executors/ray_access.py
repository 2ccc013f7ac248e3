"""Where a Ray cluster is that exists already, and whether a run may use it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import synterm
from synterm.errors import ExecutorError, UsageError
from synterm.executors.trusted import require_trusted

_ANSWER_S = 5.0
"""Where nothing answers at all, that is said after so long; Ray itself would take a minute."""
_PROBE_S = 30.0
_TOKENS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
HOW_TO_LOG_IN = (
    "set RAY_AUTH_TOKEN to the cluster's token, or RAY_AUTH_TOKEN_PATH to a file with it; "
    "ray get-auth-token tells it on the cluster's machines"
)
_HOW_TO_START = "ray start --head starts a cluster and says where; without --address one is started for the run"


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
            hint = f"pip install 'ray[client]=={version('ray')}'"
            raise UsageError(f"{text} goes through Ray Client, which is not installed", hint=hint)
        return cls(text, host.strip("[]"), int(port), client)


@dataclass(frozen=True, slots=True)
class Door:
    """How to come in."""

    address: str
    """As Ray takes it."""
    mode: str
    """How to log in: ``disabled``, or as RAY_AUTH_MODE says."""

    @property
    def client(self) -> bool:
        """Whether it goes through Ray Client."""
        return self.address.startswith("ray://")

    @property
    def host(self) -> str:
        """The machine."""
        return self.address.removeprefix("ray://").rpartition(":")[0].strip("[]")


async def admitted(address: Address) -> Door:
    """How to come in to a cluster that is there, and that a run may use.

    Raises ExecutorError, with what to do, where none answers, it wants another token, or where it asks nobody for one
    and can be reached from other machines.
    """
    if address.host:
        await _require_answer(address)
    if address.client:
        # Ray Client does not tell whether it would take anybody.
        mode = _mode(address)
        if mode is None:
            require_trusted(address.text, address.host, _instead())
        return Door(address.text, mode or "disabled")
    found, said = await _probed(address.text, "disabled")
    if said == "login":
        mode = _mode(address)
        if mode is None:
            raise ExecutorError(f"Ray at {found} asks for a token", hint=HOW_TO_LOG_IN)
        _, said = await _probed(found, mode)
        if said == "login":
            raise ExecutorError(f"Ray at {found} asks for another token than yours", hint=HOW_TO_LOG_IN)
    else:
        mode = "disabled"
    if said != "ok":
        raise ExecutorError(f"Ray at {found or address.text} can't be used: {said}", hint=_HOW_TO_START)
    if mode == "disabled":
        require_trusted(found, found.rpartition(":")[0], _instead())
    return Door(found, mode)


def with_this_synterm(environ: Mapping[str, str]) -> dict[str, str]:
    """What a process needs to find this very synterm, though its own working directory is not searched."""
    home = Path(synterm.__file__).resolve().parents[1]
    if home.name in ("site-packages", "dist-packages"):
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(home), environ.get("PYTHONPATH"))))}


def _mode(address: Address) -> str | None:
    """How this user logs in; None: not at all."""
    mode = os.environ.get("RAY_AUTH_MODE")
    if mode is not None:
        return None if mode == "disabled" else mode
    kept = not address.host and (Path.home() / ".ray" / "auth_token").is_file()
    return "token" if kept or any(name in os.environ for name in _TOKENS) else None


def _instead() -> str:
    return "start its machines with RAY_AUTH_MODE=token and one token"


async def _require_answer(address: Address) -> None:
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection(address.host, address.port)
    except (OSError, TimeoutError) as error:
        why = str(error) or f"not within {_ANSWER_S:g} s"
        raise ExecutorError(f"nothing answers at {address.text}: {why}", hint=_HOW_TO_START) from error
    writer.close()


async def _probed(address: str, mode: str) -> tuple[str, str]:
    """Where the head is, and what it says to who logs in so."""
    told = {"RAY_AUTH_MODE": mode, "RAY_USAGE_STATS_ENABLED": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "synterm.executors.ray_probe", address),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        env=os.environ | told | with_this_synterm(os.environ),
    )
    try:
        async with asyncio.timeout(_PROBE_S):
            said, _ = await process.communicate()
        found = json.loads(said)
    except TimeoutError:
        return address, f"what answers there is no head of Ray {version('ray')}"
    except ValueError:
        return address, f"Ray ended with {process.returncode} when it was asked"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return found["address"], found["said"]
