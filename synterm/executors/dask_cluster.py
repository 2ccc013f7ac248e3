"""``python -m synterm.executors.dask_cluster WORKERS FOLDER``: a Dask cluster on this machine, for one run.

A process of its own, so that the run's process has neither the scheduler nor the nannies in it, and so that nothing
is left when the run's process is killed: its stdin ends then, and the cluster with it. Says where its scheduler is, and
who may talk to it, in one line of JSON on stdout: certificates are made for this run, as whoever can reach a scheduler
can run programs by it, and others may be logged in to this machine too.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from typing import Any

import orjson

QUIET: dict[str, object] = {
    # Pages about the cluster, for whoever asks: nobody does.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.dashboard.enabled": False,
    "distributed.worker.profile.enabled": False,
}

LOGIN = ("tls_ca_file", "tls_client_cert", "tls_client_key")
"""What a client shows to be let in: texts in PEM, made for one run and kept in memory only."""


async def serve(workers: int, folder: str) -> None:
    """Run a cluster of so many processes until stdin ends; `folder` has its files, and is removed."""
    import dask.config  # pyright: ignore[reportMissingImports]
    import distributed

    dask.config.set(QUIET)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_reader(sys.stdin.fileno(), over.set)
    security = distributed.Security.temporary()
    # Any: it takes None where its types say text.
    local: Any = distributed.LocalCluster
    cluster: Any = local(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        security=security,
        dashboard_address=None,
        # One there is all the same: on any free port, with nothing on it.
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        local_directory=folder,
        # A model has its size; a nanny would kill a worker in the middle of its calls.
        memory_limit=0,
        asynchronous=True,
    )
    try:
        starting = asyncio.ensure_future(cluster)
        ending = asyncio.ensure_future(over.wait())
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not over.is_set():
            await starting
            login = {name: getattr(security, name) for name in LOGIN}
            sys.stdout.buffer.write(orjson.dumps({"address": cluster.scheduler_address, "login": login}) + b"\n")
            sys.stdout.buffer.flush()
        await ending
    finally:
        await cluster.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
