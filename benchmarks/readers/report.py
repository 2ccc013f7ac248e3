"""How the scripts beside this one tell what a tool did with a file: a line of JSON each, for ``accepted.py`` to read.

They run in environments of their own, without synterm.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path


class Told:
    """What is filled in while a tool reads."""

    did = ""


@contextmanager
def reading(format_name: str, file: str) -> Iterator[Told]:
    """Whatever is raised within is a refusal. What the tool prints goes to stderr."""
    told, said = Told(), ""
    with redirect_stdout(sys.stderr):
        try:
            yield told
        except (Exception, SystemExit) as error:  # noqa: BLE001 - that is what a refusal is
            traceback.print_exc()
            said = f"{type(error).__name__}: {error}"[:300]
    print(json.dumps({"format": format_name, "file": file, "did": told.did, "refused": said}), flush=True)


def files(folder: Path) -> list[Path]:
    """The files of rows that an export holds, as its manifest has them."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [folder / file["name"] for file in manifest["data"]]


def must(holds: bool, otherwise: str) -> None:
    """Raise ValueError with these words unless it holds."""
    if not holds:
        raise ValueError(otherwise)
