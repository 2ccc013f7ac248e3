"""The command line, as tests of its own folder call it."""

from __future__ import annotations

from tests.cli.conftest import Done, Synterm, synterm, synterm_process

__all__ = ["Done", "Synterm", "synterm", "synterm_process"]
