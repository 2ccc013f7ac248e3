"""Opening a project imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys


def test_libraries_that_come_with_an_extra_are_not_imported_with_sqlite_and_can_be_afterwards() -> None:
    code = (
        "import sys\n"
        "import synterm.storage.project\n"
        "print(sorted({'numpy', 'pandas'} & sys.modules.keys()))\n"
        "import numpy\n"
        "print(numpy.zeros(2).sum())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split("\n")[:2]) == (0, ["[]", "0.0"]), done.stderr


def test_what_is_imported_already_stays() -> None:
    code = (
        "import numpy, sys\n"
        "import synterm.storage.project\n"
        "print(sys.modules['numpy'] is numpy, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "True False"), done.stderr
