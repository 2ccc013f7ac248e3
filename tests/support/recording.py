"""Runs recorded by the command line, as people make them."""

from __future__ import annotations

from pathlib import Path

from synterm.cli.main import main


def record_run(path: Path, *options: str) -> Path:
    """``synterm run PATH …``, quiet; that some evaluation fails does not matter here. Not inside of an event loop."""
    main(["run", str(path), "--quiet", "--progress", "none", *options])
    return path
