"""A process that has imported LiteLLM and forks each host process of a test from it: an import takes five seconds.

What comes of a fork is LiteLLM's real host process, with the environment, channel, log and working directory that it
would have been started with, and nothing of the ones before it. Run as ``python -P litellm_template.py SOCKET``; ends
when its stdin does.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from importlib import import_module
from select import select

import orjson

from synterm.providers.child import serve
from synterm.providers.litellm import load_litellm
from synterm.providers.litellm_child import LiteLLMHandler

_MOST_BYTES = 1_000_000
_AT_THE_FIRST_CALL = (
    "openai.resources",
    "litellm.proxy._types",
    "litellm.proxy.openai_files_endpoints.common_utils",
    "litellm.llms.fal_ai.image_generation",
    "litellm.integrations.prometheus_services",
)
"""What LiteLLM imports when it is first asked, which takes another second; where it is named otherwise one day, forks
are slower."""


def main(address: str) -> None:
    """Fork whoever asks at the address a host process, until stdin ends."""
    load_litellm()
    for name in _AT_THE_FIRST_CALL:
        with suppress(ImportError):
            import_module(name)
    # Forks share its memory as long as nobody writes there.
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        while True:
            ready, _, _ = select([door, 0], [], [])
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if 0 in ready:
                return
            asker, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _become(asker)
            asker.close()


def _become(asker: socket.socket) -> None:
    """Go on as the process that was asked for."""
    told, channel, _, _ = socket.recv_fds(asker, _MOST_BYTES, 3)
    for number, descriptor in enumerate(channel):
        os.dup2(descriptor, number)
        os.close(descriptor)
    while not told.endswith(b"\n"):
        if not (more := asker.recv(_MOST_BYTES)):
            os._exit(1)  # nobody asks any more
        told += more
    asked = orjson.loads(told)
    os.environ.clear()
    os.environ.update(asked["environ"])
    os.chdir(asked["folder"])
    threading.Thread(target=_end_with, args=(asker,), daemon=True).start()
    serve(LiteLLMHandler)


def _end_with(asker: socket.socket) -> None:
    """Whoever kills the process that asked means this one."""
    asker.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
