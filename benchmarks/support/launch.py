"""Runs one command and prints what it took, as JSON.

Started with ``-I -S`` so that it is small itself: on Linux a child is booked with at least the memory of the process
that started it.

Its one argument is JSON: `command`, `env`, `cwd`, `stdout` and `stderr` (files), `limit_s`, and `most_bytes`, how long
a file that the command writes may get (null: any).
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

_SAMPLE_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Run it."""
    job = json.loads(sys.argv[1])
    began = time.monotonic()
    pid = start(job)
    try:
        status, used, peak = watch(pid, began + job["limit_s"])
    except KeyboardInterrupt:
        os.killpg(pid, signal.SIGKILL)
        raise
    print(json.dumps(figures(began, status, used, peak)))


def watch(pid: int, deadline: float) -> tuple[int, resource.struct_rusage, int]:
    """How the process ended, what it used, and the most memory that it and those below it had, in bytes."""
    peak = 0
    while True:
        found, status, used = os.wait4(pid, os.WNOHANG)
        if found:
            return status, used, peak
        peak = max(peak, tree_bytes(pid))
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
        signal.sigtimedwait({signal.SIGCHLD}, _SAMPLE_S)


def start(job: dict) -> int:
    """The id of the started process, the leader of a group of its own."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    os.chdir(job["cwd"])
    if job["most_bytes"] is not None:
        # A write beyond it fails with EFBIG, much like a full disk, as Python ignores SIGXFSZ.
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["most_bytes"], job["most_bytes"]))
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [(os.POSIX_SPAWN_OPEN, number, job[name], write, 0o644) for number, name in ((1, "stdout"), (2, "stderr"))]
    files.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
    command = job["command"]
    return os.posix_spawnp(command[0], command, job["env"], file_actions=files, setpgroup=0, setsigmask=[])


def figures(began: float, status: int, used: resource.struct_rusage, peak: int) -> dict:
    """`cpu_s` is the user and system time of the process and of those below it that it waited for."""
    return {
        "began": began,
        "wall_s": time.monotonic() - began,
        "exit_code": os.waitstatus_to_exitcode(status),
        "cpu_s": used.ru_utime + used.ru_stime,
        "largest_mb": used.ru_maxrss / 1024,
        "peak_mb": max(used.ru_maxrss / 1024, peak / 1024**2),
    }


def tree_bytes(pid: int) -> int:
    """Resident memory of the process and all below it; pages that they share count once for each."""
    try:
        place = Path(f"/proc/{pid}")
        size = int((place / "statm").read_text().split()[1]) * _PAGE
        for thread in (place / "task").iterdir():
            size += sum(tree_bytes(int(child)) for child in (thread / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return size


if __name__ == "__main__":
    main()
