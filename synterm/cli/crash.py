"""What is kept of an error that nobody foresaw."""

from __future__ import annotations

import os
import platform
import sys
import traceback

from synterm import __version__
from synterm.hidden import hidden
from synterm.paths import log_dir, private_folder


def keep_details(error: Exception) -> str:
    """Add the traceback, without any values, to the crash log; gives words on where it is, or why it isn't."""
    path = log_dir() / "crash.log"
    head = f"synterm {__version__}, Python {platform.python_version()}, {sys.platform}\n"
    try:
        private_folder(path.parent)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="utf-8") as log:
            told = hidden("".join(traceback.format_exception(error)))
            log.write(head + told.encode("utf-8", "replace").decode() + "\n")
    except OSError as refused:
        return f"the details could not be kept: {refused}"
    return f"details in {path}"
