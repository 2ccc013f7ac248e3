"""What the tests of promises about security share with others."""

from __future__ import annotations

from tests.cli.conftest import synterm, synterm_process
from tests.tui.conftest import open_bench

__all__ = ["open_bench", "synterm", "synterm_process"]
