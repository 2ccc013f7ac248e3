"""A host on loopback that a stranger's project names: it counts who connects, and closes the door again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager


class EvilHost:
    """Counts connections, whatever is spoken on them."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        """Listen no more."""
        # Closing alone does not wake a thread that waits in accept.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()


@contextmanager
def evil_host() -> Generator[EvilHost]:
    """The host, until the end of the block."""
    host = EvilHost()
    try:
        yield host
    finally:
        host.close()
