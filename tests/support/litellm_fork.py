"""Stands where LiteLLM's host process was started: hands all it was given to a fork of one that has LiteLLM imported
already (`litellm_template`), and lives as long as that. Run as ``python -I -S litellm_fork.py SOCKET``."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path

_WITHIN_S = 300


def main(address: str) -> None:
    """Be the process that the template forks."""
    with socket.socket(socket.AF_UNIX) as template:
        _reach(template, address)
        asked = json.dumps({"environ": dict(os.environ), "folder": str(Path.cwd())}).encode() + b"\n"
        sent = socket.send_fds(template, [asked], [0, 1, 2])
        template.sendall(asked[sent:])
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        template.recv(1)


def _reach(template: socket.socket, address: str) -> None:
    until = time.monotonic() + _WITHIN_S
    while True:
        try:
            return template.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
