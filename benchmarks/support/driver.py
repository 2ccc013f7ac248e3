"""A run of synterm watched from outside: what its own process takes, apart from workers and hosts, and how it ends."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from support.contenders import synterm_command, synterm_env
from support.rounds import busy_s

_LOOK_S = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Watched:
    """What one run took."""

    began: float
    """On the clock of `time.monotonic`."""
    wall_s: float
    own_cpu_s: float
    """User and system time of the process itself, without those below it."""
    busy_s: float
    """Of all processors of the machine meanwhile, whoever used them."""
    exit_code: int
    judged: tuple[float, ...]
    """When each evaluation was told, where it was asked for."""
    said: tuple[str, ...]
    """What it wrote to stderr besides."""


def watch(
    folder: Path, words: Sequence[str], meanwhile: Callable[[], None] = lambda: None, tell: bool = False
) -> Watched:
    """Run ``synterm`` in `folder`; `meanwhile` is called in a thread of its own, once it is started; `tell`: with every
    event, so that it is known when evaluations come in."""
    command = [*synterm_command(*words), *(("--progress", "json") if tell else ())]
    env = {**os.environ, **synterm_env(folder)}
    judged: list[float] = []
    said: list[str] = []
    busy, began = busy_s(), time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    threads = [threading.Thread(target=_read, args=(process, judged, said)), threading.Thread(target=meanwhile)]
    for thread in threads:
        thread.start()
    # Its figures can be read until it is waited for.
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(_LOOK_S)
    own_s = cpu_s(process.pid)
    wall_s = time.monotonic() - began
    code = process.wait()
    for thread in threads:
        thread.join()
    return Watched(began, wall_s, own_s, busy_s() - busy, code, tuple(judged), tuple(said))


def _read(process: subprocess.Popen[str], judged: list[float], said: list[str]) -> None:
    assert process.stderr
    for line in process.stderr:
        if line.startswith("{"):
            event = orjson.loads(line)
            if event["event"] == "judged":
                judged.append(time.monotonic())
            elif "text" in event:
                said.append(event["text"])
        else:
            said.append(line.rstrip("\n"))


def cpu_s(pid: int) -> float:
    """User and system time of a process, without those below it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def connected_to(port: int) -> Iterator[int]:
    """Processes that hold connections to a port of this machine, but for those that are at its other end."""
    sockets = {f"socket:[{inode}]" for inode in _sockets_to(port)}
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and sockets & _open_files(place):
            yield int(place.name)


def _sockets_to(port: int) -> Iterator[str]:
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text(encoding="utf-8").splitlines()[1:]:
            fields = line.split()
            if int(fields[2].rpartition(":")[2], 16) == port:
                yield fields[9]


def _open_files(place: Path) -> set[str]:
    try:
        return {str(file.readlink()) for file in (place / "fd").iterdir()}
    except OSError:  # it is gone, or not ours, or one of its files is closed just now
        return set()
