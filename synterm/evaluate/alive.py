"""Whether the process that began something is still there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from socket import gethostname
from typing import Any


def this_process() -> dict[str, Any]:
    """What tells this process from others: ``host`` and ``pid``."""
    return {"host": gethostname(), "pid": os.getpid()}


def is_alive(process: Mapping[str, Any]) -> bool:
    """Whether a process, as `this_process` named it, runs still; of one on another machine nobody here can tell: no."""
    if is_elsewhere(process) or sys.platform == "win32":
        return False
    try:
        os.kill(int(process.get("pid", 0)), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def is_elsewhere(process: Mapping[str, Any]) -> bool:
    """Whether a process was one of another machine, or of another container."""
    return process.get("host") != gethostname()
