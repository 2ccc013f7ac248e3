"""``python -m synterm.executors.ray_probe ADDRESS``: what the head of a Ray cluster says to who comes by.

A program of its own: Ray's login is one for each process, and much of what it has to say goes to stderr past Python.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def probe(address: str) -> dict[str, str]:
    """Where the head is, and ``said``: ``ok``, ``login`` where it wants another token, or what went wrong."""
    found = {"address": address}
    try:
        if address == "auto":
            found["address"] = import_module("ray._private.services").canonicalize_bootstrap_address(address) or ""
        if not found["address"]:
            return {**found, "said": "no cluster runs on this machine"}
        import_module("ray._raylet").GcsClient(address=found["address"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        if type(error).__name__ == "AuthenticationError":
            return {**found, "said": "login"}
        first: list[Any] = str(error).splitlines()
        return {**found, "said": f"{first[0] if first else type(error).__name__}"}
    return {**found, "said": "ok"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(sys.argv[1])) + "\n")
